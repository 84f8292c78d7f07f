"""What a researcher prints tells in one line what it is."""

from __future__ import annotations

import re

import pytest
import worlds

from sim.market import Market
from sim.mechanisms.base import Mechanism
from sim.network import Network
from sim.results.run import run
from sim.scenario import Scenario
from sim.tables import Options, Purchases


class Undecorated(Mechanism):
    """A mechanism that nobody registered."""


@pytest.fixture(scope="module")
def made():
    return worlds.lived(worlds.busy(50), "dear", seed=3, weeks=2)


def result():
    return run(
        Scenario.from_dict(worlds.busy(50)), strategies=["base", "loud"], replications=2, weeks=3,
        seed=5, workers=1,
    )


SAID = {
    "market": (
        lambda m: m, "<Market a_test: strategy dear, seed 3, week 2 of 12, customers 50, firms 3>",
    ),
    "market without a strategy": (
        lambda m: Market(m.source),
        "<Market a_test: no strategy, seed 0, week 0 of 12, customers 50, firms 3>",
    ),
    "checkpoint": (
        lambda m: m.checkpoint(),
        "<Checkpoint a_test: strategy dear, seed 3, week 2, customers 50, firms 3>",
    ),
    "firm": (lambda m: m.firms[0], "<Firm Ana: sells tea, trip; policy fixed>"),
    "community": (lambda m: m.communities[0], r"<Community \w+: members \d+>"),
    "customer": (lambda m: m.customers[7], "<Customer 7>"),
    "customers": (lambda m: m.customers, "<CustomerSet of 50>"),
    "selection": (lambda m: m.customers.select(at_most=5), "<CustomerSet of 5>"),
    "agents": (lambda m: m.agents, "<MarketAgents of 54>"),
    "some agents": (lambda m: m.agents.select(at_most=5), "<AgentList of 5>"),
    "customer table": (
        lambda m: m.tables.customers, r"<CustomerTable: rows 50, columns \d+, bytes [\d,]+>",
    ),
    "firm table": (lambda m: m.tables.firms, r"<FirmTable: rows 3, columns \d+, bytes [\d,]+>"),
    "mechanism": (
        lambda m: Market(m.source, overrides={"mechanisms.choice.loyalty_weight": 0.25})
        .mechanisms["choice"],
        r"<Mechanism choice/multinomial_logit: .*loyalty_weight 0.25.*>",
    ),
    "mechanism that is off": (
        lambda m: Market(m.source, overrides={"mechanisms.clubs": "none"}).mechanisms["clubs"],
        "<Mechanism clubs/none>",
    ),
    "mechanism of nobody": (lambda m: Undecorated(), "<Mechanism Undecorated>"),
    "policy": (lambda m: m.firms[0].policy, "<Policy fixed>"),
    "purchases": (
        lambda m: m.purchases, r"<Purchases: occasions \d+, bought \d+, charged besides \d+>",
    ),
    "options": (
        lambda m: Options.allocate(Purchases.none(1), 3), "<Options: occasions 0, offers 3>",
    ),
    "network": (lambda m: m.network, r"<Network: customers 50, ties 150, strong \d+%>"),
    "no ties": (
        lambda m: Network.from_ties(2, [], []), "<Network: customers 2, ties 0, strong 0%>",
    ),
    "result": (
        lambda m: result(), "<RunResult a_test: base, loud; replications 2, weeks 3, seed 5>",
    ),
}


@pytest.mark.parametrize("what", SAID)
def test_what_is_printed_is_one_line_that_says_what_it_is(made, what):
    thing, said = SAID[what]
    shown = repr(thing(made))
    assert re.fullmatch(said, shown), shown
    assert len(shown) < 160


def test_what_a_market_is_made_of_prints_without_addresses(made):
    parts = (made, made.tables, made.mechanisms, made.firms, made.communities, made.network)
    assert " at 0x" not in repr(parts)

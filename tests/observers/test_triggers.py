"""The ledger of triggers: every unit stands in it once, under what brought it about."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.observers.triggers import CAUSE_OF_TRIGGER, CAUSES, FIRST
from sim.tables import Trigger
from tests.observers.conftest import seen, sell, two_needs

THREE = {"one": {"price": 10.0}, "two": {"price": 8.0}, "three": {"price": 9.0}}
KINDS = {name: value for name, value in vars(Trigger).items() if name.isupper()}


def market_of(made, n=6):
    """Everybody knows everything and expects 0.5; nobody has bought before."""
    market = made(two_needs(n, THREE))
    market.tables.customers.expectation[:] = 0.5
    return market


def bought(market, *purchases):
    """Sell, and count it as choice does."""
    sell(market, *purchases)
    for customer, offer, *_ in purchases:
        market.tables.customers.purchase_count[customer, offer] += 1
    ledger = seen(market, "triggers")
    return {
        (cause, o) for cause in CAUSES for o in np.flatnonzero(ledger[f"units_by_{cause}"])
    }, sum(float(values.sum()) for values in ledger.values())


def test_every_trigger_has_exactly_one_cause():
    listed = [trigger for triggers in FIRST.values() for trigger in triggers]
    assert sorted(listed) == sorted(KINDS.values())
    assert len(CAUSE_OF_TRIGGER) == len(KINDS)


@pytest.mark.parametrize("cause", FIRST)
def test_a_first_purchase_goes_back_to_what_made_her_aware(made, cause):
    market = market_of(made)
    for trigger in FIRST[cause]:
        market.tables.customers.trigger[:] = trigger
        market.tables.customers.purchase_count[:] = 0
        assert bought(market, (0, 0, 1000)) == ({(cause, 0)}, 1)


def test_a_purchase_after_another_is_habit_even_in_the_same_week(made):
    market = market_of(made)
    market.tables.customers.trigger[:] = Trigger.FRIEND
    ledger, units = bought(market, (0, 0, 1000), (0, 0, 1000), (1, 0, 1000))
    assert ledger == {("friend", 0), ("habit", 0)}
    assert units == 3
    assert seen(market, "triggers")["units_by_habit"].tolist() == [1, 0, 0]
    assert bought(market, (1, 0, 1000)) == ({("habit", 0)}, 1)


def test_what_she_buys_besides_makes_no_first_purchase_of_a_habit(made):
    market = market_of(made)
    market.tables.customers.trigger[:] = Trigger.FRIEND
    market.tables.customers.purchase_count[0, 0] = 1
    ledger, _ = bought(market, (0, 0, 1000), (0, 1, 800))
    assert ledger == {("habit", 0), ("friend", 1)}


def test_one_of_two_at_the_same_price_is_not_bought_for_the_price(made):
    market = market_of(made)
    customers = market.tables.customers
    customers.trigger[:] = Trigger.FRIEND
    customers.expectation[:, 0] = 0.9
    market.tables.offers.price_cents[2] = 801
    assert bought(market, (0, 1, 800, 0.5)) == ({("price", 1)}, 1)
    market.tables.offers.price_cents[2] = 800
    assert bought(market, (1, 1, 800, 0.5)) == ({("friend", 1)}, 1)


def test_the_cheapest_although_another_promises_more_is_for_the_price(made):
    market = market_of(made)
    customers = market.tables.customers
    customers.trigger[:] = Trigger.ADVERTISING
    customers.expectation[:, 0] = 0.9
    assert bought(market, (0, 1, 800, 0.5)) == ({("price", 1)}, 1)
    assert bought(market, (1, 1, 800, 0.95)) == ({("advertising", 1)}, 1)  # the best as well
    assert bought(market, (2, 2, 900, 0.5)) == ({("advertising", 2)}, 1)  # not the cheapest
    customers.aware[3, 1] = 0
    assert bought(market, (3, 2, 900, 0.5)) == ({("price", 2)}, 1)  # the cheapest she knows
    customers.avoid_until_week[4, 0] = 5
    assert bought(market, (4, 1, 800, 0.5)) == ({("advertising", 1)}, 1)  # the better is avoided


def test_paying_less_than_others_pay_is_for_the_price(made):
    market = market_of(made)
    market.tables.customers.trigger[:] = Trigger.SALES
    ledger, _ = bought(market, (0, 0, 1000), (1, 0, 950))
    assert ledger == {("sales", 0), ("price", 0)}
    assert bought(market, (2, 0, 990)) == ({("sales", 0)}, 1)  # all pay the same this week


@pytest.mark.parametrize("threads", [1, 2])
def test_the_ledger_adds_up_to_units_sold_every_week(threads, monkeypatch):
    monkeypatch.setattr("sim.market.FEWEST_CUSTOMERS_FOR_THREADS", 1)
    lived = worlds.lived(worlds.full(5000), weeks=5, threads=threads).recorder.recorded()
    total = sum(lived[f"units_by_{cause}"] for cause in CAUSES)
    assert np.array_equal(total, lived["units"])
    causes = {cause for cause in CAUSES if lived[f"units_by_{cause}"].any()}
    assert {"advertising", "friend", "start", "price", "habit"} <= causes

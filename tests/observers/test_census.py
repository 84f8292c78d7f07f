"""The census of customers by firm, worked by hand where a firm has several offers."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.agents.sight import look
from sim.studio.seats import plain_sight
from sim.tables import Trigger
from tests.observers.conftest import seen, two_needs

TWO = {"one": {}, "two": {}}
FIRST = {
    "advertising": Trigger.ADVERTISING, "friend": Trigger.FRIEND, "sales": Trigger.SALES,
    "community": Trigger.COMMUNITY,
}


def market_of(made, n):
    """One firm with two offers."""
    return made(two_needs(n, TWO, firms={"F": ["one", "two"]}))


def first(market):
    seen_now = seen(market, "customers")
    return {name: float(seen_now[f"aware_by_{name}"][0]) for name in FIRST}


def test_a_defect_is_known_also_of_the_offer_that_she_expects_less_of(made):
    market = market_of(made, 4)
    customers = market.tables.customers
    customers.expectation[:] = [[0.2, 0.9], [0.2, 0.9], [0.9, 0.2], [0.2, 0.9]]
    customers.knows_defect[:] = [[1, 0], [0, 0], [2, 3], [1, 0]]
    customers.aware[3] = [0, 1]  # she has forgotten the offer with the defect
    assert seen(market, "customers")["defect_known"].tolist() == [0.5]


def test_expectation_is_that_of_the_offer_she_expects_most_of_even_if_she_bought_another(made):
    market = market_of(made, 1)
    customers = market.tables.customers
    customers.expectation[:] = [[0.3, 0.9]]
    customers.satisfaction[:] = [[0.7, 0.1]]
    customers.purchase_count[:], customers.last_purchase_week[:] = [[1, 0]], [[1, 0]]
    found = seen(market, "customers")
    assert found["expectation"][0] == pytest.approx(0.9)
    assert found["satisfaction"][0] == pytest.approx(0.7)


@pytest.mark.parametrize("names", [["one", "two"], ["two", "one"]])
def test_of_two_bought_in_the_same_week_the_same_counts_in_whatever_order_they_stand(made, names):
    market = made(two_needs(1, TWO, firms={"F": names}))
    customers, offers = market.tables.customers, market.tables.offers
    later = int(np.argmax(offers.label))
    customers.purchase_count[:], customers.last_purchase_week[:] = 1, 1
    customers.satisfaction[0, [later, 1 - later]] = 0.9, 0.1
    customers.loyalty[0, [later, 1 - later]] = 0.7, 0.3
    found = seen(market, "customers")
    assert found["satisfaction"][0] == pytest.approx(0.9)
    assert found["loyalty"][0] == pytest.approx(0.7)


@pytest.mark.parametrize("name", FIRST)
def test_one_offer_counts_under_its_trigger(made, name):
    market = made(two_needs(2))
    market.tables.customers.trigger[:] = FIRST[name]
    assert first(market) == {other: float(other == name) for other in FIRST}


def test_what_made_her_aware_first_counts_once_a_customer(made):
    market = market_of(made, 5)
    customers = market.tables.customers
    customers.expectation[:] = [0.1, 0.9]
    customers.trigger[:] = [
        [Trigger.ADVERTISING, Trigger.FRIEND],  # which came first is not known: half and half
        [Trigger.ADVERTISING, Trigger.ADVERTISING],
        [Trigger.SALES, Trigger.START],  # she knew one before week 1, which was first
        [Trigger.COMMUNITY, Trigger.FRIEND],  # she has forgotten the second
        [Trigger.SALES, Trigger.SEARCH],
    ]
    customers.aware[3] = [1, 0]
    assert first(market) == pytest.approx(
        {"advertising": 0.3, "friend": 0.1, "sales": 0.1, "community": 0.2}
    )


def test_triggers_add_up_to_awareness(made):
    market = market_of(made, 3)
    customers = market.tables.customers
    customers.trigger[:] = [[1, 2], [3, 5], [5, 5]]
    customers.aware[2] = [0, 0]
    assert sum(first(market).values()) == pytest.approx(2 / 3)


def life(sensing):
    """A market lived for 30 weeks whose firms look back every 13."""
    world = worlds.busy(200)
    return worlds.lived(worlds.changed(world, mechanisms__sensing=sensing), weeks=30)


def test_there_is_no_perception_gap_before_a_firm_has_sensed():
    market = life({"variant": "crm", "interval": 13})
    recorded = market.recorder.recorded()
    gap, felt = recorded["perception_gap"], recorded["satisfied_share"]
    sold = ~np.isnan(felt[12])
    assert sold.any()
    assert np.isnan(gap[:12]).all()
    assert np.isfinite(gap[12:, sold]).all()
    believed = market.tables.firms.believed_satisfaction
    assert gap[-1, sold] == pytest.approx((believed - felt[-1])[sold])


def test_a_firm_that_never_senses_has_no_perception_gap_and_knows_that_it_does_not_know():
    market = life("none")
    assert np.isfinite(market.recorder.recorded()["satisfied_share"]).any()
    assert np.isnan(market.recorder.recorded()["perception_gap"]).all()
    sight = look(market, 0, communities=False)
    assert np.isnan(sight.believed_satisfaction)
    assert plain_sight(sight)["believed_satisfaction"] is None


def test_a_firm_can_believe_that_nobody_is_satisfied(made):
    market = market_of(made, 2)
    customers = market.tables.customers
    customers.purchase_count[:], customers.last_purchase_week[:] = [[1, 0]], [[1, 0]]
    customers.satisfaction[:] = [[0.9, 0.0], [0.1, 0.0]]
    market.tables.firms.believed_satisfaction[:] = 0.0
    assert seen(market, "customers")["perception_gap"].tolist() == [-0.5]

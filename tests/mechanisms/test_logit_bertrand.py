"""Prices that answer demand: closed form, derivatives, and what informed customers do to them."""

from __future__ import annotations

import math

import beside
import numpy as np
import pytest
import worlds
from reference.twin import own, stream, uniform

from sim.biography import tell
from sim.scenario import Scenario


def derivatives(world, choice, panel_share):
    """Demand of each offer in its firm's panel with two derivatives, customer by customer."""
    customers, offers = world.customers, world.offers
    key, total = world.streams.key("pricing.panel", world.week), np.zeros((len(offers.label), 3))
    for i in range(world.n):
        state, segment = stream(key, customers.label[i]), world.segments[customers.segment[i]]
        beta = float(customers.price_sensitivity[i])
        for k in range(customers.purchase_rate.shape[1]):
            weight = {}
            for o in range(len(offers.label)):
                if (
                    offers.category[o] == k and customers.aware[i, o]
                    and offers.launch_week[o] <= world.week
                    and customers.avoid_until_week[i, o] < world.week
                ):
                    weight[o] = math.exp(utility(world, choice, i, o, k))
            outside = segment.outside_utility
            everything = sum(weight.values()) + (0 if outside is None else math.exp(outside))
            for o in weight:
                if uniform(state, world.firms.label[offers.firm[o]]) < panel_share:
                    rate, s = float(customers.purchase_rate[i, k]), weight[o] / everything
                    total[o] += rate * s, 0, 0
                    total[o, 1] -= rate * beta * s * (1 - s)
                    total[o, 2] += rate * beta**2 * s * (1 - s) * (1 - 2 * s)
    return total


def utility(world, choice, i, o, k):
    customers, offers, f = world.customers, world.offers, world.offers.firm[o]
    value = own(world, choice, i, "experience_weight") * float(customers.expectation[i, o])
    value += own(world, choice, i, "loyalty_weight") * float(customers.loyalty[i, o])
    value += own(world, choice, i, "trust_weight") * float(customers.trust[i, f])
    value -= own(world, choice, i, "reactance_weight") * float(customers.reactance[i, f])
    value -= float(customers.price_sensitivity[i]) * offers.price_cents[o] / 100
    if customers.knows_defect[i, o]:
        told = customers.knows_defect[i, o] == 3
        share = own(world, choice, i, "stealing_thunder") if told else 1
        aversion = own(world, choice, i, "defect_aversion")
        value -= aversion * float(offers.defect_severity[o]) * share
    if customers.last_offer[i, k] not in (-1, o):
        value -= world.segments[customers.segment[i]].switching_cost
    return value


def twin_of(choice):
    def logit_bertrand(world, mechanism):
        p, offers = mechanism.parameters, world.offers
        if world.week % p.interval:
            return
        for o, (d, d1, d2) in enumerate(derivatives(world, choice, p.panel_size / world.n)):
            if not d1:
                continue
            price, cost = offers.price_cents[o] / 100, offers.unit_cost_cents[o] / 100
            step = (cost - d / d1 - price) / max(1, 2 - d * d2 / d1**2)
            offers.price_cents[o] = max(
                round((price + p.adjustment * step) * 100), offers.unit_cost_cents[o]
            )
    return logit_bertrand


def priced(n=60, **parameters):
    return worlds.with_mechanism(
        worlds.busy(n), "pricing", "logit_bertrand", **{"interval": 2, **parameters}
    )


@pytest.mark.parametrize("panel_size", [30, 1000])
def test_pricing_leaves_behind_what_its_twin_says(panel_size):
    world = worlds.changed(
        priced(panel_size=panel_size), firms__Cy__offers__bus__launch_week=4,
        customers__segments__expert__behavior={"choice": {"loyalty_weight": 1.0}},
    )
    choice = worlds.market(world).mechanisms["choice"]
    assert beside.live_beside(world, "pricing", twin_of(choice)) == 5


def test_threads_and_the_order_of_firms_change_nothing():
    assert beside.threads_change_nothing(priced)
    assert beside.order_changes_nothing(priced())


def static(offers, *, weeks, n=400, choice=(), **segment):
    """Customers whom buying does not change, so that prices can settle."""
    world = worlds.plain(n, offers=offers, **{"outside_utility": 0.0, **segment})
    world = worlds.with_mechanism(
        world, "choice", "multinomial_logit", loyalty_weight=0.0, **dict(choice)
    )
    world = worlds.with_mechanism(
        world, "pricing", "logit_bertrand", interval=1, adjustment=1.0, panel_size=10_000
    )
    return worlds.lived(world, weeks=weeks)


@pytest.mark.parametrize("start", [4.0, 14.0, 90.0])
@pytest.mark.parametrize("beta", [0.1, 0.5])
def test_customers_alike_give_the_closed_form(start, beta):
    offers = {
        "one": {"price": start, "unit_cost": 4.0, "initial_expectation": 0.8},
        "two": {"price": 10.0, "unit_cost": 2.0, "initial_expectation": 0.3},
        "three": {"price": 10.0, "unit_cost": 6.0, "initial_expectation": 0.6},
    }
    made = static(offers, weeks=60, price_sensitivity=beta)
    price = made.tables.offers.price_cents / 100
    weight = np.exp(4.0 * np.array([0.8, 0.3, 0.6]) - beta * price)
    share = weight / (1 + weight.sum())
    np.testing.assert_allclose(
        price, np.array([4.0, 2.0, 6.0]) + 1 / (beta * (1 - share)), atol=0.03
    )


def test_who_avoids_an_offer_is_no_demand_for_it_through_the_last_week_of_it():
    made = worlds.market(priced(400, panel_size=400))
    made.set_clock(3)
    pricing, o = made.mechanisms["pricing"], made.offer_number("tea")
    demand = {}
    for until in (2, 3, 4):
        made.tables.customers.avoid_until_week[:, o] = until
        demand[until] = pricing.estimate(made)[o, 0]
    assert demand[2] > 0
    assert demand[3] == demand[4] == 0


def test_derivatives_are_those_of_demand():
    made = worlds.lived(priced(400, panel_size=400), weeks=5)
    pricing, offers = made.mechanisms["pricing"], made.tables.offers
    middle, price = pricing.estimate(made), offers.price_cents.copy()
    for o in range(made.n_offers):
        around = []
        for change in (-5, 5):
            offers.price_cents[:] = price
            offers.price_cents[o] += change
            around.append(pricing.estimate(made)[o])
        slope = (around[1] - around[0]) / 0.1
        assert middle[o, 0] > 0
        assert slope[:2] == pytest.approx(middle[o, 1:], rel=1e-3)


def test_the_more_customers_know_of_rivals_the_lower_the_price():
    prices = []
    for known in (0.0, 0.25, 0.5, 0.75, 1.0):
        offers = {"one": {"unit_cost": 4.0}, "two": {"initial_awareness": known}}
        made = static(offers, weeks=40, n=2000, price_sensitivity=0.2)
        prices.append(int(made.tables.offers.price_cents[0]))
    assert prices == sorted(prices, reverse=True)
    assert prices[-1] < prices[0] - 100


def test_loyal_customers_pay_more_than_they_would_if_they_were_free():
    markups = []
    for loyalty_weight in (0.0, 2.0):
        world = worlds.plain(2000, offers={"one": {}, "two": {}}, outside_utility=0.0)
        world = worlds.with_mechanism(
            world, "choice", "multinomial_logit", loyalty_weight=loyalty_weight
        )
        world = worlds.with_mechanism(world, "pricing", "logit_bertrand", interval=2)
        markups.append(worlds.lived(world, weeks=30).tables.offers.price_cents.mean())
    assert markups[1] > markups[0] + 100


def test_a_price_never_falls_below_cost():
    offers = {"one": {"price": 50.0, "unit_cost": 45.0}, "two": {"price": 5.0, "unit_cost": 1.0}}
    made = static(offers, weeks=1, price_sensitivity=1.0)
    assert made.tables.offers.price_cents[0] >= 4500
    for _ in range(10):
        made.step()
        assert (made.tables.offers.price_cents > made.tables.offers.unit_cost_cents).all()


def test_where_demand_does_not_react_the_price_stays():
    captive = static({"one": {}}, weeks=5, outside_utility=None)
    careless = static({"one": {}, "two": {}}, weeks=5, price_sensitivity=0.0)
    unknown = static({"one": {"initial_awareness": 0.0}}, weeks=5)
    for made in (captive, careless, unknown):
        assert (made.tables.offers.price_cents == 1000).all()


def test_prices_that_do_not_adjust_and_markets_without_choice_are_none():
    still = worlds.lived(priced(adjustment=0.0))
    world = worlds.with_mechanism(worlds.busy(), "pricing", "none")
    assert worlds.differing(still, worlds.lived(world)) == set()
    world = worlds.with_mechanism(priced(), "choice", "none")
    quiet = worlds.with_mechanism(world, "pricing", "none")
    assert worlds.differing(worlds.lived(world), worlds.lived(quiet)) == set()


def test_panels_are_as_large_as_asked_and_drawn_anew():
    world = worlds.plain(20_000, offers={"one": {}, "two": {}}, purchase_rate=1.0)
    world = worlds.with_mechanism(world, "choice", "multinomial_logit")
    world = worlds.with_mechanism(
        world, "pricing", "logit_bertrand", interval=1, panel_size=2000
    )
    made = worlds.market(world)
    sizes = []
    for week in range(1, 6):
        made.week = week
        # Everybody buys one of two equal offers: each panelist counts one half.
        sizes.extend(2 * made.mechanisms["pricing"].estimate(made)[:, 0])
    assert len(set(sizes)) == 10
    # 4 standard errors of a binomial count: one of ten wrong once in 1,600 tries.
    assert max(abs(size - 2000) for size in sizes) < 4 * math.sqrt(2000 * 0.9)


def test_her_biography_tells_that_she_was_asked():
    told = " ".join(tell(
        Scenario.from_dict(priced()), strategy=None, seed=1, customer=3
    ).sentences())
    assert "was asked in a panel what she would buy at which price, by Ana and Bo and Cy" in told

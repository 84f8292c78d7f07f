"""Prices drawn from an equilibrium: the distribution, its limits, and who draws."""

from __future__ import annotations

import beside
import numpy as np
import pytest
import worlds
from reference.twin import stream, uniform
from scipy import stats
from scipy.integrate import quad


def world(n_firms=5, weeks=400, *, unit_cost=0.0, **parameters):
    offers = {f"o{f}": {"unit_cost": unit_cost} for f in range(n_firms)}
    made = worlds.plain(1, weeks, offers=offers)
    return worlds.with_mechanism(
        made, "pricing", "mixed_strategy", **{"valuation": 100.0, **parameters}
    )


def lists(made):
    """Price lists of all weeks, in currency, (weeks, n_offers)."""
    seen = []
    while made.week < made.world.weeks:
        seen.append(made.tables.offers.price_cents / 100)
        made.step()
    return np.array(seen)


def mixed_strategy(world, mechanism):
    """Each firm's draw, put through the inverse of the equilibrium distribution."""
    p, o = mechanism.parameters, world.offers
    key, mu = world.streams.key("pricing.mixed", world.week), p.informed_share
    for x, k in enumerate(o.category):
        n = len({
            int(o.firm[y]) for y in range(len(o.label))
            if o.category[y] == k and o.launch_week[y] <= world.week + 1
        })
        cost = o.unit_cost_cents[x] / 100
        u = uniform(stream(key, world.firms.label[o.firm[x]]), k)
        highest = max(p.valuation, cost)
        price = highest
        if n > 1:
            if p.search_cost is not None:
                alpha = quad(lambda z: 1 / (1 + n * mu / (1 - mu) * z ** (n - 1)), 0, 1)[0]  # noqa: B023
                highest = min(highest, cost + p.search_cost / (1 - alpha))
            price = cost + (highest - cost) * (1 - mu) / (1 - mu + n * mu * u ** (n - 1))
        o.price_cents[x] = round(100 * price)


@pytest.mark.parametrize("search_cost", [None, 0.5])
def test_prices_are_what_their_twin_says(search_cost):
    busy = worlds.changed(worlds.busy(), firms__Cy__offers__bus__launch_week=6)
    busy = worlds.with_mechanism(
        busy, "pricing", "mixed_strategy", informed_share=0.4, search_cost=search_cost
    )
    assert beside.live_beside(busy, "pricing", mixed_strategy) == 10


def test_the_order_of_firms_changes_nothing():
    busy = worlds.with_mechanism(worlds.busy(), "pricing", "mixed_strategy")
    assert beside.order_changes_nothing(busy)


@pytest.mark.parametrize("mu", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("n_firms", [2, 5])
def test_prices_are_distributed_as_varian_says(mu, n_firms):
    # In millions, because a tenth of all prices may lie within a cent of a valuation of 100.
    made = worlds.market(world(n_firms, informed_share=mu, valuation=1e8), seed=4)
    prices = lists(made).ravel() / 1e8
    lowest = (1 - mu) / (1 - mu + n_firms * mu)

    def distribution(p):
        p = np.clip(p, lowest, 1.0)
        return 1 - ((1 - mu) * (1 - p) / (n_firms * mu * p)) ** (1 / (n_firms - 1))

    # A right program fails one test in a thousand under another seed.
    assert stats.kstest(prices, distribution).pvalue > 0.001
    assert prices.min() >= lowest - 1e-4


def test_the_ends_are_diamond_and_bertrand():
    assert (lists(worlds.market(world(weeks=3, informed_share=0.0, unit_cost=7.0))) == 100).all()
    assert (lists(worlds.market(world(weeks=3, informed_share=1.0, unit_cost=7.0))) == 7).all()
    alone = worlds.market(world(1, weeks=3, informed_share=0.7, search_cost=5.0))
    assert (lists(alone) == 100).all()


def test_all_prices_scale_with_the_search_cost_above_cost():
    plain, dearer = (
        lists(worlds.market(world(weeks=50, unit_cost=8.0, search_cost=s))) for s in (5.0, 10.0)
    )
    np.testing.assert_allclose(dearer - 8.0, 2 * (plain - 8.0), atol=0.02)
    assert plain.max() < 40


def test_the_valuation_caps_what_search_costs_allow():
    free = lists(worlds.market(world(weeks=50)))
    assert (lists(worlds.market(world(weeks=50, search_cost=1e6))) == free).all()


def test_a_firm_draws_once_a_category_and_anew_each_week():
    made = world(2, weeks=20)
    made["firms"]["Fo0"]["offers"]["twin"] = dict(made["firms"]["Fo0"]["offers"]["o0"])
    prices = lists(worlds.market(made))
    assert (prices[:, 0] == prices[:, 1]).all()
    assert len(np.unique(prices[:, 0])) == 20
    assert (prices[:, 0] != prices[:, 2]).all()


def test_nobody_asks_less_than_her_own_unit_cost():
    made = lists(worlds.market(world(weeks=20, unit_cost=250.0)))
    assert (made == 250).all()

"""Pooled demand: who bids what, who pays it, and for how long."""

from __future__ import annotations

import beside
import numpy as np
import pytest
import worlds

from sim.biography import tell
from sim.scenario import Scenario
from sim.tables import Options, Purchases


def reverse_auction(world, mechanism):
    """Every interval: pools, bids and the lowest of them, category by category."""
    p, customers, offers = mechanism.parameters, world.customers, world.offers
    age = (world.week - 1) % p.interval
    if age in (0, p.weeks_valid):
        offers.group_price_cents[:] = 0
    if age:
        return
    for c, page in enumerate(world.communities):
        heard = (customers.member[:, c] == 1) & (customers.muted == 0)
        for k in range(customers.purchase_rate.shape[1]):
            rate = customers.purchase_rate[:, k].astype(np.float64)
            if not 0 < rate[heard].sum() >= p.minimum_pool * rate.sum():
                continue
            margin = {
                o: int(offers.price_cents[o]) - int(offers.unit_cost_cents[o])
                for o in range(len(offers.label))
                if offers.category[o] == k and page.admits[o]
                and offers.launch_week[o] <= world.week
            }
            margin = {o: gain for o, gain in margin.items() if gain > 0}
            n_vendors = len({int(offers.firm[o]) for o in margin})
            bids = {
                o: round(int(offers.unit_cost_cents[o]) + gain / n_vendors)
                for o, gain in margin.items()
            }
            if bids:
                best = min(bids, key=lambda o: (bids[o], offers.label[o]))
                offers.group_price_cents[best, c] = bids[best]


def pooling(n=60):
    world = worlds.changed(worlds.busy(n), communities={
        "board": {"initial_share": 0.3},
        "fair": {"vendors": ["Bo", "Cy"], "initial_share": 0.6},
    }, firms__Cy__offers__bus__launch_week=4, firms__Ana__offers__juice={
        "category": "drink", "quality": {"taste": 0.4}, "price": 7.5, "unit_cost": 3.5,
        "initial_awareness": 0.5,
    })
    return beside.on(world, "group_buying", interval=3)


def test_group_buying_leaves_behind_what_its_twin_says():
    acted = beside.live_beside(pooling(), "group_buying", reverse_auction, muted=range(0, 60, 4))
    assert acted >= 5


def test_discounts_are_what_the_equation_says():
    made = worlds.lived(pooling(200), weeks=4)
    customers, offers = made.tables.customers, made.tables.offers
    assert (offers.group_price_cents > 0).any(axis=0).all()
    starts = np.array([0, 400])
    options = Options.allocate(Purchases.allocate(starts), made.n_offers)
    options.customer[:] = np.repeat(np.arange(200), 2)
    options.category[:] = np.tile([0, 1], 200)
    made.mechanisms["group_buying"].weigh(made, options)
    for e, (i, k) in enumerate(zip(options.customer, options.category, strict=True)):
        for o in np.flatnonzero(offers.category == k):
            bids = [
                int(offers.group_price_cents[o, c]) for c in (0, 1)
                if customers.member[i, c] and offers.group_price_cents[o, c] > 0
            ]
            price = int(offers.price_cents[o])
            assert options.discount_cents[e, o] == max([0, *(price - bid for bid in bids)])
    assert options.discount_cents.any()
    assert not options.utility.any()


def test_threads_and_the_order_of_firms_change_nothing():
    assert beside.threads_change_nothing(pooling)
    assert beside.order_changes_nothing(pooling())


def bidding(offers, *, weeks=1, members=0.5, n=2000, vendors=(), **parameters):
    own = {"board": {"initial_share": members, "vendors": list(vendors)}}
    world = {**worlds.plain(n, offers=offers), "communities": own}
    world = worlds.with_mechanism(world, "choice", "multinomial_logit")
    return worlds.lived(beside.on(world, "group_buying", **parameters), weeks=weeks)


TWO = {"one": {"price": 10.0, "unit_cost": 4.0}, "two": {"price": 9.0, "unit_cost": 6.0}}


def test_two_vendors_bid_half_their_margin_and_the_lower_wins():
    made = bidding(TWO)
    assert made.tables.offers.group_price_cents.ravel().tolist() == [700, 0]
    bought, inside = made.purchases, made.tables.customers.member[:, 0] == 1
    ones = bought.offer == 0
    paid, member = bought.price_cents[ones], inside[bought.customer[ones]]
    assert set(paid[member]) == {700}
    assert set(paid[~member]) == {1000}
    assert set(bought.price_cents[bought.offer == 1]) == {900}
    # Members turn to what they won.
    share = [ones[inside[bought.customer] == who].mean() for who in (False, True)]
    assert share[1] > share[0] + 0.03
    assert made.tables.firms.revenue_cents.sum() == bought.price_cents.sum()
    assert made.tables.customers.spend_cents.sum() == bought.price_cents.sum()


def test_more_vendors_bid_lower_and_a_lone_one_gives_nothing_away():
    lowest = []
    for n in (1, 2, 3, 6):
        made = bidding({f"o{'abcdef'[j]}": TWO["one"] for j in range(n)}, n=100)
        lowest.append(int(made.tables.offers.group_price_cents.max()))
    assert lowest == [1000, 700, 600, 500]
    assert set(bidding({"one": TWO["one"]}, n=100).purchases.price_cents) == {1000}


def test_vendors_that_are_not_admitted_do_not_bid():
    made = bidding(TWO, vendors=["Ftwo"], n=100)
    assert made.tables.offers.group_price_cents.ravel().tolist() == [0, 900]


def test_nobody_bids_below_cost():
    made = bidding({"one": {"price": 3.0, "unit_cost": 4.0}, "two": {"unit_cost": 10.0}}, n=100)
    assert not made.tables.offers.group_price_cents.any()


@pytest.mark.parametrize(("weeks", "valid"), [(1, 1), (2, 1), (3, 0), (4, 0), (5, 1), (7, 0)])
def test_a_bid_holds_for_its_weeks(weeks, valid):
    made = bidding(TWO, weeks=weeks, n=100, interval=4, weeks_valid=2)
    assert made.tables.offers.group_price_cents.any() == bool(valid)


def test_a_pool_that_is_too_small_wins_nothing():
    assert bidding(TWO, members=0.5, minimum_pool=0.4).tables.offers.group_price_cents.any()
    small = bidding(TWO, members=0.5, minimum_pool=0.6)
    assert not small.tables.offers.group_price_cents.any()
    assert not bidding(TWO, members=0.0, minimum_pool=0.0).tables.offers.group_price_cents.any()


@pytest.mark.parametrize(("members", "wins"), [(1, False), (2, True), (3, True)])
def test_a_pool_of_the_very_share_that_is_asked_for_is_enough(members, wins):
    world = {**worlds.plain(4, offers=TWO), "communities": {"board": {}}}
    made = worlds.market(beside.on(world, "group_buying", minimum_pool=0.5))
    made.tables.customers.member[:members, 0] = 1
    made.step()
    assert made.tables.offers.group_price_cents.any() == wins


def test_a_lower_list_price_beats_an_old_bid():
    world = {**worlds.plain(200, offers=TWO), "communities": {"board": {"initial_share": 1.0}}}
    world = worlds.with_mechanism(world, "choice", "multinomial_logit")
    made = worlds.market(beside.on(world, "group_buying"))
    made.step()
    made.tables.offers.price_cents[0] = 650
    made.step()
    assert set(made.purchases.price_cents[made.purchases.offer == 0]) == {650}


def test_a_pool_that_no_community_reaches_is_none():
    world = worlds.changed(worlds.busy(), mechanisms__community__leave_prob=0.5)
    on = worlds.lived(beside.on(world, "group_buying", minimum_pool=1.0))
    assert worlds.differing(on, worlds.lived(world)) == set()


def test_her_biography_tells_of_the_bid():
    told = " ".join(
        sentence for customer in range(4) for sentence in tell(
            Scenario.from_dict(pooling()), strategy=None, seed=1, customer=customer
        ).sentences()
    )
    assert "won a bid of" in told
    assert "group buying +" in told

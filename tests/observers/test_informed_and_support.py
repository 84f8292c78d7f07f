"""What information is worth, what support costs, what communities earn: worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import worlds

from sim.observers.base import observers
from tests.observers.conftest import charge, seen, sell, two_needs
from tests.observers.test_symmetry_of_outcomes import reordered

OWN = ("informed", "support", "communities")
NAMES = tuple(name for observer in OWN for name in observers()[observer].outcomes)


def with_club(n=4, **segment):
    """Two offers and one community that anybody could join."""
    world = two_needs(n, {"one": {}, "two": {}}, segment=segment)
    world["communities"] = {"club": {}}
    return world


def test_members_are_compared_with_others(made):
    market = made(with_club(price_sensitivity=0.1))
    market.tables.customers.member[:2, 0] = 1
    sell(market, (0, 0, 800, 0.5, 0.5), (1, -1, 0), (2, 0, 1000, 0.5, 0.5), (3, 1, 1200, 0.5, 0.4))
    # Experience weighs 4 and a price unit 0.1: worth 20, 0 (nothing bought), 20, 16.
    informed = seen(market, "informed")
    assert informed["value_to_members"] == pytest.approx((20 - 8 + 0) / 2)
    assert informed["value_to_others"] == pytest.approx(((20 - 10) + (16 - 12)) / 2)
    assert informed["member_advantage"] == pytest.approx(6 - 7)
    assert informed["price_paid_by_members"] == 8.0
    assert informed["price_paid_by_all"] == 10.0
    assert informed["member_discount"] == pytest.approx(1 - 8 / 11)


def test_seekers_look_up_more_often_than_the_mean(made):
    market = made(with_club(price_sensitivity=0.1))
    market.tables.customers.information_seeking[:] = [0.0, 0.1, 0.0, 0.3]
    sell(market, (0, 0, 1000, 0.5, 0.5), (1, 0, 1000, 0.5, 0.6), (3, 1, 1000, 0.5, 0.8))
    informed = seen(market, "informed")
    # The mean is 0.1: only the last one seeks more.
    assert informed["value_to_seekers"] == pytest.approx(4 * 0.8 / 0.1 - 10)
    assert informed["value_to_followers"] == pytest.approx((10 + 14) / 2)
    assert informed["seeker_advantage"] == pytest.approx(22 - 12)
    assert informed["seeker_lead"] == pytest.approx(0.8 - 0.55)


def test_charges_of_members_and_others_count_in_value_and_price(made):
    market = made(with_club(price_sensitivity=0.1))
    market.tables.customers.member[:2, 0] = 1
    market.tables.customers.information_seeking[:] = [0.0, 0.1, 0.0, 0.3]
    sell(market, (0, 0, 800, 0.5, 0.5), (1, -1, 0), (2, 0, 1000, 0.5, 0.5), (3, 1, 1200, 0.5, 0.4))
    charge(market, (1, 1, 300), (3, 0, 500), (2, 0, 100))
    informed = seen(market, "informed")
    assert informed["value_to_members"] == pytest.approx((20 - 8 - 3) / 2)
    assert informed["value_to_others"] == pytest.approx((10 + 4 - 5 - 1) / 2)
    assert informed["value_to_seekers"] == pytest.approx(4 - 5)
    assert informed["value_to_followers"] == pytest.approx((12 + 10 - 3 - 1) / 3)
    assert informed["price_paid_by_members"] == pytest.approx(8 + 3)
    assert informed["price_paid_by_all"] == pytest.approx(39 / 3)
    assert informed["member_discount"] == pytest.approx(1 - 11 / 14)


def test_where_all_are_alike_nobody_is_compared(made):
    market = made(with_club())
    market.tables.customers.member[:] = 1
    sell(market, (0, 0, 1000), (1, 1, 1000))
    informed = seen(market, "informed")
    assert math.isnan(informed["seeker_advantage"])
    assert math.isnan(informed["member_advantage"])
    assert math.isnan(informed["member_discount"])
    assert informed["price_paid_by_members"] == informed["price_paid_by_all"] == 10.0


def test_support_is_counted_by_buyer_and_by_complaint(made):
    market = made(with_club())
    market.tables.customers.purchase_count[:, 0] = [1, 2, 0, 0]
    firms = market.tables.firms
    firms.support_cents[:] = [500, 0]
    firms.n_complaints[:], firms.n_peer_solved[:] = [4, 0], [1, 0]
    support = seen(market, "support")
    assert support["support_cost_per_customer"][0] == 2.5
    assert support["peer_answers"].tolist() == [1.0, 0.0]
    assert support["peer_solved_share"][0] == 0.25
    for name in ("support_cost_per_customer", "peer_solved_share"):
        assert np.isnan(support[name][1]), name


def test_communities_earn_what_vendors_pay():
    market = worlds.lived(worlds.full(), observe=NAMES)
    paid = sum(community.income_cents for community in market.communities)
    assert paid > 0
    assert market.outcome("community_income") == pytest.approx(paid / 100)


def test_outcomes_depend_neither_on_threads_nor_on_order(monkeypatch):
    straight, other = (
        worlds.lived(w, observe=NAMES) for w in (worlds.full(), reordered(worlds.full()))
    )
    for name, values in straight.recorder.recorded().items():
        again = other.recorder.recorded()[name]
        again = again[:, ::-1] if values.ndim == 2 else again
        assert np.allclose(values, again, rtol=1e-12, atol=1e-12, equal_nan=True), name
    monkeypatch.setattr("sim.market.FEWEST_CUSTOMERS_FOR_THREADS", 1)
    one, three = (
        worlds.lived(worlds.full(7000), weeks=3, threads=threads, observe=NAMES)
        for threads in (1, 3)
    )
    assert worlds.same_records(one, three)

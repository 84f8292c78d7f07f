"""Churn, purchase frequency and posts, worked by hand on tiny markets."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.observers.census import ACTIVE_WEEKS
from tests.observers.conftest import seen, sell, two_needs

TWO = {"one": {}, "two": {}}


def test_churn_counts_who_stops_being_active_this_week(made):
    market = made(two_needs(6, TWO, firms={"F": ["one", "two"]}))
    market.week = 40
    customers = market.tables.customers
    week = customers.last_purchase_week
    week[:, 0] = [14, 14, 15, 40, 13, 0]  # 14 is 26 weeks ago; 13 was lost last week
    week[:, 1] = [0, 20, 0, 0, 0, 0]  # the second came again, for the other offer
    customers.purchase_count[:] = week > 0
    sell(market, (3, 0, 1000), (3, 0, 1000), (3, 1, 1000))
    found = seen(market, "retention")
    assert found["churn"] == pytest.approx([1 / 4])
    assert found["purchase_frequency"] == pytest.approx([3 / 3])


def test_a_firm_without_customers_loses_none(made):
    market = made(two_needs(2))
    sell(market)
    found = seen(market, "retention")
    assert np.isnan(found["churn"]).all()
    assert np.isnan(found["purchase_frequency"]).all()


def test_who_stopped_is_counted_once_and_balances_who_came():
    market = worlds.market(worlds.busy(300), observe=False)
    lost, active = [], []
    seen_before = np.zeros((300, market.n_firms), dtype=bool)
    while market.week < 60:
        market.step()
        customers, offers, _ = market.tables
        # As the census has it: of offers that she still knows.
        when = np.where(customers.aware == 1, customers.last_purchase_week, 0)
        latest = np.array([when[:, offers.firm == f].max(axis=1) for f in range(market.n_firms)]).T
        now = (latest > market.week - ACTIVE_WEEKS) & (latest > 0)
        stopped = (latest == market.week - ACTIVE_WEEKS) & (latest > 0)
        assert not (stopped & now).any()
        lost.append(stopped.sum(axis=0))
        active.append(now.sum(axis=0))
        at_risk = lost[-1] + active[-1]
        expected = np.divide(lost[-1], at_risk, out=np.full(market.n_firms, np.nan),
                             where=at_risk > 0)
        found = seen(market, "retention")
        if market.week <= ACTIVE_WEEKS:
            expected[:] = np.nan  # nobody can have stopped, however many will
        np.testing.assert_allclose(found["churn"], expected)
        # Nobody stops who was not active the week before.
        assert not (stopped & ~seen_before).any()
        seen_before = now
    assert np.sum(lost) > 20


def test_posts_are_what_content_grows_by():
    world = worlds.busy(300)
    world["communities"] = world.get("communities") or {"Place": {}}
    market = worlds.market(world)
    memory = market.mechanisms["community"].parameters.content_memory
    content, total = 0.0, 0.0
    for _ in range(12):
        market.step()
        posts = market.outcome("community_posts")
        content = content * memory + posts
        total += posts
        assert posts == int(posts)
        assert market.outcome("community_content") == pytest.approx(content)
    assert total > 10


def test_a_market_without_communities_has_no_posts(made):
    found = seen(made(two_needs(2)), "communities")
    assert found["community_posts"] == found["community_content"] == 0.0

"""What was sold, earned and spent, by firm and in the market, worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import worlds

from tests.mechanisms.test_supply import column, world
from tests.observers.conftest import seen, sell, two_needs

FIRMS = {"A": ["one", "three"], "B": ["two"]}
THREE = {"one": {}, "two": {}, "three": {}}


def test_shares_and_concentration_are_those_of_units(made):
    market = made(two_needs(8, THREE, firms=FIRMS))
    one, three, two = (market.offer_number(name) for name in ("one", "three", "two"))
    sell(market, (0, one, 1000), (1, one, 100), (2, three, 10), (3, two, 9000), (4, -1, 0))
    found = seen(market, "sales")
    assert found["units"].tolist() == [3, 1]
    assert found["market_units"] == 4
    assert found["market_share"].tolist() == [0.75, 0.25]
    assert found["concentration"] == 0.75**2 + 0.25**2


def test_where_nothing_is_sold_there_is_no_share(made):
    market = made(two_needs(2, THREE, firms=FIRMS))
    sell(market, (0, -1, 0))
    found = seen(market, "sales")
    assert np.isnan(found["market_share"]).all()
    assert math.isnan(found["concentration"])
    assert found["units"].tolist() == [0, 0]


def test_money_is_told_in_currency_and_costs_are_what_profit_lacks(made):
    market = made(two_needs(8, THREE, firms=FIRMS))
    firms = market.tables.firms
    firms.revenue_cents[:], firms.profit_cents[:] = [12_000, 500], [4_500, -700]
    firms.cash_cents[:] = [99, -2_000]
    sell(market)
    found = seen(market, "sales")
    assert found["revenue"] == pytest.approx([120.0, 5.0])
    assert found["profit"] == pytest.approx([45.0, -7.0])
    assert found["costs"] == pytest.approx([75.0, 12.0])
    assert found["cash"] == pytest.approx([0.99, -20.0])
    assert found["revenue_per_customer"] == pytest.approx([15.0, 0.625])


def test_costs_are_what_the_books_hold_of_them():
    market = worlds.lived(worlds.full())
    recorded = market.recorder.recorded()
    np.testing.assert_allclose(recorded["revenue"] - recorded["costs"], recorded["profit"])
    np.testing.assert_allclose(recorded["profit"].sum(axis=0), recorded["cash"][-1])
    assert (recorded["costs"].sum(axis=0) > 0).all()


def test_orders_that_are_told_are_those_of_the_week():
    made = worlds.market(world(1000, parameters={"forecast_smoothing": 1.0}, offers={
        "soap": {"supply": {"lead_time": 1, "safety_weeks": 0.0, "initial_demand": 500.0}},
    }))
    told = []
    for _ in range(4):
        before = column(made, "orders").copy()
        made.step()
        (slot,) = np.flatnonzero(column(made, "orders") != before) if made.week > 1 else (1,)
        assert made.outcome("shop_orders", "Fsoap") == column(made, "orders")[slot]
        told.append(made.outcome("shop_orders", "Fsoap"))
    # As expected; then twice as many a week for two weeks, and 500 that are owed.
    assert told[:2] == [500, 2000]

"""Prices, baskets, experienced value and trade-on, worked by hand on tiny markets."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.observers import baskets, till
from sim.observers.value import experienced_value
from sim.tables import Tariff
from tests.observers.conftest import charge, seen, sell, two_needs

TWO = {"one": {"price": 10.0}, "two": {"price": 8.0}}


def test_the_till_adds_units_and_money(made):
    market = made(two_needs(4, TWO))
    sell(market, (0, 0, 1000), (1, -1, 0), (2, 0, 900), (3, 1, 800))
    sums = till.take(market)
    assert sums[:, till.UNITS].tolist() == [2, 1]
    assert sums[:, till.MONEY].tolist() == [1900, 800]


def test_lerner_premium_and_dispersion(made):
    market = made(two_needs(4, TWO))
    sell(market, (0, 0, 1000), (2, 0, 900), (3, 1, 800))
    prices = seen(market, "prices")
    assert prices["lerner"] == pytest.approx([11 / 19, 0.5])
    assert prices["price_premium"] == pytest.approx([19 / 16 - 1, 0.0])
    assert prices["price_dispersion"] == pytest.approx(np.std([10, 9, 8]) / 9)


def test_an_offer_beyond_reach_does_not_blur_what_others_cost(made):
    market = made(two_needs(4, {"one": {"price": 2.0}, "dear": {"price": 1e9}}))
    sell(market, (0, 0, 200), (2, 0, 200), (3, 0, 200))
    assert seen(market, "prices")["price_dispersion"] == 0.0


def test_renewals_and_penalties_are_part_of_what_customers_paid(made):
    market = made(two_needs(4, TWO))
    sell(market, (0, 0, 0), (2, 0, 900), (3, 1, 800))
    charge(market, (0, 0, 600), (1, 0, 300), (2, 1, 50))
    prices = seen(market, "prices")
    assert prices["price_paid"] == pytest.approx([18 / 2, 8.5])
    assert prices["lerner"] == pytest.approx([10 / 18, 4.5 / 8.5])
    assert prices["price_premium"] == pytest.approx([18 / 16 - 1, 8.5 / 8 - 1])
    # Of single purchases: what is charged besides belongs to none of them.
    assert prices["price_dispersion"] == pytest.approx(np.std([0, 9, 8]) / (17 / 3))


def test_who_buys_in_pays_the_wholesale_price_and_who_makes_it_the_unit_cost(made):
    supply = {"lead_time": 1, "supplier": "Ftwo", "wholesale_price": 7.0, "initial_demand": 1}
    world = two_needs(4, {"one": {"supply": supply}, "two": {"price": 8.0}})
    market = made(worlds.with_mechanism(world, "supply", "order_up_to"))
    sell(market, (0, 0, 1000), (2, 0, 1000), (3, 1, 800))
    assert seen(market, "prices")["lerner"] == pytest.approx([6 / 20, 4 / 8])
    power = seen(market, "power")
    assert power["power_price"] == pytest.approx(12 / 28)
    consumers = power["consumer_surplus"]
    assert power["power_surplus"] == pytest.approx(consumers / (consumers + 16))
    share = power["surplus_share"]
    assert (share / (1 - share) * [6, 4]).sum() == pytest.approx(consumers)
    # Without a chain of supply its settings do nothing.
    market = made(two_needs(4, {"one": {"supply": supply}, "two": {"price": 8.0}}))
    sell(market, (0, 0, 1000))
    assert seen(market, "prices")["lerner"][0] == pytest.approx(0.6)


def test_what_others_pay_a_firm_is_no_price(made):
    market = made(two_needs(4, TWO))
    sell(market, (0, 0, 1000), (3, 1, 0))
    market.tables.firms.third_party_cents[:] = 77
    market.tables.firms.revenue_cents[:] = 5000
    assert seen(market, "prices")["price_paid"].tolist() == [10.0, 0.0]


def test_equal_prices_do_not_disperse_and_nothing_sold_has_no_price(made):
    market = made(two_needs(4, TWO))
    sell(market, (0, 0, 333), (1, 0, 333), (2, 1, 333))
    assert seen(market, "prices")["price_dispersion"] == 0.0
    sell(market)
    prices = seen(market, "prices")
    assert np.isnan([*prices["lerner"], *prices["price_premium"], prices["price_dispersion"]]).all()


def test_dispersion_is_within_categories():
    market = worlds.lived(worlds.busy(), weeks=1, observe=False)
    tea, trip = market.offer_number("tea"), market.offer_number("trip")
    sell(market, (0, tea, 100), (1, tea, 300), (2, trip, 5000), (3, trip, 5000))
    assert seen(market, "prices")["price_dispersion"] == pytest.approx(0.5 * 0.5)


def test_an_offer_not_yet_on_sale_is_not_the_cheapest(made):
    market = made(two_needs(4, {"one": {}, "two": {"price": 2.0, "launch_week": 3}}))
    sell(market, (0, 0, 1000))
    assert seen(market, "prices")["price_premium"][0] == 0.0
    market.week = 3
    assert seen(market, "prices")["price_premium"][0] == 4.0


def test_experienced_value_is_experience_in_money_minus_price(made):
    market = made(two_needs(3, TWO, segment={"outside_utility": 0.4}))
    sell(market, (0, 0, 1000, 0.5, 0.9), (1, 1, 800, 0.5, 0.1), (2, -1, 0))
    first, second = (4 * 0.9 - 0.4) / 0.1 - 10, (4 * 0.1 - 0.4) / 0.1 - 8
    assert experienced_value(market) == pytest.approx([first, second, 0])
    assert seen(market, "value")["value_for"] == pytest.approx([first, second], rel=1e-6)


def test_charges_are_taken_off_the_value_of_who_has_a_rate(made):
    market = made(two_needs(3, TWO, segment={"outside_utility": 0.4}))
    sell(market, (0, 0, 1000, 0.5, 0.9), (1, 1, 800, 0.5, 0.1))
    charge(market, (1, 1, 250), (2, 1, 100), (2, 0, 30))
    market.tables.customers.price_sensitivity[2] = 0.0
    first, second = (4 * 0.9 - 0.4) / 0.1 - 10, (4 * 0.1 - 0.4) / 0.1 - 8 - 2.5
    assert seen(market, "value")["value_for"] == pytest.approx([first, second], rel=1e-6)


def test_experienced_value_has_no_rate_for_who_minds_no_price(made):
    market = made(two_needs(3, TWO, segment={"price_sensitivity": 0.0}))
    sell(market, (0, 0, 1000, 0.5, 0.9))
    assert experienced_value(market).tolist() == [0.0]


def test_contribution_value_is_told_in_currency(made):
    market = made(two_needs(3, TWO))
    market.tables.firms.contribution_value_cents[:] = [1234, 0]
    assert seen(market, "value")["contribution_value"].tolist() == [12.34, 0.0]


def basket_market(n=60):
    return worlds.lived(worlds.busy(n), weeks=0, observe=False)


def test_baskets_by_hand():
    market = basket_market()
    customers, offers = market.tables.customers, market.tables.offers
    tea, trip, cola, bus = (market.offer_number(o) for o in ("tea", "trip", "cola", "bus"))
    offers.price_cents[[tea, trip, cola, bus]] = [100, 200, 300, 400]
    customers.purchase_count[:] = 0
    customers.purchase_count[0, [tea, trip, cola]] = [2, 1, 2]
    customers.purchase_count[1, [tea, bus]] = [4, 1]
    found = seen(market, "baskets")
    ana, bo, cy = (market.firm_names.index(f) for f in ("Ana", "Bo", "Cy"))
    assert found["customer_share"][ana] == pytest.approx((400 / 1000 + 400 / 800) / 2)
    assert found["customer_share"][bo] == pytest.approx(600 / 1000)
    assert found["share_of_requirements"][[ana, bo, cy]] == pytest.approx([7 / 10, 2 / 4, 1 / 1])
    assert found["categories_per_customer"][[ana, bo, cy]] == pytest.approx([1.5, 1, 1])


def test_baskets_hold_a_use_at_what_it_costs_by_its_tariff():
    market = worlds.market(
        worlds.with_mechanism(worlds.busy(), "tariffs", "flat_rate_bias"), observe=False
    )
    customers, offers = market.tables.customers, market.tables.offers
    tea, trip, cola, bus = (market.offer_number(o) for o in ("tea", "trip", "cola", "bus"))
    offers.price_cents[[tea, trip, cola, bus]] = [100, 600, 300, 400]
    offers.tariff[cola] = Tariff.FREE  # trip costs its fee in 3 weeks, bus in 2
    customers.purchase_rate[:, offers.category[trip]] = 1.0
    customers.purchase_rate[1, offers.category[bus]] = 0.1
    customers.purchase_count[:] = 0
    customers.purchase_count[0, [tea, trip, cola]] = [2, 2, 5]
    customers.purchase_count[1, [tea, bus]] = [4, 1]
    share = seen(market, "baskets")["customer_share"]
    ana, bo, cy = (market.firm_names.index(f) for f in ("Ana", "Bo", "Cy"))
    assert share[ana] == pytest.approx((600 / 600 + 400 / 800) / 2)
    assert share[bo] == 0
    assert share[cy] == pytest.approx(400 / 800)


def test_baskets_of_free_offers_have_no_share_of_spending():
    market = basket_market()
    market.tables.offers.price_cents[:] = 0
    market.tables.customers.purchase_count[:] = 0
    market.tables.customers.purchase_count[3, :] = 1
    found = seen(market, "baskets")
    assert np.isnan(found["customer_share"]).all()
    assert found["share_of_requirements"].tolist() == [2 / 4, 1 / 2, 1 / 2]


def test_baskets_of_a_large_market_are_those_of_even_labels(monkeypatch):
    market = basket_market()
    market.tables.customers.purchase_count[:] = 0
    market.tables.customers.purchase_count[::3, 0] = 1
    market.tables.customers.purchase_count[1::3, 1] = 1
    monkeypatch.setattr(baskets, "LARGEST", 20)
    sums = baskets.take(market, *baskets.looked_at(market))
    assert sums[:, baskets.BUYERS].sum() == 20
    assert sums[:, baskets.UNITS].sum() == 20


def test_trade_on_needs_both(made):
    market = made(two_needs(2, TWO, firms={"F": ["one", "two"]}))
    offers = market.tables.offers
    start = seen(market, "trade_on")
    assert all(start[name] == 0 for name in ("quality_gain", "cost_saving", "trade_on"))
    offers.quality[0] = [0.8, 0.6]  # worth 0.65 instead of 0.5
    offers.unit_cost_cents[:] = [300, 400]
    found = seen(market, "trade_on")
    assert found["quality_gain"] == pytest.approx([0.15])
    assert found["cost_saving"] == pytest.approx([0.125])
    assert found["trade_on"] == pytest.approx([0.125])
    offers.unit_cost_cents[:] = [500, 400]
    assert seen(market, "trade_on")["trade_on"] == pytest.approx([-0.125])


def test_what_cost_nothing_at_the_start_saves_nothing(made):
    market = made(two_needs(2, {"one": {"unit_cost": 0.0}}))
    assert np.isnan(seen(market, "trade_on")["trade_on"]).all()


def test_what_observers_share_is_taken_once_for_the_same_purchases_only(made, monkeypatch):
    market = made(two_needs(offers={"one": {}, "two": {}}))
    sell(market, (0, 0, 1000))
    swept = []
    monkeypatch.setattr(market, "sweep", lambda kernel, *rest, sweep=market.sweep: (
        swept.append(kernel), sweep(kernel, *rest)
    ))
    assert till.take(market)[:, till.UNITS].tolist() == [1.0, 0.0]
    assert till.take(market) is till.take(market)
    assert len(swept) == 1
    sell(market, (0, 1, 1000), (1, 1, 1000))  # the week was lived once more, otherwise
    assert till.take(market)[:, till.UNITS].tolist() == [0.0, 2.0]

"""Supply: goods are neither made nor lost on the way, shelves are empty when they should be."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

import sim.market as market_module
from sim.market import Market
from sim.mechanisms.supply.order_up_to import find_shelves
from sim.streams import BLOCK, Streams, address, uniform

OWN = {
    "stock", "pipeline", "demand_forecast", "availability", "orders", "depot_stock",
    "depot_pipeline", "depot_forecast", "supplied_since_week",
}


def world(n=10, weeks=12, *, offers=None, share=0.0, parameters=None, on=True, **segment):
    """Customers who buy at even intervals from shops that have to order."""
    made = worlds.plain(n, weeks, offers=offers, **{"regular_purchases": True, **segment})
    made["mechanisms"].update(choice="multinomial_logit", pricing="fixed")
    for firm in made["firms"].values():
        firm["levers"] = {"shares_sales_data": share}
    return worlds.with_mechanism(made, "supply", "order_up_to", **(parameters or {})) if on \
        else made


def column(made, name, o=0):
    return getattr(made.tables.offers, name)[o]


# Stories -----------------------------------------------------------------------------------------


def test_with_a_steady_demand_as_expected_goods_flow_steadily():
    made = worlds.market(world(offers={
        "soap": {"supply": {"lead_time": 2, "safety_weeks": 0.5, "initial_demand": 1000.0}},
    }))
    for _ in range(12):
        made.step()
        assert column(made, "stock") == pytest.approx(15)  # this week and half of the next
        assert column(made, "orders")[made.week % 27] == pytest.approx(10)
        assert column(made, "pipeline").sum() == pytest.approx(20)  # two weeks on the way
        assert column(made, "depot_stock") == pytest.approx(5)
        assert column(made, "depot_pipeline").sum() == pytest.approx(20)
        assert column(made, "availability") == 1.0
        assert made.outcome("stock_out_rate", "Fsoap") == 0.0
        assert made.outcome("units", "Fsoap") == 10
        # Half a percent of 15 + 5 units at 4 a week.
        assert made.tables.firms.holding_cents.tolist() == [40]


def test_a_demand_of_twice_what_was_expected_empties_the_shelf_until_goods_come():
    made = worlds.market(world(1000, parameters={"forecast_smoothing": 1.0}, offers={
        "soap": {"supply": {"lead_time": 1, "safety_weeks": 0.0, "initial_demand": 500.0}},
    }))
    made.step()
    assert made.outcome("units", "Fsoap") == 1000  # sold beyond the stock: 500 are owed
    made.step()
    assert column(made, "stock") == pytest.approx(0.0)  # what came went to them
    assert column(made, "demand_forecast") == 1000
    assert made.outcome("units", "Fsoap") == 0
    assert made.outcome("stock_out_rate", "Fsoap") == 1.0
    for _ in range(10):
        made.step()
    assert made.outcome("stock_out_rate", "Fsoap") < 0.05
    assert made.outcome("units", "Fsoap") > 950


def test_who_finds_the_shelf_empty_takes_another_offer_or_none():
    offers = {
        "soap": {"supply": {"initial_demand": 0.0}, "price": 1.0}, "rival": {"price": 50.0},
    }
    made = worlds.lived(world(40, offers=offers, weeks=1))
    assert set(made.purchases.offer.tolist()) == {1}
    alone = worlds.lived(world(40, offers={"soap": offers["soap"]}, weeks=1))
    assert set(alone.purchases.offer.tolist()) == {-1}
    assert alone.purchases.n == 40


def test_an_offer_that_nobody_was_expected_to_buy_reaches_the_shelf_in_the_end():
    made = worlds.lived(world(40, weeks=30, offers={"soap": {"supply": {"initial_demand": 0.0}}}))
    assert made.outcome("units", "Fsoap") == 40


def test_supply_begins_with_the_launch_and_by_default_with_an_equal_part_of_the_demand():
    made = worlds.market(world(90, purchase_rate=0.5, regular_purchases=False, offers={
        "soap": {"supply": {}, "launch_week": 4}, "a": {}, "b": {},
    }))
    for week in range(1, 6):
        made.step()
        assert column(made, "supplied_since_week") == (4 if week >= 4 else 0)
        if week == 4:
            assert column(made, "demand_forecast") == pytest.approx(15)
    assert made.outcome("stock_out_rate", "Fa") != made.outcome("stock_out_rate", "Fa")  # none


def test_an_equal_part_is_of_the_offers_of_the_category():
    made = world(90, purchase_rate={"thing": 0.5, "tool": 2.0}, offers={"soap": {"supply": {}},
                                                                         "a": {}, "b": {}})
    tool = {"category": "tool", "quality": {"force": 0.5}, "price": 5.0, "unit_cost": 1.0}
    made = worlds.changed(
        made, categories__tool={"attributes": {"force": {}}},
        firms__Ftool={"offers": {"saw": {**tool, "supply": {}}, "axe": tool}},
    )
    made = worlds.lived(made, weeks=1)
    # 45 occasions a week for three things, 180 for two tools.
    assert column(made, "demand_forecast", made.offer_number("soap")) == pytest.approx(15)
    assert column(made, "demand_forecast", made.offer_number("saw")) == pytest.approx(90)


def test_the_seller_pays_the_supplier_who_bears_the_cost():
    made = worlds.market(world(weeks=4, parameters={"holding_rate": 0.01}, offers={
        "soap": {"price": 10.0, "unit_cost": 4.0, "supply": {
            "lead_time": 1, "safety_weeks": 1.0, "initial_demand": 1000.0,
            "supplier": "Fdirect", "wholesale_price": 7.5,
        }},
        "direct": {"initial_awareness": 0.0},
    }))
    for _ in range(4):
        made.step()
        firms = made.tables.firms
        assert firms.revenue_cents.tolist() == [10_000, 7_500]
        assert firms.production_cents.tolist() == [7_500, 4_000]
        assert firms.holding_cents.tolist() == [80, 40]  # 20 units in shops, 10 at the supplier
        assert firms.profit_cents.tolist() == [2_420, 3_460]


# Against the equations ---------------------------------------------------------------------------


class Twin:
    """One supplied offer, written from the equations, with shipments in lists."""

    def __init__(self, expected, lead, safety, *, share, smoothing, delay, production):
        self.lead, self.safety, self.share = lead, safety, share
        self.smoothing, self.delay, self.production = smoothing, delay, production
        self.forecast = self.seen = expected
        self.stock, self.depot, self.owed = expected * safety, expected * safety, 0.0
        self.coming = [(week, expected) for week in range(1, lead + 1)]
        self.made = [(week, expected) for week in range(1, production + 1)]
        self.orders = dict.fromkeys(range(-30, 1), expected)
        self.availability = 1.0

    def live(self, week, sold):
        """Start a week after one in which so many units were sold."""
        self.stock -= sold
        demand = self.forecast
        if week > 1:
            demand = sold + (1 - self.availability) * self.forecast
            self.forecast += self.smoothing * (demand - self.forecast)
        self.stock += sum(units for when, units in self.coming if when == week)
        self.coming = [(when, units) for when, units in self.coming if when > week]
        self.depot += sum(units for when, units in self.made if when == week)
        self.made = [(when, units) for when, units in self.made if when > week]
        target = max(self.forecast * (self.lead + 1 + self.safety), 1.0)
        on_the_way = sum(units for _, units in self.coming)
        order = max(target - self.stock - on_the_way - self.owed, 0.0)
        self.orders[week] = order
        sent = min(self.depot, self.owed + order)
        self.coming.append((week + self.lead, sent))
        self.depot -= sent
        self.owed += order - sent
        told = self.share * demand + (1 - self.share) * self.orders[week - self.delay]
        self.seen += self.smoothing * (told - self.seen)
        position = self.depot - self.owed + sum(units for _, units in self.made)
        more = max(self.seen * (self.production + self.safety) - position, 0.0)
        self.made.append((week + self.production, more))
        self.availability = min(max(self.stock, 0.0) / max(self.forecast, 1e-9), 1.0)


@pytest.mark.parametrize(("share", "delay", "lead", "production", "smoothing"), [
    (0.0, 0, 1, 1, 0.3), (0.0, 3, 2, 2, 0.3), (0.6, 2, 26, 3, 0.8), (1.0, 26, 3, 26, 0.5),
])
def test_shops_and_supplier_follow_their_equations(share, delay, lead, production, smoothing):
    made = worlds.market(world(
        200, weeks=60, share=share, regular_purchases=False, purchase_rate=0.7,
        parameters={"information_delay": delay, "production_weeks": production,
                    "forecast_smoothing": smoothing},
        offers={"soap": {"supply": {
            "lead_time": lead, "safety_weeks": 0.1, "initial_demand": 300.0,
        }}, "rival": {}},
    ))
    twin = Twin(60.0, lead, 0.1, share=share, smoothing=smoothing, delay=delay,
                production=production)
    sold, short = 0, 0
    for week in range(1, 61):
        twin.live(week, sold)
        made.step()
        sold = int((made.purchases.offer == 0).sum())
        short += twin.availability < 1
        told = {
            "demand_forecast": twin.forecast, "stock": twin.stock,
            "availability": twin.availability, "depot_stock": twin.depot - twin.owed,
            "depot_forecast": twin.seen,
        }
        for name, value in told.items():
            assert column(made, name) == pytest.approx(value, abs=1e-6), (week, name)
        assert column(made, "orders")[week % 27] == pytest.approx(twin.orders[week], abs=1e-6)
        assert made.outcome("stock_out_rate", "Fsoap") == pytest.approx(1 - twin.availability)
        on_the_way = sum(units for _, units in twin.coming)
        assert column(made, "pipeline").sum() == pytest.approx(on_the_way, abs=1e-6)
    assert 3 < short < 60


def test_find_shelves_equals_its_twin():
    rng = np.random.default_rng(3)
    n, key = BLOCK + 100, Streams(9).key("supply.shelf", 4)
    own = rng.poisson(1.5, n)
    customer = np.repeat(np.arange(n), own).astype(np.int32)
    serial = np.concatenate([np.arange(c) for c in own]).astype(np.uint8)
    kind = rng.integers(0, 2, len(customer)).astype(np.int32)
    label, offer_label = np.arange(n, dtype=np.int32), np.array([8, 1, 30], dtype=np.int32)
    category, availability = np.array([0, 0, 1], dtype=np.int16), np.array([0.4, 1.0, 0.0])
    starts = np.array([0, own[:BLOCK].sum(), own.sum()])
    utility = np.zeros((len(customer), 3), dtype=np.float32)
    find_shelves(
        0, n, key, starts, label, offer_label, category, availability, customer, serial, kind,
        utility,
    )
    for e, i in enumerate(customer):
        state = np.uint64(address(np.uint64(address(key, int(i))), int(serial[e])))
        for o in range(3):
            empty = uniform(state, int(offer_label[o]) + 1) >= availability[o]
            expected = -np.inf if category[o] == kind[e] and empty else 0.0
            assert utility[e, o] == expected
    found = np.isfinite(utility[kind == 0, 0])
    # Beyond five standard deviations fewer than once in a million runs.
    assert abs(found.mean() - 0.4) < 5 * np.sqrt(0.24 / len(found))


# Laws --------------------------------------------------------------------------------------------


def test_goods_are_conserved():
    made = worlds.market(world(300, weeks=40, regular_purchases=False, offers={
        "soap": {"supply": {"lead_time": 3, "safety_weeks": 0.2, "initial_demand": 100.0}},
        "rival": {},
    }))
    sold, before, produced = 0, None, 0.0
    for _ in range(40):
        made.step()
        slot = (made.week + 2) % 27  # what is decided this week is ready in two weeks
        held = sum(column(made, name).sum() for name in ("stock", "pipeline", "depot_pipeline"))
        held += max(column(made, "depot_stock"), 0.0)  # what it owes is no goods
        produced = column(made, "depot_pipeline")[slot]
        if before is not None:
            assert held - produced == pytest.approx(before - sold)
        before, sold = held, int((made.purchases.offer == 0).sum())
    assert produced > 0


def test_all_money_of_sellers_and_suppliers_comes_from_customers():
    made = worlds.market(worlds.with_mechanism(worlds.busy(400), "supply", "order_up_to"))
    moved = 0
    for _ in range(made.world.weeks):
        before = int(made.tables.customers.spend_cents.sum())
        made.step()
        _, offers, firms = made.tables
        units = np.bincount(made.purchases.offer + 1, minlength=made.n_offers + 1)[1:]
        wholesale = int((units * offers.wholesale_price_cents).sum())
        spent = int(made.tables.customers.spend_cents.sum()) - before
        assert firms.revenue_cents.sum() == spent + wholesale
        assert firms.production_cents.sum() == (units * offers.unit_cost_cents).sum() + wholesale
        moved += wholesale
    assert moved > 0
    assert firms.cash_cents.sum() < made.tables.customers.spend_cents.sum()


def test_offers_without_supply_are_always_in_stock():
    offers = {"a": {}, "b": {"price": 7.0}}
    on, off = (worlds.lived(world(200, offers=offers, on=on)) for on in (True, False))
    assert worlds.differing(on, off) == set()


def test_a_full_store_that_costs_nothing_is_none_but_for_its_own_columns():
    offers = {"a": {"supply": {"safety_weeks": 52.0}}, "b": {"price": 7.0}}
    on, off = (
        worlds.lived(world(200, offers=offers, on=on, parameters={"holding_rate": 0.0}))
        for on in (True, False)
    )
    # Shelves are never empty, and there was so much at the start that nothing was ordered.
    still = {"availability", "pipeline", "depot_pipeline"}
    assert worlds.differing(on, off) == {f"offers.{name}" for name in OWN - still}


def test_the_settings_alone_do_nothing_while_supply_is_none():
    plain = worlds.busy()
    for firm in plain["firms"].values():
        for offer in firm["offers"].values():
            offer.pop("supply", None)
    assert worlds.differing(worlds.lived(worlds.busy()), worlds.lived(plain)) == {
        f"offers.{name}"
        for name in ("lead_time", "safety_weeks", "supplier", "wholesale_price_cents")
    }


def busy(n=60):
    return worlds.with_mechanism(worlds.busy(n), "supply", "order_up_to")


def test_the_number_of_threads_changes_nothing(monkeypatch):
    monkeypatch.setattr(market_module, "FEWEST_CUSTOMERS_FOR_THREADS", 1)
    one, three = (worlds.lived(busy(3 * BLOCK), threads=t, weeks=8) for t in (1, 3))
    assert worlds.differing(one, three) == set()
    assert worlds.same_records(one, three)
    assert (one.recorder.recorded()["stock_out_rate"] > 0).any()


def test_the_order_of_firms_changes_nothing():
    straight, turned = worlds.lived(busy()), busy()
    turned["firms"] = dict(reversed(turned["firms"].items()))
    other = worlds.lived(turned)
    place = [other.offer_number(name) for name in straight.offer_names]
    for name in OWN:
        own, others = (getattr(made.tables.offers, name) for made in (straight, other))
        assert np.array_equal(own, others[place]), name
    own, others = (made.tables.firms.cash_cents for made in (straight, other))
    assert np.array_equal(own, others[::-1])
    own, others = (made.recorder.recorded() for made in (straight, other))
    for name in ("stock_out_rate", "shop_orders", "units"):
        assert np.array_equal(own[name], others[name][:, ::-1], equal_nan=True), name


def test_a_checkpoint_keeps_what_is_on_the_way():
    straight, stopped = worlds.lived(busy()), worlds.lived(busy(), weeks=5)
    resumed = Market.resume(stopped.checkpoint())
    resumed.run_model()
    assert worlds.differing(straight, resumed) == set()
    assert worlds.same_records(straight, resumed)


# What the sources say ----------------------------------------------------------------------------

SEEDS = range(12)


def volatile(share, seed, **parameters):
    """A shop with little safety stock, chance demand and a market that grows with a rival's price.

    Returns its series of outcomes after ten weeks.
    """
    written = world(
        2000, weeks=60, share=share, parameters=parameters, regular_purchases=False,
        purchase_rate=0.4, outside_utility=1.0,
        offers={"soap": {"supply": {"lead_time": 2, "safety_weeks": 0.2}}, "rival": {}},
    )
    written["events"] = [
        {"name": f"turn {week}", "week": week,
         "set": {"firms.Frival.offers.rival.price": price}}
        for week, price in ((15, 14.0), (25, 8.0), (35, 14.0), (45, 8.0))
    ]
    made = worlds.lived(written, seed=seed)
    return {name: values[10:, 0] for name, values in made.recorder.recorded().items()
            if values.ndim == 2}


def test_orders_vary_more_than_sales():
    ratio = []
    for seed in SEEDS:
        series = volatile(0.0, seed)
        ratio.append(np.var(series["shop_orders"]) / np.var(series["units"]))
    assert min(ratio) > 1.0


def test_shared_sales_data_cut_stock_outs_and_the_longer_the_delay_the_more():
    def stock_outs(share, delay):
        return np.array([
            volatile(share, seed, information_delay=delay)["stock_out_rate"].mean()
            for seed in SEEDS
        ])

    shared = stock_outs(1.0, 4)
    saved = {delay: stock_outs(0.0, delay) - shared for delay in (1, 4)}
    error = {delay: np.std(s, ddof=1) / np.sqrt(len(s)) for delay, s in saved.items()}
    assert shared.mean() > 0.0
    assert saved[4].mean() > 3 * error[4]
    assert saved[4].mean() > saved[1].mean()
    assert saved[1].mean() > 0


def test_sharing_may_begin_in_the_middle_of_a_run():
    written = world(300, weeks=30, regular_purchases=False, offers={
        "soap": {"supply": {"safety_weeks": 0.1}}, "rival": {},
    })
    late = worlds.changed(written, events=[
        {"name": "link", "week": 15, "set": {"firms.Fsoap.levers.shares_sales_data": 1.0}},
    ])
    never, link = worlds.market(written), worlds.market(late)
    apart = set()
    for week in range(1, 31):
        never.step()
        link.step()
        differing = worlds.differing(never, link)
        assert week >= 15 or not differing
        apart |= differing
    # What the maker keeps is what its own view of demand decides.
    assert "offers.depot_stock" in apart

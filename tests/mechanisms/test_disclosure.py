"""Customers weigh what their data brings them against what it may cost them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import worlds

from sim.biography import tell
from sim.mechanisms.disclosure.privacy_calculus import worth
from sim.scenario import Scenario
from sim.tables import Response

MONEY = {"firms.disclosure_cents", "firms.profit_cents", "firms.cash_cents"}


def asking(world, **parameters):
    return worlds.with_mechanism(world, "disclosure", "privacy_calculus", **parameters)


def shop(n=2000, weeks=1, *, levers=None, offers=None, **segment):
    """One offer that everybody buys every week, and that asks for data."""
    offers = {"one": {"data_ask": 0.5}} if offers is None else offers
    world = worlds.plain(n, weeks, offers=offers, **{"regular_purchases": True, **segment})
    world = asking(worlds.with_mechanism(world, "choice", "multinomial_logit"))
    for name in offers:
        world["firms"][f"F{name}"]["levers"] = levers or {}
    return world


# Stories ---------------------------------------------------------------------------------------


def test_disclosure_is_worth_benefit_and_payment_less_concern_without_trust():
    assert worth(0.5, 0.8, 0.1, 3.0, 2.0, 0.5, 0.4) == pytest.approx(0.4 + 0.3 - 0.6)
    assert worth(0.5, 0.0, 0.1, 0.0, 2.0, 0.5, 1.0) == 0.0


@pytest.mark.parametrize(("payment", "known"), [(0.0, 0.0), (4.9, 0.0), (5.1, 0.125)])
def test_a_customer_discloses_as_soon_as_she_is_paid_enough(payment, known):
    # Concern 1 * ask 0.5 * (1 - trust 0) = price sensitivity 0.1 * 5.
    made = worlds.lived(shop(50, levers={"data_payment": payment}, privacy_concern=1.0))
    assert (made.tables.customers.known == np.float32(known)).all()
    disclosed = 50 if known else 0
    assert made.tables.firms.disclosure_cents.tolist() == [round(payment * 100) * disclosed]


def test_a_firm_learns_ever_less_from_one_more_purchase():
    made = worlds.lived(shop(3, weeks=3, levers={"data_payment": 1.0}))
    assert made.tables.customers.known[:, 0] == pytest.approx([1 - 0.875**3] * 3)


def test_nobody_discloses_for_nothing():
    made = worlds.lived(shop(50, weeks=3))
    assert not made.tables.customers.known.any()


def test_trust_opens_what_concern_closes():
    world = worlds.with_mechanism(
        shop(50, weeks=1, levers={"data_payment": 1.0}, privacy_concern=1.0), "trust",
        "commitment_trust", initial_trust=0.9, gain_rate=0.0, loss_rate=0.0,
    )
    assert worlds.lived(world).tables.customers.known.all()
    wary = worlds.changed(world, mechanisms__trust__initial_trust=0.7)
    assert not worlds.lived(wary).tables.customers.known.any()


def test_who_must_disclose_to_buy_counts_the_cost_before_she_buys():
    offers = {
        "free": {"price": 0.0, "data_ask": 1.0, "data_required": True}, "paid": {"price": 10.0},
    }
    carefree, private = (
        worlds.lived(shop(offers=offers, privacy_concern=concern)).tables.customers
        for concern in (0.0, 3.0)
    )
    # Logit: expectations are alike; the free plan is worth 1 more, minus the concern.
    for customers, gap in ((carefree, 1.0), (private, -2.0)):
        expected = 1 / (1 + math.exp(-gap))
        error = math.sqrt(expected * (1 - expected) / 2000)
        assert customers.purchase_count[:, 0].mean() == pytest.approx(expected, abs=4 * error)
        assert np.array_equal(customers.known[:, 0] > 0, customers.purchase_count[:, 0] > 0)
        assert not customers.known[:, 1].any()


def test_both_plans_serve_more_customers_than_either_alone():
    # C07: half of the customers mind their data, and everybody may buy nothing.
    plans = {
        "free": {"price": 0.0, "data_ask": 1.0, "data_required": True}, "paid": {"price": 10.0},
    }
    traits = {
        "privacy_concern": {"low": 0.0, "high": 4.0}, "outside_utility": 2.0,
    }
    served = {
        names: worlds.lived(
            shop(8000, offers={n: plans[n] for n in names}, **traits)
        ).tables.customers.purchase_count
        for names in (("free",), ("paid",), ("free", "paid"))
    }
    both = served["free", "paid"]
    assert both.sum() > 1.1 * max(served["free",].sum(), served["paid",].sum())
    made = worlds.market(shop(8000, offers=plans, **traits))
    private = made.tables.customers.privacy_concern > 0
    assert both[private, 1].sum() > 2 * both[private, 0].sum()
    assert both[~private, 0].sum() > 2 * both[~private, 1].sum()


def test_who_leaves_takes_what_the_firm_knew_along():
    world = worlds.busy(200)
    made = worlds.market(asking(world))
    left = 0
    for _ in range(worlds.WEEKS):
        made.step()
        bought, customers = made.purchases, made.tables.customers
        gone = np.flatnonzero(bought.response == Response.EXIT)
        last = {int(bought.customer[p]): int(p) for p in np.flatnonzero(bought.offer >= 0)}
        for p in gone:
            i, f = int(bought.customer[p]), int(made.tables.offers.firm[bought.offer[p]])
            if last[i] == p:
                assert customers.known[i, f] == 0.0
                left += 1
    assert left > 5
    assert customers.known.any()


def test_who_leaves_a_firm_that_no_longer_asks_takes_it_along_too():
    made = worlds.market(shop(4, offers={"one": {"data_ask": 0.0}}))
    made.tables.customers.known[:] = 0.5
    made.listeners.append(lambda market, stage, after: (
        market.purchases.response.__setitem__(slice(2), Response.EXIT)
        if stage == "disclosure" and not after else None
    ))
    made.step()
    assert made.tables.customers.known[:, 0].tolist() == [0.0, 0.0, 0.5, 0.5]


# Misuse ----------------------------------------------------------------------------------------


def test_misuse_is_found_out_at_its_rate():
    n = 20_000
    made = worlds.market(worlds.changed(
        shop(n, levers={"data_misuse": 0.5}), mechanisms__disclosure__discovery_rate=0.6,
        customers__segments__all__purchase_rate=0.0,
    ))
    customers = made.tables.customers
    customers.known[:, 0], customers.trust[:, 0] = 0.8, 0.6
    customers.known[: n // 2, 0] = 0.0
    made.step()
    found = customers.trust[:, 0] < 0.6
    assert not found[: n // 2].any()
    expected = 1 - math.exp(-0.6 * 0.5 * 0.8)
    error = math.sqrt(expected * (1 - expected) / (n / 2))
    assert found[n // 2 :].mean() == pytest.approx(expected, abs=4 * error)
    assert np.unique(customers.trust[found, 0]) == pytest.approx([0.3])


def test_a_firm_that_misuses_nothing_is_never_found_out():
    world = worlds.busy()
    world["firms"]["Ana"]["levers"]["data_misuse"] = 0.0
    world = worlds.with_mechanism(world, "selling", "none")
    made = worlds.market(asking(world))
    made.tables.customers.trust[:] = 0.5
    made.run_model()
    assert made.tables.customers.known.any()
    assert (made.tables.customers.trust == 0.5).all()


# The kernels are their equations ---------------------------------------------------------------


def test_known_is_its_equation_in_a_busy_market():
    world = worlds.busy(150)
    world["firms"]["Ana"]["levers"]["data_misuse"] = 0.0
    made = worlds.market(asking(world, learning_rate=0.4))
    known = np.zeros((150, 3))
    paid = [firm.levers["data_payment"] for firm in made.firms]
    for _ in range(worlds.WEEKS):
        made.step()
        customers, offers, bought = made.tables.customers, made.tables.offers, made.purchases
        n_disclosed = np.zeros(3, dtype=np.int64)
        for p in np.flatnonzero(bought.offer >= 0):
            i, o = int(bought.customer[p]), int(bought.offer[p])
            f, ask = int(offers.firm[o]), float(offers.data_ask[o])
            net = 0.5 * float(offers.personalization[o])
            net += float(customers.price_sensitivity[i]) * paid[f]
            net -= float(customers.privacy_concern[i]) * ask * (1 - float(customers.trust[i, f]))
            if bought.response[p] == Response.EXIT:
                known[i, f] = 0.0
            elif ask > 0 and (offers.data_required[o] or net > 0):
                known[i, f] += 0.4 * ask * (1 - known[i, f])
                n_disclosed[f] += 1
        np.testing.assert_allclose(customers.known, known, rtol=0, atol=2e-6)
        assert made.tables.firms.disclosure_cents.tolist() == [53 * n_disclosed[0], 0, 0]
    assert (known[:, :2].max(axis=0) > 0.5).all()
    assert (known == 0).any()


# What it must keep -----------------------------------------------------------------------------


def test_offers_that_ask_for_nothing_make_it_none():
    world = worlds.busy()
    for offer in ("tea", "cola"):
        firm = "Ana" if offer == "tea" else "Bo"
        world["firms"][firm]["offers"][offer]["data_ask"] = 0.0
    without = worlds.lived(worlds.with_mechanism(world, "disclosure", "none"))
    assert worlds.differing(worlds.lived(asking(world)), without) == set()


def test_without_worth_learning_and_discovery_it_is_none_but_for_payments():
    world = worlds.busy()
    for segment in world["customers"]["segments"].values():
        segment["privacy_concern"] = 0.0
    world["firms"]["Ana"]["levers"]["data_payment"] = 0.0
    off = asking(world, benefit_weight=0.0, learning_rate=0.0, discovery_rate=0.0)
    without = worlds.lived(worlds.with_mechanism(world, "disclosure", "none"))
    assert worlds.differing(worlds.lived(off), without) <= MONEY


def test_payments_are_booked_as_costs():
    made = worlds.market(asking(worlds.busy()))
    total = 0
    for _ in range(worlds.WEEKS):
        made.step()
        firms = made.tables.firms
        costs = sum(
            getattr(firms, name) for name, c in type(firms).columns.items() if c.books == "cost"
        )
        assert np.array_equal(
            firms.profit_cents, firms.revenue_cents - firms.production_cents - costs
        )
        total += int(firms.disclosure_cents.sum())
    assert total > 0


def test_the_number_of_threads_changes_nothing(monkeypatch):
    monkeypatch.setattr("sim.market.FEWEST_CUSTOMERS_FOR_THREADS", 1)
    one, three = (worlds.lived(asking(worlds.busy(7000)), weeks=4, threads=t) for t in (1, 3))
    assert worlds.differing(one, three) == set()


def test_the_order_of_firms_changes_nothing():
    world = asking(worlds.busy())
    turned = worlds.changed(world, firms=dict(reversed(world["firms"].items())))
    straight, other = worlds.lived(world), worlds.lived(turned)
    for name in ("known", "trust"):
        own = getattr(straight.tables.customers, name)
        assert own.tobytes() == getattr(other.tables.customers, name)[:, ::-1].tobytes()
    assert straight.tables.customers.known.any()


def test_events_may_set_whether_data_are_required():
    world = shop(20, weeks=2, privacy_concern=1.0)
    world["events"] = [
        {"name": "no way out", "week": 2, "set": {"firms.Fone.offers.one.data_required": True}}
    ]
    made = worlds.market(world)
    made.step()
    assert not made.tables.customers.known.any()
    made.step()
    assert made.tables.customers.known.all()


def test_the_story_tells_of_data():
    scenario = Scenario.from_dict(asking(worlds.busy()))
    told = " ".join(
        " ".join(tell(scenario, strategy=None, seed=1, customer=c).sentences()) for c in range(20)
    )
    for words in (
        "let Ana learn from her data", "lost what it knew of her", "found out that Ana misuses",
    ):
        assert words in told
    assert "disclosure -" in told

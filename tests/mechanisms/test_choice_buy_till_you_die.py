"""Buying till dropping out: stories, the laws of its two special cases, and a plain-Python twin."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

import sim.market
from sim.estimators.beta_geometric import BetaGeometricFit
from sim.estimators.bg_nbd import BgNbdFit
from sim.mechanisms.choice.buy_till_you_die import buy, draw_dropout
from sim.streams import address, gamma, gumbel, uniform

NEVER, AT_ONCE = {"dropout_a": 0.001, "dropout_b": 1e6}, {"dropout_a": 1e6, "dropout_b": 0.001}
CONTRACT = {"purchase_rate": 1.0, "regular_purchases": True}


def world(n=500, weeks=worlds.WEEKS, *, offers=None, dropout=NEVER, **segment):
    made = worlds.plain(n, weeks, offers=offers, **segment)
    return worlds.with_mechanism(made, "choice", "buy_till_you_die", **dropout)


def counts(made):
    return made.tables.customers.purchase_count


def test_who_never_drops_out_renews_every_year():
    assert (counts(worlds.lived(world(**CONTRACT))) == worlds.WEEKS).all()


def test_who_drops_out_at_once_buys_once_whatever_comes_in_the_same_week():
    made = worlds.lived(world(dropout=AT_ONCE, purchase_rate=3.0))
    assert (counts(made) == 1).all()
    assert (made.tables.customers.left == 1).all()
    assert made.tables.customers.spend_cents.tolist() == [1000] * made.n_customers


def test_who_knows_no_offer_neither_buys_nor_leaves():
    made = worlds.lived(world(offers={"one": {"initial_awareness": 0.0}}, dropout=AT_ONCE))
    assert not counts(made).any()
    assert not made.tables.customers.left.any()


def test_an_offer_cannot_be_bought_before_its_launch():
    made = worlds.lived(world(offers={"one": {"launch_week": 5}}, **CONTRACT))
    assert (counts(made) == worlds.WEEKS - 4).all()


def test_contracts_survive_as_the_shifted_beta_geometric_says():
    # 40,000 customers, standard error of each share at most 0.0025: five of them, three weeks,
    # fails by chance once in half a million seeds.
    made = worlds.market(world(40_000, dropout={"dropout_a": 0.7, "dropout_b": 1.2}, **CONTRACT))
    there = []
    for _ in range(8):
        made.step()
        there.append((made.tables.customers.left == 0).mean())
    formula = BetaGeometricFit(0.7, 1.2).survival([1, 3, 8])
    assert np.array(there)[[0, 2, 7]] == pytest.approx(formula, abs=0.0125)


def test_purchases_are_as_many_as_the_bg_nbd_expects():
    fit = BgNbdFit(0.8, 2.0, 0.8, 2.5)
    made = worlds.lived(world(
        40_000, purchase_rate={"mean": fit.r / fit.alpha, "shape": fit.r},
        dropout={"dropout_a": fit.a, "dropout_b": fit.b},
    ))
    found = counts(made)[:, 0]
    error = found.std() / np.sqrt(found.size)  # five of them: once in 1.7 million seeds
    assert found.mean() == pytest.approx(float(fit.expected_purchases(worlds.WEEKS)), abs=5 * error)


def test_offers_are_bought_in_equal_parts_when_nothing_tells_them_apart():
    # 6,000 purchases: five standard errors of a share of one half
    made = worlds.lived(world(500, offers={"one": {}, "two": {}}, **CONTRACT))
    assert counts(made)[:, 0].mean() / worlds.WEEKS == pytest.approx(0.5, abs=0.033)


def test_the_kernel_equals_its_twin():
    rng, n, n_offers, week = np.random.default_rng(8), 40, 3, 4
    category = np.array([0, 0, 1], dtype=np.int32)
    offer_label = np.array([9, 4, 77], dtype=np.int64)
    launch = np.array([1, 5, 1], dtype=np.int32)
    dropout = np.array([[0.6, 0.9], [2.0, 1.0]])
    segment, label = rng.integers(0, 2, n).astype(np.uint8), np.arange(n, dtype=np.int32) * 3
    aware = (rng.random((n, n_offers)) < 0.8).astype(np.uint8)
    avoid = rng.integers(0, 6, (n, n_offers)).astype(np.int16)
    customer = np.repeat(np.arange(n), 3).astype(np.int32)
    serial, kind = np.tile(np.arange(3), n).astype(np.uint8), np.tile([0, 0, 1], n).astype(np.int32)
    added = rng.normal(size=(3 * n, n_offers)).astype(np.float32)
    keys = tuple(np.uint64(k) for k in (101, 202, 303))
    left, offer = np.zeros((n, 2), dtype=np.uint8), np.full(3 * n, -1, dtype=np.int16)
    own_prob = np.empty((n, 2))
    draw_dropout(0, n, keys[2], label, segment, dropout, own_prob)
    buy(
        0, n, *keys[:2], week, np.array([0, 3 * n]), True, kind, added, label, own_prob, aware,
        avoid, offer_label, category, launch, left, customer, serial, offer,
    )
    gone, bought = set(), []
    for e in range(3 * n):
        i, k = int(customer[e]), int(kind[e])
        state = np.uint64(address(np.uint64(address(keys[0], label[i])), serial[e]))
        value = {
            o: added[e, o] + gumbel(state, int(offer_label[o]) + 1) for o in range(n_offers)
            if category[o] == k and aware[i, o] and launch[o] <= week and avoid[i, o] < week
        }
        best = max(value, key=value.get) if value and (i, k) not in gone else -1
        bought.append(best)
        if best >= 0:
            own = np.uint64(address(keys[2], label[i]))
            a, b = (
                gamma(np.uint64(address(own, 2 * k + j)), dropout[segment[i], j]) for j in (0, 1)
            )
            if uniform(np.uint64(address(keys[1], label[i])), int(serial[e])) < a / (a + b):
                gone.add((i, k))
    assert offer.tolist() == bought
    assert {(int(i), int(k)) for i, k in np.argwhere(left)} == gone
    assert 10 < len(gone) < 2 * n
    assert -1 in bought


def test_dropout_probabilities_are_beta():
    # 20,000 draws: mean and standard deviation within five standard errors
    own, n = np.empty((20_000, 1)), 20_000
    segment = np.zeros(n, dtype=np.uint8)
    draw_dropout(
        0, n, np.uint64(5), np.arange(n, dtype=np.int32), segment, np.array([[0.8, 2.4]]), own
    )
    assert own.mean() == pytest.approx(0.25, abs=5 * 0.21 / np.sqrt(20_000))
    assert own.std() == pytest.approx(np.sqrt(0.25 * 0.75 / 4.2), abs=0.006)


def test_threads_and_order_of_offers_change_nothing(monkeypatch):
    monkeypatch.setattr(sim.market, "FEWEST_CUSTOMERS_FOR_THREADS", 1000)
    pair = {"one": {"initial_awareness": 0.7}, "two": {"initial_awareness": 0.6}}
    made = world(9000, 4, offers=pair, purchase_rate=1.5, dropout={})
    alone, together = worlds.lived(made), worlds.lived(made, threads=3)
    assert worlds.differing(alone, together) == set()
    turned = world(
        9000, 4, offers=dict(reversed(pair.items())), purchase_rate=1.5, dropout={}
    )
    assert (counts(worlds.lived(turned))[:, ::-1] == counts(alone)).all()


def test_it_tells_who_bought_and_who_left():
    made = worlds.market(world(3, dropout=AT_ONCE, **CONTRACT))
    before = {"left": np.zeros(1, dtype=np.uint8)}
    made.step()
    told = made.mechanisms["choice"].explain(made, 0, before)
    assert [h.text for h in told] == ["bought one", "will never buy thing again"]

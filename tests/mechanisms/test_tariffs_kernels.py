"""Kernels of tariffs against their docstring, written out in plain Python."""

from __future__ import annotations

import numpy as np
import pytest

from sim.mechanisms.tariffs import flat_rate_bias as tariffs
from sim.streams import BLOCK, Streams, address, uniform
from sim.tables import Tariff

PER_USE, SUBSCRIPTION, FREE = Tariff.PER_USE, Tariff.SUBSCRIPTION, Tariff.FREE
N, OFFERS, KINDS = BLOCK + 300, 5, 2


@pytest.fixture(scope="module")
def drawn():
    """Random occasions, offers and customers for the kernels."""
    rng = np.random.default_rng(7)
    counts = rng.poisson(0.6, (N, KINDS))
    customer = np.repeat(np.repeat(np.arange(N), KINDS), counts.ravel()).astype(np.int32)
    kind = np.repeat(np.tile(np.arange(KINDS), N), counts.ravel()).astype(np.int32)
    own = counts.sum(axis=1)
    serial = np.concatenate([np.arange(c) for c in own]).astype(np.uint8)
    starts = np.array([0, own[:BLOCK].sum(), own.sum()])
    category = np.array([0, 0, 0, 1, 1], dtype=np.int16)
    of_kind = [np.array([-1, 0, 1, 2]), np.array([-1, 3, 4])]
    return {
        "starts": starts, "customer": customer, "kind": kind, "serial": serial,
        "offer": np.array([rng.choice(of_kind[k]) for k in kind], dtype=np.int16),
        "label": np.arange(N, dtype=np.int32), "segment": rng.integers(0, 2, N, dtype=np.uint8),
        "effects": np.array([[0.2, 0.1, 0.2], [0.0, 0.5, 0.3]], dtype=np.float32),
        "sensitivity": rng.uniform(0.05, 0.5, N).astype(np.float32),
        "rate": rng.uniform(0.0, 2.0, (N, KINDS)).astype(np.float32),
        "subscription": np.stack(
            [rng.choice(of_kind[k], N) for k in range(KINDS)], axis=1
        ).astype(np.int16),
        "until": rng.integers(8, 13, (N, KINDS)).astype(np.int16),
        "category": category, "firm": np.array([0, 1, 1, 0, 2], dtype=np.int16),
        "offer_label": np.array([911, 4, 77, 12, 5], dtype=np.int32),
        "tariff": np.array([SUBSCRIPTION, PER_USE, SUBSCRIPTION, FREE, SUBSCRIPTION], np.uint8),
        "weeks": np.array([4, 4, 2, 4, 1], dtype=np.int16),
        "price": np.array([801, 250, 1999, 500, 333], dtype=np.int64),
        "ad_load": np.array([0.0, 0.3, 0.0, 1.0, 0.2], dtype=np.float32),
        "penalty": np.array([0, 120, 60, 0, 10], dtype=np.int64),
        "chance": np.array([0.0, 0.3, 0.9, 0.0, 0.5]),
        "last_offer": np.stack(
            [rng.choice(of_kind[k], N) for k in range(KINDS)], axis=1
        ).astype(np.int16),
        "last_week": rng.integers(0, 11, (N, OFFERS)).astype(np.int16),
        "avoid": rng.choice([0, 9, 10, 30], (N, OFFERS)).astype(np.int16),
    }


WEEK = 10


def test_see_equals_its_twin(drawn):
    d, n = drawn, len(drawn["customer"])
    utility, foreseen = (np.zeros((n, OFFERS), dtype=np.float32) for _ in range(2))
    # What members of a community need not pay of a fee, they need not pay in any use.
    off = np.where(d["category"] == d["kind"][:, None], np.array([101, 0, 999, 0, 33]), 0)
    discount = off.astype(np.int32)
    marked = np.flatnonzero((d["tariff"] != PER_USE) | (d["ad_load"] > 0))
    tariffs.see(
        0, N, WEEK, marked, d["starts"], d["customer"], d["kind"], d["segment"], d["effects"],
        d["sensitivity"], d["rate"], d["subscription"], d["until"], d["category"], d["tariff"],
        d["weeks"], d["price"], d["ad_load"], utility, foreseen, discount,
    )
    for e in range(n):
        i, k = d["customer"][e], d["kind"][e]
        bias, annoyance, _ = d["effects"][d["segment"][i]]
        for o in np.flatnonzero(d["category"] == k):
            holds = d["subscription"][i, k] == o and d["until"][i, k] >= WEEK
            nothing = holds or d["tariff"][o] == FREE
            assert discount[e, o] == (d["price"][o] if nothing else off[e, o])
            assert foreseen[e, o] == pytest.approx(-annoyance * d["ad_load"][o])
            gain = 0.0
            if not nothing and d["tariff"][o] == SUBSCRIPTION:
                price = (d["price"][o] - off[e, o]) / 100
                perceived = price / (max(d["rate"][i, k] * d["weeks"][o], 1.0) * (1 + bias))
                gain = d["sensitivity"][i] * (price - perceived)
            assert utility[e, o] == pytest.approx(gain, rel=1e-5, abs=1e-6)
    other = d["category"] != d["kind"][:, None]
    assert not utility[other].any()
    assert not discount[other].any()


def penalized(key, d, p):
    i, o = d["customer"][p], d["offer"][p]
    own = np.uint64(address(key, int(d["label"][i])))
    state = address(own, int(d["offer_label"][o]) * 256 + int(d["serial"][p]))
    return uniform(np.uint64(state), 0) < d["chance"][o]


def test_spoil_equals_its_twin(drawn):
    d, key = drawn, Streams(5).key("tariffs.penalty", WEEK)
    service = np.zeros(len(d["customer"]), dtype=np.float32)
    tariffs.spoil(
        0, N, key, d["starts"], d["label"], d["segment"], d["effects"], d["offer_label"],
        d["ad_load"], d["chance"], d["customer"], d["offer"], d["serial"], service,
    )
    for p, o in enumerate(d["offer"]):
        _, annoyance, pain = d["effects"][d["segment"][d["customer"][p]]]
        lost = 0.0 if o < 0 else annoyance * d["ad_load"][o] + pain * penalized(key, d, p)
        assert service[p] == pytest.approx(-lost, abs=1e-6)


def test_charge_equals_its_twin(drawn):
    d, key = drawn, Streams(5).key("tariffs.penalty", WEEK)
    n = len(d["customer"])
    held_at_start = np.where(d["until"] >= WEEK, d["subscription"], -1).astype(np.int16)
    subscription, until = held_at_start.copy(), d["until"].copy()
    price = np.where(d["offer"] >= 0, d["price"][d["offer"]], 0)
    spend, penalties = np.full(N, 10_000, dtype=np.int64), np.zeros(n, dtype=np.int64)
    due = price.copy()
    tariffs.charge(
        0, N, key, WEEK, d["starts"], d["label"], d["offer_label"], d["category"], d["tariff"],
        d["weeks"], d["penalty"], d["chance"], d["customer"], d["offer"], d["serial"], due,
        subscription, until, spend, penalties,
    )
    own, own_until = held_at_start.copy(), d["until"].copy()
    expected_spend = np.full(N, 10_000)
    seen = {"begun": 0, "waived": 0, "replaced": 0}
    for p in range(n):
        o, i, k = d["offer"][p], d["customer"][p], d["kind"][p]
        if o < 0:
            continue
        meets = penalized(key, d, p)
        expected_spend[i] += d["penalty"][o] * meets
        assert penalties[p] == d["penalty"][o] * meets
        cost = price[p]
        if d["tariff"][o] == FREE or held_at_start[i, k] == o or own[i, k] == o:
            expected_spend[i] -= cost
            cost = 0
            seen["waived"] += 1
        elif d["tariff"][o] == SUBSCRIPTION:
            seen["begun"] += 1
            seen["replaced"] += own[i, k] >= 0
            own[i, k], own_until[i, k] = o, WEEK + d["weeks"][o] - 1
        assert due[p] == cost
    assert min(seen.values()) > 30
    assert np.array_equal(subscription, own)
    assert np.array_equal(until, own_until)
    assert np.array_equal(spend, expected_spend)
    assert (penalties > 0).sum() > 30


def test_renew_equals_its_twin(drawn):
    d = drawn
    subscription, until = d["subscription"].copy(), d["until"].copy()
    spend, starts = np.zeros(N, dtype=np.int64), np.zeros(3, dtype=np.int64)
    tariffs.count_due(0, N, WEEK, subscription, until, starts)
    starts.cumsum(out=starts)
    customer, offer = np.full((2, starts[-1]), -9, dtype=np.int32)
    tariffs.renew(
        0, N, WEEK, starts, d["tariff"], d["weeks"], d["price"], d["last_offer"], d["last_week"],
        d["avoid"], subscription, until, spend, customer, offer,
    )
    expected = []
    for i in range(N):
        fees = 0
        for k in range(KINDS):
            o, paid_until = d["subscription"][i, k], d["until"][i, k]
            if o < 0 or paid_until > WEEK:
                assert subscription[i, k] == o
                assert until[i, k] == paid_until
                continue
            in_period = WEEK - d["weeks"][o] + 1 <= d["last_week"][i, o] <= WEEK
            keeps = d["last_offer"][i, k] == o and in_period and d["avoid"][i, o] < WEEK + 1
            if keeps and d["tariff"][o] == SUBSCRIPTION:
                fees += d["price"][o]
                expected.append((i, o))
                assert until[i, k] == WEEK + d["weeks"][o]
                assert subscription[i, k] == o
            else:
                assert subscription[i, k] == -1
                expected.append((i, -1))
        assert spend[i] == fees
    assert [*zip(customer.tolist(), offer.tolist(), strict=True)] == expected
    assert 30 < (offer >= 0).sum() < len(offer) - 30

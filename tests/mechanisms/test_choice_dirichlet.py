"""NBD-Dirichlet choice: stories, its law, and a plain-Python twin."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

import sim.market
from sim.estimators.dirichlet_brands import DirichletFit
from sim.mechanisms.choice.dirichlet import draw_liking, pick, shares
from sim.streams import address, gamma, gumbel, uniform

WEEKLY = {"purchase_rate": 1.0, "regular_purchases": True}
TWO = {"big": {"brand_share": 3.0}, "small": {"brand_share": 1.0}}


def world(n=500, weeks=worlds.WEEKS, *, offers=TWO, parameters=None, **segment):
    made = worlds.plain(n, weeks, offers=offers, **segment)
    return worlds.with_mechanism(made, "choice", "dirichlet", **(parameters or {}))


def counts(made):
    return made.tables.customers.purchase_count


def test_who_is_like_all_others_buys_by_market_share():
    # 12,000 purchases, concentration 10,000: five standard errors of a share of 3/4
    made = worlds.lived(world(1000, parameters={"concentration": 10_000.0}, **WEEKLY))
    assert counts(made)[:, 0].mean() / worlds.WEEKS == pytest.approx(0.75, abs=0.02)
    assert counts(made)[:, 0].std() < 2.0  # binomial: 1.5


def test_who_has_her_brand_buys_nothing_else():
    found = counts(worlds.lived(world(2000, parameters={"concentration": 0.01}, **WEEKLY)))
    alone = (found.max(axis=1) == worlds.WEEKS).mean()
    assert alone > 0.95
    # 2,000 customers: five standard errors of a share of 3/4
    assert found[:, 0].mean() / worlds.WEEKS == pytest.approx(0.75, abs=0.05)


def test_who_always_repeats_stays_with_her_first_brand():
    found = counts(worlds.lived(world(parameters={"repeat_prob": 1.0}, **WEEKLY)))
    assert (found.max(axis=1) == worlds.WEEKS).all()
    assert 0 < (found[:, 1] > 0).mean() < 0.5


def test_who_cannot_repeat_chooses_among_what_there_is():
    late = {"big": {"initial_awareness": 0.0, "initial_owners": 0.0}, "small": {}}
    found = counts(worlds.lived(world(offers=late, parameters={"repeat_prob": 1.0}, **WEEKLY)))
    assert (found == [0, worlds.WEEKS]).all()


def test_penetration_and_frequency_are_those_of_the_theory():
    # 40,000 customers: five standard errors each, at most 0.0125 and 0.05
    theory = DirichletFit(1.5, 0.8, 1.2, np.array([0.5, 0.3, 0.2]))
    offers = {name: {"brand_share": s} for name, s in zip("abc", theory.shares, strict=True)}
    made = worlds.lived(world(
        40_000, 10, offers=offers, parameters={"concentration": theory.S},
        purchase_rate={"mean": theory.M / 10, "shape": theory.K},
    ))
    found = counts(made)
    assert (found > 0).mean(axis=0) == pytest.approx(theory.penetration(), abs=0.0125)
    frequency = found.sum(axis=0) / (found > 0).sum(axis=0)
    assert frequency == pytest.approx(theory.purchase_frequency(), abs=0.06)


def test_the_kernels_equal_their_twin():
    rng, n, week = np.random.default_rng(6), 30, 3
    category, offer_label = np.array([0, 0, 0, 1]), np.array([5, 1, 8, 2], dtype=np.int64)
    share = np.array([0.5, 0.3, 0.2, 1.0])
    launch = np.array([1, 1, 4, 1])
    concentration, repeat = np.array([0.7, 4.0]), np.array([0.0, 0.6])
    segment, label = rng.integers(0, 2, n).astype(np.uint8), np.arange(n, dtype=np.int32) * 2
    aware = (rng.random((n, 4)) < 0.85).astype(np.uint8)
    avoid = rng.integers(0, 4, (n, 4)).astype(np.int16)
    last = np.tile(np.array([1, -1], dtype=np.int16), (n, 1))
    last_twin = last.copy()
    customer, serial = np.repeat(np.arange(n), 3).astype(np.int32), np.tile([0, 1, 2], n)
    serial, kind = serial.astype(np.uint8), np.tile([0, 0, 1], n).astype(np.int32)
    added = rng.normal(size=(3 * n, 4)).astype(np.float32)
    added[rng.random((3 * n, 4)) < 0.1] = -np.inf
    keys = tuple(np.uint64(k) for k in (11, 22, 33))
    liking, offer = np.empty((n, 4), dtype=np.float32), np.full(3 * n, -1, dtype=np.int16)
    draw_liking(0, n, keys[0], label, segment, concentration, offer_label, share, liking)
    pick(
        0, n, keys[1], keys[2], week, np.array([0, 3 * n]), True, kind, added, label, segment,
        repeat, liking, aware, avoid, offer_label, category, launch, last, customer, serial, offer,
    )
    for i, o in np.ndindex(n, 4):
        own = np.uint64(address(np.uint64(address(keys[0], label[i])), int(offer_label[o])))
        weight = gamma(own, concentration[segment[i]] * share[o])
        assert liking[i, o] == pytest.approx(np.log(weight), rel=1e-6)
    bought = []
    for e in range(3 * n):
        i, k, s = int(customer[e]), int(kind[e]), int(segment[customer[e]])
        own = np.uint64(address(keys[0], label[i]))
        state = np.uint64(address(np.uint64(address(keys[1], label[i])), serial[e]))
        value = {}
        for o in range(4):
            at_hand = category[o] == k and aware[i, o] and launch[o] <= week and avoid[i, o] < week
            if at_hand and np.isfinite(added[e, o]):
                weight = gamma(
                    np.uint64(address(own, int(offer_label[o]))), concentration[s] * share[o]
                )
                value[o] = np.log(weight) + added[e, o] + gumbel(state, int(offer_label[o]) + 1)
        repeats = uniform(np.uint64(address(keys[2], label[i])), int(serial[e])) < repeat[s]
        before = int(last_twin[i, k])
        best = before if repeats and before in value else max(value, key=value.get, default=-1)
        bought.append(best)
        if best >= 0:
            last_twin[i, k] = best
    assert offer.tolist() == bought
    assert (last == last_twin).all()
    assert set(bought) == {-1, 0, 1, 3}


def test_threads_and_order_of_offers_change_nothing(monkeypatch):
    monkeypatch.setattr(sim.market, "FEWEST_CUSTOMERS_FOR_THREADS", 1000)
    made = world(9000, 4, parameters={"repeat_prob": 0.3}, purchase_rate=1.5)
    alone, together = worlds.lived(made), worlds.lived(made, threads=3)
    assert worlds.differing(alone, together) == set()
    turned = world(
        9000, 4, offers=dict(reversed(TWO.items())), parameters={"repeat_prob": 0.3},
        purchase_rate=1.5,
    )
    assert (counts(worlds.lived(turned))[:, ::-1] == counts(alone)).all()


def test_a_resumed_market_goes_on_as_it_was():
    made = worlds.market(world(purchase_rate=1.5))
    for _ in range(5):
        made.step()
    again = type(made).resume(made.checkpoint())
    made.run_model()
    again.run_model()
    assert worlds.differing(made, again) == set()


def two_categories(weight, **parameters):
    """Drinks at 3 to 1, and a ride of some weight that everybody takes too."""
    made = worlds.changed(
        world(3, parameters=parameters, **WEEKLY),
        categories__ride={"attributes": {"speed": {}}}, firms__Fride={"offers": {"ride": {
            "category": "ride", "quality": {"speed": 0.5}, "price": 5.0, "unit_cost": 1.0,
            "initial_awareness": 1.0, "brand_share": weight,
        }}},
    )
    return worlds.market(made)


@pytest.mark.parametrize("weight", [0.1, 1.0, 40.0])
def test_shares_are_of_the_category_whatever_other_categories_sell(weight):
    assert shares(two_categories(weight)) == pytest.approx([0.75, 0.25, 1.0])


def test_it_tells_how_likely_a_purchase_was():
    made = worlds.market(world(3, parameters={"concentration": 10_000.0}, **WEEKLY))
    made.step()
    told = made.mechanisms["choice"].explain(made, 0, {})
    chances = {"big": 0.75, "small": 0.25}
    assert len(told) == 1
    expected = chances[told[0].details["offer"]]
    assert told[0].details["probability"] == pytest.approx(expected, abs=0.03)


def test_what_it_tells_is_a_chance_within_the_category():
    made = two_categories(4.0, concentration=10_000.0)
    made.step()
    told = made.mechanisms["choice"].explain(made, 0, {})
    chances = {"big": 0.75, "small": 0.25, "ride": 1.0}
    assert {happening.details["offer"] for happening in told} > {"ride"}
    for happening in told:
        expected = chances[happening.details["offer"]]
        assert happening.details["probability"] == pytest.approx(expected, abs=0.03)

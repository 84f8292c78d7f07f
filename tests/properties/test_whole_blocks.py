"""Draws for a whole block are the draws of its rows, one after the other, to the bit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import listing, streams
from sim.mechanisms.advertising import adstock
from sim.mechanisms.choice import occasions
from sim.streams import Streams

SIZES = st.integers(0, 70)
SEEDS = st.integers(0, 2**32)
LIMITS = st.sampled_from([0.0, 1e-9, 0.01, 0.5, 1.0 - 2.0**-53, 1.0, 1.7]) | st.floats(0, 1)


def block(seed, size, decision="a.decision"):
    state = np.empty(size, dtype=np.uint64)
    streams.address_all(Streams(seed).key(decision, 1), np.arange(size), state)
    return state


@pytest.mark.parametrize(("whole", "single", "dtype"), [
    (streams.log_uniform_all, streams.log_uniform, np.float32),
    (streams.gumbel_all, streams.gumbel, np.float32),
    (streams.normal_all, streams.normal, np.float64),
])
@given(seed=SEEDS, size=SIZES, index=st.integers(0, 2**31))
def test_a_block_draws_what_its_rows_draw(whole, single, dtype, seed, size, index):
    state, values = block(seed, size), np.empty(size, dtype=dtype)
    whole(state, index, values)
    assert values.tolist() == [dtype(single(one, index)) for one in state]


@given(seed=SEEDS, size=SIZES, number=st.integers(0, 2**31), chance=st.floats(1e-6, 1 - 1e-6))
def test_a_block_skips_what_its_rows_skip(seed, size, number, chance):
    per_log = np.float32(1 / np.log1p(-chance))
    state, gap = block(seed, size), np.empty(size, dtype=np.int32)
    streams.skip_all(state, number, np.full(size, per_log), gap)
    assert gap.tolist() == [streams.skip(one, number, per_log) for one in state]


@given(seed=SEEDS, size=SIZES, index=st.integers(0, 9), limit=LIMITS)
def test_hits_are_the_rows_whose_draw_is_below_the_limit(seed, size, index, limit):
    state, who = block(seed, size), np.full(size + 1, -1, dtype=np.int32)
    expected = [j for j, one in enumerate(state) if streams.uniform(one, index) < limit]
    n = streams.hits_below_one(state, index, limit, who)
    assert who[:n].tolist() == expected
    n = streams.hits_below(state, index, np.full(size, limit), who)
    assert who[:n].tolist() == expected


@given(seed=SEEDS, size=SIZES, limits=st.lists(LIMITS, min_size=1, max_size=4))
def test_hits_by_segment_ask_each_row_for_its_own_limit(seed, size, limits):
    state, who = block(seed, size), np.empty(size + 1, dtype=np.int32)
    segment = (np.arange(size) % len(limits)).astype(np.uint8)
    n = streams.hits_by_segment(state, 3, np.array(limits), segment, who)
    assert who[:n].tolist() == [
        j for j, one in enumerate(state) if streams.uniform(one, 3) < limits[segment[j]]
    ]


def test_a_limit_is_met_exactly():
    # The draw itself is not below itself; the next number above it is reached.
    state, who = block(5, 64), np.empty(65, dtype=np.int32)
    for j, one in enumerate(state):
        draw = streams.uniform(one, 0)
        below = who[: streams.hits_below_one(state, 0, draw, who)].tolist()
        assert j not in below
        above = who[: streams.hits_below_one(state, 0, math.nextafter(draw, 2), who)].tolist()
        assert j in above


def by_series(unit, rate, most):
    term = total = math.exp(-rate)
    count = 0
    while unit >= total and count < most:
        count += 1
        term *= rate / count
        total += term
    return count


@given(
    rate=st.floats(0, 20), most=st.integers(1, 9),
    unit=st.floats(0, 1, exclude_max=True) | st.floats(0.9, 1, exclude_max=True),
)
def test_short_cuts_of_poisson_change_no_count(rate, most, unit):
    assert streams.poisson(unit, rate, most) == by_series(unit, rate, most)


@given(size=SIZES, seed=SEEDS, share=st.floats(0, 1), common=st.sampled_from([0, 1]))
def test_flagged_rows_are_listed_in_order(size, seed, share, common):
    flag = (np.random.default_rng(seed).random(size) < share).astype(np.uint8)
    who = np.full(size + 1, -1, dtype=np.int32)
    n = listing.list_flagged(flag, common, who)
    assert who[:n].tolist() == np.flatnonzero(flag != common).tolist()
    assert listing.total_of(flag) == flag.sum()


@given(
    units=st.lists(st.floats(0, 1, exclude_max=True), max_size=40), rate=st.floats(0, 9, width=32),
    most=st.integers(1, 9),
)
def test_occasions_of_a_block_are_poisson_quantiles(units, rate, most):
    # Draws where the series is cut off are where a shortcut could go wrong.
    edges = [math.exp(-rate), math.nextafter(math.exp(-rate), 2), math.exp(-rate) * (1 + rate)]
    wanted = [*units, *(min(edge, 0.999) for edge in edges)]
    state = np.array([int(one * 2**52) << 12 for one in wanted], dtype=np.uint64)
    count, who = np.empty(len(state), dtype=np.uint8), np.empty(len(state) + 1, dtype=np.int32)
    rates = np.full(len(state), rate, np.float32)
    occasions.count_by_draw(state, 0, rates, most, count, who)  # number 0 is the state itself
    assert count.tolist() == [by_series(streams.uniform(one, 0), rate, most) for one in state]


@given(
    seed=SEEDS, size=st.integers(1, 60), n_offers=st.integers(1, 4), unaware=st.floats(0, 0.4),
    reach=st.floats(0, 1), forget=st.floats(0, 1),
)
def test_advertising_reaches_few_who_are_unaware_as_it_reaches_many(
    seed, size, n_offers, unaware, reach, forget
):
    draws = np.random.default_rng(seed)
    aware = (draws.random((size, n_offers)) >= unaware).astype(np.uint8)
    count = draws.integers(0, 2, (size, n_offers)).astype(np.uint16)
    label, offers = np.arange(size, dtype=np.int32), np.arange(5, 5 + n_offers, dtype=np.int32)
    names = "notice", "forget"
    noticing, forgetful = (
        np.array([[streams.uniform(one, o + 1) for o in offers] for one in block(seed, size, name)])
        for name in names
    )
    fresh = (aware == 0) & (noticing < reach)
    kept = (aware == 1) & ((forgetful >= forget) | (count > 0))
    trigger = np.zeros_like(aware)
    adstock.notice(
        0, size, *(Streams(seed).key(name, 1) for name in names), label, np.zeros(size, np.uint8),
        offers, True, np.full((1, n_offers), reach), True, np.array([forget]), count,
        np.full((size, 1), -1, dtype=np.int16), aware, trigger,
    )
    assert np.array_equal(aware == 1, fresh | kept)
    assert np.array_equal(trigger > 0, fresh)

"""Draws for a whole block are the draws of its rows, one after the other, to the bit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import streams
from sim.streams import Streams

SIZES = st.integers(0, 70)
SEEDS = st.integers(0, 2**32)
LIMITS = st.sampled_from([0.0, 1e-9, 0.01, 0.5, 1.0 - 2.0**-53, 1.0, 1.7]) | st.floats(0, 1)


def block(seed, size):
    state = np.empty(size, dtype=np.uint64)
    streams.address_all(Streams(seed).key("a.decision", 1), np.arange(size), state)
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

"""Arrays in one piece of memory are arrays like others."""

from __future__ import annotations

import pickle

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.memory import LARGE_PAGE, LINE, moved_together, side_by_side
from sim.network import Network

LAYOUTS = st.lists(st.tuples(
    st.lists(st.integers(0, 40), min_size=1, max_size=3).map(tuple),
    st.sampled_from(["u1", "i2", "u2", "i4", "f4", "i8", "f8"]),
), max_size=9)


@given(layouts=LAYOUTS)
def test_each_has_its_place(layouts):
    arrays = side_by_side(layouts)
    assert [(a.shape, a.dtype) for a in arrays] == [(s, np.dtype(t)) for s, t in layouts]
    for number, array in enumerate(arrays):
        assert not array.any() and array.ctypes.data % LINE == 0
        array.fill(number + 1)
    for number, array in enumerate(arrays):
        assert (array == number + 1).all() and array.flags.c_contiguous and array.flags.writeable


def test_what_is_large_begins_on_a_large_page():
    first, second = side_by_side([((LARGE_PAGE,), "f4"), ((3,), "u1")])
    assert first.ctypes.data % LARGE_PAGE == 0
    assert np.may_share_memory(first, first[1:]) and not np.shares_memory(first, second)


def test_copies_hold_only_their_own_values():
    arrays = [np.arange(7), np.eye(3, dtype=np.float32), np.zeros((0, 2), dtype=np.int16)]
    moved = moved_together(arrays)
    for one, other in zip(arrays, moved, strict=True):
        assert one.dtype == other.dtype and np.array_equal(one, other)
        assert not np.shares_memory(one, other)
    kept = pickle.dumps(moved[0])
    assert len(kept) < 500 and np.array_equal(pickle.loads(kept), arrays[0])


def test_a_network_outlives_what_it_was_made_of():
    ring = Network.from_ties(4, [0, 1, 2, 3], [1, 2, 3, 0])
    own = ring.packed()
    assert not np.shares_memory(own.indices, ring.indices)
    del ring
    assert own.neighbors(0).tolist() == [1, 3]

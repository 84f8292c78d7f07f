"""Join loose ends ("stubs") into ties at random, each customer keeping her number of ends.

The configuration model of Bollobas (1980) and of Molloy and Reed (1995), with the self-ties and
repeated ties that it makes swapped away instead of erased.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.errors import NetworkError
from sim.streams import address, mix

Array = NDArray[Any]

ATTEMPTS = 200
"""Swaps tried for a tie that may not stand; a tie that finds none is left out."""

MOST_ATTEMPTS, ATTEMPTS_A_TIE = 100_000_000, 10
"""Swaps tried in all before the ties are given up; sound settings need less than two a tie."""

NO_TIE, HALF = np.uint64(0), np.uint64(32)


def match_stubs(
    stubs: NDArray[np.int32],
    starts: NDArray[np.int64],
    apart: NDArray[np.int32],
    key: np.uint64,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Join stubs of the same part of the list into ties without self-ties or repetitions.

    Parameters
    ----------
    stubs
        Customer of each stub, shape (n_stubs,); shuffled in place.
    starts
        Where each part of the list begins, and the end of the last, shape (n_parts + 1,). Of an
        odd number of stubs one is left out.
    apart
        Customers of the same number here may not be tied, shape (n,); of size 0, all may.
    key
        Key of the draws.

    Raises
    ------
    NetworkError
        If so many ties may not stand that mending them would take minutes.
    """
    # Every tie is noted once, and a mended pair of ties twice more at the most.
    table = np.zeros(2 * (len(stubs) // 2) + 1, np.uint64)
    most = MOST_ATTEMPTS + ATTEMPTS_A_TIE * (len(stubs) // 2)
    source, target, is_done = _match(stubs, starts, apart, table, most, key)
    if not is_done:
        raise NetworkError(
            "some customers shall have more ties than there are others left to tie them to; lower "
            "mean_degree or max_degree, or raise the exponent of the numbers of ties."
        )
    return source, target


@kernel
def _match(
    stubs: Array, starts: Array, apart: Array, table: Array, most: int, key: np.uint64
) -> tuple[Array, Array, bool]:
    source = np.empty(stubs.size // 2, np.int32)
    target = np.empty(stubs.size // 2, np.int32)
    stands = np.zeros(stubs.size // 2, np.bool_)
    end, tried = 0, 0
    for part in range(starts.size - 1):
        begin = end
        state = address(key, part)
        _shuffle(stubs, starts[part], starts[part + 1], state)
        for stub in range(starts[part], starts[part + 1] - 1, 2):
            source[end], target[end] = stubs[stub], stubs[stub + 1]
            stands[end] = _may_stand(source[end], target[end], apart) and _note(
                table, source[end], target[end]
            )
            end += 1
        tried += _mend(
            source, target, stands, begin, end, apart, table, most - tried, mix(state)
        )
    kept = 0
    for tie in range(end):
        if stands[tie]:
            source[kept], target[kept] = source[tie], target[tie]
            kept += 1
    return source[:kept], target[:kept], tried < most


@kernel
def _shuffle(stubs: Array, begin: int, end: int, state: np.uint64) -> None:
    for last in range(end - 1, begin, -1):
        other = begin + np.int64(address(state, last - begin) % np.uint64(last - begin + 1))
        stubs[last], stubs[other] = stubs[other], stubs[last]


@kernel
def _mend(
    source: Array,
    target: Array,
    stands: Array,
    begin: int,
    end: int,
    apart: Array,
    table: Array,
    most: int,
    state: np.uint64,
) -> int:
    """Swap ends between each tie that may not stand and a random one; how often it was tried."""
    draw = 0
    for tie in range(begin, end):
        for _ in range(ATTEMPTS):
            if stands[tie] or draw >= most:
                break
            other = begin + np.int64(address(state, draw) % np.uint64(end - begin))
            draw += 1
            a, b, x, y = source[tie], target[tie], source[other], target[other]
            if not (_may_stand(a, y, apart) and _may_stand(x, b, apart)):
                continue
            if _is_noted(table, a, y) or _is_noted(table, x, b):
                continue
            if (a == x and y == b) or (a == b and y == x):
                continue
            # The old tie x-y stays noted: it is only kept from coming back.
            _note(table, a, y)
            _note(table, x, b)
            target[tie], target[other] = y, b
            stands[tie] = stands[other] = True
    return draw


@kernel
def _may_stand(one: int, other: int, apart: Array) -> bool:
    return one != other and (apart.size == 0 or apart[one] != apart[other])


@kernel
def _slot(table: Array, one: int, other: int) -> tuple[np.int64, np.uint64]:
    """The slot of the hash table that holds a tie, or the empty one where it belongs."""
    tie = (np.uint64(min(one, other)) << HALF) | np.uint64(max(one, other))
    slot = np.int64(((mix(tie) >> HALF) * np.uint64(table.size)) >> HALF)
    while table[slot] != NO_TIE and table[slot] != tie:
        slot = (slot + 1) % table.size
    return slot, tie


@kernel
def _is_noted(table: Array, one: int, other: int) -> bool:
    slot, tie = _slot(table, one, other)
    return bool(table[slot] == tie)


@kernel
def _note(table: Array, one: int, other: int) -> bool:
    """Enter a tie into the table; whether it was new there."""
    slot, tie = _slot(table, one, other)
    is_new = bool(table[slot] == NO_TIE)
    table[slot] = tie
    return is_new

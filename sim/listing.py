"""Listing the few rows of a block that something is true of, without branches to guess wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel

Array = NDArray[Any]

EIGHT_ONES = np.uint64(0x0101010101010101)


@kernel
def list_negative(margin: Array, who: Array) -> int:
    """List where (n,) int64 is negative in ``who``, (n + 1,), and return how often that is.

    Eight at a time are passed over where none is.
    """
    n = 0
    whole = margin.size // 8 * 8
    for begin in range(0, whole, 8):
        any_of_eight = np.int64(0)
        for j in range(8):
            any_of_eight |= margin[np.uint64(begin + j)]
        if any_of_eight < 0:
            for j in range(begin, begin + 8):
                who[n] = j
                n += int(margin[np.uint64(j)] < 0)
    for j in range(whole, margin.size):
        who[n] = j
        n += int(margin[j] < 0)
    return n


@kernel
def list_flagged(flag: Array, common: int, who: Array) -> int:
    """List where (n,) uint8 of 0 and 1 is not ``common`` in ``who``, (n + 1,); how often that is.

    Meant for few: eight at a time are passed over where all are common.
    """
    n_eights = flag.size // 8
    eights = flag[: 8 * n_eights].view(np.uint64)
    all_common = EIGHT_ONES * np.uint64(common)
    where = np.empty(n_eights + 1, dtype=np.int32)
    n, n_where = 0, 0
    for w in range(n_eights):
        # Write first, count afterwards: no branch for the processor to guess wrong.
        where[np.uint64(n_where)] = w
        n_where += int(eights[w] != all_common)
    for w in range(n_where):
        first = 8 * where[w]
        for j in range(first, first + 8):
            who[np.uint64(n)] = j
            n += int(flag[np.uint64(j)] != common)
    for j in range(8 * n_eights, flag.size):
        who[n] = j
        n += int(flag[j] != common)
    return n


@kernel
def total_of(count: Array) -> int:
    """The sum of (n,) uint8; in 32 bits, which fill vector registers."""
    total = np.int32(0)
    for j in range(count.size):
        total += np.int32(count[j])
    return int(total)

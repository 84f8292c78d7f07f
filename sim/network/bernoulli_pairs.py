"""Ties between random pairs: each pair of customers is tied with a probability of its own.

Sampled by the gaps between ties, so that time grows with the ties and not with the pairs
(Batagelj and Brandes 2005, doi:10.1103/PhysRevE.71.036113).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.streams import address, uniform

Array = NDArray[Any]

FARTHEST = 2.0**31
"""A gap beyond every row."""


def bernoulli_ties(
    n: int, blocks: int, within_prob: float, between_prob: float, key: np.uint64
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Tie each pair with the probability of its kind.

    Parameters
    ----------
    n
        Number of customers.
    blocks
        Number of blocks, ranges of rows of nearly equal size: customer ``i`` is in block
        ``i * blocks // n``.
    within_prob, between_prob
        Probability of a tie inside a block and between two blocks.
    key
        Key of the draws.
    """
    block_size = n / max(blocks, 1)
    expected = 0.5 * n * (within_prob * (block_size - 1.0) + between_prob * (n - block_size))
    room = int(expected + 6.0 * math.sqrt(max(expected, 0.0))) + 64
    # log(1 - 1) is minus infinity, which the gaps understand: every pair is tied.
    logs = [math.log1p(-p) if p < 1.0 else -math.inf for p in (within_prob, between_prob)]
    while True:
        source, target, found = _fill(n, blocks, logs[0], logs[1], room, key)
        if found <= room:
            return source[:found], target[:found]
        room = found


@kernel
def _fill(
    n: int, blocks: int, log_within: float, log_between: float, room: int, key: np.uint64
) -> tuple[Array, Array, int]:
    """Ties of each customer to customers of lower rows; counts on when the room is full."""
    source = np.empty(room, np.int32)
    target = np.empty(room, np.int32)
    found = 0
    for customer in range(n):
        block = customer * blocks // n
        first_of_block = (block * n + blocks - 1) // blocks
        state = address(key, customer)
        draw = 0
        for part in range(2):
            begin = 0 if part == 0 else first_of_block
            end = first_of_block if part == 0 else customer
            log_miss = log_between if part == 0 else log_within
            if log_miss == 0.0:  # a probability of 0 has no gaps
                continue
            other = begin
            while other < end:
                other += _gap(state, draw, log_miss)
                draw += 1
                if other < end:
                    if found < room:
                        source[found] = other
                        target[found] = customer
                    found += 1
                    other += 1
    return source, target, found


@kernel
def _gap(state: np.uint64, draw: int, log_miss: float) -> int:
    """How many pairs stay untied before the next tie.

    Not ``streams.skip``: gaps of millions of customers need more digits than single precision has.
    """
    return int(min(math.log(uniform(state, draw)) / log_miss, FARTHEST))

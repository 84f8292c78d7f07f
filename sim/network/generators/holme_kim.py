"""Preferential attachment with triads: newcomers also befriend friends of a new friend.

As in ``barabasi_albert``, but each tie after a newcomer's first goes with probability
``triad_prob`` to a random neighbor of the customer whom she last chose for her many ties. Hubs
and high clustering together.

References
----------
Holme, Kim (2002), Growing scale-free networks with tunable clustering, Physical Review E 65,
026107, doi:10.1103/PhysRevE.65.026107.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.network.registry import Ends, TieParameters, generator
from sim.parameters import param
from sim.streams import Streams, address, uniform

Array = NDArray[Any]

ATTEMPTS = 32
"""Draws of a friend's friend; where all are known already, the tie is made by preference."""

START, HELD, ROOM = 0, 1, 2
"""Where a customer's stretch of the shelf of friends begins, its filled and its whole length."""


class Parameters(TieParameters):
    """Ties that a newcomer brings, and how many of them close a triad."""

    ties_per_newcomer: int = param(
        5,
        unit="customers",
        bounds=(1, 1000),
        doc="Ties that each newcomer makes, half the mean number of neighbors; from n - 1 on, "
        "everybody knows everybody.",
    )
    triad_prob: float = param(
        0.9,
        unit="1",
        bounds=(0.0, 1.0),
        doc="Probability that a tie after the first goes to a friend of the last chosen friend.",
    )


def expected_ties(n: int, parameters: Parameters) -> float:
    """Number of ties, at most."""
    return n * min(parameters.ties_per_newcomer, 0.5 * (n - 1))


@generator("holme_kim", Parameters, expect=expected_ties)
def generate(n: int, parameters: Parameters, streams: Streams) -> Ends:
    """Source and target of every tie."""
    per_newcomer = min(parameters.ties_per_newcomer, max(n - 1, 0))
    key = streams.key("network.holme_kim")
    ties: Ends = _attach(n, per_newcomer, parameters.triad_prob, key)
    return ties


@kernel
def _attach(n: int, per_newcomer: int, triad_prob: float, key: np.uint64) -> tuple[Array, Array]:
    founders = min(per_newcomer + 1, n)
    n_ties = founders * (founders - 1) // 2 + per_newcomer * (n - founders)
    source = np.empty(n_ties, np.int32)
    target = np.empty(n_ties, np.int32)
    # The friends of each customer stand in a stretch of one long shelf; who outgrows hers moves to
    # one of twice the room. All together take at most 10 places a tie, so int32 counts them.
    shelf = np.empty(2 * per_newcomer * n + 8 * n_ties, np.int32)
    stretch = np.empty((n, 3), np.int32)
    for customer in range(n):
        stretch[customer, START] = customer * 2 * per_newcomer
        stretch[customer, HELD] = 0
        stretch[customer, ROOM] = 2 * per_newcomer
    free = 2 * per_newcomer * n
    tie = 0
    for one in range(founders):
        for other in range(one):
            source[tie], target[tie] = one, other
            free = _befriend(one, other, shelf, stretch, free)
            free = _befriend(other, one, shelf, stretch, free)
            tie += 1
    for newcomer in range(founders, n):
        state = address(key, newcomer)
        coins, by_preference, by_triad = address(state, 0), address(state, 1), address(state, 2)
        first = tie
        draw, triad_draw, hub = 0, 0, -1
        while tie < first + per_newcomer:
            other = -1
            if tie > first and uniform(coins, tie - first) < triad_prob:
                for _ in range(ATTEMPTS):
                    place = np.int64(address(by_triad, triad_draw) % np.uint64(stretch[hub, HELD]))
                    triad_draw += 1
                    friend = shelf[stretch[hub, START] + place]
                    if not _is_among(target, first, tie, friend):
                        other = friend
                        break
            while other < 0:
                # A random end of a random tie is a customer in proportion to her ties.
                end = np.int64(address(by_preference, draw) % np.uint64(2 * first))
                draw += 1
                hub = source[end >> 1] if end & 1 else target[end >> 1]
                if not _is_among(target, first, tie, hub):
                    other = hub
            source[tie], target[tie] = newcomer, other
            tie += 1
        # Only now: the newcomer must not meet herself among her friends' friends.
        for made in range(first, tie):
            free = _befriend(newcomer, target[made], shelf, stretch, free)
            free = _befriend(target[made], newcomer, shelf, stretch, free)
    return source, target


@kernel
def _befriend(one: int, other: int, shelf: Array, stretch: Array, free: int) -> int:
    """Enter ``other`` among the friends of ``one``; the first free place behind all stretches."""
    start, held = stretch[one, START], stretch[one, HELD]
    if held == stretch[one, ROOM]:
        for place in range(held):
            shelf[free + place] = shelf[start + place]
        start = stretch[one, START] = free
        stretch[one, ROOM] *= 2
        free += stretch[one, ROOM]
    shelf[start + held] = other
    stretch[one, HELD] += 1
    return free


@kernel
def _is_among(target: Array, begin: int, end: int, customer: int) -> bool:
    tie = begin
    while tie < end and target[tie] != customer:
        tie += 1
    return tie < end

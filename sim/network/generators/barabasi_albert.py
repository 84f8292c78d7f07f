"""Preferential attachment: newcomers tie themselves to customers in proportion to their ties.

A few hubs know a great many; the number of ties falls off as its third power. Low rows are the
oldest and best tied customers. The first ``ties_per_newcomer`` + 1 customers all know each other.

References
----------
Barabasi, Albert (1999), Emergence of scaling in random networks, Science 286, 509-512,
doi:10.1126/science.286.5439.509. Sampled as in Batagelj, Brandes (2005),
doi:10.1103/PhysRevE.71.036113.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.network.registry import Ends, TieParameters, generator
from sim.parameters import param
from sim.streams import Streams, address

Array = NDArray[Any]


class Parameters(TieParameters):
    """Ties that a newcomer brings."""

    ties_per_newcomer: int = param(
        5,
        unit="customers",
        bounds=(1, 1000),
        doc="Ties that each newcomer makes, half the mean number of neighbors; from n - 1 on, "
        "everybody knows everybody.",
    )


def expected_ties(n: int, parameters: Parameters) -> float:
    """Number of ties, at most."""
    return n * min(parameters.ties_per_newcomer, 0.5 * (n - 1))


@generator("barabasi_albert", Parameters, expect=expected_ties)
def generate(n: int, parameters: Parameters, streams: Streams) -> Ends:
    """Source and target of every tie."""
    key = streams.key("network.barabasi_albert")
    ties: Ends = _attach(n, min(parameters.ties_per_newcomer, max(n - 1, 0)), key)
    return ties


@kernel
def _attach(n: int, per_newcomer: int, key: np.uint64) -> tuple[Array, Array]:
    founders = min(per_newcomer + 1, n)
    n_ties = founders * (founders - 1) // 2 + per_newcomer * (n - founders)
    source = np.empty(n_ties, np.int32)
    target = np.empty(n_ties, np.int32)
    tie = 0
    for one in range(founders):
        for other in range(one):
            source[tie], target[tie] = one, other
            tie += 1
    for newcomer in range(founders, n):
        state = address(key, newcomer)
        first = tie
        draw = 0
        while tie < first + per_newcomer:
            # A random end of a random tie is a customer in proportion to her ties.
            end = np.int64(address(state, draw) % np.uint64(2 * first))
            other = source[end >> 1] if end & 1 else target[end >> 1]
            draw += 1
            if not _is_among(target, first, tie, other):
                source[tie], target[tie] = newcomer, other
                tie += 1
    return source, target


@kernel
def _is_among(target: Array, begin: int, end: int, customer: int) -> bool:
    tie = begin
    while tie < end and target[tie] != customer:
        tie += 1
    return tie < end

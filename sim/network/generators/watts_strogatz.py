"""Small world: a ring of neighbors of whose ties some are rewired to anybody.

Each customer is tied to the nearest customers on a ring; then one end of each tie moves with
probability ``rewiring_prob`` to a customer drawn at random. High clustering, short paths.

References
----------
Watts, Strogatz (1998), Nature 393, 440-442, doi:10.1038/30918.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.compile import kernel
from sim.network.registry import Ends, TieParameters, generator
from sim.parameters import param
from sim.streams import Streams, address, uniform

Array = NDArray[Any]

ATTEMPTS = 100
"""Draws of a new end for a tie; where all meet people known already, the tie stays."""


class Parameters(TieParameters):
    """Neighbors on the ring and the share of ties that leave it."""

    neighbors: Annotated[int, Field(multiple_of=2)] = param(
        10,
        unit="customers",
        bounds=(2, 10_000),
        doc="Nearest customers on the ring that each is tied to, an even number; from n - 1 on, "
        "everybody knows everybody.",
    )
    rewiring_prob: float = param(
        0.1,
        unit="1",
        bounds=(0.0, 1.0),
        doc="Probability that a tie of the ring is moved to a random customer.",
        source="Watts, Strogatz 1998, doi:10.1038/30918: small worlds lie between 0.01 and 0.1",
    )


def expected_ties(n: int, parameters: Parameters) -> float:
    """Number of ties."""
    return 0.5 * n * min(parameters.neighbors, n - 1)


@generator("watts_strogatz", Parameters, expect=expected_ties)
def generate(n: int, parameters: Parameters, streams: Streams) -> Ends:
    """Source and target of every tie."""
    half = min(parameters.neighbors, n) // 2
    key = streams.key("network.watts_strogatz")
    target = _rewired_ring(n, half, parameters.rewiring_prob, key)
    return np.repeat(np.arange(n, dtype=np.int32), half), target


@kernel
def _rewired_ring(n: int, half: int, rewiring_prob: float, key: np.uint64) -> Array:
    """The far ends of the ``half`` ties that each customer owns, customer by customer."""
    target = np.empty(n * half, np.int32)
    for customer in range(n):
        for step in range(half):
            target[customer * half + step] = (customer + step + 1) % n
    for step in range(half):
        for customer in range(n):
            state = address(address(key, customer), step)
            if uniform(state, 0) >= rewiring_prob:
                continue
            for attempt in range(1, ATTEMPTS + 1):
                other = np.int64(address(state, attempt) % np.uint64(n))
                if not _are_tied(target, half, customer, other):
                    target[customer * half + step] = other
                    break
    return target


@kernel
def _are_tied(target: Array, half: int, one: int, other: np.int64) -> bool:
    """Whether either owns a tie to the other, or both are the same customer."""
    for step in range(half):
        if target[one * half + step] == other or target[other * half + step] == one:
            return True
    return one == other

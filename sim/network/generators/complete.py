"""Complete: everybody knows everybody, the mixing that models without a network assume.

The ties of n customers number n * (n - 1) / 2: for small markets only.

References
----------
Bass (1969), A new product growth for model consumer durables, Management Science 15, 215-227,
doi:10.1287/mnsc.15.5.215.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.network.graph import Network
from sim.network.registry import TieParameters, generator
from sim.parameters import param
from sim.streams import Streams

Array = NDArray[Any]


class Parameters(TieParameters):
    """The common parameters; where everybody is tied to everybody, there is no homophily."""

    homophily: float = param(
        0.0,
        unit="1",
        bounds=(0.0, 0.0),
        doc="Always 0: a complete network has no tie left to rewire.",
    )


def expected_ties(n: int, parameters: Parameters) -> float:
    """Number of ties."""
    return 0.5 * n * (n - 1)


@generator("complete", Parameters, expect=expected_ties)
def generate(n: int, parameters: Parameters, streams: Streams) -> Network:
    """The network itself: its rows need no sorting; nothing is drawn."""
    indptr = np.arange(n + 1, dtype=np.int64) * max(n - 1, 0)
    indices: NDArray[np.int32] = _all_others(n)
    return Network(indptr, indices, np.zeros(len(indices), np.uint8))


@kernel
def _all_others(n: int) -> Array:
    indices = np.empty(n * max(n - 1, 0), np.int32)
    entry = 0
    for row in range(n):
        for neighbor in range(n):
            if neighbor != row:
                indices[entry] = neighbor
                entry += 1
    return indices

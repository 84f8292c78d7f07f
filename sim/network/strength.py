"""Which ties are strong: an addressed draw on each tie, whatever the order of the ties."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.network.graph import Network
from sim.streams import Streams, address, uniform

Array = NDArray[Any]


def with_strong_ties(network: Network, strong_share: float, streams: Streams) -> Network:
    """The same ties, each of them strong with probability ``strong_share``, else weak.

    The draw belongs to the pair of customers: a higher share only adds strong ties, and a tie
    that two networks of one seed have in common is equally strong in both.
    """
    key = streams.key("network.strong")
    strong = _draw_strong(network.indptr, network.indices, strong_share, key)
    return dataclasses.replace(network, strong=strong).packed()


@kernel
def _draw_strong(indptr: Array, indices: Array, strong_share: float, key: np.uint64) -> Array:
    strong = np.empty(indices.size, np.uint8)
    for row in range(indptr.size - 1):
        for entry in range(indptr[row], indptr[row + 1]):
            neighbor = int(indices[entry])
            lower, higher = (row, neighbor) if row < neighbor else (neighbor, row)
            strong[entry] = uniform(address(key, lower), higher) < strong_share
    return strong

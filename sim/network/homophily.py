"""Homophily: ties are rewired toward one's own segment; nobody's number of ties changes.

Two ties between segments, a-b and x-y, become a-x and b-y where a and x, or b and y, are of one
segment (the degree-preserving swap of Maslov and Sneppen 2002, doi:10.1126/science.1065103), until
the share of ties within segments has gone the wished part of the way from chance to one (Coleman
1958). This says who knows whom, and nothing about who believes whom: influence stays with the
mechanisms.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.network.graph import Network
from sim.streams import Streams, address

Array = NDArray[Any]

PATIENCE = 10_000
"""Swaps refused in a row after which no further one is looked for."""


def with_homophily(
    network: Network, groups: NDArray[np.uint8], homophily: float, streams: Streams
) -> Network:
    """Rewire ties until the share of ties within groups is about c + homophily * (1 - c).

    The chance level c is the share that random ties between the same degrees would have. A
    network already beyond the target stays as it is, and one that has no swap left, such as the
    complete graph, stays short of it. Swapped ties are weak until their strength is drawn.

    Parameters
    ----------
    network
        The ties to start from.
    groups
        Segment of every customer, shape (n,).
    homophily
        From 0 (chance) to below 1.
    streams
        The market's random draws.
    """
    source, target, _ = network.ties()
    if len(source) == 0:
        return network
    labels = np.ascontiguousarray(groups, dtype=np.uint8)
    within = labels[source] == labels[target]
    chance = chance_level(network, labels)
    # floor, so that homophily 0 asks for no swap whatever the rounding of the chance level
    wanted = int((chance + homophily * (1.0 - chance)) * len(source)) - int(within.sum())
    if wanted <= 0:
        return network
    across = np.flatnonzero(~within)
    one, other = source[across], target[across]
    indices = network.indices.copy()
    _swap(network.indptr, indices, one, other, labels, wanted, streams.key("network.homophily"))
    ends = np.concatenate([source[within], one]), np.concatenate([target[within], other])
    return Network.from_ties(network.n, *ends)


def chance_level(network: Network, groups: NDArray[np.uint8]) -> float:
    """The share of ties within groups if the same degrees were tied at random."""
    held = np.bincount(groups, weights=network.degrees())
    return float(np.sum((held / held.sum()) ** 2)) if held.sum() else 0.0


@kernel
def _swap(
    indptr: Array,
    indices: Array,
    one: Array,
    other: Array,
    groups: Array,
    wanted: int,
    key: np.uint64,
) -> None:
    """Swap pairs of the listed ties between groups until ``wanted`` more stay within a group.

    Degrees never change, so the rows of the graph are edited where they stand; they lose their
    order. Ties that have come to stay within a group leave the drawn part of the list.
    """
    left = one.size
    refused, draw = 0, 0
    while wanted > 0 and left > 1 and refused < PATIENCE:
        first = np.int64(address(key, draw) % np.uint64(left))
        second = np.int64(address(key, draw + 1) % np.uint64(left))
        draw += 2
        refused += 1
        a, b = one[first], other[first]
        x, y = one[second], other[second]
        if groups[a] != groups[x] and groups[b] != groups[y]:
            # There is one other way to cross two ties: turn the second one round.
            x, y = y, x
            if groups[a] != groups[x] and groups[b] != groups[y]:
                continue
        if a == x or b == y or _are_tied(indptr, indices, a, x) or _are_tied(indptr, indices, b, y):
            continue
        _replace(indptr, indices, a, b, x)
        _replace(indptr, indices, x, y, a)
        _replace(indptr, indices, b, a, y)
        _replace(indptr, indices, y, x, b)
        one[first], other[first] = a, x
        one[second], other[second] = b, y
        # The later entry first: swapping it out must not move the earlier one.
        for entry in (max(first, second), min(first, second)):
            if groups[one[entry]] == groups[other[entry]]:
                left -= 1
                wanted -= 1
                one[entry], one[left] = one[left], one[entry]
                other[entry], other[left] = other[left], other[entry]
        refused = 0


@kernel
def _are_tied(indptr: Array, indices: Array, one: int, other: int) -> bool:
    if indptr[one + 1] - indptr[one] > indptr[other + 1] - indptr[other]:
        one, other = other, one
    return bool(_entry_of(indptr, indices, one, other) < indptr[one + 1])


@kernel
def _replace(indptr: Array, indices: Array, row: int, old: int, new: int) -> None:
    indices[_entry_of(indptr, indices, row, old)] = new


@kernel
def _entry_of(indptr: Array, indices: Array, row: int, neighbor: int) -> int:
    """Where a row holds a neighbor, or where the row ends if it does not."""
    entry = int(indptr[row])
    while entry < indptr[row + 1] and indices[entry] != neighbor:
        entry += 1
    return entry

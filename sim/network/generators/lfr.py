"""Communities of unequal size with hubs: the benchmark of Lancichinetti, Fortunato and Radicchi.

Numbers of ties and sizes of communities both follow truncated power laws; a share ``mixing`` of
each customer's ties leaves her community, and the others stay inside.

Customers with the most ties inside choose their communities first, among those large enough for
them; the original lets customers in at random and evicts others until all have a place.

References
----------
Lancichinetti, Fortunato, Radicchi (2008), Benchmark graphs for testing community detection
algorithms, Physical Review E 78, 046110, doi:10.1103/PhysRevE.78.046110.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.network.power_law import lowest_for_mean, power_law_integers
from sim.network.registry import Ends, TieParameters, generator
from sim.network.stub_matching import match_stubs
from sim.parameters import param
from sim.streams import Streams, address, uniform

Array = NDArray[Any]

SOURCE = "Lancichinetti et al. 2008, doi:10.1103/PhysRevE.78.046110"


class Parameters(TieParameters):
    """The two power laws and the mixing of communities."""

    degree_exponent: float = param(
        2.5,
        unit="1",
        bounds=(1.0, 6.0),
        doc="Power by which the share of customers falls with their number of ties.",
        source=SOURCE,
    )
    community_exponent: float = param(
        1.5,
        unit="1",
        bounds=(1.0, 6.0),
        doc="Power by which the share of communities falls with their size.",
        source=SOURCE,
    )
    mean_degree: float = param(
        10.0,
        unit="customers",
        bounds=(0.1, 10_000.0),
        doc="Expected neighbors of a customer; at most max_degree or n - 1.",
    )
    max_degree: int = param(
        50,
        unit="customers",
        bounds=(1, 1_000_000),
        doc="Largest number of neighbors.",
        source=SOURCE,
    )
    mixing: float = param(
        0.2,
        unit="1",
        bounds=(0.0, 1.0),
        doc="Share of a customer's ties that leave her community; more where it is too small for "
        "the others, none where there is one community only.",
        source="Lancichinetti et al. 2008: communities are clear below 0.5",
    )
    min_community: int = param(
        20,
        unit="customers",
        bounds=(1, 1_000_000),
        doc="Smallest size of a community; fewer customers than that are one community.",
        source=SOURCE,
    )
    max_community: int = param(
        100,
        unit="customers",
        bounds=(1, 1_000_000),
        doc="Largest size of a community, save that the last customers are spread over all; "
        "raised to min_community where it is below.",
        source=SOURCE,
    )


def expected_ties(n: int, parameters: Parameters) -> float:
    """Number of ties on average."""
    return 0.5 * n * min(parameters.mean_degree, parameters.max_degree, n - 1)


@generator("lfr", Parameters, expect=expected_ties)
def generate(n: int, parameters: Parameters, streams: Streams) -> Ends:
    """Source and target of every tie."""
    if n < 2:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    inside, outside, community = deal(n, parameters, streams)
    members = np.argsort(community, kind="stable").astype(np.int32)
    stubs = np.repeat(members, inside[members])
    sizes = np.bincount(community, weights=inside).astype(np.int64)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    nobody = np.empty(0, np.int32)
    near = match_stubs(stubs, starts, nobody, streams.key("network.lfr.inside"))
    stubs = np.repeat(np.arange(n, dtype=np.int32), outside)
    starts = np.array([0, len(stubs)], dtype=np.int64)
    far = match_stubs(stubs, starts, community, streams.key("network.lfr.outside"))
    return np.concatenate([near[0], far[0]]), np.concatenate([near[1], far[1]])


def deal(
    n: int, parameters: Parameters, streams: Streams
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Ties inside and outside her community, and the community, of every customer; each (n,)."""
    highest = float(min(parameters.max_degree, n - 1))
    lowest = lowest_for_mean(parameters.mean_degree, parameters.degree_exponent, highest)
    degree = power_law_integers(
        n, parameters.degree_exponent, lowest, highest, streams.key("network.lfr.degree")
    )
    sizes = _community_sizes(n, parameters, streams)
    mixing = parameters.mixing if len(sizes) > 1 else 0.0
    inside = _round_by_chance(degree * (1.0 - mixing), streams.key("network.lfr.mixing"))
    most_ties_first = np.argsort(-inside, kind="stable")
    community = _place(most_ties_first, inside, sizes, streams.key("network.lfr.community"))
    inside = np.minimum(inside, sizes[community] - 1).astype(np.int32)
    return inside, degree - inside, community


def _community_sizes(n: int, parameters: Parameters, streams: Streams) -> NDArray[np.int64]:
    """Sizes of all communities, the largest first; they sum to ``n``."""
    lowest = min(parameters.min_community, n)
    highest = min(max(parameters.max_community, lowest), n)
    key = streams.key("network.lfr.sizes")
    enough = math.ceil(n / lowest)
    exponent = parameters.community_exponent
    sizes = power_law_integers(enough, exponent, lowest, highest, key).astype(np.int64)
    filled = np.cumsum(sizes)
    last = int(np.searchsorted(filled, n))
    sizes = sizes[: last + 1]
    sizes[last] -= filled[last] - n
    if sizes[last] < lowest and last > 0:
        homeless = int(sizes[last])
        sizes = sizes[:last]
        np.add.at(sizes, np.arange(homeless) % last, 1)
    return np.sort(sizes)[::-1].copy()


@kernel
def _round_by_chance(values: Array, key: np.uint64) -> Array:
    rounded = np.empty(values.size, np.int32)
    for item in range(values.size):
        whole = math.floor(values[item])
        rounded[item] = whole + (uniform(address(key, item), 0) < values[item] - whole)
    return rounded


@kernel
def _place(order: Array, inside: Array, sizes: Array, key: np.uint64) -> Array:
    """Draw each customer's community among the free places of all that are large enough."""
    places = np.empty(order.size, np.int32)
    community = np.empty(order.size, np.int32)
    free, opened = 0, 0
    for customer in order:
        # Sizes fall, so the communities large enough are the first ones; with no place free the
        # next one must do, and some of her ties will leave it.
        while opened < sizes.size and (sizes[opened] > inside[customer] or free == 0):
            places[free : free + sizes[opened]] = opened
            free += sizes[opened]
            opened += 1
        place = np.int64(address(key, customer) % np.uint64(free))
        community[customer] = places[place]
        free -= 1
        places[place] = places[free]
    return community

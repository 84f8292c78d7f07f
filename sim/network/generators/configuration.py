"""Configuration: numbers of ties follow a truncated power law, and who meets whom is chance.

Each customer is dealt a number of loose ends, and loose ends are joined at random without
self-ties or repetitions.

References
----------
Molloy, Reed (1995), A critical point for random graphs with a given degree sequence, Random
Structures and Algorithms 6, 161-180, doi:10.1002/rsa.3240060204.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.network.power_law import lowest_for_mean, power_law_integers
from sim.network.registry import Ends, TieParameters, generator
from sim.network.stub_matching import match_stubs
from sim.parameters import param
from sim.streams import Streams


class Parameters(TieParameters):
    """The distribution of numbers of ties."""

    mean_degree: float = param(
        10.0,
        unit="customers",
        bounds=(0.1, 10_000.0),
        doc="Expected neighbors of a customer; at most max_degree or n - 1.",
    )
    exponent: float = param(
        2.5,
        unit="1",
        bounds=(1.0, 6.0),
        doc="Power by which the share of customers falls with their number of ties.",
        source="Newman 2003, doi:10.1137/S003614450342480: 2 to 3 in most measured networks",
    )
    max_degree: int = param(
        1000,
        unit="customers",
        bounds=(1, 1_000_000),
        doc="Largest number of neighbors.",
    )


def expected_ties(n: int, parameters: Parameters) -> float:
    """Number of ties on average."""
    return 0.5 * n * min(parameters.mean_degree, parameters.max_degree, n - 1)


@generator("configuration", Parameters, expect=expected_ties)
def generate(n: int, parameters: Parameters, streams: Streams) -> Ends:
    """Source and target of every tie."""
    stubs = np.repeat(np.arange(n, dtype=np.int32), degrees_of(n, parameters, streams))
    everybody = np.array([0, len(stubs)], dtype=np.int64)
    nobody = np.empty(0, np.int32)
    return match_stubs(stubs, everybody, nobody, streams.key("network.configuration"))


def degrees_of(n: int, parameters: Parameters, streams: Streams) -> NDArray[np.int32]:
    """Number of ties dealt to every customer, shape (n,)."""
    if n < 2:
        return np.zeros(n, np.int32)
    highest = float(min(parameters.max_degree, n - 1))
    lowest = lowest_for_mean(parameters.mean_degree, parameters.exponent, highest)
    key = streams.key("network.configuration.degree")
    return power_law_integers(n, parameters.exponent, lowest, highest, key)

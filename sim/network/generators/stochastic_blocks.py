"""Stochastic blocks: customers of one block are tied more often than customers of two.

Blocks are ranges of rows of nearly equal size, known to nobody but the network; ties between the
segments of a scenario come from ``homophily`` instead.

References
----------
Holland, Laskey, Leinhardt (1983), Stochastic blockmodels: first steps, Social Networks 5,
109-137, doi:10.1016/0378-8733(83)90021-7.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.network.bernoulli_pairs import bernoulli_ties
from sim.network.registry import Ends, TieParameters, generator
from sim.parameters import param
from sim.streams import Streams


class Parameters(TieParameters):
    """Number of blocks and where the ties go."""

    blocks: int = param(
        50,
        unit="blocks",
        bounds=(1, 1_000_000),
        doc="Number of blocks of nearly equal size; no more than there are customers.",
    )
    mean_degree: float = param(
        10.0,
        unit="customers",
        bounds=(0.0, 10_000.0),
        doc="Expected neighbors of a customer; fewer where her block, or the rest, is too small.",
    )
    mixing: float = param(
        0.2,
        unit="1",
        bounds=(0.0, 1.0),
        doc="Expected share of a customer's ties that leave her block; with one block none do.",
    )


def expected_ties(n: int, parameters: Parameters) -> float:
    """Number of ties on average, at most."""
    return 0.5 * n * min(parameters.mean_degree, n - 1)


@generator("stochastic_blocks", Parameters, expect=expected_ties)
def generate(n: int, parameters: Parameters, streams: Streams) -> Ends:
    """Source and target of every tie."""
    blocks = min(parameters.blocks, n)
    mixing = parameters.mixing if blocks > 1 else 0.0
    block_size = n / max(blocks, 1)
    within = _tie_prob(parameters.mean_degree * (1.0 - mixing), block_size - 1.0)
    between = _tie_prob(parameters.mean_degree * mixing, n - block_size)
    return bernoulli_ties(n, blocks, within, between, streams.key("network.stochastic_blocks"))


def blocks_of(n: int, blocks: int) -> NDArray[np.int64]:
    """Block of every customer, shape (n,)."""
    return np.arange(n, dtype=np.int64) * min(blocks, n) // max(n, 1)


def _tie_prob(degree: float, others: float) -> float:
    return min(degree / others, 1.0) if others > 0.0 else 0.0

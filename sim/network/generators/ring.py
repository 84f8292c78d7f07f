"""Ring: each customer knows the nearest customers on a circle and nobody else.

High clustering and long paths: news travels from neighbor to neighbor only.

References
----------
Ellison (1993), Learning, local interaction, and coordination, Econometrica 61, 1047-1071,
doi:10.2307/2951493.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from sim.network.registry import Ends, TieParameters, generator
from sim.parameters import param
from sim.streams import Streams


class Parameters(TieParameters):
    """Neighbors on the ring."""

    neighbors: Annotated[int, Field(multiple_of=2)] = param(
        10,
        unit="customers",
        bounds=(2, 10_000),
        doc="Nearest customers on the ring that each is tied to, an even number; from n - 1 on, "
        "everybody knows everybody.",
    )


def expected_ties(n: int, parameters: Parameters) -> float:
    """Number of ties."""
    return 0.5 * n * min(parameters.neighbors, n - 1)


@generator("ring", Parameters, expect=expected_ties)
def generate(n: int, parameters: Parameters, streams: Streams) -> Ends:
    """Source and target of every tie; nothing is drawn."""
    half = min(parameters.neighbors, n) // 2
    source = np.repeat(np.arange(n, dtype=np.int32), half)
    steps = np.tile(np.arange(1, half + 1, dtype=np.int32), n)
    return source, (source + steps) % np.int32(max(n, 1))

"""None: nobody knows anybody; the market without a network."""

from __future__ import annotations

import numpy as np

from sim.network.registry import Ends, TieParameters, generator
from sim.parameters import param
from sim.streams import Streams


class Parameters(TieParameters):
    """The common parameters; without ties there is no homophily."""

    homophily: float = param(
        0.0, unit="1", bounds=(0.0, 0.0), doc="Always 0: there are no ties to rewire."
    )


def expected_ties(n: int, parameters: Parameters) -> float:
    """Number of ties: 0."""
    return 0.0


@generator("none", Parameters, expect=expected_ties)
def generate(n: int, parameters: Parameters, streams: Streams) -> Ends:
    """No ties."""
    return np.empty(0, np.int32), np.empty(0, np.int32)

"""From a kind of network to its ties: generate, rewire by homophily, draw strength."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.errors import NetworkError
from sim.network.graph import Network, refuse_too_large
from sim.network.homophily import with_homophily
from sim.network.registry import find
from sim.network.strength import with_strong_ties
from sim.parameters import Declared
from sim.streams import Streams


def build_network(
    kind: str,
    parameters: Declared,
    n: int,
    streams: Streams,
    groups: NDArray[np.uint8] | None = None,
) -> Network:
    """Draw a network of one kind.

    Parameters
    ----------
    kind
        One of ``kinds()``.
    parameters
        An instance of ``parameters_of(kind)``.
    n
        Number of customers; any number from 0 on works, and where parameters ask for more
        neighbors than there are other customers, everybody knows everybody.
    streams
        The market's random draws.
    groups
        Segment of every customer, shape (n,); needed where ``homophily`` is above 0.

    Raises
    ------
    NetworkError
        If the kind is unknown, its parameters are of another kind, the network would be too
        large, or homophily is asked for without groups.
    """
    generator = find(kind)
    if not isinstance(parameters, generator.parameters):
        raise NetworkError(f"The parameters of {kind!r} must come from parameters_of({kind!r}).")
    if groups is not None and np.shape(groups) != (n,):
        raise NetworkError(f"groups must hold one segment for each of the {n:,} customers.")
    if parameters.homophily > 0.0 and groups is None:
        raise NetworkError("homophily above 0 needs the segments of the customers (groups).")
    refuse_too_large(n, generator.expect(n, parameters))
    ties = generator.generate(n, parameters, streams)
    network = ties if isinstance(ties, Network) else Network.from_ties(n, *ties)
    if groups is not None and parameters.homophily > 0.0:
        network = with_homophily(network, groups, parameters.homophily, streams)
    return with_strong_ties(network, parameters.strong_share, streams)

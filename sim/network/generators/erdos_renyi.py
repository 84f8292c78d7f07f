"""Random graph: each pair of customers is tied with the same probability.

Numbers of ties are nearly Poisson, and there is next to no clustering.

References
----------
Gilbert (1959), Random graphs, Annals of Mathematical Statistics 30, 1141-1144,
doi:10.1214/aoms/1177706098; Erdos, Renyi (1959), On random graphs I, Publicationes Mathematicae
Debrecen 6, 290-297.
"""

from __future__ import annotations

from sim.network.bernoulli_pairs import bernoulli_ties
from sim.network.registry import Ends, TieParameters, generator
from sim.parameters import param
from sim.streams import Streams


class Parameters(TieParameters):
    """Mean number of ties."""

    mean_degree: float = param(
        10.0,
        unit="customers",
        bounds=(0.0, 10_000.0),
        doc="Expected neighbors of a customer; from n - 1 on, everybody knows everybody.",
    )


def expected_ties(n: int, parameters: Parameters) -> float:
    """Number of ties on average."""
    return 0.5 * n * min(parameters.mean_degree, n - 1)


@generator("erdos_renyi", Parameters, expect=expected_ties)
def generate(n: int, parameters: Parameters, streams: Streams) -> Ends:
    """Source and target of every tie."""
    tie_prob = min(parameters.mean_degree / max(n - 1, 1), 1.0)
    return bernoulli_ties(n, 1, tie_prob, 0.0, streams.key("network.erdos_renyi"))

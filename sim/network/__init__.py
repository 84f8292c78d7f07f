"""Who knows whom: the only place that makes the ties between customers.

This package owns the graph of a market: its compressed rows (``graph.py``), one published
generator a file (``generators/``), the strength of ties (``strength.py``), the tendency to know
people of one's own segment (``homophily.py``) and the readers of network files (``readers.py``).
It says who may talk to whom and how close they are; what passes along a tie belongs to the
mechanisms. Every random choice is an addressed draw, so one seed gives the same ties on any
number of threads.

Ask ``kinds()`` for the generators, ``parameters_of(kind)`` for what one of them takes, and
``build_network`` for a network; ``read_network`` and ``Network.from_networkx`` bring one from
elsewhere.
"""

from sim.network.build import build_network
from sim.network.graph import Network
from sim.network.readers import read_network
from sim.network.registry import kinds, parameters_of

__all__ = ["Network", "build_network", "kinds", "parameters_of", "read_network"]

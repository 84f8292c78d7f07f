"""Known results that the engine reproduces: one target a file, run through ordinary scenarios.

Each file sets up a market from its scenario file in ``experiments/replications/``, measures what
the literature measured, and holds published and reproduced numbers against each other.
"""

from sim.replications.base import (
    REGISTRY,
    Curve,
    Finding,
    Plot,
    Replicated,
    Replication,
    each,
    replication,
    replications,
)

__all__ = [
    "REGISTRY", "Curve", "Finding", "Plot", "Replicated", "Replication", "each", "replication",
    "replications",
]

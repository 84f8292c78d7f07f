"""What a firm knows sells nothing else."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoCrossSelling(Mechanism):
    """Off: what a firm knows sells nothing else."""

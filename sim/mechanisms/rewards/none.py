"""All customers are treated alike."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoRewards(Mechanism):
    """Off: all customers are treated alike."""

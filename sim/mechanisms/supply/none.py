"""Every offer is always in stock."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoSupply(Mechanism):
    """Off: every offer is always in stock."""

"""Nobody buys."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoChoice(Mechanism):
    """Off: there are no purchases."""

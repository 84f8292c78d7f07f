"""Nobody minds the design."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoTailoring(Mechanism):
    """Off: nobody minds the design."""

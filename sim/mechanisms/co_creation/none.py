"""Nobody contributes."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoCoCreation(Mechanism):
    """Off: nobody contributes."""

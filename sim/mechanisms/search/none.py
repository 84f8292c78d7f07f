"""Nobody looks anything up."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoSearch(Mechanism):
    """Off: nobody looks anything up."""

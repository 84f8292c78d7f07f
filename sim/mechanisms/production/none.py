"""Unit costs stay as they were at the start."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoProduction(Mechanism):
    """Off: unit costs stay as they were at the start."""

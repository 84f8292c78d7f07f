"""Firms keep their first beliefs."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoSensing(Mechanism):
    """Off: beliefs stay as they are."""

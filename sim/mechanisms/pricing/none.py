"""Prices stay as they were at the start."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoPricing(Mechanism):
    """Off: price levers have no effect after the start."""

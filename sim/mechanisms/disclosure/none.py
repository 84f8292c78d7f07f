"""Firms learn nothing of single customers."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoDisclosure(Mechanism):
    """Off: firms learn nothing of single customers."""

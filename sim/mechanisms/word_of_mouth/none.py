"""Nobody talks."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoWordOfMouth(Mechanism):
    """Off: the social network is irrelevant."""

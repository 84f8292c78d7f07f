"""Everybody stays silent."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoResponse(Mechanism):
    """Off: nobody leaves, complains or tells others because of it."""

"""Products stay as they are."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoDevelopment(Mechanism):
    """Off: nothing is spent, nothing is released."""

"""Nobody advertises, nobody forgets."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoAdvertising(Mechanism):
    """Off: awareness changes in no other way than by friends and sales contacts."""

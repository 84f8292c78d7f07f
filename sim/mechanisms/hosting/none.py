"""Communities earn nothing."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoHosting(Mechanism):
    """Off: communities earn nothing."""

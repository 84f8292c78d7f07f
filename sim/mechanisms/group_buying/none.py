"""Members pay what everybody pays."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoGroupBuying(Mechanism):
    """Off: members pay what everybody pays."""

"""Communities are silent."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoCommunity(Mechanism):
    """Off: nobody joins, posts or reads; memberships stay as they are."""

"""There are no clubs."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoClubs(Mechanism):
    """Off: there are no clubs."""

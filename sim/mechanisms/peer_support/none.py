"""Members solve no problems."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoPeerSupport(Mechanism):
    """Off: members solve no problems."""

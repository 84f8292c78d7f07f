"""Every use costs its price."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoTariffs(Mechanism):
    """Off: every use costs its price."""

"""Nobody is contacted."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoSelling(Mechanism):
    """Off: trust and reactance stay as they are."""

"""Nobody learns from use."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoExperience(Mechanism):
    """Off: expectation and satisfaction stay as they are."""

"""There are no channels."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoChannels(Mechanism):
    """Off: there are no channels."""

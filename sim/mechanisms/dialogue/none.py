"""Nobody answers."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoDialogue(Mechanism):
    """Off: complaints go nowhere and wait nowhere."""

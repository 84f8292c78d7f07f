"""Experience moves no trust."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoTrust(Mechanism):
    """Off: experience moves no trust."""

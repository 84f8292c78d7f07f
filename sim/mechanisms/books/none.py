"""No books are kept."""

from __future__ import annotations

from sim.mechanisms.base import Mechanism, mechanism


@mechanism
class NoBooks(Mechanism):
    """Off: revenue, profit and cash stay zero."""

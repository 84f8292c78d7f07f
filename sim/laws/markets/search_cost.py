"""Prices paid, by what search costs."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.needs import offered, priced, works
from sim.laws.probes.informed import Informed


@law(
    statement="Where search costs less, customers pay less.",
    source="Stahl (1989); Brown and Goolsbee (2002)", high=0.0, strict=True,
    unit="change of the mean price paid, cheap search against dear",
    probe="informed", needs=(offered, priced, works("search"), works("choice")),
    above="a wider search finds better offers, not cheaper ones",
)
def measure(informed: Informed) -> Measured:
    """Relative change from dear search to cheap search."""
    if not informed.dear > 0:
        return Measured.nothing("nobody paid anything")
    return Measured(informed.cheap / informed.dear - 1.0)

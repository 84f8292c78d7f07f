"""Dispersion of prices paid, by how well customers are informed."""

from __future__ import annotations

from sim.laws.base import Measured, Panel, law, points
from sim.laws.needs import offered, priced, rivals, works
from sim.laws.probes.informed import STEPS, Informed


@law(
    statement="Prices paid spread most where some, but not all, customers are informed.",
    source="Varian (1980); Brown and Goolsbee (2002)", low=0.0, strict=True,
    unit="standard deviation at the highest inner step minus the higher end",
    probe="informed", needs=(offered, rivals, priced, works("search"), works("choice")),
    below="spread moves one way only over the steps lived, as it does where firms do not mix "
    "prices for the informed and the others",
    panel=Panel("Step, from least to best informed", "Standard deviation of prices paid"),
)
def measure(informed: Informed) -> Measured:
    """How far an inner step stands above both ends."""
    spread = informed.spread
    return Measured(float(spread[1:-1].max() - max(spread[0], spread[-1])), curves={
        "spread": points(STEPS, spread),
    })

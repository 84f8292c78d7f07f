"""Weak ties and contagion that needs several friends."""

from __future__ import annotations

from sim.laws.base import Measured, Panel, law, points
from sim.laws.needs import offered, small_world, works
from sim.laws.probes.weak_ties import Spread


@law(
    statement="Where several friends must own it first, ties across the network slow its spread.",
    source="Centola and Macy (2007)", high=0.0, strict=True,
    unit="mean share that knows, with weak ties minus without", probe="weak_ties",
    needs=(offered, works("choice"), small_world),
    above="ties are so many that enough friends own the offer by chance, across the network as "
    "well as next door",
    panel=Panel("Week", "% of customers who know it"),
)
def measure(spread: Spread) -> Measured:
    """Mean over weeks of the share of customers who know the offer."""
    weeks = range(1, len(spread.complex_ring) + 1)
    return Measured(float(spread.complex_rewired.mean() - spread.complex_ring.mean()), curves={
        "weak ties": points(weeks, 100 * spread.complex_rewired),
        "ring only": points(weeks, 100 * spread.complex_ring),
    })

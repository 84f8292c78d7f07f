"""Weak ties and contagion by one friend."""

from __future__ import annotations

from sim.laws.base import Measured, Panel, law, points
from sim.laws.needs import offered, small_world, works
from sim.laws.probes.weak_ties import Spread


@law(
    statement="Where one friend is enough, ties across the network quicken the spread.",
    source="Granovetter (1973); Watts and Strogatz (1998)", low=0.0, strict=True,
    unit="mean share that knows, with weak ties minus without", probe="weak_ties",
    needs=(offered, works("choice"), small_world),
    below="the offer goes so far on the ring alone that shortcuts add nothing",
    panel=Panel("Week", "% of customers who know it"),
)
def measure(spread: Spread) -> Measured:
    """Mean over weeks of the share of customers who know the offer: what is quicker is higher."""
    weeks = range(1, len(spread.simple_ring) + 1)
    return Measured(float(spread.simple_rewired.mean() - spread.simple_ring.mean()), curves={
        "weak ties": points(weeks, 100 * spread.simple_rewired),
        "ring only": points(weeks, 100 * spread.simple_ring),
    })

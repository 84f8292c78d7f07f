"""Prices paid, by how well customers are informed."""

from __future__ import annotations

from sim.laws.base import Measured, Panel, law, points
from sim.laws.needs import offered, priced, works
from sim.laws.probes.informed import STEPS, Informed


@law(
    statement="The better customers are informed, the less they pay on average.",
    source="Varian (1980); Brown and Goolsbee (2002): -8 to -15%", high=0.0, strict=True,
    unit="change of the mean price paid, best informed against least",
    probe="informed", needs=(offered, priced, works("search"), works("choice")),
    above="searching finds out what offers are like, not what they cost: who is informed buys the "
    "better offer, which need not be the cheaper one, and firms that keep their prices lose "
    "nothing by it",
    panel=Panel("Step, from least to best informed", "Mean price paid"),
)
def measure(informed: Informed) -> Measured:
    """Relative change from the least to the best informed twin; the curve shows all steps."""
    if not informed.price[0] > 0:
        return Measured.nothing("nobody paid anything")
    return Measured(float(informed.price[-1] / informed.price[0] - 1.0), curves={
        "price": points(STEPS, informed.price),
    })

"""What a dearer offer loses."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.needs import offered, priced, weeks, works
from sim.laws.probes.nudges import STEP, Nudged, elasticity


@law(
    statement="A brand that becomes dearer alone loses units at an elasticity of -1.5 to -4.",
    source="science.md C; Bijmolt, van Heerde and Pieters (2005): -2.62", low=-4.0, high=-1.5,
    unit="elasticity of units to price", probe="nudges",
    needs=(offered, priced, works("pricing", "fixed"), works("choice"), weeks(8)),
    below="customers mind prices more than in the studies",
    above="customers mind prices less than in the studies, or buy nearly for certain what they "
    "like and are loyal to, so that a dearer offer still wins",
)
def measure(nudged: Nudged) -> Measured:
    """Units of the second half, where the price of the first offer is a tenth higher."""
    return Measured(elasticity(nudged.price.units, nudged.plain.units, 1.0 + STEP))

"""What better talk is worth."""

from __future__ import annotations

import numpy as np

from sim.laws.base import Measured, law
from sim.laws.needs import offered, weeks, works
from sim.laws.probes.nudges import Nudged, elasticity


@law(
    statement="Better talk about an offer sells more of it, and it matters more than more talk.",
    source="You, Vadakkepatt and Joshi (2015): .417", low=0.2, high=0.7,
    unit="elasticity of units to valence", probe="nudges",
    needs=(offered, works("word_of_mouth", "cascade", "complex_contagion"), works("choice"),
           weeks(8)),
    below="owners trust what they lived over what they hear, and most customers are owners",
    above="expectations, which talk moves, weigh much in the choices of this market",
)
def measure(nudged: Nudged) -> Measured:
    """Units of the second half, where all that is said of the offer is a tenth better."""
    plain, better = nudged.plain.valence, nudged.valence.valence
    both = np.isfinite(plain) & np.isfinite(better)
    if not both.any() or plain[both].mean() <= 0:
        return Measured.nothing("nobody talked about the first offer")
    dose = better[both].mean() / plain[both].mean()
    return Measured(elasticity(nudged.valence.units, nudged.plain.units, float(dose)))

"""What more talk is worth."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.needs import offered, weeks, works
from sim.laws.probes.nudges import Nudged, elasticity


@law(
    statement="More talk about an offer sells more of it.",
    source="You, Vadakkepatt and Joshi (2015): .236", low=0.1, high=0.5,
    unit="elasticity of units to tellings", probe="nudges",
    needs=(offered, works("word_of_mouth"), works("choice"), weeks(8)),
    below="most customers know the offer and have used it by half time: talk tells them little "
    "that is new",
    above="talk is nearly the only way in which the offer becomes known",
)
def measure(nudged: Nudged) -> Measured:
    """Units of the second half, where owners who would be silent add about a tenth of tellings."""
    if nudged.plain.tellings.sum() <= 0:
        return Measured.nothing("nobody talked about the first offer")
    dose = nudged.volume.tellings.sum() / nudged.plain.tellings.sum()
    return Measured(elasticity(nudged.volume.units, nudged.plain.units, dose))

"""What more advertising sells within a month."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.needs import advertised, offered, weeks, works
from sim.laws.probes.nudges import STEP, Nudged, elasticity

MONTH = 4


@law(
    statement="More advertising sells a little more at once.",
    source="Sethuraman, Tellis and Briesch (2011): .12", low=0.05, high=0.25,
    unit="elasticity of units to spending, first 4 weeks", probe="nudges",
    needs=(offered, advertised, works("advertising"), works("choice"), weeks(16)),
    below="advertising only makes known, it takes weeks to build up, and by half time most "
    "customers know the offer",
    above="most customers do not know the offer yet",
)
def measure(nudged: Nudged) -> Measured:
    """Units of the first month after spending rose by a tenth for good."""
    after, before = nudged.advertising.units[:MONTH], nudged.plain.units[:MONTH]
    return Measured(elasticity(after, before, 1.0 + STEP))

"""What more advertising sells in the long run, against at once."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.levers.advertising_now import MONTH
from sim.laws.needs import advertised, offered, weeks, works
from sim.laws.probes.nudges import STEP, Nudged, elasticity


@law(
    statement="In the long run advertising sells about twice what it sells at once.",
    source="Sethuraman, Tellis and Briesch (2011): .24 against .12", low=1.5, high=3.0,
    unit="elasticity of the last quarter over that of the first 4 weeks", probe="nudges",
    needs=(offered, advertised, works("advertising"), works("choice"), weeks(16)),
    below="who would learn of the offer by advertising learns of it anyway before long",
    above="the stock of advertising builds up over months, and next to nothing shows in the "
    "first one",
)
def measure(nudged: Nudged) -> Measured:
    """Both elasticities under spending that rose by a tenth for good."""
    plain, more = nudged.plain.units, nudged.advertising.units
    late = max(len(plain) // 2, 1)  # of the second half: the last quarter of the run
    return Measured(
        elasticity(more[-late:], plain[-late:], 1.0 + STEP),
        over=elasticity(more[:MONTH], plain[:MONTH], 1.0 + STEP),
    )

"""One takes all where returns increase."""

from __future__ import annotations

import numpy as np

from sim.laws.base import Measured, law
from sim.laws.markets.no_monopoly import ALL
from sim.laws.needs import feedback, rivals
from sim.laws.probes.life import Life


@law(
    statement="With increasing returns one offer nearly always ends up with the whole market.",
    source="Arthur (1989); science.md B10: .97 of runs at a power of 1.5", low=0.7,
    is_share=True, unit="share of runs in which one offer has over 95%", probe="life",
    needs=(rivals, feedback(1.5)),
    below="the market ends before the feedback has run its course, or what customers like weighs "
    "more than what others own",
)
def measure(life: Life) -> Measured:
    """1 if an offer has over 95% of all units; .7 so that 20 markets can tell .9 from less."""
    units = np.bincount(life.log.offer)
    if units.sum() == 0:
        return Measured.nothing("nothing was sold")
    return Measured(float(units.max() / units.sum() > ALL))

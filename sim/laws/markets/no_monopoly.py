"""Nobody takes all without increasing returns."""

from __future__ import annotations

import numpy as np

from sim.laws.base import Measured, law
from sim.laws.needs import constant_returns, rivals, works
from sim.laws.probes.life import Life

ALL = 0.95


@law(
    statement="Without increasing returns no firm ends up with nearly the whole market.",
    source="Arthur (1989): 0 below linear returns, .1 at them; .2 so that 20 markets can tell",
    high=0.2,
    is_share=True, unit="share of runs in which one firm sells over 95%", probe="life",
    needs=(rivals, works("choice"), constant_returns),
    above="the feedback of talk, loyalty or switching costs is strong enough for one to take all",
)
def measure(life: Life) -> Measured:
    """1 if a firm has over 95% of the units of the last quarter."""
    units = np.bincount(life.firm, life.units(life.weeks - life.weeks // 4 + 1))
    if units.sum() == 0:
        return Measured.nothing("nothing was sold in the last quarter")
    return Measured(float(units.max() / units.sum() > ALL))

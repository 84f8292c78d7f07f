"""The delivery gap: what firms believe of themselves against what customers say.

The published share is of 362 firms in many industries. A share of firms moves in steps of one over
their number: of two rivals it is none, half or all, so that the gap is 0.5 or 1 less the customers'
share, and a range 0.3 wide lies between the steps. It applies where steps are a tenth or finer.
"""

from __future__ import annotations

import numpy as np

from sim.laws.base import Measured, Panel, law, points
from sim.laws.needs import firms, offered, rivals, works
from sim.laws.probes.life import Life

FEWEST_FIRMS = 10


@law(
    statement="Firms believe far more often than customers that what they do is superior.",
    source="Allen, Reichheld, Hamilton and Markey (2005): 80% of firms, 8% of customers",
    low=0.5, high=0.8, unit="share of firms minus share of buyers", probe="life",
    needs=(offered, rivals, firms(FEWEST_FIRMS), works("choice"), works("experience")),
    below="not all firms believe themselves superior: their ideas of what matters are not far "
    "enough apart for each to be best by its own",
    above="nearly all firms believe themselves superior, and no buyer is delighted",
    panel=Panel("Week", "Delivery gap, percentage points"),
)
def measure(life: Life) -> Measured:
    """Mean delivery gap of the last quarter."""
    gap = life.delivery_gap
    late = gap[-max(len(gap) // 4, 1) :]
    if not np.isfinite(late).any():
        return Measured.nothing("no firm sells beside a rival, or nobody bought")
    weeks = np.arange(1, len(gap) + 1)
    return Measured(float(np.nanmean(late)), curves={"gap": points(weeks, 100 * gap)})

"""A launch: the same market, in which the first offer is new and nobody knows it before week 1.

Scenarios begin with offers that many know; diffusion is a law about new ones. Nothing else is
changed, except that the market lives two years at least, for diffusion to run its course.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.laws.probes.life import Log, watch
from sim.laws.probing import Ground, probe
from sim.results.cascades import Cascades

LEAST_WEEKS = 104


@dataclass(frozen=True)
class Launched:
    """How a new offer spread.

    Attributes
    ----------
    adopters : first purchases of the offer by week from its launch, (n_weeks,).
    n_customers : in the market.
    trees : the trees in which word of it spread.
    """

    adopters: NDArray[np.float64]
    n_customers: int
    trees: Cascades


@probe(markets=1)
def live(ground: Ground) -> Launched:
    """Launch the first offer into the market."""
    path = ground.offer_paths[ground.focal]
    weeks = max(ground.world.weeks, LEAST_WEEKS)
    market = ground.market({
        "weeks": weeks, f"{path}.initial_awareness": 0.0, f"{path}.initial_owners": 0.0,
    })
    o = market.offer_number(ground.focal)
    launch = int(market.tables.offers.launch_week[o])
    life = watch(market, ground.focal)
    return Launched(first_purchases(life.log, o, weeks)[launch - 1 :], life.n_customers, life.trees)


def first_purchases(log: Log, offer: int, weeks: int) -> NDArray[np.float64]:
    """Customers who bought an offer for the first time, by week, (weeks,)."""
    mine = log.offer == offer
    _, first = np.unique(log.customer[mine], return_index=True)  # the log is in order of weeks
    return np.bincount(log.week[mine][first], minlength=weeks + 1)[1:].astype(np.float64)

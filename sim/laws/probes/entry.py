"""A first entrant: one firm sells alone for half a year, then all others enter.

Which firm is first goes around over replications, so that being better is not taken for being
earlier. Nobody knows or owns any offer before it is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.laws.probes.life import watch
from sim.laws.probing import Ground, probe

ALONE_WEEKS, LEAST_WEEKS = 26, 130


@dataclass(frozen=True)
class Entered:
    """Units of every firm in the last quarter, (n_firms,), and which firm was first."""

    units: NDArray[np.int64]
    first: int


@probe(markets=1)
def live(ground: Ground) -> Entered:
    """Let one firm enter first."""
    firms = ground.world.firms
    sellers = [name for name, firm in firms.items() if firm.offers]
    first = sellers[ground.replication % len(sellers)]
    weeks = max(ground.world.weeks, LEAST_WEEKS)
    overrides: dict[str, Any] = {"weeks": weeks}
    for name, firm in firms.items():
        for offer in firm.offers:
            path = f"firms.{name}.offers.{offer}"
            overrides[f"{path}.launch_week"] = 1 if name == first else ALONE_WEEKS + 1
            overrides |= {f"{path}.initial_awareness": 0.0, f"{path}.initial_owners": 0.0}
    life = watch(ground.market(overrides), ground.focal)
    units = np.bincount(life.firm, life.units(weeks - weeks // 4 + 1), len(firms))
    return Entered(units.astype(np.int64), list(firms).index(first))

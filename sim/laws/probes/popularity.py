"""Two worlds that differ in luck alone, each with word of mouth and without it.

Word of mouth is the feedback of popularity: what more customers own, more talk about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.laws.probes.life import watch
from sim.laws.probing import Ground, probe
from sim.streams import Streams

Shares = NDArray[np.float64]


@dataclass(frozen=True)
class Popular:
    """Shares of all offers in the units of the last quarter, (2 worlds, n_offers)."""

    talking: Shares
    silent: Shares


@probe(markets=4)
def live(ground: Ground) -> Popular:
    """Live both worlds twice."""
    other = Ground(ground.scenario, Streams(ground.seed).replication(1).seed)
    worlds = (ground, other)
    return Popular(
        np.array([_shares(world, {}) for world in worlds]),
        np.array([_shares(world, {"mechanisms.word_of_mouth": "none"}) for world in worlds]),
    )


def _shares(ground: Ground, overrides: dict[str, Any]) -> Shares:
    life = watch(ground.market(overrides), ground.focal)
    units = life.units(life.weeks - life.weeks // 4 + 1).astype(np.float64)
    return units / units.sum() if units.sum() > 0 else np.full(len(units), np.nan)

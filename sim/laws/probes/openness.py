"""Two twins: no firm can be reached by complaints, and all can be reached with ease."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.laws.probing import Ground, probe


@dataclass(frozen=True)
class Opened:
    """Mean delivery gap of the last quarter, with closed and with open channels for voice."""

    closed: float
    opened: float


@probe(markets=2)
def live(ground: Ground) -> Opened:
    """Live both."""
    return Opened(_gap(ground, 0.0), _gap(ground, 1.0))


def _gap(ground: Ground, openness: float) -> float:
    firms = ground.world.firms
    market = ground.market(
        {f"firms.{name}.levers.voice_openness": openness for name in firms},
        observe=("delivery_gap",),
    )
    market.run_model()
    gap = market.recorder.recorded()["delivery_gap"].ravel()
    late = gap[-max(len(gap) // 4, 1) :]
    return float(np.nanmean(late)) if np.isfinite(late).any() else float("nan")

"""Twins without communities, with full ones, and with full ones whose members are locked in.

Full: every customer belongs to every community at the start; she may leave as the scenario says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.laws.probing import Ground, probe

OUTCOMES = ("lerner", "power_surplus", "information_asymmetry")
LOCKED_IN = 3.0
"""Utility lost by switching in the twin with lock-in: what full loyalty is worth by default."""


@dataclass(frozen=True)
class Standing:
    """Means of the last quarter, over firms where there is one a firm."""

    lerner: float
    power_surplus: float
    information_asymmetry: float


@dataclass(frozen=True)
class Reversed:
    """The market without communities, with them, and with them and lock-in."""

    silent: Standing
    informed: Standing
    locked_in: Standing


@probe(markets=3)
def live(ground: Ground) -> Reversed:
    """Live all three."""
    document = ground.world
    costs = {
        f"customers.segments.{name}.switching_cost": segment.switching_cost + LOCKED_IN
        for name, segment in document.customers.segments.items()
    }
    return Reversed(
        _stand(ground, {"mechanisms.community": "none"}), _stand(ground, {}, full=True),
        _stand(ground, costs, full=True),
    )


def _stand(ground: Ground, overrides: dict[str, Any], *, full: bool = False) -> Standing:
    market = ground.market(overrides, observe=OUTCOMES)
    if full:
        market.tables.customers.member[:] = 1
    market.run_model()
    record = market.recorder.recorded()
    late = {name: record[name][-max(market.week // 4, 1) :] for name in OUTCOMES}
    return Standing(**{
        name: float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")
        for name, values in late.items()
    })

"""Points of the curves: what was observed each week, ready to be sent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.observers.base import outcomes
from sim.studio.scene import RECORDED

if TYPE_CHECKING:
    from sim.market import Market

POWER = "customer_power"
ONE_HALF = 0.5
Point = float | None | list[float | None]


class Points:
    """Weekly values of every outcome that the page draws, from week 1 on."""

    def __init__(self, values: dict[str, list[Point]] | None = None) -> None:
        self.values = values or {name: [] for name in RECORDED}
        declared = outcomes()
        self._by_firm = {name: declared[name].per == "firm" for name in RECORDED}

    @property
    def weeks(self) -> int:
        """Number of weeks noted."""
        return len(self.values[RECORDED[0]])

    def note(self, market: Market) -> None:
        """Note the week just lived."""
        for name in RECORDED:
            value: Point = (
                [_rounded(market.outcome(name, firm)) for firm in market.firm_names]
                if self._by_firm[name] else _rounded(market.outcome(name))
            )
            self.values[name].append(value)

    def since(self, first: int) -> dict[str, list[Point]]:
        """Values of all weeks from ``first`` on, by outcome."""
        return {name: points[first - 1 :] for name, points in self.values.items()}

    def until(self, week: int) -> Points:
        """A copy of the weeks up to one."""
        return Points({name: points[:week] for name, points in self.values.items()})

    @property
    def reversal_week(self) -> int | None:
        """First week in which customers held more power than firms, on the mean."""
        power = enumerate(self.values[POWER], start=1)
        return next((w for w, p in power if isinstance(p, float) and p > ONE_HALF), None)


def values(market: Market, first: int = 1) -> dict[str, list[Any]]:
    """The same of a market that recorded all its weeks, for a recording."""
    found: dict[str, list[Any]] = {}
    for name, series in market.recorder.recorded().items():
        found[name] = [
            _rounded(week) if series.ndim == 1 else [_rounded(value) for value in week]
            for week in series[first - 1 :].tolist()
        ]
    return found


def _rounded(value: float) -> float | None:
    """Six digits, which no curve shows; None where there is no value."""
    return float(f"{value:.6g}") if math.isfinite(value) else None

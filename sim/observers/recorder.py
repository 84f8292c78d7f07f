"""Records outcomes week by week, from week 1 on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.observers.base import observers, outcomes

if TYPE_CHECKING:
    from sim.market import Market


class Recorder:
    """Weekly values of the chosen outcomes of one market.

    Parameters
    ----------
    market
        Whose outcomes.
    chosen
        Names of outcomes, True for all, False for none.
    """

    def __init__(self, market: Market, chosen: bool | tuple[str, ...] = True) -> None:
        declared = outcomes()
        names = tuple(declared) if chosen is True else tuple(chosen or ())
        unknown = [name for name in names if name not in declared]
        if unknown:
            raise ValueError(f"unknown outcomes: {', '.join(unknown)}")
        self.market, self.names = market, names
        self._sources = [cls() for cls in observers().values() if set(cls.outcomes) & set(names)]
        self.weeks = 0
        self.series: dict[str, NDArray[np.float64]] = {}
        for name in names:
            width = (market.n_firms,) if declared[name].per == "firm" else ()
            self.series[name] = np.full((market.world.weeks, *width), np.nan)

    def observe(self) -> None:
        """Record this week."""
        at = self.market.week - 1
        for source in self._sources:
            for name, value in source.observe(self.market).items():
                if name in self.series:
                    if at >= len(self.series[name]):
                        self._lengthen()
                    self.series[name][at] = value
        self.weeks = self.market.week

    def _lengthen(self) -> None:
        for name, values in self.series.items():
            self.series[name] = np.concatenate([values, np.full_like(values, np.nan)])

    def latest(self, name: str, firm: str | None = None) -> float:
        """The value of the latest week, of one firm where the outcome has one a firm."""
        value = self.series[name][self.weeks - 1]
        return float(value if firm is None else value[self.market.firm_names.index(firm)])

    def recorded(self) -> dict[str, NDArray[np.float64]]:
        """All recorded weeks: ``(n_weeks, n_firms)`` or ``(n_weeks,)`` by outcome."""
        return {name: values[: self.weeks] for name, values in self.series.items()}

    def collector(self) -> Any:
        """A Mesa ``DataCollector`` that holds what was recorded, a variable an outcome and firm."""
        from mesa import DataCollector

        collector = DataCollector()
        if hasattr(collector, "_collection_steps"):  # Mesa 3.5 asks when values were collected
            collector._collection_steps = list(range(1, self.weeks + 1))
        for name, values in self.recorded().items():
            if values.ndim == 1:
                collector.model_reporters[name] = [self.latest, [name]]
                collector.model_vars[name] = list(values)
            else:
                for f, firm in enumerate(self.market.firm_names):
                    collector.model_reporters[f"{name}.{firm}"] = [self.latest, [name, firm]]
                    collector.model_vars[f"{name}.{firm}"] = list(values[:, f])
        return collector

    def state(self) -> dict[str, NDArray[np.float64]]:
        """A copy of the record."""
        return {name: values.copy() for name, values in self.recorded().items()}

    def restore(self, state: dict[str, NDArray[np.float64]]) -> None:
        """Put a copy back."""
        for name, values in state.items():
            while len(values) > len(self.series[name]):
                self._lengthen()
            self.series[name][: len(values)] = values
        self.weeks = self.market.week

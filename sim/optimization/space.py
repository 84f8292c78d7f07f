"""What a search may set: positions in a unit cube, carried to values that keep the budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.experiment.factors import Factor
from sim.experiment.schema import Budget
from sim.scenario.schema import Value

Numbers: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Space:
    """Levers with their ranges, and what some of them may cost together.

    Too dear a combination is drawn towards the lowest values until it costs just what it may, so
    every point of the cube is a combination that keeps the budget, and each that does is reached.
    """

    levers: tuple[Factor, ...]
    budget: Budget | None = None

    @property
    def base(self) -> Numbers:
        """Values in the scenario as it is, (n_levers,)."""
        return np.array([lever.base for lever in self.levers])

    @property
    def shared(self) -> NDArray[np.bool_]:
        """Which levers share the budget, (n_levers,)."""
        paths = self.budget.levers if self.budget is not None else ()
        return np.array([lever.path in paths for lever in self.levers])

    def cost(self, values: Numbers) -> float:
        """What the levers that share the budget cost."""
        return float(values[self.shared].sum())

    def holds(self, values: Numbers) -> bool:
        """Whether values lie in their ranges and keep the budget."""
        within = all(
            lever.low <= value <= lever.high
            for lever, value in zip(self.levers, values.tolist(), strict=True)
        )
        return within and (self.budget is None or self.cost(values) <= self.budget.at_most)

    def values(self, position: Numbers) -> Numbers:
        """Values of the levers at a position in the unit cube, (n_levers,)."""
        asked = np.array([
            float(lever.at(position[k : k + 1])[0]) for k, lever in enumerate(self.levers)
        ])
        if self.budget is None or self.cost(asked) <= self.budget.at_most:
            return asked
        return self._affordable(asked, self.budget.at_most)

    def _affordable(self, asked: Numbers, most: float) -> Numbers:
        """Drawn towards the lowest values, whole numbers downwards, until they cost no more."""
        low = np.array([lever.low for lever in self.levers])
        whole = np.array([lever.whole for lever in self.levers])
        shared = self.shared
        spare = most - low[shared].sum()
        above = np.where(shared, asked - low, 0.0)
        drawn = np.where(shared, low + above * (spare / above.sum()), asked)
        drawn = np.where(shared & whole, np.floor(drawn), drawn)
        while self.cost(drawn) > most:  # by the last bit of a sum
            drawn = np.where(shared & ~whole, np.maximum(np.nextafter(drawn, -np.inf), low), drawn)
        return drawn

    def position(self, values: Numbers) -> Numbers:
        """Where values lie in the unit cube; they must lie in their ranges."""
        return np.array([
            _position(lever, value)
            for lever, value in zip(self.levers, values.tolist(), strict=True)
        ])

    def settings(self, values: Numbers) -> dict[str, Value]:
        """What the levers are set to."""
        return {
            lever.path: lever.value(value)
            for lever, value in zip(self.levers, values.tolist(), strict=True)
        }


def _position(lever: Factor, value: float) -> float:
    if lever.log:
        return float(np.log(value / lever.low) / np.log(lever.high / lever.low))
    if lever.whole:
        return (value - lever.low + 0.5) / (lever.high - lever.low + 1)
    return (value - lever.low) / (lever.high - lever.low)

"""Strategies against worlds: means, worst cases, regret, and how often each is good enough.

Regret is what a strategy yields less than the best one in the same world (Savage 1951); a strategy
satisfices where it reaches what is enough (Simon 1956). All strategies meet the same worlds with
the same luck, so intervals of differences are paired over worlds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.results.statistics import Estimate, difference, estimate

Numbers = NDArray[np.float64]
Goal = Literal["maximize", "minimize"]


@dataclass(frozen=True)
class Record:
    """What one strategy does over all worlds.

    Attributes
    ----------
    mean : over worlds, with its 95% interval.
    worst, best : over worlds.
    mean_regret, worst_regret : against the best strategy of each world.
    first_share : share of worlds in which no strategy does better.
    enough_share : share of worlds in which it is good enough, with its 95% interval.
    """

    strategy: str
    mean: Estimate
    worst: float
    best: float
    mean_regret: Estimate
    worst_regret: float
    first_share: float
    enough_share: Estimate


@dataclass(frozen=True)
class Comparison:
    """All strategies over all worlds.

    Attributes
    ----------
    outcome : shape ``(n_strategies, n_worlds)``: means over replications.
    regret : the same shape, never negative.
    enough : where the outcome is good enough.
    rule : what enough means, in words.
    """

    strategies: tuple[str, ...]
    goal: Goal
    outcome: Numbers
    regret: Numbers
    enough: NDArray[np.bool_]
    rule: str
    records: tuple[Record, ...]

    def best_by(self) -> dict[str, str]:
        """Which strategy each rule of choice picks; of equals the one with the smallest regret."""
        sign = 1.0 if self.goal == "maximize" else -1.0
        records = self.records
        regret = np.array([one.worst_regret for one in records])

        def top(key: Sequence[float]) -> str:
            values = np.array(key)
            return self.strategies[int(np.argmin(np.where(values == values.max(), regret, np.inf)))]

        return {
            "highest mean" if sign > 0 else "lowest mean":
                top([sign * one.mean.value for one in records]),
            "best worst case": top([sign * one.worst for one in records]),
            "smallest worst regret": top([-one.worst_regret for one in records]),
            "most often good enough": top([one.enough_share.value for one in records]),
        }

    def gap(self, strategy: str, other: str) -> Estimate:
        """Paired difference of two strategies over worlds."""
        first, second = self.strategies.index(strategy), self.strategies.index(other)
        return difference(self.outcome[first], self.outcome[second])


def compare(
    strategies: Sequence[str], outcome: Numbers, *, goal: Goal = "maximize",
    enough: float | None = None, tolerated: float = 0.1,
) -> Comparison:
    """Compare strategies over worlds.

    Parameters
    ----------
    outcome
        Shape ``(n_strategies, n_worlds)``.
    enough
        Outcome that is good enough; None: within ``tolerated`` of the best strategy's outcome.
    tolerated
        Regret, as a share of the best outcome in that world, that is still good enough.
    """
    sign = 1.0 if goal == "maximize" else -1.0
    best = (sign * outcome).max(axis=0)
    regret = best - sign * outcome
    if enough is None:
        good = regret <= tolerated * np.abs(best)
        rule = f"within {100 * tolerated:.3g}% of the best strategy in the same world"
    else:
        good = sign * outcome >= sign * enough
        rule = f"at {'least' if sign > 0 else 'most'} {enough:,.10g}"
    records = tuple(
        _record(name, outcome[s], regret[s], good[s], sign) for s, name in enumerate(strategies)
    )
    return Comparison(tuple(strategies), goal, outcome, regret, good, rule, records)


def _record(
    name: str, outcome: Numbers, regret: Numbers, good: NDArray[np.bool_], sign: float
) -> Record:
    return Record(
        name, estimate(outcome), float(sign * (sign * outcome).min()),
        float(sign * (sign * outcome).max()), estimate(regret), float(regret.max()),
        float((regret <= 0).mean()), proportion(int(good.sum()), len(good)),
    )


def proportion(hits: int, n: int) -> Estimate:
    """A share with Wilson's 95% interval."""
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, 0)
    z, share = 1.959964, hits / n
    center = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Estimate(share, max(center - half, 0.0), min(center + half, 1.0), n)

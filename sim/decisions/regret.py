"""Strategies against worlds: means, worst cases, regret, and how often each is good enough.

Regret is what a strategy yields less than the best one in the same world (Savage 1951); a strategy
satisfices where it reaches what is enough (Simon 1956). All strategies meet the same worlds with
the same luck, so differences are paired. All worlds share the luck of a few replications: intervals
of means count it, and where it decides which strategy does best in a world, that is told.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.results.statistics import Estimate, estimate, over_worlds
from sim.sensitivity.chance import parts

Numbers = NDArray[np.float64]
Goal = Literal["maximize", "minimize"]
SURE = 1.959964  # standard errors on either side of an interval of 95%


@dataclass(frozen=True)
class Record:
    """What one strategy does over all worlds.

    Attributes
    ----------
    mean : over worlds, with its 95% interval, which counts chance from two replications on.
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
    lived : shape ``(n_strategies, n_worlds, n_replications)``.
    regret : the same shape, never negative.
    enough : where the outcome is good enough.
    rule : what enough means, in words.
    """

    strategies: tuple[str, ...]
    goal: Goal
    outcome: Numbers
    lived: Numbers
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
        """Paired difference of two strategies over worlds and replications."""
        first, second = self.strategies.index(strategy), self.strategies.index(other)
        return over_worlds(self.lived[first] - self.lived[second])

    def undecided_share(self) -> float:
        """Share of worlds in which chance may have picked the best strategy; NaN if unknown.

        There the best is nearer to the next than 1.96 standard errors of their difference that come
        from luck which acts in each world in its own way.
        """
        n, r = self.lived.shape[1:]
        if min(n, r) < 2:
            return math.nan
        sign = 1.0 if self.goal == "maximize" else -1.0
        order = np.argsort(sign * self.outcome, axis=0)
        unsure = 0
        for best, second in set(zip(order[-1].tolist(), order[-2].tolist(), strict=True)):
            where = (order[-1] == best) & (order[-2] == second)
            gap = self.lived[best] - self.lived[second]
            error = math.sqrt(parts(gap).own_luck / r)
            unsure += int((np.abs(gap.mean(axis=1)[where]) < SURE * error).sum())
        return float(unsure / n)


def compare(
    strategies: Sequence[str], outcome: Numbers, *, goal: Goal = "maximize",
    enough: float | None = None, tolerated: float = 0.1,
) -> Comparison:
    """Compare strategies over worlds.

    Parameters
    ----------
    outcome
        Shape ``(n_strategies, n_worlds)`` or ``(n_strategies, n_worlds, n_replications)``.
    enough
        Outcome that is good enough; None: within ``tolerated`` of the best strategy's outcome.
    tolerated
        Regret, as a share of the best outcome in that world, that is still good enough.
    """
    lived = outcome if outcome.ndim == 3 else outcome[:, :, None]
    outcome = lived.mean(axis=2)
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
        _record(name, lived[s], regret[s], good[s], sign) for s, name in enumerate(strategies)
    )
    return Comparison(tuple(strategies), goal, outcome, lived, regret, good, rule, records)


def _record(
    name: str, lived: Numbers, regret: Numbers, good: NDArray[np.bool_], sign: float
) -> Record:
    outcome = lived.mean(axis=1)
    return Record(
        name, over_worlds(lived), float(sign * (sign * outcome).min()),
        float(sign * (sign * outcome).max()), estimate(regret).within(0.0, math.inf),
        float(regret.max()),
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

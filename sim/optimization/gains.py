"""Whether what a search found survives: fresh worlds, fresh luck, held against things as they are.

The best of many trials was lucky as well as good, so its value in the worlds of the search promises
too much. In fresh worlds every chosen combination meets the scenario as it is, world by world with
the same luck. Intervals hold for all of them together (Bonferroni).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.optimization.search import Goals, Trial
from sim.optimization.space import Numbers
from sim.results.statistics import Estimate, difference

RESAMPLES = 2_000
TOGETHER = 0.95


@dataclass(frozen=True)
class Gain:
    """What one combination gains towards one goal, over the scenario as it is.

    Attributes
    ----------
    promised : in the worlds of the search, in the direction of the goal.
    value, base : what counts over fresh worlds, of it and of the scenario as it is.
    mean : mean gain over fresh worlds, paired.
    counted : gain in what counts over worlds; without an interval where the worst world counts.
    """

    promised: float
    value: float
    base: float
    mean: Estimate
    counted: Estimate

    @property
    def survives(self) -> bool:
        """Whether it is a gain beyond doubt."""
        if math.isnan(self.counted.low):
            return self.counted.value > 0 and self.mean.low > 0
        return self.counted.low > 0

    @property
    def is_loss(self) -> bool:
        """Whether it is a loss beyond doubt."""
        if math.isnan(self.counted.high):
            return self.counted.value < 0 and self.mean.high < 0
        return self.counted.high < 0


@dataclass(frozen=True)
class Chosen:
    """A combination on the front, held against the scenario as it is in fresh worlds."""

    trial: Trial
    gains: tuple[Gain, ...]

    @property
    def is_better(self) -> bool:
        """Whether it gains towards some goal and loses towards none."""
        return any(one.survives for one in self.gains) and not any(
            one.is_loss for one in self.gains
        )


def chosen(
    trials: Sequence[Trial], base: Trial, outcomes: Sequence[Numbers], as_is: Numbers, goals: Goals
) -> tuple[Chosen, ...]:
    """Hold combinations against the scenario as it is.

    Parameters
    ----------
    outcomes, as_is
        In the fresh worlds, (n_objectives, n_worlds) each.
    """
    confidence = 1 - (1 - TOGETHER) / max(len(trials) * len(goals.directions), 1)
    return tuple(
        Chosen(trial, tuple(
            _gain(k, trial, base, values, as_is, goals, confidence)
            for k in range(len(goals.directions))
        ))
        for trial, values in zip(trials, outcomes, strict=True)
    )


def _gain(
    k: int, trial: Trial, base: Trial, values: Numbers, as_is: Numbers, goals: Goals,
    confidence: float,
) -> Gain:
    sign = float(goals.signs[k])
    one = Goals((goals.directions[k],), goals.rule)
    value, before = (float(one.over_worlds(v[k : k + 1])[0]) for v in (values, as_is))
    mean = difference(sign * values[k], sign * as_is[k], confidence)
    counted = Estimate(sign * (value - before), math.nan, math.nan, values.shape[1])
    if goals.rule == "mean":
        counted = mean
    elif goals.rule == "q10":
        counted = _resampled(values[k], as_is[k], one, confidence)
    return Gain(sign * float(trial.scores[k] - base.scores[k]), value, before, mean, counted)


def _resampled(values: Numbers, as_is: Numbers, goal: Goals, confidence: float) -> Estimate:
    """Gain in a quantile over worlds, by worlds drawn with replacement, the same for both."""
    rng = np.random.default_rng(0)
    n = len(values)
    rows = rng.integers(n, size=(RESAMPLES, n))
    sign = float(goal.signs[0])

    def counted(outcomes: Numbers) -> Numbers:
        return sign * goal.over_worlds(outcomes[..., None, :])[..., 0]

    drawn = counted(values[rows]) - counted(as_is[rows])
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Estimate(float(counted(values) - counted(as_is)), float(low), float(high), n)



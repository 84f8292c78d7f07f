"""Calibration: settings of a scenario fitted to data, with intervals, forecast and recovery."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.calibration.bayes import sample
from sim.calibration.distance import Target
from sim.calibration.fit import Trial, optuna, search
from sim.calibration.forecast import (
    MARKETS,
    TAIL,
    Forecast,
    Held,
    from_point,
    from_posterior,
    held_out,
    quantiles,
)
from sim.calibration.laboratory import Bench, Laboratory
from sim.calibration.precision import cost, polish, precision_of
from sim.calibration.space import Dimension, Point, Space, is_edge

LARGEST_LOG = 50.0

Method = Literal["point", "bayes"]

UNTOLD = 0.9
"""An interval wider than this share of the range says that the data do not tell."""


@dataclass(frozen=True)
class Plan:
    """How settings are fitted.

    Attributes
    ----------
    method : a point with its error, or a posterior.
    trials : points that are tried; each is one market for "bayes".
    replications : markets a point, for "point".
    seed : of search and luck.
    """

    method: Method = "point"
    trials: int = 200
    replications: int = 4
    seed: int = 0

    def markets(self, n_settings: int, *, with_forecast: bool = True) -> int:
        """How many are lived in all."""
        if self.method == "bayes":
            return self.trials
        more = MARKETS if with_forecast else 0
        return self.trials * self.replications + cost(n_settings, self.replications) + more


@dataclass(frozen=True)
class Fitted:
    """One fitted setting.

    Attributes
    ----------
    dimension : the setting and its range.
    value : the best value.
    low, high : its 95% interval, within the range.
    is_at_edge : the best value is an end of the range.
    is_told : False where the interval is almost the whole range.
    """

    dimension: Dimension
    value: float
    low: float
    high: float
    is_at_edge: bool
    is_told: bool


@dataclass(frozen=True)
class Estimate:
    """Where a fit ends.

    Attributes
    ----------
    point : the best, in the unit cube, (n_settings,).
    low, high : ends of the intervals there, (n_settings,).
    distance : of the nearest point tried.
    trials : all that were tried.
    tolerance : of a Bayesian fit; nan for a point.
    scale : units of the data for one simulated, with the ends of its interval.
    forecast : None where none was asked for.
    """

    point: Point
    low: Point
    high: Point
    distance: float
    trials: tuple[Trial, ...]
    tolerance: float
    scale: tuple[float, float, float]
    forecast: Forecast | None


@dataclass(frozen=True)
class Calibration:
    """A finished calibration.

    Attributes
    ----------
    target : what was fitted to.
    space : what was fitted.
    plan : how.
    strategy : of the scenario.
    settings : best values and intervals.
    estimate : the same as places, and all trials.
    held : how good fit and forecast are, a block each.
    """

    target: Target
    space: Space
    plan: Plan
    strategy: str | None
    settings: tuple[Fitted, ...]
    estimate: Estimate
    forecast: Forecast
    held: tuple[Held, ...]

    @property
    def values(self) -> dict[str, float | int]:
        """The best values by path."""
        return self.space.values(self.estimate.point)


def calibrate(
    target: Target, space: Space, plan: Plan, *, strategy: str | None = None,
    workers: int | None = None, report: Callable[[int], None] | None = None,
) -> Calibration:
    """Fit settings of a scenario to data.

    Parameters
    ----------
    target
        The data, and how a market is measured against them; see ``target_of``.
    space
        The settings and their ranges; see ``space_of``.
    plan
        How to fit.
    strategy
        Strategy of the scenario; None: the file without one.
    workers
        Worker processes; the result does not depend on it.
    report
        Called with the number of markets just finished.

    Raises
    ------
    RunError
        If Optuna is needed and missing, or a worker dies.
    """
    bench = Bench(target, space, strategy, plan.seed)
    expected = plan.markets(len(space))
    with Laboratory(bench, workers=workers, expected=expected, report=report) as laboratory:
        estimate = estimate_of(laboratory, plan)
    forecast = estimate.forecast
    assert forecast is not None
    return Calibration(
        target, space, plan, strategy, fitted(space, estimate), estimate, forecast,
        tuple(held_out(target, forecast)),
    )


def estimate_of(laboratory: Laboratory, plan: Plan, *, with_forecast: bool = True) -> Estimate:
    """Fit and say how sure it is.

    Raises
    ------
    RunError
        If the library that searches is not installed.
    """
    if plan.method == "bayes":
        return _posterior(laboratory, plan)
    optuna()
    found = search(
        laboratory, trials=plan.trials, replications=plan.replications, seed=plan.seed
    )
    found = polish(laboratory, found, plan.replications)
    precision = precision_of(laboratory, found.best, found.simulated, plan.replications)
    forecast = None
    if with_forecast:
        forecast = from_point(laboratory, found.best, precision, plan.seed)
    scale = laboratory.bench.target.scale(found.simulated)
    half = precision.factor * math.sqrt(max(precision.covariance[-1, -1], 0.0))
    factor = math.exp(min(half, LARGEST_LOG)) if laboratory.bench.target.is_scaled else 1.0
    return Estimate(
        found.best, precision.low, precision.high, found.distance, found.trials, float("nan"),
        (scale, scale / factor, scale * factor), forecast,
    )


def _posterior(laboratory: Laboratory, plan: Plan) -> Estimate:
    target = laboratory.bench.target
    posterior = sample(laboratory, markets=plan.trials, seed=plan.seed)
    scales = np.array([target.scale(one) for one in posterior.simulated])
    low, scale, high = quantiles(scales, posterior.weights)
    return Estimate(
        posterior.mean, posterior.quantile(TAIL), posterior.quantile(1 - TAIL),
        float(posterior.distances.min()), posterior.trials, posterior.tolerance,
        (scale, low, high), from_posterior(target, posterior),
    )


def fitted(space: Space, estimate: Estimate) -> tuple[Fitted, ...]:
    """Values and intervals of an estimate."""
    return tuple(
        Fitted(
            dimension, dimension.value(place), dimension.value(low), dimension.value(high),
            is_edge(place), bool(high - low < UNTOLD),
        )
        for dimension, place, low, high in zip(
            space.dimensions, estimate.point, estimate.low, estimate.high, strict=True
        )
    )


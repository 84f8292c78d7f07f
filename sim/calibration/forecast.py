"""What fitted markets say of the periods that were held out, against a naive forecast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calibration.bayes import Posterior
from sim.calibration.distance import Block, Numbers, Target
from sim.calibration.laboratory import Laboratory
from sim.calibration.precision import CONFIDENCE, Precision
from sim.calibration.space import Point

MARKETS = 100
"""From which the intervals of a point fit come; a Bayesian fit has its particles."""

FIRST_MARKET = 150_000
TAIL = (1 - CONFIDENCE) / 2


@dataclass(frozen=True)
class Forecast:
    """Fit and forecast in units of the data.

    Attributes
    ----------
    center : median, (n_values,).
    low, high : ends of the 95% intervals of what is observed, (n_values,).
    naive : what stays as it was last; nan where nothing is forecast, (n_values,).
    """

    center: Numbers
    low: Numbers
    high: Numbers
    naive: Numbers


@dataclass(frozen=True)
class Held:
    """How good fit and forecast of one block are.

    Attributes
    ----------
    block : what they are of.
    fit_error : root mean square error of the fitted numbers relative to their mean.
    error, naive_error : the same of the held-out numbers; nan where there are none.
    covered : held-out numbers inside their intervals.
    n : held-out numbers.
    """

    block: Block
    fit_error: float
    error: float
    naive_error: float
    covered: int
    n: int

    @property
    def is_better(self) -> bool:
        """Whether the forecast beats the naive one."""
        return self.error < self.naive_error


def from_point(
    laboratory: Laboratory, best: Point, precision: Precision, seed: int
) -> Forecast:
    """Fit and forecast of a point fit: fresh markets at points as likely as its error says.

    Each is scaled to the fitted part of the data, and what is beyond its own chance is added.
    """
    target = laboratory.bench.target
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 4])))
    n = len(best)
    covariance = precision.covariance[:n, :n]
    # A range of which the data tell nothing must not be left by a drawn point.
    values, vectors = np.linalg.eigh(covariance)
    spread = vectors * np.sqrt(np.clip(values, 0, 1))
    points = np.clip(best + random.standard_normal((MARKETS, n)) @ spread.T, 0, 1)
    lived = laboratory.live([(point, FIRST_MARKET + at) for at, point in enumerate(points)])
    scaled = np.array([target.scale(one) * one for one in lived])
    noise = np.sqrt(precision.excess) * target.size_of * random.standard_normal(scaled.shape)
    low, high = np.quantile(np.maximum(scaled + noise, 0), (TAIL, 1 - TAIL), axis=0)
    return Forecast(np.median(scaled, axis=0), low, high, naive(target))


def from_posterior(target: Target, posterior: Posterior) -> Forecast:
    """Fit and forecast of a Bayesian fit: how the accepted markets themselves went on."""
    scaled = np.array([target.scale(one) * one for one in posterior.simulated])
    weights = posterior.weights
    columns = [quantiles(column, weights) for column in scaled.T]
    low, center, high = np.array(columns).T
    return Forecast(center, low, high, naive(target))


def quantiles(values: Numbers, weights: Numbers) -> tuple[float, float, float]:
    """Median of weighted values between the ends of their 95% interval.

    Half of a weight counts below its value.
    """
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[order]) - 0.5 * weights[order]
    low, middle, high = np.interp((TAIL, 0.5, 1 - TAIL), cumulated, values[order])
    return float(low), float(middle), float(high)


def naive(target: Target) -> Numbers:
    """What a series was on average in its last fitted periods; a cumulated one grows as it did."""
    found = np.full(len(target.observed), np.nan)
    for rows, block in target.parts():
        fitted = target.is_fitted[rows]
        if not block.naive_from or fitted.all():
            continue
        known = target.observed[rows][fitted]
        steps = np.diff(known, prepend=0.0) if block.is_cumulative else known
        level = steps[-block.naive_from :].mean()
        ahead = np.arange(1, (~fitted).sum() + 1)
        going_on = known[-1] + level * ahead if block.is_cumulative else level
        found[rows] = np.where(fitted, np.nan, 0.0)
        found[np.arange(len(found))[rows][~fitted]] = going_on
    return found


def held_out(target: Target, forecast: Forecast) -> list[Held]:
    """How good fit and forecast of each block are."""
    found = []
    sizes = target.size_of
    for rows, block in target.parts():
        y, fitted, later = (
            target.observed[rows], target.is_fitted[rows], target.is_held_out[rows]
        )
        if not fitted.any():
            continue
        size = sizes[rows][0]
        off = (forecast.center[rows] - y) / size
        off_naively = (forecast.naive[rows] - y) / size
        inside = (forecast.low[rows] <= y) & (y <= forecast.high[rows])
        found.append(Held(
            block, _root_mean_square(off[fitted]), _root_mean_square(off[later]),
            _root_mean_square(off_naively[later]), int(inside[later].sum()), int(later.sum()),
        ))
    return found


def _root_mean_square(values: Numbers) -> float:
    return float(np.sqrt((values**2).mean())) if values.size else float("nan")

"""Weekly means over replications with their 95% intervals, for charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.results.statistics import student_quantile

if TYPE_CHECKING:
    from sim.results.run import RunResult

CONFIDENCE = 0.95

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    """Mean and interval by week; a bound is the mean itself where no interval exists."""

    weeks: Values
    mean: Values
    low: Values
    high: Values


def band(
    result: RunResult, outcome: str, strategy: str, firm: str | None, most_points: int
) -> Band:
    """The band of one line, of shape ``(n_points,)``.

    Parameters
    ----------
    most_points
        Longer runs are shown as means of as many weeks as that takes, see ``weeks_a_point``.
    """
    values = result.series[outcome][result.strategies.index(strategy)]
    if firm is not None:
        values = values[..., result.firm_names.index(firm)]
    together = weeks_a_point(result, most_points)
    points = _pooled(values, together)
    n = np.isfinite(points).sum(axis=0)
    mean = _mean(points, axis=0)
    variance = _mean((points - mean) ** 2, axis=0) * n / np.maximum(n - 1, 1)
    factor = np.array([
        student_quantile(0.5 + CONFIDENCE / 2, count - 1) if count > 1 else 0.0 for count in n
    ])
    half = np.where(n > 1, factor * np.sqrt(variance / np.maximum(n, 1)), 0.0)
    middle = np.arange(points.shape[1], dtype=np.float64) * together + (together + 1) / 2
    low, high = np.clip((mean - half, mean + half), *result.declared[outcome].bounds)
    return Band(np.minimum(middle, result.weeks), mean, low, high)


def weeks_a_point(result: RunResult, most_points: int) -> int:
    """How many weeks a point of a chart averages."""
    return -(-result.weeks // most_points)


def _pooled(values: Values, together: int) -> Values:
    """Means of so many neighboring weeks, ``(n_replications, n_points)``."""
    if together == 1:
        return values
    short = -values.shape[1] % together
    padded = np.pad(values, ((0, 0), (0, short)), constant_values=np.nan)
    return _mean(padded.reshape(len(values), -1, together), axis=2)


def _mean(values: Values, axis: int) -> Values:
    """Mean of the values that exist, not-a-number where none does."""
    known = np.isfinite(values)
    n = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    mean: Values = np.divide(total, n, out=np.full(total.shape, np.nan), where=n > 0)
    return mean

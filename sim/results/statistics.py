"""Means, intervals and paired comparisons over replications that share their luck."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A mean (or a ratio of means) with its interval; bounds are NaN with one replication."""

    value: float
    low: float
    high: float
    n: int

    def within(self, least: float, most: float) -> Estimate:
        """The same with its bounds cut at what the quantity can be, which keeps its confidence."""
        # Not min and max of Python, which drop what is not a number.
        low, high = np.clip((self.low, self.high), least, most).tolist()
        return replace(self, low=low, high=high)

    @property
    def is_exact(self) -> bool:
        """Whether all replications agree."""
        return self.low == self.high


def over_weeks(block: Values, over: Literal["sum", "mean", "last"]) -> Values:
    """Weeks of each replication summarized, ``(n_replications, n_weeks)`` to ``(n_replications,)``.

    Weeks without a value drop out of sums and means; where no week has one, neither has the whole.
    """
    if over == "last":
        return np.asarray(block[:, -1])
    known = np.isfinite(block)
    n = known.sum(axis=1)
    total = np.where(known, block, 0.0).sum(axis=1)
    if over == "sum":
        return np.asarray(np.where(n > 0, total, np.nan))
    return np.asarray(np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0))


def student_quantile(probability: float, freedom: int) -> float:
    """Quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def estimate(values: Values, confidence: float = 0.95) -> Estimate:
    """Mean over replications with a two-sided t interval; replications without a value drop out."""
    known = values[np.isfinite(values)]
    n = len(known)
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, 0)
    mean = float(known.mean())
    if n == 1:
        return Estimate(mean, math.nan, math.nan, 1)
    return _around(mean, float(known.std(ddof=1)) / math.sqrt(n), n, confidence)


def _around(value: float, error: float, n: int, confidence: float) -> Estimate:
    half = student_quantile(0.5 + confidence / 2, n - 1) * error if error > 0 else 0.0
    return Estimate(value, value - half, value + half, n)


def over_worlds(values: Values, confidence: float = 0.95) -> Estimate:
    """Mean over worlds and replications, whose luck all worlds share, with its interval.

    Worlds and replications are the two ways of a crossed table (Searle, Casella and McCulloch
    1992): more worlds do not make the luck of few replications even. Degrees of freedom after
    Satterthwaite (1946). With one replication the interval is over worlds alone, without chance.

    Parameters
    ----------
    values
        Shape ``(n_worlds, n_replications)``.
    """
    n, r = values.shape
    if min(n, r) < 2:
        return estimate(values.ravel(), confidence)
    worlds, luck = values.mean(axis=1), values.mean(axis=0)
    rest = values - worlds[:, None] - luck + values.mean()
    own = float((rest**2).sum()) / ((n - 1) * (r - 1))
    of_worlds, of_luck = r * float(worlds.var(ddof=1)), n * float(luck.var(ddof=1))
    # A mean square below that of the rest has nothing of its own to add.
    total = own + max(of_worlds - own, 0.0) + max(of_luck - own, 0.0)
    spread = own**2 / ((n - 1) * (r - 1))
    spread += of_worlds**2 / (n - 1) if of_worlds > own else 0.0
    spread += of_luck**2 / (r - 1) if of_luck > own else 0.0
    freedom = max(int(total**2 / spread), 1) if spread > 0 else n - 1
    found = _around(float(values.mean()), math.sqrt(total / (n * r)), freedom + 1, confidence)
    return replace(found, n=n)


def difference(values: Values, baseline: Values, confidence: float = 0.95) -> Estimate:
    """Mean paired difference; both ``(n_replications,)`` in the same order."""
    return estimate(values - baseline, confidence)


def ratio(values: Values, baseline: Values, confidence: float = 0.95) -> Estimate:
    """Ratio of paired means with its linearized (delta-method) interval."""
    known = np.isfinite(values) & np.isfinite(baseline)
    y, x = values[known], baseline[known]
    n = len(x)
    if n == 0 or x.mean() == 0:
        return Estimate(math.nan, math.nan, math.nan, n)
    value = float(y.mean() / x.mean())
    if n == 1:
        return Estimate(value, math.nan, math.nan, 1)
    error = float((y - value * x).std(ddof=1)) / math.sqrt(n) / abs(float(x.mean()))
    return _around(value, error, n, confidence)


def variance_reduction(values: Values, baseline: Values) -> float:
    """How many times fewer replications shared luck needs than independent luck; NaN if unknown."""
    together = float(np.var(values - baseline, ddof=1)) if len(values) > 1 else math.nan
    apart = float(np.var(values, ddof=1) + np.var(baseline, ddof=1)) if len(values) > 1 else 0.0
    return apart / together if together > 0 else math.nan

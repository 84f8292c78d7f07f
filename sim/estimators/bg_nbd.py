"""BG/NBD: buying at a rate of one's own until an unseen dropout, from recency and frequency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

Numbers: TypeAlias = NDArray[np.float64]

STARTS = ((1.0, 1.0, 1.0, 1.0), (0.3, 5.0, 0.8, 2.5))
LARGEST_LOG = 12.0


@dataclass(frozen=True)
class BgNbdFit:
    """A fitted BG/NBD model (Fader, Hardie and Lee 2005).

    Purchases follow a Poisson rate ~ Gamma(r, alpha); after each one, the customer drops out with
    her probability ~ Beta(a, b). The first purchase of all starts the clock and is not counted.

    Attributes
    ----------
    r : shape of the purchase rates.
    alpha : their scale, in the unit of time of the data.
    a, b : parameters of the dropout probabilities.
    log_likelihood : of the data; not a number where nothing was fitted.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")

    def expected_purchases(self, time: ArrayLike) -> Numbers:
        """Repeat purchases of somebody new within ``time``, their equation 9.

        Parameters
        ----------
        time
            Time since her first purchase; before it (below 0) nothing is expected.
        """
        t = np.maximum(np.asarray(time, dtype=np.float64), 0.0)
        series = hyp2f1(self.r, self.b, self.a + self.b - 1, t / (self.alpha + t))
        unsold = (self.alpha / (self.alpha + t)) ** self.r * series
        return np.asarray((self.a + self.b - 1) / (self.a - 1) * (1 - unsold))

    def expected_given_history(
        self, time: float, *, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> Numbers:
        """Purchases in the next ``time`` of customers with a history, their equation 10.

        Parameters
        ----------
        time
            Length of the period after the one observed.
        frequency, recency, age
            As in ``fit_bg_nbd``, (n_customers,).
        """
        x, t_x, age_ = (np.asarray(v, dtype=np.float64) for v in (frequency, recency, age))
        r, alpha, a, b = self.r + x, self.alpha + age_, self.a, self.b + x
        series = hyp2f1(r, b, a + b - 1, time / (alpha + time))
        new = (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + time)) ** r * series)
        gone = a / np.maximum(b - 1, 1e-300) * (alpha / (self.alpha + t_x)) ** r
        return np.asarray(new / (1 + np.where(x > 0, gone, 0.0)))

    def cumulative_purchases(self, times: ArrayLike, *, first_purchase: ArrayLike) -> Numbers:
        """Repeat purchases that a cohort is expected to have made by each of ``times``.

        Parameters
        ----------
        times
            On the clock of ``first_purchase``, (n_times,).
        first_purchase
            When each customer bought first, (n_customers,).
        """
        starts, counts = np.unique(np.asarray(first_purchase, np.float64), return_counts=True)
        elapsed = np.asarray(times, dtype=np.float64)[:, None] - starts[None, :]
        return np.asarray(self.expected_purchases(elapsed) @ counts)


def fit_bg_nbd(
    frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, weights: ArrayLike | None = None
) -> BgNbdFit:
    """Fit a BG/NBD model by maximum likelihood.

    Parameters
    ----------
    frequency
        Repeat purchases of each customer, (n_customers,).
    recency
        Time of her latest repeat purchase since her first purchase; 0 where there is none.
    age
        Time from her first purchase to the end of observation.
    weights
        How many customers each row stands for; left out, one.

    Raises
    ------
    ValueError
        If there are no repeat purchases, or recency and age cannot belong together.
    """
    x, t_x, end = (np.asarray(v, dtype=np.float64) for v in (frequency, recency, age))
    w = np.ones_like(x) if weights is None else np.asarray(weights, dtype=np.float64)
    if not (x * w).sum() > 0:
        raise ValueError("no customer has bought again: there is nothing to fit")
    if (t_x < 0).any() or (t_x > end).any() or (x < 0).any():
        raise ValueError("frequency must be 0 or more, and recency lie between 0 and age")
    scale = 10.0 / end.max()  # searches go best where times are around ten

    def cost(logs: Numbers) -> float:
        r, alpha, a, b = np.exp(np.clip(logs, -LARGEST_LOG, LARGEST_LOG))
        total = w @ log_likelihoods(r, alpha, a, b, x, t_x * scale, end * scale)
        return -float(total / w.sum())

    found = min((_search(cost, start) for start in STARTS), key=lambda result: result.fun)
    r, alpha, a, b = np.exp(found.x)
    alpha /= scale
    total = float(w @ log_likelihoods(r, alpha, a, b, x, t_x, end))
    return BgNbdFit(float(r), float(alpha), float(a), float(b), total)


def log_likelihoods(
    r: float, alpha: float, a: float, b: float, x: Numbers, t_x: Numbers, age: Numbers
) -> Numbers:
    """Log-likelihood of each customer, their equation 6, (n_customers,)."""
    rates = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    alive = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + age)
    again = x > 0
    gone = betaln(a + 1, b + np.where(again, x, 1) - 1) - betaln(a, b)
    gone = np.where(again, gone - (r + x) * np.log(alpha + t_x), -np.inf)
    return np.asarray(rates + np.logaddexp(alive, gone))


def _search(cost: Any, start: tuple[float, ...]) -> Any:
    bounds = [(-LARGEST_LOG, LARGEST_LOG)] * len(start)
    rough = minimize(cost, np.log(start), method="L-BFGS-B", bounds=bounds)
    options = {"xatol": 1e-7, "fatol": 1e-12, "maxiter": 4000}
    return minimize(cost, rough.x, method="Nelder-Mead", options=options)

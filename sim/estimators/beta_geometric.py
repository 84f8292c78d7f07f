"""The shifted beta-geometric model: who stays, period after period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import betaln

Numbers: TypeAlias = NDArray[np.float64]

FAR = 14.0
"""Logarithm beyond which a parameter changes no survival that could be told from another."""


@dataclass(frozen=True)
class BetaGeometricFit:
    """A shifted beta-geometric model (Fader and Hardie 2007).

    Each customer leaves with a probability of her own, the same at each renewal; over customers it
    is Beta(alpha, beta).

    Attributes
    ----------
    alpha, beta : parameters of the probabilities to leave.
    log_likelihood : a customer of the data; not a number where nothing was fitted.
    """

    alpha: float
    beta: float
    log_likelihood: float = float("nan")

    def survival(self, time: ArrayLike) -> Numbers:
        """Share of customers who are still there after ``time`` renewals."""
        t = np.asarray(time, dtype=np.float64)
        return np.asarray(np.exp(betaln(self.alpha, self.beta + t) - betaln(self.alpha, self.beta)))

    def retention(self, time: ArrayLike) -> Numbers:
        """Share of those there after ``time - 1`` renewals who stay at the next; 1 is the first."""
        t = np.asarray(time, dtype=np.float64)
        return np.asarray((self.beta + t - 1) / (self.alpha + self.beta + t - 1))


def fit_beta_geometric(survival_percent: ArrayLike) -> BetaGeometricFit:
    """Fit by maximum likelihood to the survival of one cohort.

    Parameters
    ----------
    survival_percent
        Percent of the cohort left after 1, 2, ... renewals, (n_periods,).

    Raises
    ------
    ValueError
        If survival rises, leaves 0 to 100, or nobody ever leaves.
    """
    left = np.concatenate([[100.0], np.asarray(survival_percent, dtype=np.float64)]) / 100.0
    lost = -np.diff(left)
    if (lost < 0).any() or (left < 0).any() or not lost.sum() > 0:
        raise ValueError("survival must fall from 100 percent, at least once, and never rise")
    periods = np.arange(len(left), dtype=np.float64)

    def cost(logs: Numbers) -> float:
        alpha, beta = np.exp(logs)
        log_survival = betaln(alpha, beta + periods) - betaln(alpha, beta)
        # P(leaves at t) = B(alpha + 1, beta + t - 1) / B(alpha, beta)
        log_leaving = betaln(alpha + 1, beta + periods[:-1]) - betaln(alpha, beta)
        return -float(lost @ log_leaving + left[-1] * log_survival[-1])

    options = {"xatol": 1e-8, "fatol": 1e-13, "maxiter": 4000}
    found = minimize(cost, np.zeros(2), method="Nelder-Mead", options=options)
    alpha, beta = np.exp(found.x)
    return BetaGeometricFit(float(alpha), float(beta), -float(found.fun))


def fit_falling_purchases(purchases: ArrayLike) -> BetaGeometricFit:
    """Fit by maximum likelihood to the purchases of one cohort where nobody tells that she left.

    Purchases a period are taken to be proportional to the customers still there, so that the share
    of all purchases that falls into each period shows how fast they leave. Where purchases do not
    fall, (nearly) nobody leaves.

    Parameters
    ----------
    purchases
        In periods 0, 1, ..., (n_periods,).

    Raises
    ------
    ValueError
        If there are under three periods, negative numbers or no purchase at all.
    """
    bought = np.asarray(purchases, dtype=np.float64)
    if len(bought) < 3 or (bought < 0).any() or not bought.sum() > 0:
        raise ValueError("needs purchases in at least three periods, none of them negative")
    periods = np.arange(len(bought), dtype=np.float64)
    part = bought / bought.sum()

    def cost(logs: Numbers) -> float:
        alpha, beta = np.exp(logs)
        log_survival = betaln(alpha, beta + periods) - betaln(alpha, beta)
        return float(np.log(np.exp(log_survival).sum()) - part @ log_survival)

    found = minimize(
        cost, np.array([0.0, np.log(len(bought))]), method="Nelder-Mead",
        bounds=[(-FAR, FAR)] * 2, options={"xatol": 1e-6, "fatol": 1e-13, "maxiter": 4000},
    )
    alpha, beta = np.exp(found.x)
    return BetaGeometricFit(float(alpha), float(beta), -float(found.fun))

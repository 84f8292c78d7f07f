"""Multinomial logit on panel data, with Guadagni-Little loyalty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp

Numbers: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.int64]

MOST_STEPS = 100
CLOSE_ENOUGH = 1e-10
FADED = 1e-7  # share of the information left when choices are all but certain
WORST = 1e12  # condition of the information, attributes in units of their spread


@dataclass(frozen=True)
class LogitFit:
    """A fitted conditional logit.

    Attributes
    ----------
    names : of the coefficients.
    coefficients, standard_errors : (n_attributes,); errors are those of the inverted information.
    log_likelihood : of all choices.
    smoothing : constant of the loyalty among the attributes, if there is one.
    """

    names: tuple[str, ...]
    coefficients: Numbers
    standard_errors: Numbers
    log_likelihood: float
    smoothing: float | None = None

    def __getitem__(self, name: str) -> float:
        return float(self.coefficients[self.names.index(name)])

    def standard_error(self, name: str) -> float:
        """Standard error of one coefficient."""
        return float(self.standard_errors[self.names.index(name)])


def log_likelihood(coefficients: ArrayLike, attributes: ArrayLike, chosen: ArrayLike) -> float:
    """Log-likelihood of choices.

    Parameters
    ----------
    coefficients
        (n_attributes,).
    attributes
        What each option was like on each occasion, (n_occasions, n_options, n_attributes).
    chosen
        The option taken, (n_occasions,).
    """
    x = np.asarray(attributes, dtype=np.float64)
    utility = x @ np.asarray(coefficients, dtype=np.float64)
    taken = np.take_along_axis(utility, np.asarray(chosen, np.int64)[:, None], axis=1)[:, 0]
    return float((taken - logsumexp(utility, axis=1)).sum())


def fit_multinomial_logit(
    attributes: ArrayLike, chosen: ArrayLike, *, names: tuple[str, ...]
) -> LogitFit:
    """Fit a conditional logit by maximum likelihood, with Newton's method.

    Parameters
    ----------
    attributes, chosen
        As in ``log_likelihood``.
    names
        Names of the attributes.

    Raises
    ------
    ValueError
        If the attributes cannot be told apart or separate the choices.
    """
    x, taken = np.asarray(attributes, np.float64), np.asarray(chosen, np.int64)
    beta = np.zeros(x.shape[2])
    value = log_likelihood(beta, x, taken)
    slope, information = _derivatives(beta, x, taken)
    at_first = np.diag(information)
    _refuse_unidentified(information)
    for _ in range(MOST_STEPS):
        step: Numbers = np.linalg.solve(information, slope).astype(np.float64)
        gain = float(slope @ step)
        beta, value = _uphill(beta, value, step, x, taken)
        slope, information = _derivatives(beta, x, taken)
        if (np.diag(information) < FADED * at_first).any():
            break
        if gain < CLOSE_ENOUGH:
            errors = np.sqrt(np.diag(np.linalg.inv(information)))
            return LogitFit(tuple(names), beta, errors, value)
    raise ValueError("the logit is not identified: some attribute foretells every choice")


def _refuse_unidentified(information: Numbers) -> None:
    """Refuse attributes of which one is a sum of multiples of others."""
    spread = np.sqrt(np.diag(information))
    if not (spread > 0).all() or np.linalg.cond(information / np.outer(spread, spread)) > WORST:
        raise ValueError("the logit is not identified: two attributes say the same")


def _derivatives(beta: Numbers, x: Numbers, chosen: Rows) -> tuple[Numbers, Numbers]:
    """Slope of the log-likelihood and its information."""
    utility = x @ beta
    probability = np.exp(utility - logsumexp(utility, axis=1, keepdims=True))
    centered = x - np.einsum("nj,njk->nk", probability, x)[:, None, :]
    slope = centered[np.arange(len(x)), chosen].sum(axis=0)
    weighted = (centered * probability[:, :, None]).reshape(-1, x.shape[2])
    return slope, weighted.T @ centered.reshape(-1, x.shape[2])


def _uphill(
    beta: Numbers, value: float, step: Numbers, x: Numbers, chosen: Rows
) -> tuple[Numbers, float]:
    """Newton's step, halved until it leads uphill."""
    share = 1.0
    while share > 1e-6:
        better = log_likelihood(beta + share * step, x, chosen)
        if better >= value:
            return beta + share * step, better
        share /= 2
    return beta, value


def guadagni_little_loyalty(
    chosen: ArrayLike, household: ArrayLike, *, n_options: int, smoothing: float,
    start: ArrayLike | None = None,
) -> Numbers:
    """Loyalty of each household to each option just before each of its choices.

    L' = smoothing * L + (1 - smoothing) * [chosen] (Guadagni and Little 1983).

    Parameters
    ----------
    chosen, household
        Option taken and whose occasion it was, in the order of time, (n_occasions,).
    smoothing
        Share of loyalty carried over an occasion.
    start
        Loyalty before a household's first occasion, (n_options,); left out, none to any option.

    Returns
    -------
    NDArray
        (n_occasions, n_options).
    """
    first = np.zeros(n_options) if start is None else np.asarray(start, dtype=np.float64)
    now: dict[int, Numbers] = {}
    before = np.empty((len(np.asarray(chosen)), n_options))
    for t, (h, j) in enumerate(zip(np.asarray(household), np.asarray(chosen), strict=True)):
        before[t] = now.get(int(h), first)
        after = smoothing * before[t]
        after[j] += 1 - smoothing
        now[int(h)] = after
    return before


def profile_smoothing(
    attributes: ArrayLike, chosen: ArrayLike, household: ArrayLike, *, names: tuple[str, ...],
    grid: ArrayLike, start: ArrayLike | None = None,
) -> list[LogitFit]:
    """Fit the logit with loyalty at each smoothing constant; the best has the highest likelihood.

    Parameters
    ----------
    attributes, chosen, household, start
        As in ``fit_multinomial_logit`` and ``guadagni_little_loyalty``.
    names
        Names of the attributes; ``loyalty`` is added as the last one.
    grid
        Smoothing constants to try, (n_constants,).

    Raises
    ------
    ValueError
        As ``fit_multinomial_logit``.
    """
    x = np.asarray(attributes, dtype=np.float64)
    fits = []
    for constant in np.asarray(grid, dtype=np.float64):
        loyalty = guadagni_little_loyalty(
            chosen, household, n_options=x.shape[1], smoothing=float(constant), start=start
        )
        with_it = np.concatenate([x, loyalty[:, :, None]], axis=2)
        fit = fit_multinomial_logit(with_it, chosen, names=(*names, "loyalty"))
        fits.append(
            LogitFit(
                fit.names, fit.coefficients, fit.standard_errors, fit.log_likelihood,
                float(constant),
            )
        )
    return fits

"""The reversal week: when customers come to hold more power than firms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.asking import known
from sim.observers.power import COMPONENTS
from sim.results.run import RunResult
from sim.results.statistics import Estimate, Values, estimate

ONE_HALF = 0.5
POWER = {"customer_power", *(f"power_{name}" for name in COMPONENTS)}
"""The outcomes that speak of customer power."""


@dataclass(frozen=True)
class Reversal:
    """When, and whether, power shifts to the customers under one strategy.

    Parameters
    ----------
    week
        Mean over the replications in which it does.
    share
        Share of replications in which it does within the run.
    """

    week: Estimate
    share: float


def reversal_weeks(result: RunResult, strategy: str) -> Values:
    """First week in which mean customer power passes one half; not a number where it never does.

    Parameters
    ----------
    result
        A run that recorded ``customer_power``.
    strategy
        One of its strategies.

    Returns
    -------
    Weeks from 1, one a replication, (n_replications,).

    Raises
    ------
    RequestError
        If the run has no such strategy, or did not record customer power.
    """
    number = result.strategies.index(known(strategy, result.strategies, "strategy"))
    power = result.series[known("customer_power", result.series, "outcome")][number]
    passed = power > ONE_HALF
    first = np.argmax(passed, axis=1) + 1.0
    return np.where(passed.any(axis=1), first, np.nan)


def reversal(result: RunResult, strategy: str, confidence: float = 0.95) -> Reversal:
    """The reversal week of a strategy over replications.

    Raises
    ------
    RequestError
        If the run has no such strategy, or did not record customer power.
    """
    weeks = reversal_weeks(result, strategy)
    return Reversal(estimate(weeks, confidence), float(np.isfinite(weeks).mean()))


def in_words(result: RunResult) -> str:
    """One sentence: in which week customer power first passes one half under each strategy."""
    parts = [
        f"{_when(reversal(result, strategy))} under “{strategy}”" for strategy in result.strategies
    ]
    what = "customers hold more power than firms, on the mean of its components"
    return f"{what}, {'; '.join(parts)}"


def _when(found: Reversal) -> str:
    if found.share == 0:
        return "never"
    when = f"first in week {found.week.value:.0f}"
    if found.week.high > found.week.low:
        when += f" ({max(found.week.low, 1):.0f} to {found.week.high:.0f})"
    return when if found.share == 1 else f"{when} in {found.share:.0%} of replications"

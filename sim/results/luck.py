"""What shared luck saves: how many more replications a comparison with luck of its own would need.

All strategies live the same replication with the same addressed draws (common random numbers), so
what chance does to both cancels in their difference.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.results.key import firm_of, key_outcomes, label
from sim.results.statistics import variance_reduction
from sim.results.text import in_two_digits

if TYPE_CHECKING:
    from sim.results.run import RunResult


def reduction(
    result: RunResult, outcome: str, strategy: str, firm: str | None = None,
    weeks: tuple[int, int] | None = None,
) -> float:
    """Variance of a difference under independent luck over that under shared luck.

    NaN with one replication, and where the difference does not vary.

    Raises
    ------
    ScenarioError
        If there is no such outcome, strategy or firm.
    RunError
        If the weeks are not in order, or it is not said whose outcome is meant.
    """
    baseline = result.values(outcome, result.strategies[0], firm, weeks)
    return variance_reduction(result.values(outcome, strategy, firm, weeks), baseline)


def in_words(result: RunResult) -> str:
    """What shared luck saved in comparisons of the first outcome; empty where nothing is known."""
    outcome = key_outcomes(result)[0]
    firm = firm_of(result, outcome)
    found = [reduction(result, outcome, name, firm) for name in result.strategies[1:]]
    known = [factor for factor in found if math.isfinite(factor)]
    if not known:
        return ""
    low, high = in_two_digits(min(known)), in_two_digits(max(known))
    times = low if low == high else f"{low} to {high}"
    subject = f"differences in {label(outcome)}"
    if max(known) <= 1:
        return f"Shared luck saved nothing in {subject}: the strategies part too far."
    return (
        f"Shared luck: with luck of its own for every strategy, {subject} would need {times} times "
        "as many replications for the same intervals."
    )

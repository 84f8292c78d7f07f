"""Value for, of and by customers: tables from a run, and what the best talkers bring about."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.results.key import outcome_unit
from sim.results.text import format_estimate
from sim.results.value_by import ValueBy, talkers, value_by

if TYPE_CHECKING:
    from sim.results.run import RunResult

FOR = ("value_for", "consumer_surplus", "surplus_share")
OF = ("profit", "revenue_per_customer", "share_of_requirements")

ONE_IN = 100
"""One customer in so many is counted among the best talkers."""

MOST_WORK = 1_500_000
"""Customer-weeks that are lived for a report: a matter of a second or two."""

MOST_MARKETS = 5
TOLD = {
    "revenue": "Revenue through others",
    "revenue_expansion": "of it from who else would never buy",
    "revenue_acceleration": "of it from who else would buy later",
    "revenue_repeat": "of it from who buys more or less often",
    "profit": "Profit of the firm",
    "value_of": "Value of the talkers: margin on what they pay themselves",
}


OWN = "value_of"
"""Not a difference between two markets."""


@dataclass(frozen=True)
class Talkers:
    """What the customers with most talk to give brought about.

    Attributes
    ----------
    replications : how many markets were lived, each with and without their talk.
    """

    n: int
    strategy: str
    replications: int
    found: ValueBy


def outcomes_of_value(result: RunResult) -> dict[str, list[str]]:
    """Outcomes of the run that tell value for and value of customers."""
    return {
        part: [name for name in names if name in result.declared]
        for part, names in (("for", FOR), ("of", OF))
    }


def n_replications(result: RunResult, strategy: str) -> int:
    """In how many of the run's markets talk is taken away: what a second or two allow.

    It is told by the size of the market, not by the clock: the same run has the same report.
    """
    n = result.scenario.world(strategy).customers.n
    if n < ONE_IN:
        return 0
    return min(MOST_WORK // (2 * n * result.weeks), MOST_MARKETS, result.replications)


def best_talkers(
    result: RunResult, strategy: str, progress: Callable[[int], None] | None = None
) -> Talkers | None:
    """Value by the best talkers; None where not even one market is small enough."""
    replications = n_replications(result, strategy)
    if replications == 0:
        return None
    chosen = result.scenario.world(strategy).customers.n // ONE_IN
    found = value_by(
        result.scenario, talkers(chosen), strategy=strategy, replications=replications,
        seed=result.seed, weeks=result.weeks, progress=progress,
    )
    return Talkers(chosen, strategy, replications, found)


def talkers_rows(result: RunResult, told: Talkers) -> list[dict[str, Any]]:
    """One group a firm: what the talk brought it, in words and numbers."""
    unit = outcome_unit(result, "revenue")
    return [
        {
            "firm": firm,
            "rows": [
                (words, format_estimate(told.found.estimate(name, firm), unit, sign=name != OWN))
                for name, words in TOLD.items()
            ],
        }
        for firm in result.firm_names
    ]


def command(result: RunResult, strategy: str) -> str:
    """The command that finds value by customers in all markets of the run."""
    n = result.scenario.world(strategy).customers.n
    return (
        f"counterpoise value RUN --talkers {max(n // ONE_IN, 1)} "
        f"--strategy {shlex.quote(strategy)}"
    )

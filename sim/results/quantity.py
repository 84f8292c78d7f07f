"""Which quantity is asked about: that of a claim, or an outcome of one's own choice."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.asking import known
from sim.errors import ScenarioError
from sim.observers.base import outcomes
from sim.results.run import RunResult
from sim.results.statistics import Values
from sim.results.verdicts import paired_values
from sim.scenario import Scenario
from sim.scenario.schema import Claim

Span = tuple[int, int]
"""First and last week, counted from 1."""


def choose(
    scenario: Scenario,
    *,
    claim: str | None = None,
    outcome: str | None = None,
    firm: str | None = None,
    weeks: Span | None = None,
    strategy: str | None = None,
    against: str | None = None,
) -> Claim:
    """The quantity, in the form of a claim; only one of the scenario's own has bounds.

    Parameters
    ----------
    claim
        Id of a claim; None is the first, unless an outcome is named.
    outcome
        An outcome instead of a claim.
    firm, weeks, strategy
        Instead of the claim's; for an outcome the first claim's firm, all weeks, the last strategy.
    against
        Baseline strategy; what was a value becomes a difference.

    Raises
    ------
    ScenarioError
        If the scenario has no such thing, or the weeks are not lived.
    """
    changes: dict[str, Any] = {"firm": firm, "weeks": weeks, "strategy": strategy}
    changes = {name: value for name, value in changes.items() if value is not None}
    if outcome is None:
        start = _claim(scenario, claim)
    elif claim is not None:
        raise ScenarioError("name a claim or an outcome, not both")
    else:
        start = _plain(scenario, outcome)
    if against is not None:
        by = "difference" if start.by == "value" else start.by
        changes |= {"by": by, "against": against, "against_firm": None, "against_weeks": None}
    if changes:
        start = start.model_copy(update={**changes, "at_least": None, "at_most": None})
    _check(scenario, start)
    return start


def strategies_of(scenario: Scenario, quantity: Claim) -> list[str]:
    """The strategies that must be lived."""
    chosen = quantity.strategy or scenario.strategies[-1]
    return [chosen, *([quantity.against] if quantity.against else [])]


def weeks_of(scenario: Scenario, quantity: Claim) -> int:
    """Weeks that must be lived: none after the last one that counts."""
    if quantity.weeks is None:
        return scenario.world(strategies_of(scenario, quantity)[0]).weeks
    return max(quantity.weeks[1], (quantity.against_weeks or quantity.weeks)[1])


def per_replication(result: RunResult, quantity: Claim) -> Values:
    """One value a replication, ``(n_replications,)``, whose mean is the quantity.

    A ratio of means is linearized around itself (delta method), so that mean, error and differences
    of these values are those of the ratio.
    """
    values, baseline = paired_values(result, quantity)
    if baseline is None:
        return values
    if quantity.by == "difference":
        return np.asarray(values - baseline)
    known = np.isfinite(values) & np.isfinite(baseline)
    if not known.any() or baseline[known].mean() == 0:
        return np.full(len(values), np.nan)
    below = baseline[known].mean()
    ratio = values[known].mean() / below
    return np.asarray(ratio + (values - ratio * baseline) / below)


def _claim(scenario: Scenario, name: str | None) -> Claim:
    claims = {claim.id: claim for claim in scenario.document.claims}
    if not claims:
        raise ScenarioError(
            f"{scenario.id} has no claims, so name an outcome; `counterpoise show outcomes` "
            "lists them"
        )
    return claims[next(iter(claims)) if name is None else known(name, claims, "claim")]


def _plain(scenario: Scenario, outcome: str) -> Claim:
    """The value of an outcome, for the firm that claims speak of first."""
    document = scenario.document
    firm, per = None, outcomes()[known(outcome, outcomes(), "outcome")].per
    if per == "offer":
        raise ScenarioError(
            f"'{outcome}' is of each offer; ask for an outcome of a firm or of the market"
        )
    if per == "firm":
        named = (claim.firm for claim in document.claims if claim.firm)
        firm = next(named, next(iter(document.firms)))
    return Claim(id="asked", text=outcome, outcome=outcome, firm=firm)


def _check(scenario: Scenario, quantity: Claim) -> None:
    """Whether the quantity can be asked for."""
    strategies = strategies_of(scenario, quantity)
    for strategy in strategies:
        known(strategy, scenario.strategies, "strategy")
    if len(strategies) > 1 and strategies[0] == strategies[1]:
        raise ScenarioError(
            f"'{strategies[0]}' would be compared with itself; name another strategy as baseline"
        )
    if quantity.firm is not None:
        if outcomes()[quantity.outcome].per == "market":
            raise ScenarioError(f"'{quantity.outcome}' is of the whole market; name no firm")
        known(quantity.firm, scenario.document.firms, "firm")
        if quantity.firm == quantity.against_firm:
            raise ScenarioError(f"'{quantity.firm}' would be compared with itself")
    lived = scenario.world(strategies[0]).weeks
    for span in (quantity.weeks, quantity.against_weeks):
        if span is not None and not 1 <= span[0] <= span[1] <= lived:
            raise ScenarioError(
                f"weeks {span[0]} to {span[1]} are asked for; they must be in order and from 1 "
                f"to {lived}, the last week of the run"
            )

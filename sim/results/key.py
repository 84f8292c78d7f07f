"""Which outcomes and which firm a report speaks of first, and in which units."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.results.run import RunResult
    from sim.scenario.schema import Document, Event

ALWAYS_KEY = (
    "market_share", "units", "revenue", "profit", "satisfaction", "awareness", "bad_news",
)
LABELS = {
    "units": "units sold", "good_news": "good news heard", "bad_news": "bad news heard",
    "value_for": "value for customers", "offer_units": "units sold", "offer_revenue": "revenue",
}
"""Where the name of an outcome alone would not be clear."""


def focal_firm(result: RunResult) -> str:
    """The firm of the first claim that names one, else the first firm."""
    named = (claim.firm for claim in result.scenario.document.claims)
    return next((firm for firm in named if firm in result.firm_names), result.firm_names[0])


def world(result: RunResult) -> Document:
    """The scenario as the first strategy lived it, with what was set for the run."""
    return result.scenario.world(result.strategies[0])


def events_of(result: RunResult) -> list[Event]:
    """Events that happen under any strategy that was run."""
    return [
        event for event in result.scenario.document.events
        if event.strategies is None or set(event.strategies) & set(result.strategies)
    ]


def key_outcomes(result: RunResult) -> list[str]:
    """Outcomes that claims name first, then those that always matter; each once."""
    claimed = [claim.outcome for claim in result.scenario.document.claims]
    return [name for name in dict.fromkeys([*claimed, *ALWAYS_KEY]) if name in result.declared]


def firm_of(result: RunResult, outcome: str, firm: str | None = None) -> str | None:
    """Whom to ask an outcome for: the focal firm by default, nobody for one of the market."""
    if result.declared[outcome].per == "market":
        return None
    return firm or focal_firm(result)


def known_in(result: RunResult, outcome: str, firm: str | None) -> str:
    """In how few replications it has a value under some strategy, in words; empty where in all."""
    n = min(result.estimate(outcome, name, firm).n for name in result.strategies)
    if n in (0, result.replications):  # where none has one, the table says so itself
        return ""
    return f"a value in only {n:,} of {result.replications:,} replications"


def label(outcome: str) -> str:
    """An outcome's name in words."""
    return LABELS.get(outcome, outcome.replace("_", " "))


def weekly_unit(result: RunResult, outcome: str) -> str:
    """Unit of an outcome's value of one week, with the scenario's money."""
    return result.declared[outcome].unit.replace("currency", result.scenario.document.currency)


def outcome_unit(result: RunResult, outcome: str) -> str:
    """Unit of an outcome summarized over weeks: a sum over weeks is no longer a week's."""
    return result.declared[outcome].unit_over_weeks(result.scenario.document.currency)


def over_weeks(result: RunResult, outcome: str) -> str:
    """How an outcome is summarized over the weeks of the run, in words."""
    how = result.declared[outcome].over_weeks
    if how == "last":
        return f"week {result.weeks}"
    return f"{'total' if how == 'sum' else 'mean'} of weeks 1 to {result.weeks}"

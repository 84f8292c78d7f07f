"""The report of a run with what takes another look at its markets: power, value, network.

``html.py`` says what ``counterpoise run`` writes at once; here stands what ``counterpoise report``
adds to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.errors import RunError
from sim.report import figures, picture, sensitivity, value
from sim.report.html import contents, outcome_rows
from sim.report.page import template
from sim.report.power import power
from sim.report.value import Talkers

if TYPE_CHECKING:
    from sim.report.picture import Gallery
    from sim.report.sensitivity import Sensitivity
    from sim.results.run import RunResult


@dataclass(frozen=True)
class Extras:
    """What a report shows beside what the run recorded.

    Attributes
    ----------
    talkers : value by customers; None where it would take too long.
    gallery : the network pictures; None where the markets cannot be lived again.
    reason : why markets could not be lived again.
    sensitivity : what an analysis found, if there is one.
    replay : address of the offline replay beside the report, if there is one.
    """

    talkers: Talkers | None = None
    gallery: Gallery | None = None
    reason: str = ""
    sensitivity: Sensitivity | None = None
    replay: str | None = None


def n_markets(result: RunResult) -> int:
    """How many markets are lived for a full report."""
    shown = strategies_to_show(result)
    return len(shown) + 2 * value.n_replications(result, shown[-1])


def live_again(
    result: RunResult, *, analysis: Sensitivity | None = None, replay: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Extras:
    """Live the markets that a full report needs; the same for the same run.

    Parameters
    ----------
    analysis, replay
        What is passed on as it is.
    progress
        Called with the number of markets just finished.
    """
    shown = strategies_to_show(result)
    try:
        gallery = picture.gallery(result, figures.firm_pens(result), shown, progress)
        talkers = value.best_talkers(result, shown[-1], progress)
    except RunError as error:
        return Extras(reason=str(error), sensitivity=analysis, replay=replay)
    return Extras(talkers, gallery, "", analysis, replay)


def strategies_to_show(result: RunResult) -> list[str]:
    """The first claim's baseline and strategy, else the first and the last of the run."""
    claims = result.scenario.document.claims
    named = [claims[0].against, claims[0].strategy] if claims else []
    known = [name for name in named if name in result.strategies]
    return list(dict.fromkeys(known or [result.strategies[0], result.strategies[-1]]))


def render_full(result: RunResult, extras: Extras) -> str:
    """The whole report as one self-contained HTML page, the same for the same run and extras."""
    return template("full.html.j2").render(
        **contents(result),
        power=power(result) if "customer_power" in result.declared else None,
        value=_value(result, extras),
        sensitivity=_sensitivity(extras.sensitivity),
        extras=extras,
        cited=_cited(result),
        how_to_cite=_how_to_cite(result),
    )


def _value(result: RunResult, extras: Extras) -> dict[str, Any]:
    named = value.outcomes_of_value(result)
    told = extras.talkers
    return {
        "for": [outcome_rows(result, name) for name in named["for"]],
        "of": [outcome_rows(result, name) for name in named["of"]],
        "by": value.talkers_rows(result, told) if told else [],
        "command": value.command(result, strategies_to_show(result)[-1]),
    }


def _sensitivity(found: Sensitivity | None) -> dict[str, Any] | None:
    if found is None:
        return None
    rows = [
        (factor.name, f"{factor.value:.3g}", "–" if factor.low is None or factor.high is None
         else f"{factor.low:.3g} to {factor.high:.3g}")
        for factor in found.in_order
    ]
    return {"found": found, "chart": sensitivity.bars(found), "rows": rows}


def _cited(result: RunResult) -> list[str]:
    """All that the mechanisms at work follow, once each, in order."""
    entries = result.provenance["mechanisms"]
    return sorted({
        cite for name, entry in entries.items() if not name.endswith("/none")
        for cite in entry["cites"]
    })


def _how_to_cite(result: RunResult) -> str:
    history = result.provenance
    version = history["versions"].get("counterpoise", history.get("engine", ""))
    commit = f", commit {history['commit'][:12]}" if history.get("commit") else ""
    return (
        f"{result.scenario.document.title}. Scenario {result.scenario.id}, run "
        f"{history['run_id']}, seed {result.seed}, {result.replications:,} replications. "
        f"Counterpoise {version}{commit}."
    )

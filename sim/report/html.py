"""Fills the template of the report: one page that needs nothing but itself."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sim.report import figures, forest
from sim.report.page import plain as _plain
from sim.report.page import template
from sim.results.conditions import in_words as became_of_event
from sim.results.key import (
    events_of,
    firm_of,
    focal_firm,
    key_outcomes,
    known_in,
    label,
    outcome_unit,
    over_weeks,
    world,
)
from sim.results.luck import in_words as luck_in_words
from sim.results.statistics import Estimate
from sim.results.text import (
    NO_VALUE,
    POINTS,
    claim_bound,
    claim_quantity,
    claim_unit,
    difference_unit,
    format_estimate,
    is_distinguishable,
    rounded,
    sentence,
    tally,
    upper,
    when_it_happens,
)
from sim.results.twins import in_words as twins_in_words
from sim.results.verdicts import NOT_RUN, REFUTED, SHOWN

if TYPE_CHECKING:
    from sim.results.run import RunResult

LONGEST_REPEATED = 24
OTHER_FIRMS = ("market_share", "units", "profit", "satisfaction")
OF_OFFERS = ("offer_units",)


def render(result: RunResult) -> str:
    """The report as one self-contained HTML page, the same byte for byte for the same run."""
    return template("report.html.j2").render(**contents(result))


def contents(result: RunResult) -> dict[str, Any]:
    """What the template of the report shows, by name."""
    strategies = _strategies(result)
    return {
        "several": len(result.strategies) > 1,
        "titles": {strategy["name"]: strategy["title"] for strategy in strategies},
        "document": result.scenario.document,
        "n_customers": world(result).customers.n,
        "result": result,
        "answer": sentence(result),
        "claims": _claims(result),
        "tally": upper(tally(result.verdicts())),
        "outcomes": [outcome_rows(result, name) for name in key_outcomes(result)],
        "other_firms": _other_firms(result),
        "by_offer": _by_offer(result),
        "focal": focal_firm(result),
        "baseline": result.strategies[0],
        "short_baseline": _baseline(result),
        "strategies": strategies,
        "charts": _charts(result),
        "events": _events(result),
        "overrides": _changes(result, result.scenario.overrides),
        "carried_by": _changes(result, _in_force(result, result.scenario.document.carried_by)),
        "uncertain": _uncertain(result),
        "mechanisms": _mechanisms(result),
        "history": result.provenance,
        "luck": luck_in_words(result),
        "twins": twins_in_words(result),
    }


def _claims(result: RunResult) -> list[dict[str, Any]]:
    return [
        row | {"chart": forest.claim_chart(result, verdict, row["number"])}
        for row, verdict in zip(claim_rows(result), result.verdicts(), strict=True)
    ]


def claim_rows(result: RunResult) -> list[dict[str, Any]]:
    """Each claim with its verdict, what was found and what it needs, in words."""
    shown = []
    for number, verdict in enumerate(result.verdicts(), start=1):
        claim, found = verdict.claim, verdict.estimate
        unit = claim_unit(result, claim)
        value = format_estimate(found, unit, sign=claim.by == "difference")
        shown.append({
            "number": number, "claim": claim, "verdict": verdict.verdict,
            "status": verdict.verdict if verdict.verdict in (SHOWN, REFUTED) else "open",
            "reason": verdict.reason, "quantity": upper(claim_quantity(result, claim)),
            "found": "not run" if verdict.verdict == NOT_RUN else value,
            "needs": claim_bound(result, claim),
            "confidence": f"{100 * claim.confidence:g}%",
        })
    return shown


def outcome_rows(result: RunResult, outcome: str, firm: str | None = None) -> dict[str, Any]:
    """An outcome under each strategy, with paired differences and what they say."""
    owner, unit = firm_of(result, outcome, firm), outcome_unit(result, outcome)
    rows = []
    for strategy in result.strategies:
        own = result.estimate(outcome, strategy, owner)
        gap = result.difference(outcome, strategy, owner)
        is_baseline = strategy == result.strategies[0]
        rows.append({
            "strategy": strategy,
            "value": format_estimate(rounded(own), unit),
            "difference": "" if is_baseline else _gap(gap, unit),
            "reading": "baseline" if is_baseline else _reading(result, gap),
            "distinct": not is_baseline and is_distinguishable(gap),
        })
    doc = result.declared[outcome].doc.removesuffix(".")
    said = [over_weeks(result, outcome)] if doc.lower() == label(outcome) else [
        doc, over_weeks(result, outcome)
    ]
    if few := known_in(result, outcome, owner):
        said.append(few)
    return {
        "title": upper(f"{f'{firm}’s ' if firm else ''}{label(outcome)}"),
        "about": ", ".join(said), "rows": rows,
    }


def _gap(gap: Estimate, unit: str) -> str:
    if math.isnan(gap.value):
        return NO_VALUE
    # The note below the table says which points.
    said = format_estimate(rounded(gap), difference_unit(unit), sign=True)
    return said.replace(f" {POINTS}", " points")


def _baseline(result: RunResult) -> str:
    """The first strategy's name, unless it is too long to be repeated in every row."""
    name = result.strategies[0]
    return name if len(name) <= LONGEST_REPEATED else "the baseline"


def _reading(result: RunResult, gap: Estimate) -> str:
    """What a paired difference says, in words; never more than its interval allows."""
    baseline = _baseline(result)
    if math.isnan(gap.value):
        return "cannot be compared"
    if math.isnan(gap.low):
        return "one replication: cannot tell from luck"
    if gap.low == gap.high == 0:
        return f"the same as {baseline} in every replication"
    if not is_distinguishable(gap):
        return f"not distinguishable from {baseline}"
    return f"{'higher' if gap.value > 0 else 'lower'} than {baseline}"


def _other_firms(result: RunResult) -> list[dict[str, Any]]:
    others = [name for name in result.firm_names if name != focal_firm(result)]
    chosen = [name for name in OTHER_FIRMS if name in result.declared]
    return [outcome_rows(result, outcome, firm) for firm in others for outcome in chosen]


def _by_offer(result: RunResult) -> list[dict[str, Any]]:
    """Offers of firms that have several: what one gains another may lose."""
    chosen = [name for name in OF_OFFERS if name in result.declared]
    owners = list(result.firm_of.values())
    return [
        outcome_rows(result, outcome, offer)
        for offer, firm in result.firm_of.items() if owners.count(firm) > 1 for outcome in chosen
    ]


def _charts(result: RunResult) -> dict[str, Any]:
    pens = figures.strategy_pens(result)
    return {
        "main": figures.main_chart(result),
        "main_narrow": figures.main_chart(result, narrow=True),
        "main_caption": figures.main_caption(result),
        "small": figures.small_charts(result),
        "shares": figures.share_charts(result) if len(result.firm_names) > 1 else [],
        "note": figures.band_note(result, figures.MOST_POINTS_SMALL),
        "differences": forest.difference_charts(result),
        "strategy_pens": pens,
        "compared_pens": {
            name: pen for name, pen in pens.items() if name != result.strategies[0]
        },
        "firm_pens": figures.firm_pens(result),
    }


def _strategies(result: RunResult) -> list[dict[str, Any]]:
    declared = result.scenario.document.strategies
    return [
        {
            "name": name, "title": declared[name].title,
            "changes": _changes(result, declared[name].set),
        }
        for name in result.strategies
    ]


def _changes(result: RunResult, settings: dict[str, Any]) -> list[dict[str, Any]]:
    """Each path with what the file says, defaults included, and what it is set to."""
    from sim.scenario.scenario import resolve

    file = resolve(result.scenario.document)
    return [
        {"path": path, "file": _plain(_look_up(file, path)), "value": _plain(value)}
        for path, value in settings.items()
    ]


def _in_force(result: RunResult, paths: Iterable[str]) -> dict[str, Any]:
    """Each setting's value under the first strategy of this run; a dash where it has none."""
    used = result.scenario.resolved(result.strategies[0])
    return {path: _look_up(used, path) for path in paths}


def _look_up(plain: Any, path: str) -> Any:
    """The setting at a dotted path; a mechanism or number by name stands for itself."""
    for part in path.split("."):
        if isinstance(plain, list) and part.isdigit() and int(part) < len(plain):
            plain = plain[int(part)]
        elif isinstance(plain, dict) and part in plain:
            plain = plain[part]
        else:
            return "–"
    if isinstance(plain, dict) and "variant" in plain:
        return plain["variant"]
    return plain


def _events(result: RunResult) -> list[dict[str, Any]]:
    return [
        {
            "number": number, "name": event.name, "when": when_it_happens(event),
            "sets": [f"{path}: {_plain(value)}" for path, value in event.set.items()],
            "became": [] if event.when is None else became_of_event(result, event),
            "beyond": event.week is not None and event.week > result.weeks,
        }
        for number, event in enumerate(events_of(result), start=1)
    ]


def _uncertain(result: RunResult) -> list[dict[str, Any]]:
    ranges = result.scenario.document.uncertain
    used = _in_force(result, ranges)
    return [
        {
            "path": path, "used": _plain(used[path]), "source": declared.source,
            "low": _plain(declared.low), "high": _plain(declared.high),
        }
        for path, declared in ranges.items()
    ]


def _mechanisms(result: RunResult) -> list[dict[str, Any]]:
    everywhere = len(result.strategies)
    return [
        {
            "name": name, "cites": entry["cites"],
            "under": "" if len(entry["strategies"]) == everywhere
            else ", ".join(entry["strategies"]),
        }
        for name, entry in sorted(result.provenance["mechanisms"].items())
        if not name.endswith("/none")
    ]

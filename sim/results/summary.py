"""The summary of a run as plain JSON: answer, claims, events and outcomes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.results.conditions import summary_rows
from sim.results.manifest import FORMAT, VERSION

if TYPE_CHECKING:
    from sim.results.run import RunResult


def summary_data(result: RunResult) -> dict[str, Any]:
    """The answer, claims, outcomes and paired differences as plain JSON; no value is null."""
    from sim.results.text import sentence

    document = result.scenario.document
    history = result.provenance
    data = {
        "format": f"{FORMAT} summary",
        "version": VERSION,
        "run_id": history["run_id"],
        "scenario": document.id,
        "title": document.title,
        "question": document.question,
        "answer": sentence(result),
        "seed": result.seed,
        "replications": result.replications,
        "weeks": result.weeks,
        "currency": document.currency,
        "overrides": dict(result.scenario.overrides),
        "baseline": result.strategies[0],
        "strategies": {name: document.strategies[name].title for name in result.strategies},
        "firms": result.firm_names,
        "claims": _claims(result),
        "events": summary_rows(result),
        "outcomes": result.summary().astype(object).to_dict(orient="records"),
    }
    whole: dict[str, Any] = plain(data)
    return whole


def _claims(result: RunResult) -> list[dict[str, Any]]:
    from sim.results.text import data_unit

    return [
        {
            **verdict.claim.model_dump(mode="json"),
            "unit": data_unit(result, verdict.claim),
            "value": verdict.estimate.value,
            "low": verdict.estimate.low,
            "high": verdict.estimate.high,
            "n": verdict.estimate.n,
            "verdict": verdict.verdict,
            "reason": verdict.reason,
        }
        for verdict in result.verdicts()
    ]


def plain(value: Any) -> Any:
    """A value as JSON can hold it: numbers that are none become None."""
    if isinstance(value, dict):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value

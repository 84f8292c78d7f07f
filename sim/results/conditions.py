"""When events with a condition happened in the replications of a run, in numbers and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.results.text import in_a_row

if TYPE_CHECKING:
    from sim.results.run import RunResult
    from sim.scenario.schema import Event

NOT_KEPT = "when it happened was not kept in this run: run it again"


def weeks_of(result: RunResult, event: Event) -> dict[str, NDArray[np.float64]]:
    """Weeks in which a conditional event happened, by strategy that may meet it.

    Each (n_replications,), not a number where it never did; nothing where weeks were not kept.
    """
    if result.event_weeks is None:
        return {}
    number = next(
        n for n, one in enumerate(result.scenario.document.conditional_events) if one is event
    )
    return {
        name: result.event_weeks[s, :, number]
        for s, name in enumerate(result.strategies) if event.is_under(name)
    }


def in_words(result: RunResult, event: Event) -> list[str]:
    """What became of a conditional event, a clause for strategies to which the same happened.

    Such as ``under “shout” happened in 17 of 20 replications, in weeks 12 to 31 (median 18)``.
    """
    if result.event_weeks is None:
        return [NOT_KEPT]
    alike: dict[str, list[str]] = {}
    for strategy, weeks in weeks_of(result, event).items():
        alike.setdefault(_said(weeks), []).append(f"“{strategy}”")
    if len(alike) == 1:
        return list(alike)
    return [f"under {in_a_row(names)} {said}" for said, names in alike.items()]


def summary_rows(result: RunResult) -> list[dict[str, Any]]:
    """A row a conditional event and strategy: in how many replications, and in which weeks."""
    rows = []
    for event in result.scenario.document.conditional_events:
        for strategy, weeks in weeks_of(result, event).items():
            known = weeks[np.isfinite(weeks)]
            least, median, most = np.quantile(known, (0, 0.5, 1)) if known.size else [np.nan] * 3
            rows.append({
                "event": event.name, "when": event.when, "strategy": strategy,
                "replications": int(known.size), "first_week": float(least),
                "median_week": float(median), "last_week": float(most),
            })
    return rows


def _said(weeks: NDArray[np.float64]) -> str:
    known, n = weeks[np.isfinite(weeks)], len(weeks)
    if not known.size:
        return "never happened"
    first, last = int(known.min()), int(known.max())
    if n == 1:
        return f"happened in week {first}"
    some = f"all {n:,}" if known.size == n else f"{known.size:,} of {n:,}"
    middle = f" (median {np.median(known):g})" if known.size > 2 and first < last else ""
    when = f"week {first}" if first == last else f"weeks {first} to {last}{middle}"
    return f"happened in {some} replications, in {when}"

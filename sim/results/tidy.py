"""Tidy tables of a run: outcomes by week, their summary, and when conditional events happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import RunError
from sim.results.statistics import variance_reduction

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.run import RunResult


def outcome_table(result: RunResult, per: str) -> pd.DataFrame:
    """One row a strategy, replication and week, and firm or offer; a column an outcome.

    Parameters
    ----------
    per
        Of what the outcomes have one value each: ``firm``, ``offer`` or ``market``.
    """
    import pandas as pd

    levels: dict[str, list[Any]] = {
        "run": [result.provenance["run_id"]], "strategy": result.strategies,
        "replication": list(range(result.replications)),
        "week": list(range(1, result.weeks + 1)),
    }
    if per != "market":
        levels[per] = result.firm_names if per == "firm" else result.offer_names
    index = pd.MultiIndex.from_product(list(levels.values()), names=list(levels))
    chosen = {n: o for n, o in result.declared.items() if o.per == per}
    frame = pd.DataFrame(
        {name: result.series[name].reshape(-1) for name in chosen}, index=index
    ).reset_index()
    if per == "offer":
        frame.insert(len(levels) - 1, "firm", frame["offer"].map(result.firm_of))
    frame.attrs["units"] = {name: outcome.unit for name, outcome in chosen.items()}
    return frame


def summary_table(result: RunResult, weeks: tuple[int, int] | None = None) -> pd.DataFrame:
    """A row a strategy, outcome and firm or offer: mean, interval, difference to the first.

    Raises
    ------
    RunError
        If the weeks are not in order.
    """
    import pandas as pd

    rows = []
    for name, declared in result.declared.items():
        owners: Sequence[str | None] = result.owners(name)[1] or (None,)
        for strategy in result.strategies:
            for whose in owners:
                own = result.estimate(name, strategy, whose, weeks)
                gap = result.difference(name, strategy, whose, weeks)
                luck = variance_reduction(
                    result.values(name, strategy, whose, weeks),
                    result.values(name, result.strategies[0], whose, weeks),
                )
                offer = whose if declared.per == "offer" else None
                rows.append({
                    "strategy": strategy, "firm": result.firm_of[offer] if offer else whose,
                    "offer": offer, "outcome": name,
                    "unit": declared.unit_over_weeks(result.scenario.document.currency),
                    "over_weeks": declared.over_weeks, "n": own.n,
                    "mean": own.value, "low": own.low, "high": own.high,
                    "difference": gap.value, "difference_low": gap.low,
                    "difference_high": gap.high, "variance_reduction": luck,
                })
    return pd.DataFrame(rows)


def event_table(result: RunResult) -> pd.DataFrame:
    """One row a strategy, replication and event with a condition that the strategy may meet.

    Columns: run, strategy, replication, event, its condition (``when``), and the week in which it
    happened, <NA> where it never did.

    Raises
    ------
    RunError
        If the folder was written before weeks of events were kept.
    """
    import pandas as pd

    events = result.scenario.document.conditional_events
    if events and result.event_weeks is None:
        raise RunError(
            "this run was kept without the weeks in which events happened; run it again"
        )
    rows = [
        (strategy, replication, event.name, event.when, result.event_weeks[s, replication, e])
        for s, strategy in enumerate(result.strategies)
        for replication in range(result.replications)
        for e, event in enumerate(events)
        if result.event_weeks is not None and event.is_under(strategy)
    ]
    names = ("strategy", "replication", "event", "when", "week")
    frame = pd.DataFrame(rows, columns=list(names))
    frame.insert(0, "run", result.provenance["run_id"])
    weeks = frame["week"].to_numpy(np.float64)
    frame["week"] = pd.array(weeks, dtype="Float64").astype("Int64")
    frame["replication"] = frame["replication"].astype(np.int64)
    return frame

"""A run as CSV, for spreadsheets and other languages: its tables, and what their columns mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.files import filling_folder

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.run import RunResult

KEYS = {
    "run": "id of the run", "strategy": "strategy of the scenario",
    "replication": "market, numbered from 0; strategies share the luck of one number",
    "week": "week, counted from 1; empty where an event never happened", "firm": "firm",
    "offer": "offer", "event": "event with a condition", "when": "its condition",
}


def write_csv(run: RunResult, folder: Path) -> dict[str, int]:
    """Write the tables of a run as CSV, completely or not at all.

    Numbers have all their digits; what has no value is empty.

    Parameters
    ----------
    folder
        Where; it must not exist yet, or be empty.

    Returns
    -------
    dict
        Rows by file.

    Raises
    ------
    RunError
        If it cannot be written.
    """
    tables = {"summary": run.summary(), "firms": run.firms, "market": run.market}
    if any(one.per == "offer" for one in run.declared.values()):
        tables["offers"] = run.offers
    if run.scenario.document.conditional_events and run.event_weeks is not None:
        tables["events"] = run.events
    tables["columns"] = _columns(run, tables)
    with filling_folder(folder, "the tables") as partial:
        for name, table in tables.items():
            table.to_csv(partial / f"{name}.csv", index=False, lineterminator="\n")
    return {f"{name}.csv": len(table) for name, table in tables.items()}


def _columns(run: RunResult, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A row a column of the weekly tables: its unit, how weeks are put together, its meaning."""
    import pandas as pd

    currency = run.scenario.document.currency
    rows = []
    for name in (one for one in ("firms", "offers", "market", "events") if one in tables):
        for column in tables[name].columns:
            declared = run.declared.get(column)
            rows.append({
                "table": name, "column": column,
                "unit": declared.unit.replace("currency", currency) if declared else "",
                "over_weeks": declared.over_weeks if declared else "",
                "meaning": declared.doc if declared else KEYS[column],
            })
    return pd.DataFrame(rows)

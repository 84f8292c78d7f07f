"""Files that a page hands out: the scenario as steered, its curves as data, the offline page."""

from __future__ import annotations

import importlib
import io
from typing import TYPE_CHECKING

from sim.errors import RunError

if TYPE_CHECKING:
    import pandas as pd

    from sim.studio.side import Side

SIDES = ("alternative", "baseline")


def export(what: str, sides: list[Side]) -> tuple[str, str, bytes]:
    """Name, media type and content of a file.

    Parameters
    ----------
    what
        ``scenario``, ``parquet`` or ``replay``.
    sides
        The run, and its baseline if it is forked.

    Raises
    ------
    RunError
        If there is nothing to write.
    """
    main = sides[0]
    name = main.steering.scenario.id
    if what == "scenario":
        return f"{name}.yaml", "application/yaml", main.steering.text().encode()
    if what == "parquet":
        page = io.BytesIO()
        table(sides).to_parquet(page, index=False)
        return f"{name}.parquet", "application/vnd.apache.parquet", page.getvalue()
    if not main.week:
        raise RunError("nothing has happened yet that could be replayed; play some weeks first")
    recording = importlib.import_module("sim.studio.recording")
    page_of = recording.page_of
    return f"{name}.html", "text/html", page_of(main.steering, main.week).encode()


def table(sides: list[Side]) -> pd.DataFrame:
    """Every point of every curve: side, week, outcome, firm (empty for the market), value."""
    import pandas as pd

    rows: list[tuple[str, int, str, str, float | None]] = []
    for number, side in enumerate(sides):
        called = SIDES[number] if len(sides) > 1 else "run"
        for outcome, points in (side.points.values if side.points else {}).items():
            for week, point in enumerate(points, start=1):
                if isinstance(point, list):
                    named = zip(side.market.firm_names, point, strict=True)
                    rows += [(called, week, outcome, firm, value) for firm, value in named]
                else:
                    rows.append((called, week, outcome, "", point))
    return pd.DataFrame(rows, columns=["side", "week", "outcome", "firm", "value"]).astype(
        {"value": "float64"}
    )

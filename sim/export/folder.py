"""The folder of an export: ``data/`` to hand out, ``truth/`` to keep, and what explains them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import __version__
from sim.export.sheets import DATA, TRUTH, Export, Sheet
from sim.files import filling_folder

if TYPE_CHECKING:
    from sim.export.replay import Setting

FORMAT, VERSION, MANIFEST = "counterpoise export", 1, "manifest.json"
README = "README.md"


def write(made: Export, setting: Setting, folder: Path) -> Path:
    """Write an export, completely or not at all.

    Parameters
    ----------
    folder
        Where; it must not exist yet, or be empty.

    Raises
    ------
    RunError
        If it cannot be written.
    """
    with filling_folder(folder, "the export") as partial:
        _write_all(made, setting, partial)
    return folder


def _write_all(made: Export, setting: Setting, folder: Path) -> None:
    for part in (DATA, TRUTH):
        (folder / part).mkdir()
        _write_text(folder / part / README, _dictionary(made, part))
    for sheet in made.sheets:
        _write_sheet(sheet, folder / sheet.part)
    history = _history(made, setting)
    _write_text(folder / README, _overview(made, history))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = {
        "format": FORMAT, "version": VERSION, "provenance": history,
        "files": {path.relative_to(folder).as_posix(): digest(path) for path in files},
    }
    _write_text(folder / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


def _write_text(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def _write_sheet(sheet: Sheet, folder: Path) -> None:
    """The same table as CSV and as Parquet, with units and meanings in its schema."""
    import pyarrow
    import pyarrow.parquet

    csv = sheet.frame.to_csv(index=False, lineterminator="\n")
    _write_text(folder / f"{sheet.name}.csv", csv)
    table = pyarrow.Table.from_pandas(sheet.frame, preserve_index=False).replace_schema_metadata()
    fields = [
        pyarrow.field(one.name, one.type, metadata=dict(zip(
            ("unit", "meaning"), sheet.columns[one.name], strict=True
        )))
        for one in table.schema
    ]
    table = table.cast(pyarrow.schema(fields))
    pyarrow.parquet.write_table(table, folder / f"{sheet.name}.parquet", compression="zstd")


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _history(made: Export, setting: Setting) -> dict[str, Any]:
    run = setting.provenance
    return {
        "kind": made.kind, "scenario": run["scenario"], "run_id": run["run_id"],
        "strategy": setting.strategy, "seed": run["seed"], "replication": setting.replication,
        "market_seed": setting.seed, "weeks": setting.weeks, "overrides": run["overrides"],
        "scenario_digest": run["scenarios"][setting.strategy], "engine_of_run": run["engine"],
        "engine": __version__, "currency": setting.scenario.document.currency, **made.facts,
    }


def _overview(made: Export, history: dict[str, Any]) -> str:
    return "\n".join([
        f"# {made.title}", "",
        "`data/` is what a marketing scientist would have and may be handed out alone. `truth/` is",
        "what only the simulator knows. Each folder explains its tables and columns itself; every",
        "table is there as CSV and, with the same contents, as Parquet.", "",
        "Estimates are scored with `counterpoise score FOLDER ESTIMATES.csv`, where the file has",
        "the columns of `data/questions.csv` filled in: `quantity`, `key`, `estimate`, and, for",
        "coverage, `low` and `high`.", "",
        "## Provenance", "",
        *(f"- {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in history.items()),
        "",
    ])


def _dictionary(made: Export, part: str) -> str:
    notes = made.data_notes if part == DATA else made.truth_notes
    title = "The data" if part == DATA else "The truth, and how it was found"
    return "\n".join([
        f"# {title}", "", *(f"- {note}" for note in notes), "", *_tables(made, part),
        "## Quantities to estimate", "",
        *(f"- `{name}`: {meaning}" for name, meaning in made.quantities.items()), "",
    ])


def _tables(made: Export, part: str) -> Iterator[str]:
    for sheet in made.sheets:
        if sheet.part != part:
            continue
        yield f"## {sheet.name}\n\n{sheet.about} {len(sheet.frame):,} rows.\n"
        yield "| column | unit | meaning |\n|---|---|---|"
        for name, (unit, meaning) in sheet.columns.items():
            yield f"| `{name}` | {unit} | {meaning} |"
        yield ""

"""The folder that keeps a run: scenario, tables, summary, report, and where it all comes from."""

from __future__ import annotations

import hashlib
import json
import math
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import __version__
from sim.errors import CounterpoiseError, RunError
from sim.files import filling_folder
from sim.observers.base import KEYS, Outcome
from sim.results.manifest import FORMAT, MANIFEST, VERSION, damaged, read_manifest
from sim.results.run import RunResult
from sim.results.summary import summary_data
from sim.scenario import Scenario, load_scenario
from sim.scenario.files import files_named
from sim.scenario.loader import read_text
from sim.scenario.memory import values_of
from sim.scenario.policies import source_files

if TYPE_CHECKING:
    import pyarrow

TABLES = {"firm": "firms.parquet", "offer": "offers.parquet", "market": "market.parquet"}
EVENTS = "events.parquet"
"""Weeks of conditional events; written only where the scenario has some."""
FRAMES = {"firm": "firms", "offer": "offers", "market": "market"}

BYTES_A_FOLDER, BYTES_A_VALUE = 250_000, 1.5
"""What a run folder takes on disk as shipped scenarios have it: 1.2 to 2.5 bytes a value."""


def save(result: RunResult, folder: Path) -> Path:
    """Write a run folder, completely or not at all.

    Parameters
    ----------
    folder
        Where; it must not exist yet, or be empty. Folders above it are made.

    Raises
    ------
    RunError
        If something stands there already, or it cannot be written.
    """
    target = Path(folder)
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise RunError(f"{target}: something stands there already; choose another folder")
    mend = "; mend that and run again: it comes to the same"
    with filling_folder(target, "the run", mend) as partial:
        _write(result, partial)
    return target


def space_needed(
    scenario: Scenario, strategies: Sequence[str], replications: int, weeks: int
) -> float:
    """Bytes that the folder of such a run takes, roughly."""
    markets = len(strategies) * replications
    values = values_of(scenario.document, markets, weeks)
    files = {file for world in scenario.worlds() for file in files_named(world)}
    home = scenario.folder or Path()
    copied = sum((home / file).stat().st_size for file in files if (home / file).is_file())
    return BYTES_A_FOLDER + BYTES_A_VALUE * values + copied


def next_folder(base: Path, scenario_id: str) -> Path:
    """The first folder not yet used for a scenario: ``base/first_lesson-001``, ``-002`` ..."""
    pattern = re.compile(re.escape(scenario_id) + r"-(\d+)")
    names = [entry.name for entry in Path(base).iterdir()] if Path(base).is_dir() else []
    taken = [int(found[1]) for name in names if (found := pattern.fullmatch(name))]
    return Path(base) / f"{scenario_id}-{max(taken, default=0) + 1:03}"


def _write(result: RunResult, folder: Path) -> None:
    import pyarrow.parquet

    from sim.report.html import render

    _write_scenario(result, folder)
    for per, name in TABLES.items():
        pyarrow.parquet.write_table(_table(result, per), folder / name, compression="zstd")
    if result.scenario.document.conditional_events and result.event_weeks is not None:
        pyarrow.parquet.write_table(_event_table(result), folder / EVENTS, compression="zstd")
    resolved = {name: result.scenario.resolved(name) for name in result.strategies}
    _write_json(folder / "resolved.json", resolved)
    _write_json(folder / "summary.json", summary_data(result))
    (folder / "report.html").write_bytes(render(result).encode())
    _write_json(folder / MANIFEST, _manifest(result, folder))


def _write_scenario(result: RunResult, folder: Path) -> None:
    scenario = result.scenario
    home = folder / "scenario"
    home.mkdir()
    (home / f"{scenario.id}.yaml").write_bytes(_scenario_bytes(scenario))
    for code in _code_files(result):
        assert scenario.folder is not None
        _copy(code, home / code.relative_to(scenario.folder))
    files = {file for world in scenario.worlds() for file in files_named(world)}
    if files:
        _check_unchanged_since(result, "a network file or one of customers")
    for file in sorted(files):
        assert scenario.folder is not None
        _copy(scenario.folder / file, home / file)


def _code_files(result: RunResult) -> list[Path]:
    """Policies of its author's own beside the scenario, as they were run.

    Those of strategies that were not run are kept, too: without them the scenario is not whole.
    """
    scenario = result.scenario
    found = [file for world in scenario.worlds() for file in source_files(world, scenario.folder)]
    if found:
        _check_unchanged_since(result, "a policy or another file")
    return list(dict.fromkeys(found))


def _copy(source: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, copy)


def _check_unchanged_since(result: RunResult, what: str) -> None:
    """Files beside the scenario must still be what was run."""
    for strategy, digest in result.provenance["scenarios"].items():
        if result.scenario.digest(strategy) != digest:
            raise RunError(
                f"{result.scenario.folder}: {what} changed after the run; run again"
            )


def _scenario_bytes(scenario: Scenario) -> bytes:
    """The file as it was loaded, byte for byte if it still stands where it was."""
    if not scenario.text:  # made in Python; JSON is YAML
        return json.dumps(scenario.raw, indent=2, ensure_ascii=False, default=str).encode() + b"\n"
    if scenario.path is not None and scenario.path.is_file():
        try:
            unchanged = read_text(scenario.path, scenario.name) == scenario.text
        except CounterpoiseError:
            unchanged = False
        if unchanged:
            return scenario.path.read_bytes()
    return scenario.text.encode()


def _table(result: RunResult, per: str) -> pyarrow.Table:
    """A tidy table; a value that does not exist is null, units stand in the schema's metadata."""
    import pyarrow as pa

    frame = getattr(result, FRAMES[per])
    fields, columns = [], []
    for name in frame.columns:
        values = frame[name].to_numpy()
        if name in KEYS:
            kind = pa.int64() if name in ("replication", "week") else pa.string()
            fields.append(pa.field(name, kind, nullable=False))
        else:
            declared = result.declared[name]
            notes = {
                "unit": declared.unit, "over_weeks": declared.over_weeks, "doc": declared.doc,
            }
            fields.append(pa.field(name, pa.float64(), metadata=notes))
        columns.append(pa.array(values, fields[-1].type, from_pandas=True))
    about = {
        **_origin(result), "currency": result.scenario.document.currency,
        "units": json.dumps(frame.attrs["units"]),
    }
    return pa.Table.from_arrays(columns, schema=pa.schema(fields, metadata=about))


def _origin(result: RunResult) -> dict[str, str]:
    run = str(result.provenance["run_id"])
    return {"format": FORMAT, "version": str(VERSION), "run": run}


def _event_table(result: RunResult) -> pyarrow.Table:
    """When conditional events happened; the week is null where they did not."""
    import pyarrow as pa

    frame = result.events
    fields = [
        pa.field(name, pa.int64() if name in ("replication", "week") else pa.string(),
                 nullable=name == "week")
        for name in frame.columns
    ]
    columns = [
        pa.array(frame[one.name].astype(object), one.type, from_pandas=True) for one in fields
    ]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields, metadata=_origin(result)))


def _manifest(result: RunResult, folder: Path) -> dict[str, Any]:
    written = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        "format": FORMAT,
        "version": VERSION,
        "outcomes": {
            name: {"unit": o.unit, "over_weeks": o.over_weeks, "per": o.per, "doc": o.doc}
            for name, o in result.declared.items()
        },
        "firms": result.firm_names,
        "offers": result.offer_names,
        "files": {path.relative_to(folder).as_posix(): _digest(path) for path in written},
        "provenance": result.provenance,
    }


def _write_json(path: Path, data: dict[str, Any]) -> None:
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_bytes(text.encode() + b"\n")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load(folder: Path, *, allow_code: bool = False) -> RunResult:
    """Restore a run from its folder.

    Parameters
    ----------
    folder
        The folder.
    allow_code
        Whether code of its author's own in it may run, where weeks are lived again.

    Raises
    ------
    RunError
        If the folder is missing, not that of a run, of a newer format, damaged or changed.
    """
    import pyarrow

    home = Path(folder)
    manifest = read_manifest(home)
    history = manifest["provenance"]
    scenario = _read_scenario(home, manifest, allow_code=allow_code)
    declared = manifest["outcomes"]
    series: dict[str, NDArray[np.float64]] = {}
    for per, name in TABLES.items():
        if all(one["per"] != per for one in declared.values()):
            continue  # folders written before there were outcomes of offers
        table = _read_table(home, manifest, name)
        shape = [len(history["strategies"]), history["replications"], history["weeks"]]
        if per != "market":
            shape.append(len(manifest[f"{per}s"]))
        for outcome in (name for name in declared if declared[name]["per"] == per):
            place = table.schema.get_field_index(outcome)  # -1 where there is none, or two
            if (
                place < 0 or table.schema.types[place] != pyarrow.float64()
                or len(table) != math.prod(shape)
            ):
                damaged(home / name)
            series[outcome] = table[outcome].to_numpy().astype(np.float64).reshape(shape)
    return RunResult(
        scenario=scenario, strategies=list(history["strategies"]), seed=history["seed"],
        replications=history["replications"], weeks=history["weeks"],
        series={outcome: series[outcome] for outcome in declared}, history=history,
        event_weeks=_read_events(home, manifest, scenario),
        elsewhere={
            name: Outcome(one["unit"], one["over_weeks"], one["doc"], one["per"])
            for name, one in declared.items()
        },
    )


def _read_scenario(
    home: Path, manifest: dict[str, Any], *, allow_code: bool
) -> Scenario:
    history = manifest["provenance"]
    for name in manifest["files"]:
        if name.startswith("scenario/"):
            _unchanged(home, manifest, name)
    path = home / "scenario" / f"{history['scenario']}.yaml"
    _unchanged(home, manifest, path.relative_to(home).as_posix())
    try:
        scenario = load_scenario(path, history["overrides"], allow_code=allow_code)
    except CounterpoiseError as error:
        first = str(error).splitlines()[0]
        written = history.get("engine", "of the run")
        mend = (  # no other version would do better
            "what is code of your own must be registered first: sim/extending.md says how"
            if written == __version__ else f"use version {written}, or mend it and run again"
        )
        raise RunError(
            f"{path}: this version cannot read the scenario of the run: {first}; {mend}"
        ) from error
    unknown = set(history["strategies"]) - set(scenario.strategies)
    firms = scenario.document.firms
    offers = [offer for firm in firms.values() for offer in firm.offers]
    if (
        unknown or list(firms) != manifest["firms"]
        or manifest.get("offers", offers) != offers
    ):
        damaged(home / MANIFEST)
    return scenario


def _read_table(home: Path, manifest: dict[str, Any], name: str) -> pyarrow.Table:
    import pyarrow
    import pyarrow.parquet

    _unchanged(home, manifest, name)
    try:
        return pyarrow.parquet.read_table(home / name)
    except (pyarrow.ArrowException, OSError):
        damaged(home / name)


def _read_events(
    home: Path, manifest: dict[str, Any], scenario: Scenario
) -> NDArray[np.float64] | None:
    """Weeks of conditional events; None where the folder was written before they were kept."""
    import pyarrow

    history, events = manifest["provenance"], scenario.document.conditional_events
    shape = (len(history["strategies"]), history["replications"], len(events))
    weeks = np.full(shape, np.nan)
    if not events:
        return weeks
    if EVENTS not in manifest["files"]:
        return None
    table = _read_table(home, manifest, EVENTS)
    under = np.array([[e.is_under(name) for e in events] for name in history["strategies"]])
    there = np.broadcast_to(under[:, None, :], shape)
    place = table.schema.get_field_index("week")  # -1 where there is none, or two
    if place < 0 or table.schema.types[place] != pyarrow.int64() or len(table) != there.sum():
        damaged(home / EVENTS)
    weeks[there] = table["week"].to_numpy().astype(np.float64)
    return weeks


def _unchanged(home: Path, manifest: dict[str, Any], name: str) -> None:
    path = home / name
    if not path.is_file():
        raise RunError(f"{path}: the file is missing; restore the whole folder, or run again")
    try:
        same = _digest(path) == manifest["files"].get(name)
    except OSError:
        same = False
    if not same:
        damaged(path)

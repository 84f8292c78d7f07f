"""A sweep's folder may come from a stranger: nothing outside it is read, written or removed."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.errors import RunError
from sim.experiment.loader import load_experiment
from sim.experiment.merging import merge
from sim.experiment.reading import open_store
from sim.experiment.sweep import How, Swept, sweep
from tests.experiment.conftest import SMALL


def swept(path: Path, folder: Path, how: How | None = None) -> Swept:
    return sweep(load_experiment(path), folder, how or How(workers=1))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    path = folder / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return swept(path, folder / "out").folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "out"))


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    path = tmp_path / "thesis" / "thesis.txt"
    path.parent.mkdir()
    path.write_text("years of work", encoding="utf-8")
    return path


def test_links_under_temporary_names_lead_no_writer_elsewhere(
    whole: Path, folder: Path, small: Path, precious: Path
) -> None:
    part = sorted((folder / "series").iterdir())[0]
    part.unlink()
    for name in ("cells.npy", "manifest.json", "design.parquet", "results.parquet",
                 f"series/{part.name}", "series/part-000002.parquet"):
        path = folder / name
        path.with_name(f".{path.name}.partial").symlink_to(precious)
    (folder / ".results.parquet.scratch").symlink_to(precious)
    assert swept(small, folder).missing == 0
    assert swept(small, folder, How(workers=1, resume=False)).missing == 0
    assert precious.read_text(encoding="utf-8") == "years of work"
    assert (folder / "results.parquet").read_bytes() == (whole / "results.parquet").read_bytes()


@pytest.mark.parametrize("name", ["series", "runs.sqlite", "lock.sqlite", "manifest.json",
                                  "cells.npy", "runs.sqlite-wal", "lock.sqlite-journal"])
@pytest.mark.parametrize("what", ["link", "wrong"])
def test_a_name_of_its_own_that_is_no_file_of_its_own_is_refused(
    folder: Path, small: Path, precious: Path, name: str, what: str
) -> None:
    path = folder / name
    if path.exists():
        shutil.move(path, folder / "moved")
    if what == "link":
        path.symlink_to(precious.parent if name == "series" else precious.parent / "new")
    elif name == "series":
        path.write_bytes(b"")
    else:
        path.mkdir()
    for resume in (None, False):
        with pytest.raises(RunError, match=rf"{name}: this is .* delete it, or choose another"):
            swept(small, folder, How(workers=1, resume=resume))
    with pytest.raises(RunError, match=rf"{name}: this is "):
        open_store(folder)
    assert [found.name for found in precious.parent.iterdir()] == ["thesis.txt"]


def test_what_is_not_its_own_stays_among_the_parts(
    whole: Path, folder: Path, small: Path, precious: Path
) -> None:
    series = folder / "series"
    (series / "thesis.txt").write_text("years of work", encoding="utf-8")
    (series / "chapters").mkdir()
    (series / "part-000009.parquet").symlink_to(precious)
    for resume in (True, False):
        assert swept(small, folder, How(workers=1, resume=resume)).missing == 0
        names = {path.name for path in series.iterdir()}
        assert names >= {"thesis.txt", "chapters", "part-000009.parquet"}
    assert precious.read_text(encoding="utf-8") == "years of work"


def test_a_part_that_is_a_link_is_lived_again(
    whole: Path, folder: Path, small: Path, tmp_path: Path
) -> None:
    part = sorted((folder / "series").iterdir())[0]
    shutil.move(part, tmp_path / "part")
    part.symlink_to(tmp_path / "part")
    with pytest.raises(RunError, match=rf"{part.name}: the file is missing or damaged"):
        open_store(folder).table()
    assert swept(small, folder).lived > 0
    assert (folder / "results.parquet").read_bytes() == (whole / "results.parquet").read_bytes()


def asked_of_ledger(folder: Path, query: str) -> None:
    with closing(sqlite3.connect(folder / "runs.sqlite")) as connection, connection:
        connection.execute(query)


@pytest.mark.parametrize("name", [
    "/etc/hostname", "../../thesis/thesis.txt", "part-1.parquet", "part-000001.parquet/..", "",
    "part-٠٠٠٠٠١.parquet",
])
def test_a_ledger_names_no_file_but_parts(
    folder: Path, small: Path, precious: Path, name: str
) -> None:
    asked_of_ledger(folder, f"update runs set part = '{name}'")
    out = small.parent / "merged"
    for ask in (lambda: merge([folder], out), lambda: open_store(folder).counts(),
                lambda: swept(small, folder)):
        with pytest.raises(RunError, match=r"runs.sqlite: the file is damaged or was altered"):
            ask()
    assert not out.exists()
    assert swept(small, folder, How(workers=1, resume=False)).missing == 0


@pytest.mark.parametrize("damage", ["text", "link", "lost", "inside"])
def test_a_merge_that_fails_leaves_nothing(
    whole: Path, folder: Path, small: Path, precious: Path, damage: str
) -> None:
    part = sorted((folder / "series").iterdir())[0]
    content = part.read_bytes()
    part.unlink()
    if damage == "link":
        part.symlink_to(precious)
    elif damage != "lost":
        part.write_bytes(b"text" if damage == "text" else content[:4] + bytes(200) + content[204:])
    before = set(small.parent.iterdir())
    with pytest.raises(RunError, match=rf"out/series/{part.name}: the file is missing or damaged"):
        merge([whole, folder], small.parent / "merged")
    assert set(small.parent.iterdir()) == before


def test_a_merge_takes_an_empty_folder_and_no_other(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "merged"
    out.mkdir()
    assert merge([whole], out).is_complete
    assert {path.name for path in out.iterdir()} == {
        "manifest.json", "cells.npy", "design.parquet", "series", "results.parquet", "runs.sqlite",
    }
    for name in ("results.parquet", "design.parquet", "cells.npy"):
        assert (out / name).read_bytes() == (whole / name).read_bytes()
    with pytest.raises(RunError, match="something stands there already"):
        merge([whole], out)
    for nameless in (Path(), Path(".."), tmp_path / ".."):
        with pytest.raises(RunError, match="needs a name"):
            merge([whole], nameless)


def rewritten(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    path.write_text(json.dumps({**manifest, **changes}), encoding="utf-8")


FACTOR = {"path": "weeks", "low": 0, "high": 1, "log": False, "whole": True, "levels": None,
          "base": None}
COLUMN = {"outcome": "units", "firm": None, "weeks": None, "series": False, "name": "units",
          "unit": "units"}


@pytest.mark.parametrize("changes", [
    {"rows": -5}, {"rows": "x"}, {"rows": 10**12}, {"rows": True}, {"rows": None},
    {"replications": 10**9}, {"replications": 0}, {"replications": 3}, {"runs": 10**30},
    {"strategies": 5}, {"strategies": [{}, []]}, {"strategies": []}, {"longest": 10**9},
    {"identity": 5}, {"title": None}, {"title": "\ud800"}, {"id": []}, {"scenario": {}},
    {"factors": None}, {"factors": [{"x": 1}]}, {"factors": [{**FACTOR, "x": 1}]},
    {"factors": [{**FACTOR, "low": 10**400}]}, {"factors": [{**FACTOR, "levels": []}]},
    {"factors": [{**FACTOR, "levels": [[1]]}]}, {"factors": [{**FACTOR, "levels": [10**400]}]},
    {"factors": [{**FACTOR, "base": float("nan")}]}, {"columns": [{"x": 1}]}, {"columns": 5},
    {"columns": [COLUMN, COLUMN]}, {"columns": [{**COLUMN, "weeks": [1]}]},
    {"columns": [{**COLUMN, "unit": 5}]}, {"chunk": [0, 0]}, {"chunk": ["a"]}, {"chunk": [3, 2]},
    {"chunk": []}, {"units": 5}, {"units": {"weeks": 5}},
], ids=str)
def test_an_altered_manifest_is_named_and_not_called_a_defect(
    folder: Path, small: Path, changes: dict[str, Any]
) -> None:
    rewritten(folder, **changes)
    for ask in (lambda: open_store(folder), lambda: swept(small, folder),
                lambda: merge([folder], small.parent / "merged")):
        with pytest.raises(RunError, match=r"manifest.json: the file is damaged or was altered"):
            ask()


@pytest.mark.parametrize("content", [
    "[" * 100_000, '{"format": "counterpoise sweep", "version": 1}', "9" * 10_000, "\ud800", "",
])
def test_a_damaged_manifest_is_named(folder: Path, content: str) -> None:
    (folder / "manifest.json").write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(RunError, match=r"manifest.json: the file is damaged or was altered"):
        open_store(folder)


@pytest.mark.parametrize("query", [
    "update runs set number = 999999 where number = 3",
    "update runs set number = -1 where number = 3",
    "update runs set number = 4611686018427387904 where number = 3", "drop table runs",
    "update runs set state = 'zzz'", "update runs set run_id = x'ff00'",
    "update runs set run_id = cast(x'ff00' as text)", "alter table runs add column further",
    "create view v as select 1", "update runs set seconds = 'long'",
    "update runs set seconds = 9e999", "update runs set seconds = -1",
    "update runs set part = null", "update runs set part = x'ff00'",
    "update runs set state = 'failed', error = x'ff00', part = null",
])
def test_an_altered_ledger_is_named_and_not_called_a_defect(
    folder: Path, small: Path, query: str
) -> None:
    asked_of_ledger(folder, query)
    asks: list[Callable[[], Any]] = [
        lambda: open_store(folder).entries(), lambda: merge([folder], small.parent / "merged"),
        lambda: swept(small, folder),
    ]
    for ask in asks[: 2 if "drop" in query else 3]:
        with pytest.raises(RunError, match=r"runs.sqlite: "):
            ask()


def test_a_ledger_holds_runs_of_its_chunk_only(folder: Path, small: Path) -> None:
    rewritten(folder, chunk=[1, 2])
    with pytest.raises(RunError, match=r"runs.sqlite: the file is damaged or was altered"):
        open_store(folder).counts()


def test_a_damaged_lock_is_named(folder: Path, small: Path) -> None:
    (folder / "lock.sqlite").write_bytes(b"garbage" * 1000)
    with pytest.raises(RunError, match=r"lock.sqlite: file is not a database; .* delete it"):
        swept(small, folder)


CELLS: dict[str, Any] = {
    "few": np.zeros((2, 3)), "flat": np.zeros(8), "text": np.full((8, 3), "a"),
    "whole": np.zeros((8, 3), dtype=np.int64), "infinite": np.full((8, 3), np.inf),
    "level": np.full((8, 3), 99.0), "negative": np.full((8, 3), -1.0),
    "between": np.full((8, 3), 0.5), "objects": np.full((8, 3), None),
}


@pytest.mark.parametrize("damage", [*CELLS, "archive", "huge", "plain"])
def test_altered_cells_are_named_and_made_again(
    whole: Path, folder: Path, small: Path, damage: str
) -> None:
    path = folder / "cells.npy"
    with path.open("wb") as file:
        if damage in CELLS:
            np.save(file, CELLS[damage])
        elif damage == "archive":
            np.savez(file, a=np.zeros((8, 3)))
        elif damage == "plain":
            file.write(b"text")
        else:
            header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 3), }\n"
            file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode())
    with pytest.raises(RunError, match=r"cells.npy: the file is missing or damaged"):
        open_store(folder)
    assert swept(small, folder).missing == 0
    assert path.read_bytes() == (whole / "cells.npy").read_bytes()


@pytest.mark.parametrize("damage", ["text", "lists", "twice", "long", "null", "plain series"])
def test_a_part_of_other_columns_is_damaged(folder: Path, damage: str) -> None:
    path = sorted((folder / "series").iterdir())[0]
    table = pq.read_table(path)
    n, name, series = table.num_rows, "units.Nova@2-6", "market_share.Nova:weekly"
    values: dict[str, Any] = {
        "text": (name, ["a"] * n), "lists": (name, [[1.0]] * n), "null": ("run", [None] * n),
        "long": (series, [[1.0] * 7] * n), "plain series": (series, [1.0] * n),
    }
    if damage == "twice":
        table = table.append_column(name, table[name])
    else:
        which, content = values[damage]
        table = table.set_column(table.column_names.index(which), which, [content])
    pq.write_table(table, path)
    with pytest.raises(RunError, match=r"parquet: the file is missing or damaged"):
        store = open_store(folder)
        store.table(), store.series(series)

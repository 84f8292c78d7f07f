"""A sweep's folder may come from a stranger: nothing outside it is read, written or removed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

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

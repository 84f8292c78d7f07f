"""A sweep keeps what it lives, says what failed, and agrees with single runs bit for bit."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim import load_scenario, run
from sim.errors import RunError
from sim.experiment import executors
from sim.experiment.ledger import Ledger, Lock
from sim.experiment.loader import load_experiment
from sim.experiment.merging import merge
from sim.experiment.reading import open_store
from sim.experiment.sweep import How, Stop, Swept, sweep
from tests.cli.conftest import environment
from tests.experiment.conftest import SMALL

HERE = How(workers=1)


def swept(path: Path, folder: Path, how: How = HERE, **further: Any) -> Swept:
    return sweep(load_experiment(path), folder, how, **further)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small experiment, lived undisturbed."""
    folder = tmp_path_factory.mktemp("whole")
    path = folder / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert swept(path, folder / "out").missing == 0
    return folder / "out"


def results(folder: Path) -> bytes:
    return (folder / "results.parquet").read_bytes()


def test_a_single_run_equals_the_same_point_of_a_sweep(whole: Path) -> None:
    store = open_store(whole)
    table, weekly = store.table(), store.series("market_share.Nova:weekly")
    assert len(table) == 8 * 2 * 2
    for row in (0, 5):
        own = table[table["row"] == row]
        first = own.iloc[0]
        settings = {factor.path: first[factor.path] for factor in store.factors}
        settings = {
            path: int(value) if path.endswith("neighbors") else value
            for path, value in settings.items()
        }
        if settings["mechanisms.word_of_mouth"] == "none":
            del settings["mechanisms.word_of_mouth.contact_prob"]
        scenario = load_scenario("first_lesson", {"customers.n": 60, **settings})
        single = run(scenario, replications=2, weeks=6, workers=1)
        for at, entry in own.iterrows():
            name, r = entry["strategy"], entry["replication"]
            units = single.values("units", name, "Nova", (2, 6))[r]
            assert entry["units.Nova@2-6"] == units
            felt = single.values("satisfaction", name, "Nova", (6, 6))[r]
            np.testing.assert_equal(entry["satisfaction.Nova@6"], felt)  # nobody: nan
            s = single.strategies.index(name)
            lived = single.series["market_share"][s, r, :, 0]  # of no sales there is no share
            assert np.array_equal(weekly[at], lived, equal_nan=True)


def test_the_command_run_gives_the_numbers_of_the_sweep(whole: Path, tmp_path: Path) -> None:
    entry = open_store(whole).table().query("strategy == 'listen' and replication == 0").iloc[2]
    settings = {"customers.n": 60, "customers.network.neighbors":
                int(entry["customers.network.neighbors"]),
                "mechanisms.word_of_mouth": entry["mechanisms.word_of_mouth"]}
    if settings["mechanisms.word_of_mouth"] != "none":
        settings["mechanisms.word_of_mouth.contact_prob"] = repr(
            float(entry["mechanisms.word_of_mouth.contact_prob"]))
    words = [word for path, value in settings.items() for word in ("--set", f"{path}={value}")]
    subprocess.run(
        [sys.executable, "-m", "sim", "run", "first_lesson", "--replications", "1", "--weeks", "6",
         "--workers", "1", "--out", str(tmp_path / "run"), *words],
        env=environment(), check=True, capture_output=True,
    )
    firms = pq.read_table(tmp_path / "run" / "firms.parquet").to_pandas()
    own = firms[(firms["strategy"] == "listen") & (firms["firm"] == "Nova")]
    assert own["units"].iloc[1:].sum() == entry["units.Nova@2-6"]
    assert own["satisfaction"].iloc[-1] == entry["satisfaction.Nova@6"]


def test_the_table_is_in_the_order_of_the_design(whole: Path) -> None:
    table = pq.read_table(whole / "results.parquet").to_pandas()
    assert table["run"].tolist() == list(range(32))
    assert table["row"].tolist() == [row for row in range(8) for _ in range(4)]
    assert table["strategy"].tolist() == ["shout", "shout", "listen", "listen"] * 8
    assert table["replication"].tolist() == [0, 1] * 16
    design = pq.read_table(whole / "design.parquet").to_pandas()
    for path in design.columns[1:]:
        assert table[path].tolist() == [value for value in design[path] for _ in range(4)]
    assert table["run_id"].notna().all() and set(table["state"]) == {"done"}
    assert [len(weeks) for weeks in table["market_share.Nova:weekly"]] == [6] * 32


def test_a_stopped_sweep_goes_on_and_comes_to_the_same(whole: Path, small: Path) -> None:
    folder, stop = small.parent / "out", Stop()
    seen: list[int] = []

    def watch(finished: int, failed: int) -> None:
        seen.append(finished)
        stop.asked = sum(seen) >= 7

    first = swept(small, folder, stop=stop, progress=watch)
    assert (first.done, first.missing, first.results) == (7, 25, None)
    assert not (folder / "results.parquet").exists()
    assert len(open_store(folder).table()) == 7
    second = swept(small, folder, How(workers=1, resume=True))
    assert (second.lived, second.missing) == (25, 0)
    assert results(folder) == results(whole)
    third = swept(small, folder)
    assert (third.lived, third.done) == (0, 32)


def test_chunks_merged_equal_the_whole(whole: Path, small: Path) -> None:
    folders = [small.parent / f"chunk{k}" for k in (1, 2, 3)]
    lived = [
        swept(small, folder, How(workers=1, chunk=(k, 3))).lived
        for k, folder in enumerate(folders, start=1)
    ]
    assert sum(lived) == 32 and max(lived) < 16
    merged = merge(folders, small.parent / "merged")
    assert merged.is_complete
    assert results(small.parent / "merged") == results(whole)
    with pytest.raises(RunError, match="give the same --chunk"):
        swept(small, folders[0], How(workers=1, chunk=(2, 3)))
    with pytest.raises(RunError, match="holds all of it; leave --chunk out"):
        swept(small, small.parent / "merged", How(workers=1, chunk=(2, 3)))


def test_chunks_of_which_one_is_missing_can_be_swept_on(whole: Path, small: Path) -> None:
    for k in (1, 3):
        swept(small, small.parent / f"chunk{k}", How(workers=1, chunk=(k, 3)))
    merged = merge([small.parent / "chunk1", small.parent / "chunk3"], small.parent / "merged")
    assert not merged.is_complete and not (merged.folder / "results.parquet").exists()
    swept(small, merged.folder, How(workers=1, resume=True))
    assert results(merged.folder) == results(whole)


def test_a_failed_run_is_recorded_and_lived_again_on_request(
    whole: Path, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.experiment import working

    real = working.live

    def fails_at_times(scenario: Any, job: Any) -> Any:
        if job.replication == 1 and job.strategy == "listen":
            error = ZeroDivisionError("division by nobody")
            error.add_note("(in the stage 'books' of week 2)")
            raise error
        return real(scenario, job)

    folder = small.parent / "out"
    monkeypatch.setattr(working, "live", fails_at_times)
    first = sweep(load_experiment(small), str(folder), HERE)
    assert (first.done, first.failed, first.missing) == (24, 8, 0)
    store = open_store(folder)
    assert all("Traceback" in told and "division by nobody" in told
               for _, told in store.failures())
    assert {told.splitlines()[-1] for _, told in store.failures()} == {
        "ZeroDivisionError: division by nobody (in the stage 'books' of week 2)"
    }
    table = store.table()
    failed = table[table["state"] == "failed"]
    assert set(failed["strategy"]) == {"listen"} and failed["units.Nova@2-6"].isna().all()
    monkeypatch.setattr(working, "live", real)
    assert swept(small, folder).failed == 8  # not without being asked
    again = swept(small, folder, How(workers=1, retry_failed=True))
    assert (again.lived, again.done, again.failed) == (8, 32, 0)
    assert results(folder) == results(whole)


def test_a_row_that_makes_no_world_fails_alone(small: Path) -> None:
    """The corners are valid here; a whole number in between is not."""
    small.write_text(SMALL.replace("{levels: [2, 4, 6]}", "{low: 2, high: 202}"), encoding="utf-8")
    found = swept(small, small.parent / "out")
    assert found.failed > 0 and found.done > 0 and found.missing == 0
    for _, told in open_store(found.folder).failures():
        assert "must be a whole number from 2 to 10,000" in told


def test_a_reader_may_read_while_the_sweep_grows(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.experiment import store

    monkeypatch.setattr(store, "RUNS_A_PART", 3)
    script = """
import sys
from sim.experiment.reading import open_store
found = open_store(sys.argv[1])
table = found.table()
sold = table["units.Nova@2-6"]
print(len(table), found.series("market_share.Nova:weekly").shape[0], sold.isna().sum())
"""
    told: list[str] = []
    lived: list[int] = []

    def read(finished: int, failed: int) -> None:
        lived.append(finished)
        if sum(lived) in (7, 20):
            read = subprocess.run(
                [sys.executable, "-c", script, str(small.parent / "out")], env=environment(),
                check=True, capture_output=True, text=True,
            )
            told.append(read.stdout.strip())

    swept(small, small.parent / "out", progress=read)
    assert told[0] == "6 6 0"
    assert told[1] in ("18 18 0", "20 20 0")  # a second may have passed, then all is kept


def test_only_one_process_writes_a_sweep(small: Path) -> None:
    folder = small.parent / "out"
    folder.mkdir()
    lock = Lock(folder)
    with pytest.raises(RunError, match="another process writes this sweep"):
        swept(small, folder)
    lock.release()
    assert swept(small, folder).missing == 0


def test_a_sweep_never_touches_what_is_not_its_own(small: Path) -> None:
    folder = small.parent / "out"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(RunError, match="something stands there already"):
        swept(small, folder)
    with pytest.raises(RunError, match="no sweep to resume"):
        swept(small, small.parent / "nowhere", How(resume=True))
    assert (folder / "thesis.txt").read_text() == "years of work"


def test_another_experiment_does_not_go_on_with_a_sweep(whole: Path, small: Path) -> None:
    folder = small.parent / "out"
    swept(small, folder)
    for before, after, told in (
        ("seed: 3", "seed: 4", "design"), ("replications: 2", "replications: 3", "replications"),
        ("high: 0.2", "high: 0.3", "factors"), ("week: 6", "week: 5", "outcomes"),
        ("[shout, listen]", "[listen]", "scenario settings and strategies"),
        ("n: 60", "n: 61", "scenario settings"),
    ):
        small.write_text(SMALL.replace(before, after), encoding="utf-8")
        with pytest.raises(RunError, match=f"the sweep in it differs in {told}; begin anew by "):
            swept(small, folder)
    with pytest.raises(RunError, match="cannot be merged"):
        chunk = small.parent / "chunk"
        swept(small, chunk, How(workers=1, chunk=(1, 8)))
        merge([folder, chunk], small.parent / "merged")
    assert swept(small, folder, How(workers=1, resume=False)).lived == 32
    assert results(folder) != results(whole)


def test_parts_that_no_row_names_are_removed(whole: Path, small: Path) -> None:
    folder = small.parent / "out"
    swept(small, folder)
    (folder / "series" / "part-999999.parquet").write_bytes(b"cut short")
    (folder / "series" / ".part-999998.parquet.partial").write_bytes(b"cut short")
    (folder / "results.parquet").unlink()
    swept(small, folder)
    assert not [path for path in (folder / "series").iterdir() if "99999" in path.name]
    assert results(folder) == results(whole)


def test_runs_on_processes_come_to_the_same(whole: Path, small: Path) -> None:
    found = swept(small, small.parent / "out", How(workers=2))
    assert found.missing == 0
    assert results(found.folder) == results(whole)


def test_a_chunk_is_about_so_many_seconds_of_work() -> None:
    from sim.experiment.working import Lived

    pace = executors.Pace(0.5)
    assert pace.size == 1
    for _ in range(50):
        pace.learn([Lived(0, 0.01)])
    assert pace.size == 50
    for _ in range(50):
        pace.learn([Lived(0, 3.0)])
    assert pace.size == 1


def command(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim", *words], env=environment(), capture_output=True, text=True,
        check=False,
    )


def test_the_commands_tell_how_far_a_sweep_is(whole: Path, small: Path) -> None:
    out = str(small.parent / "out")
    done = command(["sweep", str(small), "--out", out, "--workers", "1", "--chunk", "1/2"])
    assert done.returncode == 0, done.stderr
    assert "chunk 1 of 2 is complete" in done.stdout
    told = json.loads(command(["status", out, "--json"]).stdout)
    assert (told["done"], told["missing"], told["chunk"]) == (16, 0, [1, 2])
    shown = command(["status", out]).stdout
    assert "16 of 16 runs done (100%), 0 failed, 0 missing" in shown
    wrong = command(["sweep", str(small), "--chunk", "3/2"])
    assert wrong.returncode == 2 and "--chunk 3/2: must read I/N" in wrong.stderr
    assert command(["status", str(small.parent)]).returncode == 2


def test_lost_and_damaged_files_are_made_again(whole: Path, tmp_path: Path) -> None:
    path, folder = tmp_path / "small.yaml", tmp_path / "out"
    path.write_text(SMALL, encoding="utf-8")
    for damage in ("lost", "cut", "cells"):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(whole, folder)
        part = sorted((folder / "series").iterdir())[0]
        if damage == "lost":
            part.unlink()
        elif damage == "cut":
            part.write_bytes(part.read_bytes()[:-20])
        else:
            (folder / "cells.npy").write_bytes(b"half")
            with pytest.raises(RunError, match=r"cells.npy: the file is missing or damaged"):
                open_store(folder)
        again = swept(path, folder)
        assert (again.missing, again.failed) == (0, 0)
        assert (again.lived > 0) == (damage != "cells")
        assert results(folder) == results(whole)


@pytest.mark.parametrize(("damage", "told"), [
    ("inside", r".* damaged; delete it if it is there"),
    ("shortened", "it lacks runs that the ledger has in it; delete it"),
])
def test_a_part_that_is_damaged_is_named_and_lived_again_without(
    whole: Path, tmp_path: Path, damage: str, told: str
) -> None:
    path, folder = tmp_path / "small.yaml", tmp_path / "out"
    path.write_text(SMALL, encoding="utf-8")
    shutil.copytree(whole, folder)
    part = sorted((folder / "series").iterdir())[0]
    if damage == "inside":
        content = part.read_bytes()
        part.write_bytes(content[:4] + bytes(200) + content[204:])
    else:
        pq.write_table(pq.read_table(part).slice(1), part)
    with pytest.raises(RunError, match=rf"{part.name}: {told}"):
        swept(path, folder)
    part.unlink()
    assert swept(path, folder).missing == 0
    assert results(folder) == results(whole)


def test_a_damaged_ledger_is_named_and_not_called_a_defect(whole: Path, tmp_path: Path) -> None:
    path, folder = tmp_path / "small.yaml", tmp_path / "out"
    path.write_text(SMALL, encoding="utf-8")
    shutil.copytree(whole, folder)
    (folder / "runs.sqlite").write_bytes(b"no database at all" * 500)
    for ask in (lambda: swept(path, folder), lambda: open_store(folder).counts()):
        with pytest.raises(RunError, match=r"runs.sqlite: file is not a database; if the disk"):
            ask()


def test_units_of_sums_over_weeks_are_not_a_weeks(whole: Path) -> None:
    units = open_store(whole).units
    assert units["units.Nova@2-6"] == "units"
    assert units["market_share.Nova:weekly"] == "share of units"
    for name, unit in units.items():
        field = pq.read_schema(whole / "results.parquet").field(name)
        assert field.metadata[b"unit"].decode() == unit


def test_factors_have_the_unit_of_their_setting(whole: Path) -> None:
    units = open_store(whole).units
    assert units["customers.network.neighbors"] == "customers"
    assert units["mechanisms.word_of_mouth.contact_prob"] == "1/week"
    design = pq.read_schema(whole / "design.parquet")
    assert design.field("customers.network.neighbors").metadata == {b"unit": b"customers"}


def test_a_sweep_on_a_disk_that_is_only_read_can_be_looked_at(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small.parent / "archive #1?%20"
    swept(small, folder)
    monkeypatch.setattr("sim.experiment.ledger.os.access", lambda *_: False)
    ledger = Ledger(folder, np.ones(32, dtype=np.bool_))
    assert ledger.counts() == {"done": 32}
    assert not list(folder.glob("runs.sqlite-*"))  # which SQLite could not write on such a disk
    ledger.close()

"""The folder and the commands: same bytes twice, parts that stand alone, mistakes in one line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.results.store import save

FEW = {
    "clv": ("--horizon", 4, "--futures", 2, "--referrals", 1), "panel": (),
    "mmm": ("--pulses", 1),
}
PARTS = {
    "clv": {"transactions", "customers", "questions"},
    "panel": {"occasions", "alternatives", "occasions_wide", "questions"},
    "mmm": {"media", "questions"},
}


@pytest.fixture(scope="module")
def stored(lesson, tmp_path_factory):
    return save(lesson, tmp_path_factory.mktemp("stored") / "lesson")


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize("kind", ["clv", "panel", "mmm"])
def test_an_export_has_the_same_bytes_twice_and_explains_itself(stored, place, kind):
    for _ in range(2):
        ended = call("export", stored, "--as", kind, "--strategy", "listen", "--replication", 1,
                     *FEW[kind])
        assert ended.exit_code == 0, ended.output
        assert max(map(len, ended.stdout.splitlines())) <= 80
    first, second = (place / "exports" / f"first_lesson-{kind}-00{n}" for n in (1, 2))
    assert ended.stdout.splitlines()[-1] == f"exports/{second.name}"
    files = {path.relative_to(first) for path in first.rglob("*") if path.is_file()}
    assert files == {path.relative_to(second) for path in second.rglob("*") if path.is_file()}
    for file in files:
        assert (first / file).read_bytes() == (second / file).read_bytes(), file
    assert {path.stem for path in (first / "data").glob("*.csv")} == PARTS[kind]
    _check_tables(first)
    assert not list(place.glob("exports/.*"))


def _check_tables(folder):
    """CSV and Parquet hold the same, and each column is explained beside them."""
    for file in folder.rglob("*.csv"):
        stored = pd.read_parquet(file.with_suffix(".parquet"))
        text = pd.read_csv(file, dtype=str, keep_default_na=False)
        assert list(stored.columns) == list(text.columns)
        assert len(stored) == len(text)
        for name in stored.select_dtypes("number"):
            said = text[name].replace("", "nan").astype(np.float64)  # each digit, in any pandas
            assert stored[name].equals(said.astype(stored[name].dtype)), name
        explained = (file.parent / "README.md").read_text(encoding="utf-8")
        fields = pyarrow.parquet.read_schema(file.with_suffix(".parquet"))
        for field in fields:
            meaning = field.metadata[b"meaning"].decode()
            assert meaning
            unit = field.metadata[b"unit"].decode()
            assert f"| `{field.name}` | {unit} | {meaning} |" in explained
    history = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["provenance"]
    assert (history["strategy"], history["replication"], history["seed"]) == ("listen", 1, 7)


def test_a_named_folder_and_json(stored, place):
    ended = call("export", stored, "--as", "mmm", "--out", "handed", "--pulses", 0, "--json")
    told = json.loads(ended.stdout)
    assert told["folder"] == "handed"
    assert {"table": "truth/effects", "rows": 2} in told["tables"]
    again = call("export", stored, "--as", "mmm", "--out", "handed")
    assert again.exit_code == 2
    assert "something stands there already" in again.stderr


def test_scores_are_shown_and_told_as_json(stored, place):
    call("export", stored, "--as", "mmm", "--out", "handed", "--pulses", 0)
    answers = pd.read_csv("handed/truth/answers.csv")
    answers["estimate"], answers["low"], answers["high"] = answers["truth"] + 1, -1e9, 1e9
    answers.to_csv("mine.csv", index=False)
    ended = call("score", "handed", "mine.csv")
    assert ended.exit_code == 0
    lines = ended.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    (weekly,) = [line for line in lines if line.startswith("incremental_units_weekly")]
    assert weekly.split()[1] == "32/32"
    assert weekly.split()[3:] == ["+1", "1", "1.00", "100%"]
    data = json.loads(call("score", "handed", "mine.csv", "--json").stdout)
    (roi,) = [one for one in data if one["quantity"] == "roi"]
    assert (roi["asked"], roi["rank_correlation"]) == (2, None)


@pytest.mark.parametrize(("words", "said"), [
    (("--as", "pannel"), "no kind of export 'pannel'; did you mean 'panel'?"),
    (("--as", "clv", "--firm", "Novo"), "no firm 'Novo'"),
    (("--as", "clv", "--strategy", "whisper"), "no strategy 'whisper'"),
    (("--as", "clv", "--replication", "2"), "replications 0 to 1, so no 2"),
    (("--as", "panel", "--category", "tea"), "no category 'tea'"),
    (("--as", "panel", "--firm", "Nova"), "--firm goes with --as clv, not with --as panel"),
    (("--as", "mmm", "--households", "9"),
     "--customers goes with --as clv or --as panel, not with --as mmm"),
])
def test_mistakes_end_with_one_line_and_leave_nothing(stored, place, words, said):
    ended = call("export", stored, *words)
    assert ended.exit_code == 2
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert not list(Path("exports").glob("*")) if Path("exports").exists() else True


def test_runs_that_cannot_be_read(stored, place):
    ended = call("export", place / "nowhere", "--as", "clv")
    assert (ended.exit_code, len(ended.stderr.splitlines())) == (2, 1)
    assert "no such run folder" in ended.stderr
    shutil.copytree(stored, "changed")
    with Path("changed/firms.parquet").open("ab") as file:
        file.write(b"x")
    ended = call("export", "changed", "--as", "clv")
    assert (ended.exit_code, len(ended.stderr.splitlines())) == (2, 1)
    assert "damaged" in ended.stderr


def test_too_much_to_write_asks_for_a_sample(stored, monkeypatch):
    monkeypatch.setattr("sim.export.replay.MOST_ROWS", 100)
    for kind, rows in (("clv", "transactions"), ("panel", "the panel")):
        ended = call("export", stored, "--as", kind)
        assert ended.exit_code == 2
        assert f"{rows} would have more than 100 rows; take a sample" in ended.stderr
    ended = call("export", stored, "--as", "clv", "--customers", 5, *FEW["clv"])
    assert ended.exit_code == 0

"""A run as CSV: the same numbers as its tables, and every column explained."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.errors import RunError
from sim.export.spreadsheet import write_csv
from sim.results.store import save


@pytest.fixture(scope="module")
def stored(lesson, tmp_path_factory):
    return save(lesson, tmp_path_factory.mktemp("stored") / "lesson")


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_tables_hold_every_digit(lesson, tmp_path):
    rows = write_csv(lesson, tmp_path / "tables")
    for name, table in [
        ("firms", lesson.firms), ("offers", lesson.offers), ("market", lesson.market),
        ("summary", lesson.summary()),
    ]:
        text = pd.read_csv(tmp_path / "tables" / f"{name}.csv", dtype=str, keep_default_na=False)
        assert list(text.columns) == list(table.columns)
        assert rows[f"{name}.csv"] == len(text) == len(table)
        for column, written in text.items():
            numbers = table[column].dtype.kind == "f"
            expected = table[column] if numbers else table[column].fillna("").astype(str)
            read = [float(cell or "nan") for cell in written] if numbers else list(written)
            np.testing.assert_array_equal(read, expected.to_list(), err_msg=column)


def test_every_column_is_explained(lesson, tmp_path):
    write_csv(lesson, tmp_path / "tables")
    about = pd.read_csv(tmp_path / "tables" / "columns.csv")
    for name in ("firms", "offers", "market"):
        columns = pd.read_csv(tmp_path / "tables" / f"{name}.csv", nrows=0).columns
        assert list(about[about["table"] == name]["column"]) == list(columns)
    assert about["meaning"].notna().all()
    assert about.set_index("column").loc["revenue", "unit"] == "euro/week"


def test_weeks_of_conditional_events_are_there_where_they_were_kept(tmp_path):
    run = sim.run("partner_catalog", replications=2, weeks=30, workers=1,
                  overrides={"customers.n": 200})
    assert write_csv(run, tmp_path / "tables")["events.csv"] == len(run.events) > 0
    about = pd.read_csv(tmp_path / "tables" / "columns.csv")
    assert list(about[about["table"] == "events"]["column"]) == list(run.events.columns)
    assert about["meaning"].notna().all()
    run.event_weeks = None  # as of a folder from before
    assert "events.csv" not in write_csv(run, tmp_path / "before")


def test_the_command_writes_a_folder_whole_or_not_at_all(stored, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = call("export", stored, "--as", "csv", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["kind"] == "csv"
    written = {path.name for path in (tmp_path / told["folder"]).iterdir()}
    assert written == {table["table"] for table in told["tables"]}

    def no_room(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", no_room)
    failed = call("export", stored, "--as", "csv", "--out", "there")
    assert failed.exit_code == 2
    assert "there: the tables cannot be written: no space left on device" in failed.output
    assert not list(tmp_path.glob("*there*"))


@pytest.mark.parametrize("words", [
    ["--strategy", "shout"], ["--replication", "0"], ["--firm", "Nova"], ["--pulses", "2"],
])
def test_options_of_other_kinds_are_refused(stored, words):
    refused = call("export", stored, "--as", "csv", *words)
    assert refused.exit_code == 2
    assert f"{words[0]} goes with --as " in refused.output
    assert "not with --as csv" in refused.output


def test_nothing_that_stands_there_is_overwritten(lesson, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years", encoding="utf-8")
    with pytest.raises(RunError, match="cannot be written"):
        write_csv(lesson, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text(encoding="utf-8") == "years"

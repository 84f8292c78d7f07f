"""The command: what it shows, what it writes, and that a law that fails is no mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.laws.base import Measured, judge, laws, not_applicable
from sim.laws.gather import LawsResult
from sim.scenario import load_scenario
from sim.terminal.lawful import show

SMALL = ("--customers", "200", "--replications", "1", "--workers", "1", "--quiet")


@pytest.fixture
def call(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return lambda *words: CliRunner().invoke(app, ["laws", *words])


@pytest.mark.parametrize("columns", [80, 110])
def test_the_table_fits_the_terminal_and_names_every_law(columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    middle = {one.id: (one.low or 0.0) + (one.high or 0.0) for one in laws().values()}
    checked = [
        judge(one, [Measured(middle[one.id] - 1e-4), Measured(middle[one.id] + 1e-4)])
        for one in laws().values() if one.id not in ("search_cost", "lock_in")
    ]
    checked.append(not_applicable(laws()["search_cost"], ["mechanisms.search"]))
    show(LawsResult(load_scenario("first_lesson"), 0, 2, tuple(checked)), Path("page.html"))
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= columns
    for one in checked:
        assert one.law.id in said
    assert ("Required" in said) == (columns < 100)
    assert "search_cost: needs mechanisms.search" in said
    assert "in first_lesson (1,000 customers, 2 replications)" in " ".join(said.split())


def test_json_has_every_number_and_the_page(call, tmp_path):
    setting = "mechanisms.word_of_mouth.contact_prob=0.2"
    said = call("first_lesson", *SMALL, "--json", "--out", "here", "--set", setting)
    found = json.loads(said.stdout)
    assert (tmp_path / found["page"]).is_file() and found["page"] == "here/index.html"
    assert found["customers"] == 200
    by_id = {one["id"]: one for one in found["laws"]}
    assert set(by_id) == set(laws())
    talk = by_id["top_talkers"]
    assert talk["value"] > 0 and talk["low"] is None and talk["n"] == 1
    assert setting in (tmp_path / "here" / "index.html").read_text("utf-8")
    assert by_id["search_cost"]["value"] is None


def test_a_scenario_that_is_not_there_is_one_clear_line(call):
    said = call("nowhere", *SMALL)
    assert said.exit_code == 2 and "nowhere" in said.stderr

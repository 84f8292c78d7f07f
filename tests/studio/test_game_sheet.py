"""A game keeps its results in a file: what stands there when, and what spreadsheets make of it."""

import csv
import os
import re
import signal
import subprocess
import sys
import urllib.request

import numpy as np
import pytest

from sim.errors import RunError
from sim.files import csv_text
from sim.studio.game import OBSERVED
from sim.studio.game_sheet import KeptGame
from tests.studio.test_game import NOVA_ADVERTISING, NOVA_PRICE, ORBIT_PRICE, small


def game(out, teams=2, rounds=3, weeks=4):
    return KeptGame(small(), out=out, teams=teams, rounds=rounds, weeks=weeks)


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def out(tmp_path):
    return tmp_path / "results" / "game.csv"


def test_the_file_is_written_anew_after_each_round(out):
    playing = game(out)
    assert rows_of(out) == []
    reds = playing.join(playing.code, "Reds")
    for number, levers in enumerate(({NOVA_PRICE: 7.0}, {}, {NOVA_ADVERTISING: 0.0}), start=1):
        playing.submit(reds, number, levers)
        playing.advance(number)
        found = rows_of(out)
        assert [row["week"] for row in found[::2]] == [str(w + 1) for w in range(4 * number)]
    assert list(out.parent.iterdir()) == [out]
    assert [row["firm"] for row in found[:2]] == ["Nova", "Orbit"]
    assert {row["team"] for row in found} == {"Reds", ""}
    assert [row["round"] for row in found[::2]] == ["1"] * 4 + ["2"] * 4 + ["3"] * 4
    assert [row["price"] for row in found[::2]] == ["7.0"] * 12
    assert {row["price"] for row in found[1::2]} == {"6.0"}  # as in the scenario
    assert [row["advertising"] for row in found[::2]] == ["100.0"] * 8 + ["0.0"] * 4


def test_the_file_holds_what_the_leaderboard_goes_by(out):
    playing = game(out)
    playing.join(playing.code, "Reds")
    playing.advance(1)
    playing.advance(2)
    recorded = playing.market.recorder.recorded()
    found = rows_of(out)
    for name in OBSERVED:
        for f in range(2):
            values = [float(row[name] or "nan") for row in found[f::2]]
            assert np.array_equal(values, recorded[name][:, f], equal_nan=True)


def test_worth_stands_where_the_decision_began(out):
    playing = game(out)
    reds, blues = playing.join(playing.code, "Reds"), playing.join(playing.code, "Blues")
    playing.submit(reds, 1, {NOVA_PRICE: 8.0})
    playing.advance(1)
    playing.submit(reds, 2, {NOVA_PRICE: 5.0})
    playing.submit(blues, 2, {ORBIT_PRICE: 5.0})
    playing.advance(2)
    assert not any(row["worth_profit"] for row in rows_of(out))
    worth = {(one.seat, one.round): one for one in playing.debrief().decisions}
    found = {(row["firm"], row["week"]): row for row in rows_of(out)}

    def told(firm, week, name):
        return float(found[firm, week][name])

    assert told("Nova", "1", "worth_profit") == worth[0, 1].profit
    assert told("Nova", "5", "worth_profit") == worth[0, 2].profit
    assert told("Nova", "5", "worth_market_share") == worth[0, 2].market_share
    assert told("Nova", "1", "worth_all_profit") == worth[0, 0].profit
    assert told("Orbit", "5", "worth_profit") == worth[1, 2].profit
    assert told("Orbit", "1", "worth_all_profit") == worth[1, 2].profit  # its only decision
    assert sum(row["worth_profit"] != "" for row in found.values()) == 3
    playing.advance(3)  # what was decided before this round is no longer what it was worth
    assert not any(row["worth_profit"] for row in rows_of(out))


def test_copies_of_a_firm_share_columns(out):
    playing = game(out, teams=3)
    third = [playing.join(playing.code, name) for name in "ABC"][2]
    (price,) = (one["path"] for one in playing.view(third)["levers"]
                if one["path"].endswith(".price"))
    playing.submit(third, 1, {price: 4.5})
    playing.advance(1)
    assert [row["price"] for row in rows_of(out)[:3]] == ["6.0", "6.0", "4.5"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")'])
def test_a_team_cannot_write_formulas(out, name):
    playing = game(out)
    playing.join(playing.code, name)
    playing.advance(1)
    assert {row["team"] for row in rows_of(out)[::2]} == {f"'{name}"}


def test_a_team_is_the_one_that_played_the_round(out):
    playing = game(out)
    playing.join(playing.code, "Reds, or\n others")
    playing.advance(1)
    playing.let_in_again("Nova")
    for name in ("Blues", "Greens"):
        playing.join(playing.code, name)
    playing.advance(2)
    teams = [row["team"] for row in rows_of(out)[::2]]
    assert teams == ["Reds, or others"] * 4 + ["Greens"] * 4


@pytest.mark.parametrize("text, written", [
    ("=1", "'=1"), ("\t=1", "'\t=1"), (" =1", "' =1"), ("a=1", "a=1"), ('a"b', '"a""b"'),
    ("a\nb", '"a\nb"'), ("\r=1", '"\'\r=1"'), (-1.5, "-1.5"), (None, '""'), (True, "true"),
])
def test_text_of_others_stays_text_in_a_spreadsheet(text, written):
    assert csv_text([[text]]) == f"{written}\r\n"


def test_nothing_is_written_over(out):
    out.parent.mkdir()
    out.write_text("mine", encoding="utf-8")
    with pytest.raises(RunError, match="something stands there already"):
        game(out)
    assert out.read_text(encoding="utf-8") == "mine"


def test_a_round_that_cannot_be_kept_is_played_all_the_same(out, monkeypatch):
    playing = game(out)
    playing.join(playing.code, "Reds")

    def full(path, content):
        raise RunError(f"{path}: cannot be written: no space left on device")

    monkeypatch.setattr("sim.studio.game_sheet.write_whole", full)
    with pytest.raises(RunError, match="no space left"):
        playing.advance(1)
    monkeypatch.undo()
    assert playing.played == 1
    playing.advance(2)
    assert len(rows_of(out)) == 16


@pytest.mark.skipif(os.name == "nt", reason="interrupts are sent otherwise there")
def test_the_command_says_where_results_are_at_its_end(tmp_path):
    for needed in ("starlette", "uvicorn", "uplot"):
        pytest.importorskip(needed, reason=f"needs {needed}")
    from tests.cli.conftest import environment

    words = ["game", "--teams", "2", "--no-browser", "--port", "0", "--out", "game.csv",
             "--set", "customers.n=50"]
    with subprocess.Popen(
        [sys.executable, "-m", "sim", *words], cwd=tmp_path, env=environment(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as running:
        try:
            said = [running.stdout.readline() for _ in range(4)]
            address = re.search(r"http://127\.0\.0\.1:\d+/", said[0])[0]
            assert urllib.request.urlopen(address, timeout=20).status == 200
            running.send_signal(signal.SIGINT)
            rest, wrong = running.communicate(timeout=60)
        finally:
            running.kill()
    assert "Results are kept in game.csv after each round\n" in said
    assert rest.endswith("results: game.csv\n") and not wrong
    heading = (tmp_path / "game.csv").read_text(encoding="utf-8")
    assert heading.startswith("round,week,team,firm,profit,")
    again = subprocess.run(
        [sys.executable, "-m", "sim", *words], cwd=tmp_path, env=environment(), text=True,
        capture_output=True, check=False, timeout=60,
    )
    assert again.returncode == 2
    assert again.stderr == "game.csv: something stands there already; choose another file\n"

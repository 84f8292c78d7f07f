"""``run``: answers, folders, several files, exit codes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from sim.results.store import load
from tests.cli.conftest import environment

FEW = ("--replications", 3, "--weeks", 12)


def test_a_run_answers_and_writes_its_folder(call, place):
    ended = call("run", "first_lesson", "--replications", 3, "--weeks", 20, "--out", "here")
    assert ended.exit_code == 0, ended.output
    for said in (
        "First lesson", "20 weeks; 3 replications; seed 0", "95% interval", "against “shout”",
        "market share, % of units", "not run", "here/report.html",
    ):
        assert said in ended.stdout
    assert max(map(len, ended.stdout.splitlines())) <= 80
    assert not any(line.endswith(" ") for line in ended.stdout.splitlines())
    assert load(place / "here").replications == 3
    assert "<html" in (place / "here" / "report.html").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="pipes of a shell are POSIX")
def test_a_run_is_kept_when_nobody_reads_its_answer(place, scenario):
    command = [sys.executable, "-m", "sim", "run", scenario("small"), *map(str, FEW)]
    ended = subprocess.Popen(
        [*command, "--quiet", "--out", "here"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environment(),
    )
    ended.stdout.close()  # as ``| head`` does
    told = ended.stderr.read()
    ended.stderr.close()
    assert ended.wait(timeout=100) == 141  # not 1, which says that a claim is refuted
    assert told == "run     here\n"  # and where it is, which the answer would have said
    assert load(place / "here").replications == 3


def test_run_folders_are_numbered(call, place, scenario):
    path = scenario("small")
    for number in (1, 2):
        ended = call("run", path, *FEW)
        assert f"run     runs/small-00{number}" in ended.stdout
    assert [each.name for each in sorted((place / "runs").iterdir())] == ["small-001", "small-002"]


def test_a_refuted_claim_ends_with_1(call, scenario):
    ended = call("run", scenario("boast", at_least=50.0), *FEW)
    assert ended.exit_code == 1
    assert "refuted" in ended.stdout and "needs at least 50.00" in ended.stdout


def test_json_is_one_document_and_nothing_else(call, scenario):
    ended = call("run", scenario("small"), *FEW, "--json")
    told = json.loads(ended.stdout)
    assert told["scenario"] == "small" and told["folder"] == "runs/small-001"
    assert {"verdict", "low", "high", "value"} <= set(told["claims"][0])


def test_several_files_end_with_the_worst_code(call, place, scenario):
    good, boast = scenario("good"), scenario("boast", at_least=50.0)
    ended = call("run", good, boast, good, *FEW, "--json", "--out", "both")
    told = json.loads(ended.stdout)
    assert ended.exit_code == 1
    assert [each["scenario"] for each in told] == ["good", "boast"]
    assert {each.name for each in (place / "both").iterdir()} == {"good-001", "boast-001"}


def test_one_bad_file_keeps_all_from_running(call, place, scenario):
    ended = call("run", scenario("good"), scenario("bad", weeks="none"), "nowhere", *FEW)
    assert ended.exit_code == 2
    assert "bad.yaml" in ended.stderr and "nowhere" in ended.stderr
    assert not ended.stdout and not (place / "runs").exists()


def test_settings_and_strategies_are_taken(call, scenario):
    ended = call(
        "run", scenario("small"), *FEW, "--set", "customers.n=30", "--set",
        "mechanisms.choice=none", "--strategy", "listen", "--seed", 7, "--json",
    )
    told = json.loads(ended.stdout)
    assert told["overrides"] == {"customers.n": 30, "mechanisms.choice": "none"}
    assert list(told["strategies"]) == ["listen"] and told["seed"] == 7
    assert told["claims"][0]["verdict"] == "not run"


def test_weeks_may_be_set_like_any_setting(call, scenario):
    ended = call("run", scenario("small"), "--replications", 1, "--set", "weeks=14", "--json")
    assert json.loads(ended.stdout)["weeks"] == 14


def test_one_replication_says_what_it_cannot_tell(call, scenario):
    ended = call("run", scenario("small"), "--replications", 1)
    assert "cannot tell an effect from luck" in ended.stdout
    assert "95% interval" not in ended.stdout


def test_narrow_terminals_get_everything_too(call, scenario, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    ended = call("run", scenario("small"), *FEW)
    lines = ended.stdout.splitlines()
    assert any(line.startswith("    against “shout”") for line in lines)
    assert max(map(len, lines)) <= 60


def test_workers_do_not_change_the_answer(call, scenario):
    path = scenario("small")
    told = []
    for workers in (1, 2):
        ended = call("run", path, *FEW, "--workers", workers, "--out", f"w{workers}")
        assert ended.exit_code == 0 and not ended.stderr
        told.append(ended.stdout.replace(f"w{workers}", "w"))
    assert told[0] == told[1]


def test_a_process_says_the_same_and_nothing_on_stderr(call, process, scenario):
    path = scenario("small")
    ended = process("run", path, *FEW, "--out", "one")
    assert ended.returncode == 0 and not ended.stderr
    assert ended.stdout == call("run", path, *FEW, "--out", "two").stdout.replace("two", "one")


def test_colors_are_for_terminals_and_never_the_only_carrier(call, scenario, monkeypatch):
    words = ("run", scenario("small"), *FEW, "--quiet", "--out")
    plain = call(*words, "a").stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    colored = call(*words, "b").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    uncolored = call(*words, "c").stdout
    assert "\x1b" not in plain and re.search(r"\x1b\[[0-9;]*3[1-7]m", colored)
    assert not re.search(r"\x1b\[[0-9;]*3[1-7]m", uncolored)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain.replace("a/report", "b/report").replace(
        "run     a", "run     b"
    )


def test_a_folder_that_cannot_take_the_run_leaves_nothing(call, place, scenario, monkeypatch):
    def full(result, folder):
        raise OSError(28, "No space left on device", str(folder))

    monkeypatch.setattr("sim.results.store.save", full)
    ended = call("run", scenario("small"), *FEW)
    assert ended.exit_code == 2 and "no space left on device" in ended.stderr
    assert list((place / "runs").iterdir()) == []


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_a_place_taken_while_it_ran_loses_nothing(call, place, scenario, monkeypatch, words):
    from sim.results import run as running

    real = running.run

    def meanwhile(*given, **further):
        result = real(*given, **further)
        (place / "mine").mkdir()
        (place / "mine/thesis.txt").write_text("years of work", encoding="utf-8")
        return result

    monkeypatch.setattr(running, "run", meanwhile)
    ended = call("run", scenario("small"), *FEW, "--out", "mine", *words)
    assert ended.exit_code == 0
    assert "mine: something stands there by now" in ended.stderr and "mine-001" in ended.stdout
    assert load(place / "mine-001").scenario.id == "small"
    assert [path.name for path in (place / "mine").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("out", [".", "..", "runs/.."])
def test_a_place_without_a_name_is_refused_before_anything_runs(call, place, scenario, out):
    path = scenario("small")
    ended = call("run", path, *FEW, "--out", out)
    assert ended.exit_code == 2 and "needs a name" in ended.stderr and not ended.stdout
    assert list(place.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="signals to a group are POSIX")
def test_ctrl_c_ends_at_once_with_one_line(scenario):
    words = ["run", str(scenario("small")), "--replications", "100000", "--workers", "2"]
    started = subprocess.Popen(
        [sys.executable, "-m", "sim", *words], env=environment(), start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    time.sleep(4)
    os.killpg(started.pid, signal.SIGINT)
    out, complaint = started.communicate(timeout=20)
    assert started.returncode == 130
    assert complaint.splitlines() == ["interrupted; nothing unfinished was kept"]
    assert not out

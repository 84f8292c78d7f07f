"""A user's mistake ends with code 2 and a line that helps; a defect with code 3."""

from __future__ import annotations

import os
import sys

import pytest

RUN = ("run", "first_lesson")
MISTAKES = {
    "unknown id": (("run", "first_leson"), "did you mean 'first_lesson'"),
    "no scenario": (("run",), "Missing argument"),
    "missing file": (("validate", "nowhere.yaml"), "no such file"),
    "a folder": (("validate", "."), "this is a folder"),
    "not text": (("validate", "binary.yaml"), "not UTF-8"),
    "empty file": (("run", "empty.yaml"), "the file is empty"),
    "not yaml": (("run", "broken.yaml"), "broken.yaml:1:"),
    "no assignment": ((*RUN, "--set", "weeks"), "must read path=value"),
    "unknown path": ((*RUN, "--set", "custmers.n=5"), "did you mean 'customers'"),
    "bad value": ((*RUN, "--set", "customers.n=many"), "whole number"),
    "value out of bounds": ((*RUN, "--set", "customers.n=-1"), "customers.n"),
    "set twice": ((*RUN, "--set", "weeks=104", "--set", "weeks=105"), "set twice"),
    "unknown strategy": ((*RUN, "--strategy", "lisen"), "did you mean 'listen'"),
    "no number": ((*RUN, "--replications", "few"), "--replications"),
    "half a week": ((*RUN, "--weeks", "1.5"), "a whole number from 1 to 5,200. Got '1.5'"),
    "weeks out of bounds": ((*RUN, "--weeks", "0"), "must be from 1 to 5,200. Got '0'"),
    "a share that is none": ((*RUN, "--precision", "nan"), "must be a number from 1e-06 to 10"),
    "a kind of fit": (("calibrate", "x", "--data", "y", "--method", "z"), ": 'z' is not one of"),
    "no replications": ((*RUN, "--replications", "0"), "--replications"),
    "negative seed": ((*RUN, "--seed", "-1"), "--seed"),
    "seed too large": ((*RUN, "--seed", str(2**63)), "largest seed"),
    "no workers": ((*RUN, "--workers", "0"), "--workers"),
    "too many weeks": ((*RUN, "--weeks", "99999"), "--weeks"),
    "a cap of nothing": ((*RUN, "--most", "10"), "--precision adds, which is not given"),
    "a cap below the floor": (
        (*RUN, "--precision", "0.1", "--most", "10", "--replications", "50"),
        "50 are more than the 10 of --most",
    ),
    "folder exists": ((*RUN, "--out", "full"), "stands there already"),
    "folder in a file": ((*RUN, "--out", "empty.yaml/run"), "cannot be written"),
    "unknown command": (("rnu",), "No such command"),
    "unknown option": ((*RUN, "--replication", "3"), "--replication"),
    "unknown to show": (("show", "weather"), "neither a file nor a shipped scenario"),
    "almost a topic": (("show", "outcome"), "did you mean 'outcomes'?"),
    "unknown to validate": (("validate", "treo_swep"), "did you mean 'treo_sweep'"),
    "an experiment run": (("run", "treo_sweep"), "`counterpoise sweep` runs it"),
    "a scenario swept": (("sweep", "first_lesson"), "this is a scenario, not an experiment"),
    "nothing to search": (("optimize", "density"), "(counterpoise show lesson_levers)"),
    "unknown mechanism": (("show", "mechanism", "choice/logit"), "choice/multinomial_logit"),
    "second name": (("show", "levers", "choice/none"), "a second name is one of a mechanism"),
    "no name": (("validate", " "), "its name is empty; name a file"),
    "unnamed mechanism": (("show", "mechanism"), "choice/multinomial_logit"),
    "too much to show": (("show", "outcomes", "more"), "second name"),
    "bad name": (("new", "Two Words"), "cannot name a scenario"),
    "name of a shipped scenario": (
        ("new", "first_lesson"), "'first_lesson' is the id of a shipped scenario; choose another",
    ),
    "name of a shipped experiment": (
        ("new", "density", "--out", "work"), "is the id of a shipped experiment; choose another",
    ),
    "bad name of an experiment": (
        ("new", "Two Words", "--experiment"), "cannot name an experiment",
    ),
    "experiment of a shipped name": (
        ("new", "first_lesson", "--experiment"), "is the id of a shipped scenario; choose another",
    ),
    "experiment of a name taken": (("new", "empty", "--experiment"), "exists already"),
    "name taken": (("new", "empty"), "exists already"),
    "new in a file": (("new", "other", "--out", "empty.yaml"), "exists already"),
    "schema in no folder": (("schema", "--out", "no/where.json"), "cannot be written"),
    "no run": (("explain", "nowhere", "--customer", "1"), "no such run folder"),
    "not a run": (("explain", "full", "--customer", "1"), "not a run folder"),
    "escapes in a name": (("report", "a\x1b[31mb"), "a\\x1b[31mb"),
    "escapes in a run": (("explain", "\u202e", "--customer", "1"), "\\u202e: "),
    "escapes in an export": (("score", "\x1b[2J", "empty.yaml"), "\\x1b[2J: "),
    "no customer": (("explain", "full"), "--customer"),
    "nothing to verify": (("verify", "first_leson"), "did you mean 'first_lesson'"),
    "workers for a cluster": (
        ("sweep", "density", "--cluster", "tcp://x:1", "--workers", "2"), "workers of its own",
    ),
    "workers for no check": (("lesson", "--workers", "2"), "only --check takes it"),
    "part of a lesson": (("lesson", "treo"), "no lesson 'treo'; did you mean 'treo_battery'?"),
    "part of names": (("run", "treo"), "did you mean 'treo_battery' or 'treo_sweep'?"),
    "port of a check": (("lesson", "--check", "--port", "8000"), "--port: it does nothing for"),
    "browser of a check": (("lesson", "--check", "--no-browser"), "does nothing for --check"),
    "quiet check": (("lesson", "--check", "--quiet"), "--quiet: it does nothing for --check"),
    "seed of a list": (("lesson", "--seed", "3"), "nothing for the list; name a lesson as well"),
    "json of a lesson": (("lesson", "first_lesson", "--json"), "nothing for a lesson; it is of"),
    "json of a check": (("lesson", "--check", "--json"), "--json: it does nothing for --check"),
    "no worlds": (("verify", "--worlds", "0"), "--worlds"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_explained_and_nothing_is_done(call, place, mistake):
    (place / "empty.yaml").touch()
    (place / "binary.yaml").write_bytes(b"\xff\xfe")
    (place / "broken.yaml").write_text("a: b: c\n", encoding="utf-8")
    (place / "full").mkdir()
    (place / "full" / "notes.txt").touch()
    words, said = MISTAKES[mistake]
    before = sorted(place.rglob("*"))
    ended = call(*words)
    assert ended.exit_code == 2, ended.output
    assert said in ended.stderr
    assert "Traceback" not in ended.output and not ended.stdout
    assert all(character.isprintable() or character == "\n" for character in ended.stderr)
    assert sorted(place.rglob("*")) == before


def test_a_mistake_in_a_process_shows_no_traceback(process):
    ended = process("run", "first_leson")
    assert ended.returncode == 2 and "did you mean" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(call, place):
    (place / "closed").mkdir(mode=0o500)
    ended = call("run", "first_lesson", "--out", "closed/run")
    assert ended.exit_code == 2 and "permission denied" in ended.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_full_disk_under_stdout(process):
    import subprocess

    from tests.cli.conftest import environment

    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123
        ended = subprocess.run(
            [sys.executable, "-m", "sim", "list"], stdout=full, stderr=subprocess.PIPE,
            env=environment(), text=True, check=False,
        )
    assert ended.returncode == 2
    assert ended.stderr == "the output cannot be written: no space left on device\n"


@pytest.mark.parametrize(("words", "shows"), [
    (("list",), False), (("--debug", "list"), True), (("list", "--debug"), True),
])
def test_a_defect_asks_to_be_reported(call, monkeypatch, words, shows):
    def broken():
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("sim.scenario.shipped.headings", broken)
    ended = call(*words)
    assert ended.exit_code == 3
    assert "defect" in ended.stderr and "ZeroDivisionError: division by zero" in ended.stderr
    assert ("Traceback" in ended.stderr) == shows


def test_the_environment_can_ask_for_the_traceback(call, monkeypatch):
    monkeypatch.setenv("COUNTERPOISE_DEBUG", "1")
    ended = call("run", "nowhere")
    assert ended.exit_code == 2 and "Traceback" in ended.stderr


def test_too_little_memory_is_said_so(call, monkeypatch):
    def broken():
        raise MemoryError

    monkeypatch.setattr("sim.scenario.shipped.headings", broken)
    ended = call("list")
    assert ended.exit_code == 2 and "memory" in ended.stderr

"""Answers that need no run come at once, because they import nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sim.terminal.completing import either, experiments, lessons, scenarios, shown
from tests.cli.conftest import environment

HEAVY = (
    "mesa", "numba", "pandas", "scipy", "SALib", "networkx", "matplotlib", "pyarrow", "jinja2"
)
WITHOUT_SCENARIO = (*HEAVY, "numpy", "pydantic", "ruamel")
SCRIPT = """
import sys
try:
    from sim.cli import main
    main()
except SystemExit as end:
    found = sorted({name.split('.')[0] for name in sys.modules} & set(sys.argv0))
    print(end.code or 0, *found, file=sys.stderr)
"""


def imported(words, watched):
    """The exit code of a command, and which of the watched packages it imported."""
    script = SCRIPT.replace("sys.argv0", repr(watched))
    ended = subprocess.run(
        [sys.executable, "-c", script, *words], env=environment(), capture_output=True, text=True,
        check=True,
    )
    code, *found = ended.stderr.splitlines()[-1].split()
    return int(code), found


@pytest.mark.parametrize(("words", "code"), [
    (["--help"], 0), (["--version"], 0), ([], 2),
])
def test_what_needs_no_scenario_needs_no_package(words, code):
    assert imported(words, WITHOUT_SCENARIO) == (code, [])


@pytest.mark.parametrize(("words", "offered"), [
    ("va", "validate\nvalue\n"), ("run --see", "--seed\n"),
])
def test_a_shell_completes_commands_and_options(words, offered):
    assert completed(words) == offered.rstrip()


@pytest.mark.parametrize(("words", "offered"), [
    ("run first", "first_lesson"), ("run --seed 1 first_lesson loc", "lock_in"),
    ("show me", "mechanism\nmechanisms"), ("validate tre", "treo_battery\ntreo_sweep"),
    ("sweep ", "density\nfan_club_decision\nlesson_levers\nmy_market.yaml\ntreo_sweep"),
    ("optimize d", "density"), ("decide lo", "lock_in"), ("sensitivity dens", "density"),
    ("lesson fan", "fan_club"), ("lesson treo_s", ""), ("verify qui", "quiet_ride"),
    ("laws fan", "fan_club"), ("value fan", "fan_club"), ("ablate fan", "fan_club"),
    ("calibrate fan", "fan_club"), ("studio fan", "fan_club"), ("game fan", "fan_club"),
    ("tournament fan", "fan_club"), ("run runs/fan", ""), ("run my_", "my_market.yaml"),
])
def test_a_shell_completes_ids_and_files(words, offered, place):
    (place / "my_market.yaml").write_text("", encoding="utf-8")
    assert completed(words) == offered


@pytest.mark.parametrize("complete", [scenarios, experiments, either, shown, lessons])
def test_completing_ids_never_fails_and_imports_no_package(complete, monkeypatch):
    script = (
        "import sys\n"
        f"from sim.terminal.completing import {complete.__name__} as complete\n"
        "assert complete('')\n"
        f"print(*{{name.split('.')[0] for name in sys.modules}} & set({WITHOUT_SCENARIO}))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True,
        check=True,
    )
    assert ended.stdout.strip() == ""
    monkeypatch.setattr("sim.scenario.shipped.scenario_folder", broken)
    monkeypatch.setattr("sim.scenario.shipped.experiment_folder", broken)
    assert complete("") == []


def broken():
    raise OSError("gone")


def completed(words):
    """What a shell is offered for a line, and that nothing else is said."""
    line = f"counterpoise {words}"
    asking = {
        "_COUNTERPOISE_COMPLETE": "complete_bash", "COMP_WORDS": line,
        "COMP_CWORD": str(line.count(" ")),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "sim"], env=environment(**asking), capture_output=True, text=True,
        check=True,
    )
    assert not ended.stderr
    return ended.stdout.rstrip()


@pytest.mark.parametrize(("words", "code"), [
    (["run", "--help"], 0), (["rnu"], 2), (["run", "--bogus"], 2), (["list"], 0),
    (["validate", "first_lesson"], 0), (["validate", "treo_sweep"], 0), (["show", "density"], 0),
    (["validate", "nowhere.yaml"], 2), (["run", "nowhere"], 2),
    (["run", "first_lesson", "--set", "weeks"], 2), (["run", "first_lesson", "--seed", "x"], 2),
    (["run", "first_lesson", "--strategy", "x"], 2), (["show", "first_lesson"], 0),
    (["show", "mechanisms"], 0), (["show", "outcomes"], 0), (["schema"], 0), (["new", "one"], 0),
    (["schema", "--experiment"], 0), (["new", "two", "--experiment"], 0),
    (["list", "--json"], 0), (["show", "outcomes", "--json"], 0),
])
def test_what_runs_nothing_imports_nothing_heavy(words, code):
    assert imported(words, HEAVY) == (code, [])


def test_completion_offers_the_public_names_before_they_are_imported():
    script = (
        "import sys, sim\n"
        "assert set(sim.__all__) <= set(dir(sim)), dir(sim)\n"
        "assert 'mesa' not in sys.modules\n"
        "from sim import *\n"
        "assert all(name in globals() for name in sim.__all__)\n"
    )
    subprocess.run([sys.executable, "-c", script], env=environment(), check=True)

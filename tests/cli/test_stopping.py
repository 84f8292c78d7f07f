"""Work that was stopped names the whole command that goes on, as a sentence and as JSON."""

from __future__ import annotations

import json
import shlex

import pytest

CASES = {
    "decide": (
        "treo_battery", "sim.decisions.carry_out.carry_out",
        "--worlds 8 --goal minimize --enough 5.0 --tolerated 0.2 --replications 3 --seed 4 "
        "--workers 1",
    ),
    "sensitivity": (
        "treo_battery", "sim.sensitivity.carry_out.carry_out",
        "--method morris --n 7 --replications 3 --seed 4 --workers 1",
    ),
    "optimize": (
        "lesson_levers", "sim.optimization.carry_out.carry_out",
        "--trials 9 --fresh-worlds 5 --seed 4 --workers 1",
    ),
}


@pytest.mark.parametrize("command", CASES)
def test_the_command_that_goes_on_has_every_option_that_decides(call, place, monkeypatch, command):
    name, carried, options = CASES[command]
    monkeypatch.setattr(carried, lambda *_, **__: None)
    words = (command, name, "--out", "my folder", *shlex.split(options), "--allow-code")
    whole = shlex.join(("counterpoise", *words))
    told = call(*words, "--fresh", "--quiet")
    assert told.exit_code == 130, told.output
    assert told.stdout == f"stopped; it goes on where it was by\n  {whole}\n"
    told = call(*words, "--quiet", "--json")
    assert told.exit_code == 130
    assert json.loads(told.stdout) == {"folder": "my folder", "resume": whole}


def test_options_that_were_not_given_are_left_out(call, place, monkeypatch):
    monkeypatch.setattr(CASES["decide"][1], lambda *_, **__: None)
    assert call("decide", "treo_battery", "--quiet").stdout.endswith(
        "  counterpoise decide treo_battery --out runs/treo_battery-decision\n"
    )

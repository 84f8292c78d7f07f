"""What is probably not meant in an experiment is told, before it is lived and by ``validate``."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sim import load_scenario
from sim.cli import app
from sim.experiment.doubts import doubts
from sim.experiment.loader import load_experiment
from sim.experiment.of_scenario import load_study
from sim.scenario.shipped import experiment_ids

PRICE = "firms.Nova.offers.nova_box.price"
ASKED = """\
id: asked
title: A small experiment
question: Does the price matter?
scenario: priced.yaml
set: {customers.n: 40}
weeks: 4
strategies: [shout, listen]
factors:
  firms.Nova.offers.nova_box.price: {low: 4, high: 8}
  mechanisms.word_of_mouth.contact_prob: {low: 0.05, high: 0.4}
design: {kind: latin_hypercube, n: 4}
replications: 1
outcomes:
  - {name: units, firm: Nova}
"""


def written(folder: Path, events: str, asked: str = ASKED) -> Path:
    """An experiment over the first lesson with some events of its own."""
    text = load_scenario("first_lesson").text.replace("id: first_lesson", "id: priced")
    assert "\nevents:" not in text
    more = "strategies:\n  as_it_is: {}\n  as_it_was: {}\n"
    text = text.replace("\nstrategies:\n", f"\nevents:\n{events}\n{more}", 1)
    (folder / "priced.yaml").write_text(text, encoding="utf-8")
    file = folder / "asked.yaml"
    file.write_text(asked, encoding="utf-8")
    return file


def event(**more: Any) -> str:
    """One event that sets the price, as a line of a scenario."""
    parts = {"name": "sale", "set": f"{{{PRICE}: 5}}", **more}
    return f"  - {{{', '.join(f'{name}: {value}' for name, value in parts.items())}}}"


@pytest.mark.parametrize(("more", "said"), [
    ({"week": 3}, "until event “sale” (week 3) sets it to 5, whatever it was"),
    ({"when": "'units.Nova > 2'"},
     "as long as event “sale” (when units.Nova > 2) has not set it to 5"),
    ({"week": 3, "strategies": "[listen]"},
     "until event “sale” (week 3) sets it to 5, whatever it was, under “listen” only"),
    ({"week": 3, "strategies": "[shout, listen]"},
     "until event “sale” (week 3) sets it to 5, whatever it was"),
    ({"week": 3, "strategies": "[as_it_is]"}, None),
])
def test_a_factor_that_an_event_overwrites_is_told(
    tmp_path: Path, more: dict[str, Any], said: str | None
) -> None:
    told = doubts(load_experiment(written(tmp_path, event(**more))))
    overwritten = [text for text in told if text.startswith("factor")]
    assert overwritten == (
        [] if said is None else [f"factor {PRICE} acts only {said}"]
    )


@pytest.mark.parametrize("name", experiment_ids())
def test_shipped_experiments_leave_no_doubt(name: str) -> None:
    assert doubts(load_study(name)) == []


def test_commands_say_it(tmp_path: Path) -> None:
    file = written(tmp_path, event(week=3))
    note = f"note: factor {PRICE} acts only until event “sale” (week 3)"
    checked = CliRunner().invoke(app, ["validate", str(file)])
    assert checked.exit_code == 0, checked.output
    assert note in checked.output
    assert "note: strategies “as_it_is” and “as_it_was” come to the same" in checked.output
    for command in (
        ["decide", "--worlds", "4"], ["sensitivity", "--method", "morris", "--n", "2"], ["sweep"],
    ):
        name, *options = command
        out = tmp_path / name
        told = CliRunner().invoke(
            app, [name, str(file), *options, "--workers", "1", "--out", str(out)]
        )
        assert told.exit_code == 0, told.output
        assert note in told.stderr
        assert note not in told.stdout


@pytest.mark.parametrize(("left", "said"), [
    ("claims", "it has no 'uncertain', which says what varies: add that"),
    ("uncertain", "it has no 'claims', of which the first says which outcome counts: add that"),
    ("", "outcome counts and no 'uncertain', which says what varies: add that, or begin an"),
])
def test_all_that_a_scenario_lacks_to_be_an_experiment_is_told_at_once(
    tmp_path: Path, left: str, said: str
) -> None:
    raw = copy.deepcopy(dict(load_scenario("first_lesson").raw))
    raw.pop("lesson", None)
    for part in ("claims", "uncertain"):
        if part != left:
            raw.pop(part, None)
    file = tmp_path / "first_lesson.yaml"
    parts = (f"{name}: {json.dumps(part, default=str)}\n" for name, part in raw.items())
    file.write_text("".join(parts), encoding="utf-8")
    for command in ("decide", "sensitivity"):
        told = CliRunner().invoke(app, [command, str(file)])
        assert told.exit_code == 2
        assert said in " ".join(told.stderr.split())
        assert "counterpoise new NAME --experiment" in " ".join(told.stderr.split())

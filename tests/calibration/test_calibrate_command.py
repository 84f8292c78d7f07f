"""``counterpoise calibrate``: what it shows, what it keeps, and what it refuses."""

import json
import re
import sys

import pandas as pd
import pytest
from small_markets import IMITATION, REACH, shelves, table
from typer.testing import CliRunner

from sim.calibration.written import calibrated_text
from sim.cli import app
from sim.scenario import load_scenario
from sim.scenario.shipped import experiment_folder

YEARS = "week,adopters\n" + "".join(
    f"{week},{n}\n" for week, n in enumerate((12, 14, 18, 24, 30, 36, 41, 43, 40, 33), start=1)
)

TEXT = """\
# A comment to keep.
id: durable
title: t
represents: >-
  Several words
  on two lines.
does_not_represent: t
sources:
  - t
question: t
weeks: 16
customers:
  n: 300  # few
  network: {kind: none}
  segments: {all: {price_sensitivity: 0, purchase_rate: 0}}
categories: {gear: {attributes: {use: {}}}}
firms:
  Maker:
    offers:
      box: {category: gear, quality: {use: 0.5}, price: 1, unit_cost: 0, advertising: 1}
mechanisms:
  choice: durable_adoption
  advertising: {retention: 0, half_saturation: 1.0e-9, forget_prob: 0}
  word_of_mouth: bass
  experience: none
  response: none
uncertain:
  mechanisms.advertising.reach_rate: {low: 0.002, high: 0.2}
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table(tmp_path, TEXT, "durable.yaml")
    table(tmp_path, YEARS, "data.csv")
    return tmp_path


def call(*words):
    return CliRunner().invoke(app, ["calibrate", *words])


def test_a_calibration_is_shown_and_kept(home):
    arguments = ("durable.yaml", "--data", "data.csv", "--method", "bayes", "--trials", "60")
    shown = call(*arguments, "--fit", f"{IMITATION}=0.05..1", "--fit", f"{REACH}=0.002..0.2",
                 "--recover", "1", "--workers", "1")
    assert shown.exit_code == 0, shown.output
    told = " ".join(shown.output.split())
    assert "Means of the posterior are imitation_rate =" in told
    assert "with so few --trials the tolerance was never narrowed" in told
    assert "Known settings found again in 1 simulated data set," in shown.output
    folder = home / "calibrations" / "durable-001"
    assert sorted(path.name for path in folder.iterdir()) == [
        "calibration.html", "calibration.json", "durable.yaml", "trials.parquet",
    ]
    numbers = json.loads((folder / "calibration.json").read_text(encoding="utf-8"))
    assert [one["path"] for one in numbers["settings"]] == [IMITATION, REACH]
    scenario = load_scenario(folder / "durable.yaml")
    assert scenario.raw["mechanisms"]["word_of_mouth"]["imitation_rate"] == (
        numbers["settings"][0]["best"]
    )
    assert "# A comment to keep." in (folder / "durable.yaml").read_text(encoding="utf-8")
    trials = pd.read_parquet(folder / "trials.parquet")
    assert len(trials) == 60 == numbers["trials"] and trials["weight"].sum() == pytest.approx(1)
    assert trials[REACH].between(0.002, 0.2).all()
    again = call(*arguments, "--json", "--workers", "1")
    data = json.loads(again.stdout)
    assert data["folder"] == "calibrations/durable-002"
    assert [one["path"] for one in data["settings"]] == [REACH]


def test_the_page_needs_nothing_but_itself_and_says_what_was_found(home):
    call("durable.yaml", "--data", "data.csv", "--method", "bayes", "--trials", "40",
         "--out", "here", "--workers", "1", "--quiet")
    page = (home / "here" / "calibration.html").read_text(encoding="utf-8")
    assert not re.findall(r'(?:src|href)="(?!#)[^"]*"|<script|url\((?!#)', page)
    assert page.count("<svg class=\"chart\"") == 1
    for words in ("Fitted settings", "mechanisms.advertising.reach_rate", "naive", "held out"):
        assert words in page


def test_a_table_of_brands_is_drawn_by_names(home):
    table(home, json.dumps(shelves().raw), "shelves.yaml")  # JSON is YAML
    table(home, "brand,share,penetration\nours,0.6,0.9\ntheirs,0.4,0.8\n", "brands.csv")
    shown = call(
        "shelves.yaml", "--data", "brands.csv", "--method", "bayes", "--trials", "40",
        "--fit", "firms.We.offers.ours.price=1..3", "--out", "out", "--workers", "1",
    )
    assert shown.exit_code == 0, shown.output
    page = (home / "out" / "calibration.html").read_text(encoding="utf-8")
    assert "Penetration" in page and ">theirs<" in page


@pytest.mark.parametrize("words, said", [
    (("--data", "none.csv"), "none.csv: there is no such file; check its name"),
    (("--data", "data.csv", "--fit", "weeks=1"), "--fit 'weeks=1': must read PATH=LOW..HIGH"),
    (("--data", "data.csv", "--as", "crate"), "'crate' is no offer, firm or category"),
    (("--data", "data.csv", "--holdout", "9"), "so hold out 7 or fewer"),
])
def test_a_mistake_is_one_line_and_nothing_is_written(home, words, said):
    shown = call("durable.yaml", *words, "--method", "bayes")
    assert shown.exit_code == 2
    assert said in shown.output and len(shown.output.strip().splitlines()) == 1
    assert not list((home / "calibrations").iterdir())


def test_without_optuna_one_line_says_how_to_install_it(home, monkeypatch):
    monkeypatch.setitem(sys.modules, "cmaes", None)
    shown = call("durable.yaml", "--data", "data.csv")
    assert shown.exit_code == 2
    assert "pip install 'counterpoise[calibrate]'" in shown.output


def test_values_are_set_in_the_authors_text_and_nothing_else_changes(home):
    scenario = load_scenario(home / "durable.yaml")
    written = calibrated_text(scenario, TEXT, {REACH: 0.0125, IMITATION: 0.25})
    changed = [
        (old, new) for old, new in zip(TEXT.splitlines(), written.splitlines(), strict=False)
        if old != new
    ]
    assert changed[0][1] == (
        "  advertising: {retention: 0, half_saturation: 1.0e-9, forget_prob: 0, reach_rate: 0.0125}"
    )
    assert "imitation_rate: 0.25" in written and "variant: bass" in written
    assert written.splitlines()[:21] == TEXT.splitlines()[:21]
    path = table(home, calibrated_text(scenario, "", {REACH: 0.0125}), "durable.yaml")
    assert load_scenario(path).raw["mechanisms"]["advertising"]["reach_rate"] == 0.0125


@pytest.mark.parametrize("name", ["color_television", "coffee_weeks"])
def test_shipped_examples_are_valid_and_declare_what_is_to_be_fitted(name):
    scenario = load_scenario(experiment_folder() / "calibration" / f"{name}.yaml")
    assert len(scenario.document.uncertain) >= 2


def test_shipped_sales_are_what_the_simulator_made(tmp_path):
    from experiments.calibration.make_coffee_weeks import HERE, write

    write(tmp_path / "made.csv")
    assert (tmp_path / "made.csv").read_bytes() == (HERE / "coffee_weeks.csv").read_bytes()


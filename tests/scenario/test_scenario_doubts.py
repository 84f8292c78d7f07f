"""What is probably not meant is told, and nothing else."""

from __future__ import annotations

import copy

import pytest
from typer.testing import CliRunner

from sim import load_scenario
from sim.cli import app
from sim.scenario import Scenario
from sim.scenario.doubts import doubts
from sim.scenario.shipped import scenario_ids

PRICE = "firms.Nova.offers.nova_box.price"


@pytest.fixture
def raw():
    return copy.deepcopy(dict(load_scenario("first_lesson").raw))


def of(raw):
    return doubts(Scenario.from_dict(raw))


@pytest.mark.parametrize("scenario", scenario_ids())
def test_shipped_scenarios_leave_no_doubt(scenario):
    assert doubts(load_scenario(scenario)) == []


def test_strategies_that_come_to_the_same_are_told(raw):
    raw["strategies"]["as_listed"] = {"set": {PRICE: 6}}
    raw["strategies"]["as_it_is"] = {"title": "Another title"}
    assert of(raw) == [
        "strategies “as_listed” and “as_it_is” come to the same: what they set differs in "
        "nothing, and no event is of one of them alone"
    ]
    raw["events"] = [
        {"name": "cheaper", "week": 5, "set": {PRICE: 5}, "strategies": ["as_it_is"]}
    ]
    assert of(raw) == []


@pytest.mark.parametrize(("when", "early"), [
    ("market_share.Orbit < 0.15", True), ("units.Orbit <= 0", True),
    ("market_share.Orbit < 0", False), ("market_share.Orbit > 0.15", False),
    ("market_share.Nova < 0.15", False), ("satisfaction.Orbit < 0.5", False),
    ("market_units < 10", False),
])
def test_a_condition_that_holds_before_the_launch_is_told(raw, when, early):
    raw["firms"]["Orbit"]["offers"]["orbit_box"]["launch_week"] = 53
    raw["events"] = [{"name": "answer", "when": when, "set": {PRICE: 5}}]
    told = [text for text in of(raw) if "answer" in text]
    assert told == ([
        f"event “answer” can happen from week 2 on: {when} also holds as long as Orbit sells "
        "nothing, and its first offer comes in week 53"
    ] if early else [])


def test_a_range_that_leaves_out_the_own_value_is_told(raw):
    raw["uncertain"] = {PRICE: {"low": 7, "high": 9}}
    assert of(raw) == [
        f"uncertain {PRICE}: the scenario's own value 6 is not in its plausible range from 7 to 9"
    ]
    raw["uncertain"] = {PRICE: {"low": 6, "high": 9}}
    assert of(raw) == []


def test_validate_says_so(tmp_path):
    file = tmp_path / "first_lesson.yaml"
    text = load_scenario("first_lesson").text
    file.write_text(text.replace("strategies:\n", "strategies:\n  a: {}\n  b: {}\n", 1))
    checked = CliRunner().invoke(app, ["validate", str(file)])
    assert checked.exit_code == 0, checked.output
    assert "note: strategies “a” and “b” come to the same" in checked.output


ADVERTISING = "firms.Nova.offers.nova_box.advertising"


@pytest.mark.parametrize(("budget", "said"), [
    (2, None), (100, None), (5_000, None), (5_001, "all"), (1.9, "next to nothing"), (0, None),
])
def test_budgets_far_from_where_a_default_has_its_effect_are_told(raw, budget, said):
    raw["firms"]["Nova"]["offers"]["nova_box"]["advertising"] = budget
    told = [doubt for doubt in of(raw) if "of its effect" in doubt]
    assert told == ([] if said is None else [
        f"{ADVERTISING} = {budget:,g} euro has {said} of its effect: mechanisms.advertising."
        "half_saturation of adstock is left at 100, which suits other amounts of money; set it to "
        "what suits yours"
    ])
    raw["mechanisms"] |= {"advertising": {"half_saturation": 100.0}}
    assert not [doubt for doubt in of(raw) if "of its effect" in doubt]


def test_budgets_of_strategies_development_and_clubs_are_told_once_a_scale(raw):
    raw["mechanisms"] |= {"clubs": "fan_club", "development": "diminishing_returns"}
    for name in ("as_in_won", "twice_that"):
        raw["strategies"][name] = {"set": {
            "firms.Nova.levers.development_budget": 200_000.0 if name == "as_in_won" else 400_000.0,
            "firms.Nova.levers.club_investment": 90_000.0,
        }}
    said = [doubt.partition(" of its effect")[0] for doubt in of(raw) if "of its effect" in doubt]
    assert sorted(said) == [
        "firms.Nova.levers.club_investment = 90,000 euro has all",
        "firms.Nova.levers.development_budget = 200,000 euro has all",
    ]

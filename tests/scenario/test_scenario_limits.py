"""What is refused before a scenario is walked through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim import run
from sim.errors import ScenarioError
from sim.scenario import Scenario, load_scenario
from sim.scenario.reading import read_yaml

HERE = Path(__file__).parent
RAW = read_yaml((HERE / "small.yaml").read_text(encoding="utf-8"), "small.yaml")[0]


def crowded(strategies: int, events: int = 0) -> dict[str, Any]:
    return {
        **RAW, "claims": [], "uncertain": {},
        "strategies": {f"s{i}": {"title": "T"} for i in range(strategies)},
        "events": [{
            "name": f"e{i}", "week": 1, "set": {"firms.Treo.levers.voice_openness": 0.5}
        } for i in range(events)],
    }


def test_no_more_strategies_and_events_than_can_be_tried() -> None:
    assert len(Scenario.from_dict(crowded(120)).strategies) == 120
    with pytest.raises(ScenarioError, match="there are 121 strategies; at most 120 are possible"):
        Scenario.from_dict(crowded(121))
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_dict(crowded(120, 501))
    assert (
        "events has 501 entries; at most 500 are possible beside 120 strategies"
    ) in str(caught.value)


def test_each_strategy_is_laid_over_once_for_all_that_is_uncertain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sim.scenario import statements

    laid: list[Any] = []
    real = statements.try_apply
    monkeypatch.setattr(
        statements, "try_apply", lambda *given: laid.append(given) or real(*given)
    )
    span = {"low": 0.1, "high": 0.2, "source": "none"}
    wrong = {f"mechanisms.word_of_mouth.wrong_{i}": span for i in range(30)}
    faults = list(statements.uncertain_faults({**crowded(5), "uncertain": wrong}))
    assert (len(faults), len(laid)) == (30, 5)


def deep(levels: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(levels):
        made = {"a": made}
    return made


@pytest.mark.parametrize(("make", "told"), [
    (lambda: Scenario.from_dict({5: 6}), "the scenario: the name '5' is no text"),
    (lambda: Scenario.from_dict({**RAW, "firms": {5: {}}}), "firms: the name '5' is no text"),
    (lambda: Scenario.from_dict({**RAW, "uncertain": {5: 5}}), "uncertain: the name '5'"),
    (lambda: Scenario.from_dict(None), "must be a mapping of names to values. Got NoneType"),
    (lambda: Scenario.from_dict({**RAW, "customers": deep(3_000)}), "deeper than 40 levels"),
    (lambda: load_scenario("first_lesson", {5: 1}), "the settings given: the name '5' is no"),
    (lambda: load_scenario("first_lesson", "abc"), "the settings given: it must be a mapping"),
    (lambda: load_scenario("first_lesson", ["abc"]), "the settings given: it must be a mapping"),
    (lambda: run("first_lesson", overrides="abc"), "the settings given: it must be a mapping"),
    (lambda: load_scenario("first_lesson").world(5), "there is no strategy '5'"),
    (lambda: load_scenario("x" * 5_000), "there is neither a file nor a shipped scenario"),
    (lambda: load_scenario(None), "name a file, or a shipped scenario by its id. Got NoneType"),
])
def test_what_no_file_could_spell_is_told_in_one_line(make: Callable[[], Any], told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        make()
    assert told in str(caught.value)

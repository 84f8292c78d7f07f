"""Events of one strategy are checked against the file as that strategy changes it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from sim.errors import ScenarioError
from sim.scenario import Scenario, load_scenario
from sim.scenario.reading import read_yaml

SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")
RAW: dict[str, Any] = read_yaml(SMALL, "small.yaml")[0]
DEFECT = "firms.Palm.offers.Palm One.defect"


def written(event: dict[str, Any], strategies: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A market with one event, some strategies, and no claims on weeks."""
    raw = copy.deepcopy(RAW)
    raw |= {"events": [{"name": "Scandal", **event}], "claims": [], "uncertain": {}}
    raw["strategies"] = {name: {"set": own} for name, own in strategies.items()}
    return raw


def test_an_event_may_need_what_its_strategy_sets() -> None:
    event = {"week": 20, "strategies": ["faulty"], "set": {f"{DEFECT}.disclosed": True}}
    strategies: dict[str, dict[str, Any]] = {"as_is": {}, "faulty": {f"{DEFECT}.rate": 0.1}}
    scenario = Scenario.from_dict(written(event, strategies))
    assert [len(scenario.world(name).events) for name in strategies] == [0, 1]
    for of in (None, ["as_is"], ["as_is", "faulty"]):
        with pytest.raises(ScenarioError, match="the offer has no 'defect'") as caught:
            Scenario.from_dict(written({**event, "strategies": of}, strategies))
        assert len(caught.value.faults) == 1
        assert not caught.value.faults[0].message.startswith("strategies")


def test_an_event_happens_within_the_weeks_of_its_strategies() -> None:
    strategies = {"short": {"weeks": 30}, "long": {"weeks": 80}}
    event = {"week": 60, "set": {"firms.Treo.levers.release_cadence": 4}}
    Scenario.from_dict(written({**event, "strategies": ["long"]}, strategies))
    with pytest.raises(ScenarioError, match="the run has only 52 weeks"):
        Scenario.from_dict(written(event, strategies))


def test_a_strategy_is_told_what_it_does_to_its_own_event_and_nothing_of_others(
    small: Path,
) -> None:
    event = {"week": 40, "set": {"firms.Treo.levers.release_cadence": 4}}
    strategies = {"as_is": {}, "short": {"weeks": 30}}
    Scenario.from_dict(written({**event, "strategies": ["as_is"]}, strategies))
    text = SMALL.split("\nclaims:")[0].replace("week: 20", "week: 40\n    strategies: [quiet]")
    text = text.replace("carried_by: [mechanisms.gossip.volume]\n", "")
    small.write_text(text, encoding="utf-8")
    load_scenario(small)
    small.write_text(text.replace("{mechanisms.gossip: none}", "{weeks: 30}"), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(small)
    (fault,) = caught.value.faults
    assert fault.line == SMALL.split("\n").index("    set: {mechanisms.gossip: none}")
    assert fault.message == (
        'strategies "quiet": events "Scandal" week = 40: the run has only 30 weeks'
    )


def test_settings_from_outside_are_told_of_an_event_of_one_strategy(small: Path) -> None:
    text = SMALL.split("\nclaims:")[0].replace("week: 20", "week: 40\n    strategies: [open]")
    small.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(small, {"weeks": 30})
    (fault,) = caught.value.faults
    assert fault.message == 'given weeks: events "Scandal" week = 40: the run has only 30 weeks'


def test_settings_from_outside_may_not_sell_later_what_customers_own(small: Path) -> None:
    launch = {"firms.Palm.offers.Palm One.launch_week": 9, "firms.Palm.offers.Palm One.price": 9}
    with pytest.raises(ScenarioError) as caught:
        load_scenario(small, launch)
    (fault,) = caught.value.faults
    assert fault.message.startswith("given firms.Palm.offers.Palm One.launch_week: firms.Palm.")
    assert "set initial_owners to 0 or launch_week to 1" in fault.message
    load_scenario(small, {**launch, "firms.Palm.offers.Palm One.initial_owners": 0})

"""Strategies that came out the same in everything are named, once; near ones are not."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from sim import RunResult, load_scenario, run
from sim.report.html import render
from sim.results.twins import in_words, twins
from sim.scenario import Scenario
from sim.terminal.answer import show_result

SAID = (
    "“shout” and “again” had the same outcomes in every replication; `counterpoise validate` says "
    "whether they differ in anything."
)


@pytest.fixture(scope="module")
def result() -> RunResult:
    raw: dict[str, Any] = copy.deepcopy(dict(load_scenario("first_lesson").raw))
    raw["strategies"]["again"] = copy.deepcopy(raw["strategies"]["shout"])
    raw["claims"], raw["weeks"], raw["customers"]["n"] = [], 8, 80
    raw.pop("lesson", None)
    return run(Scenario.from_dict(raw), replications=3, workers=1)


def test_strategies_that_come_out_the_same_are_told_once(
    result: RunResult, capsys: pytest.CaptureFixture[str]
) -> None:
    assert twins(result) == [["shout", "again"]]
    assert in_words(result) == [SAID]
    show_result(result)
    assert " ".join(capsys.readouterr().out.split()).count(SAID) == 1
    assert render(result).count("had the same outcomes in every replication") == 1


def test_values_that_are_none_under_both_are_the_same(result: RunResult) -> None:
    assert any(np.isnan(values).any() for values in result.series.values())


def test_one_value_that_differs_makes_them_two(
    result: RunResult, capsys: pytest.CaptureFixture[str]
) -> None:
    other = copy.copy(result)
    other.series = {name: values.copy() for name, values in result.series.items()}
    other.series["units"][result.strategies.index("again"), 2, 7, 0] += 1
    assert twins(other) == [] and in_words(other) == []
    show_result(other)
    assert "had the same outcomes" not in capsys.readouterr().out
    assert "had the same outcomes" not in render(other)

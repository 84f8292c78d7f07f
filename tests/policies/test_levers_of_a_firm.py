"""Levers that are set in Python are held against their declarations, as everywhere else."""

from __future__ import annotations

import copy
import json
import pickle

import numpy as np
import pytest
import worlds

from sim.errors import RequestError, ScenarioError
from sim.market import Market
from sim.scenario.schema import Levers

FAULTS = {
    "a name that does not exist": (
        "development_budgetx", 5,
        "firm 'Ana' has no lever 'development_budgetx'; did you mean 'development_budget'?",
    ),
    "above its bounds": (
        "voice_openness", 5, "voice_openness of firm 'Ana' = 5: must be a number from 0 to 1",
    ),
    "below its bounds": (
        "development_budget", -0.5, "development_budget of firm 'Ana' = -0.5: must be a number",
    ),
    "not a number": ("voice_openness", float("nan"), "= nan: must be a number from 0 to 1"),
    "infinite": ("support_capacity", np.inf, "= inf: must be a number"),
    "a text": ("voice_openness", "high\nup", "= 'high\\nup': must be a number from 0 to 1"),
    "a truth value": ("voice_openness", True, "= True: must be a number from 0 to 1"),
    "a part of a week": ("release_cadence", 2.5, "= 2.5: must be a whole number"),
    "nothing": ("markup", None, "= None: must be a number"),
    "a number as text": ("markup", "5", "= '5': must be a number from 0 to 100"),
    "an array": ("markup", np.array(0.5), "= array(0.5): must be a number from 0 to 100"),
    "a large array": ("markup", np.zeros((9, 9)), "must be a number from 0 to 100"),
    "a name that is no text": (3, 1.0, "firm 'Ana' has no lever 3"),
}


@pytest.fixture
def firm():
    return worlds.market(worlds.busy()).firms[0]


def write(levers, name, value):
    levers[name] = value


def merge(levers, name, value):
    levers |= {name: value}


WAYS = {
    "item": write, "merged": merge,
    "update": lambda levers, name, value: levers.update({name: value}),
    "update by pairs": lambda levers, name, value: levers.update([(name, value)]),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_lever_cannot_be_is_refused_in_one_line(firm, fault, way):
    name, value, said = FAULTS[fault]
    before = dict(firm.levers)
    with pytest.raises(RequestError) as caught:
        WAYS[way](firm.levers, name, value)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert firm.levers == before


def test_the_error_is_one_of_a_scenario_and_of_a_value(firm):
    for kind in (ScenarioError, ValueError):
        with pytest.raises(kind):
            firm.levers["voice_opennes"] = 0.5
    with pytest.raises(RequestError):
        firm.levers.update(voice_opennes=0.5)


def test_of_several_levers_all_or_none_are_set(firm):
    before = dict(firm.levers)
    with pytest.raises(RequestError):
        firm.levers.update({"voice_openness": 0.125, "support_capacity": -1})
    assert firm.levers == before
    firm.levers.update({"voice_openness": 0.125}, support_capacity=7)
    firm.levers |= {"markup": 0.5}
    firm.levers = {"survey_share": 0.25}
    changed = {"voice_openness": 0.125, "support_capacity": 7, "markup": 0.5, "survey_share": 0.25}
    assert firm.levers == {**before, **changed}


@pytest.mark.parametrize("value", [
    np.float64(0.5), np.float32(0.5), np.float16(0.5), np.int8(1), 0, 1, 0.25,
])
def test_numbers_of_numpy_become_plain(firm, value):
    firm.levers["voice_openness"] = value
    assert firm.levers["voice_openness"] == value
    assert type(firm.levers["voice_openness"]) in (int, float)
    json.dumps(firm.levers)


def test_levers_are_a_dictionary_that_keeps_its_names(firm):
    levers = firm.levers
    assert isinstance(levers, dict)
    assert list(levers) == list(Levers.model_fields)
    assert levers == dict(levers) and dict(levers) == levers
    assert levers.setdefault("markup", 9.0) == levers["markup"] == levers.get("markup")
    assert levers.get("opennes") is None and "opennes" not in levers
    with pytest.raises(KeyError, match="firm 'Ana' has no lever 'opennes'; did you mean"):
        levers["opennes"]
    with pytest.raises(KeyError):
        levers.setdefault("opennes", 1.0)
    for remove in (
        lambda: levers.pop("markup"), levers.popitem, levers.clear,
        lambda: levers.__delitem__("markup"),
    ):
        with pytest.raises(TypeError, match="cannot be removed"):
            remove()
    assert list(levers) == list(Levers.model_fields)


@pytest.mark.parametrize("duplicate", [
    copy.copy, copy.deepcopy, lambda levers: levers.copy(),
    lambda levers: pickle.loads(pickle.dumps(levers)),
])
def test_a_copy_is_checked_too_and_has_values_of_its_own(firm, duplicate):
    twin = duplicate(firm.levers)
    assert twin == firm.levers
    twin["markup"] = 0.75
    assert firm.levers["markup"] != 0.75
    with pytest.raises(RequestError, match="firm 'Ana'"):
        twin["markup"] = -1


def test_checkpoints_and_forks_keep_levers_that_are_checked():
    made = worlds.market(worlds.busy(), "base")
    made.firms[0].levers["voice_openness"] = np.float32(0.75)
    made.step()
    taken = pickle.loads(pickle.dumps(made.checkpoint()))
    twins = [
        Market.resume(taken), Market.fork(taken), pickle.loads(pickle.dumps(made)),
        Market.fork(taken, overrides={"firms.Cy.levers.markup": 0.875}),
    ]
    for twin in twins:
        assert twin.firms[0].levers == made.firms[0].levers
        with pytest.raises(RequestError, match="firm 'Bo' has no lever 'mark'"):
            twin.firms[1].levers["mark"] = 1
    assert twins[-1].firms[2].levers["markup"] == 0.875
    twins[0].firms[0].levers["voice_openness"] = 0.0
    assert made.firms[0].levers["voice_openness"] == 0.75
    assert Market.resume(taken).firms[0].levers["voice_openness"] == 0.75

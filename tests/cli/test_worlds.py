"""Worlds are a Latin hypercube, the same for a seed, and leave to strategies what they decide."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from sim.results.worlds import latin_hypercube, left_to, length_of, survey
from sim.scenario import Scenario, load_scenario

PATH = "mechanisms.word_of_mouth.contact_prob"


def lesson(**uncertain):
    raw = copy.deepcopy(dict(load_scenario("first_lesson").raw))
    raw["customers"]["n"] = 50
    raw["weeks"] = 12
    del raw["lesson"]  # its weeks are later
    raw["claims"] = [{**raw["claims"][0], "weeks": [5, 12]}]
    raw["uncertain"] = {
        path.replace("__", "."): {"low": low, "high": high}
        for path, (low, high) in uncertain.items()
    }
    return Scenario.from_dict(raw)


def contact(**more):
    return lesson(mechanisms__word_of_mouth__contact_prob=(0.05, 0.25), **more)


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_every_stratum_of_every_setting_occurs_once(n):
    scenario = contact(firms__Nova__levers__support_capacity=(5.0, 25.0))
    worlds = latin_hypercube(scenario, n, seed=3)
    for path, low, width in ((PATH, 0.05, 0.2), ("firms.Nova.levers.support_capacity", 5, 20)):
        strata = [int((world[path] - low) / width * n) for world in worlds]
        assert sorted(strata) == list(range(n))


def test_settings_are_not_drawn_alike():
    scenario = contact(firms__Nova__levers__support_capacity=(5.0, 25.0))
    values = np.array([list(world.values()) for world in latin_hypercube(scenario, 400)])
    assert abs(np.corrcoef(values.T)[0, 1]) < 0.2


def test_worlds_depend_on_the_seed_and_on_their_own_path_only():
    alone, beside = contact(), contact(firms__Nova__levers__support_capacity=(5.0, 25.0))
    first = latin_hypercube(alone, 10)
    assert first == latin_hypercube(alone, 10)
    assert first != latin_hypercube(alone, 10, seed=1)
    assert [world[PATH] for world in latin_hypercube(beside, 10)] == [w[PATH] for w in first]


def test_whole_numbers_stay_whole():
    worlds = latin_hypercube(lesson(firms__Nova__levers__release_cadence=(4, 9)), 50)
    values = {world["firms.Nova.levers.release_cadence"] for world in worlds}
    assert values == {4, 5, 6, 7, 8, 9} and all(type(value) is int for value in values)


def test_what_a_strategy_decides_is_not_uncertain():
    scenario = contact()
    decided = "firms.Nova.offers.nova_box.advertising"
    world = {PATH: 0.1, decided: 7.0}
    assert left_to(scenario, "shout", world) == {PATH: 0.1}
    assert left_to(scenario, "listen", world) == world


def test_weeks_may_be_uncertain():
    scenario = lesson(weeks=(12, 20))
    worlds = latin_hypercube(scenario, 4)
    assert {length_of(scenario, world) for world in worlds} <= set(range(12, 21))


def test_the_survey_answers_for_each_world_and_repeats_itself():
    scenario = contact()
    finished = []
    alone = survey(scenario, 4, replications=1, workers=1, progress=finished.append)
    assert sum(finished) == 4 * 2
    assert alone == survey(scenario, 4, replications=1, workers=1)
    assert len(alone[0].holds) == 4
    assert alone[0].share == sum(alone[0].holds) / 4

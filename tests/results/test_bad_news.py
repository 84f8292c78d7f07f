"""What bad news cost, and when power reverses."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
import worlds

from sim.errors import ScenarioError
from sim.results.bad_news import bad_news_damage, weightless
from sim.results.jobs import replication_seed
from sim.results.reversal import in_words, reversal, reversal_weeks
from sim.scenario import Scenario


def two_firms(quality=0.1, weeks=8):
    """Offers that everybody expects too much of, and much talk."""
    world = worlds.busy(200, weeks)
    world["events"] = []
    world["firms"]["Bo"]["offers"]["cola"] |= {
        "quality": {"taste": quality, "safety": quality}, "initial_expectation": 0.6,
    }
    world["mechanisms"]["word_of_mouth"] = {"contact_prob": 0.5, "influence": 0.4}
    world["customers"]["segments"]["expert"]["behavior"] = {"word_of_mouth": {"negativity": 3.0}}
    return world


def test_damage_is_the_difference_to_a_market_where_bad_news_weighs_nothing():
    scenario = Scenario.from_dict(two_firms())
    found = bad_news_damage(scenario, replications=12, workers=1)
    first = [
        worlds.lived(two_firms(), "base", seed=replication_seed(0, 1), overrides=settings)
        for settings in ({}, weightless(scenario.world("base")))
    ]
    units = [market.recorder.recorded()["units"].sum(axis=0) for market in first]
    bo = first[0].firm_names.index("Bo")
    assert found.units["Bo"][1] == units[1][bo] - units[0][bo]
    assert found.bad_news["Bo"][1] == first[0].recorder.recorded()["bad_news"][:, bo].sum()
    # Of Ana's tea they expect 0.7 and live 0.5: whom friends tell so buys less of it.
    assert found.estimate("units", "Ana").low > 0
    assert found.estimate("revenue", "Ana").low > 0
    assert found.estimate("bad_news", "Ana").value > 50


def test_weight_is_taken_from_segments_as_well():
    settings = weightless(Scenario.from_dict(two_firms()).world("base"))
    assert settings == {
        "mechanisms.word_of_mouth.negativity": 0.0,
        "customers.segments.expert.behavior.word_of_mouth.negativity": 0.0,
    }


def test_without_talk_there_is_nothing_to_ask():
    world = worlds.with_mechanism(worlds.busy(), "word_of_mouth", "none")
    with pytest.raises(ScenarioError, match="nobody tells bad news"):
        bad_news_damage(Scenario.from_dict(world), replications=1)


def result_of(*replications):
    return SimpleNamespace(
        strategies=["a", "b"],
        series={"customer_power": np.array([np.zeros((len(replications), 4)), replications])},
    )


def test_the_reversal_week_is_the_first_above_one_half():
    result = result_of([0.4, 0.5, 0.51, 0.3], [0.6, 0.1, 0.1, 0.1], [0.1, 0.2, np.nan, 0.5])
    weeks = reversal_weeks(result, "b")
    assert weeks[:2].tolist() == [3, 1]
    assert math.isnan(weeks[2])
    found = reversal(result, "b")
    assert (found.week.value, found.share) == (2, pytest.approx(2 / 3))
    assert in_words(result) == (
        "customers hold more power than firms, on the mean of its components, never under “a”; "
        "first in week 2 (1 to 15) in 67% of replications under “b”"
    )
    assert reversal(result, "a").share == 0
    assert math.isnan(reversal(result, "a").week.value)

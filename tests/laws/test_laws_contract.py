"""Every law says what it claims, where from, in which range, and what it needs."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace

import numpy as np
import pytest

from sim.laws.base import (
    FAILS,
    HOLDS,
    IDLE,
    OPEN,
    TOPICS,
    Measured,
    judge,
    law,
    laws,
    share_of,
)
from sim.laws.gather import check, survey
from sim.laws.page import TITLES, page, write_page
from sim.laws.probing import probes
from sim.scenario import load_scenario

EVERY = sorted(laws())


@pytest.mark.parametrize("name", EVERY)
def test_a_law_is_declared_in_full(name):
    one = laws()[name]
    module = inspect.getmodule(one.measure)
    assert one.topic in TOPICS
    assert module.__name__ == f"sim.laws.{one.topic}.{name}"
    assert module.__doc__ and one.measure.__doc__
    assert re.fullmatch(r"[A-Z].*\.", one.statement) and ". " not in one.statement
    assert re.search(r"\d{4}|science\.md", one.source)
    assert one.unit and one.needs
    assert one.probe in probes()


@pytest.mark.parametrize("name", EVERY)
def test_a_law_that_can_fail_says_why(name):
    one = laws()[name]
    if one.low is not None and name != "virality_and_size":
        assert one.below
    if one.high is not None and name not in ("s_curve", "inflection"):  # nothing can lie above
        assert one.above


def test_topics_and_titles_are_the_same():
    assert {one.topic for one in laws().values()} == set(TOPICS) == set(TITLES)


def declare(low=None, high=None, *, strict=False):
    """A law with this range."""
    return replace(laws()["tenure"], low=low, high=high, strict=strict, below="low", above="high")


@pytest.mark.parametrize(("values", "verdict", "reason"), [
    ((0.4, 0.5, 0.6), HOLDS, ""),
    ((1.4, 1.5, 1.6), FAILS, "high"),
    ((-1.6, -1.5, -1.4), FAILS, "low"),
    ((0.0, 1.0, 2.0), OPEN, "the interval reaches across"),
    ((0.5,), OPEN, "one replication"),
])
def test_the_interval_decides(values, verdict, reason):
    checked = judge(declare(low=0.0, high=1.0), [Measured(v) for v in values])
    assert checked.verdict == verdict
    assert checked.reason.startswith(reason)


@pytest.mark.parametrize(("strict", "verdict"), [(True, FAILS), (False, HOLDS)])
def test_exactly_zero_is_not_above_zero(strict, verdict):
    assert judge(declare(low=0.0, strict=strict), [Measured(0.0)] * 5).verdict == verdict


def test_without_a_value_the_reason_is_told():
    checked = judge(declare(low=0.0), [Measured.nothing("nobody came")] * 3)
    assert (checked.verdict, checked.reason) == (OPEN, "nobody came")


def test_a_ratio_is_that_of_means():
    found = [Measured(1.0, over=1.0), Measured(9.0, over=3.0)]
    assert judge(declare(low=0.0), found).value == 2.5  # the mean of ratios would be 2


def test_a_share_of_none_keeps_an_interval():
    nobody = share_of(np.zeros(20))
    assert nobody.low == 0.0
    assert nobody.high == pytest.approx(0.161, abs=0.001)  # Wilson's 3.84 / (20 + 3.84)


def test_a_law_needs_a_range():
    with pytest.raises(ValueError, match="has a range"):
        law(statement="A.", source="B 2000", probe="life")


def test_what_a_scenario_lacks_is_named():
    missing = survey(load_scenario("first_lesson")).missing
    assert missing["search_cost"] == ("mechanisms.search",)
    assert "communities" in missing["reverse_margins"]
    assert set(missing) == {
        "flat_rates", "forced_migration", "forced_migration_loyal", "imitation", "imitation_ratio",
        "inflection", "informed_prices", "informed_spread", "innovation", "lock_in",
        "perception_gap", "search_cost", "reverse_asymmetry", "reverse_lock_in",
        "reverse_margins", "reverse_surplus",
    }
    apply = survey(load_scenario("reverse_market")).apply
    assert {one.id for one in apply["reverse"]} == {
        "reverse_asymmetry", "reverse_lock_in", "reverse_margins", "reverse_surplus",
    }


SEGMENTS = "customers.segments"


@pytest.mark.parametrize(("changes", "applies"), [
    ({}, False),
    ({f"{SEGMENTS}.everyday.purchase_rate": 1 / 60, f"{SEGMENTS}.connoisseur.purchase_rate": 0.0},
     True),
    ({f"{SEGMENTS}.everyday.purchase_rate.mean": 0.01, f"{SEGMENTS}.connoisseur.purchase_rate": {
        "coffee": {"mean": 0.01, "shape": 1}}}, True),
    ({f"{SEGMENTS}.everyday.purchase_rate.mean": 0.01}, False),  # 0.3 * 0.7 a week by the others
    ({"mechanisms.choice": "durable_adoption"}, True),
])
def test_rates_by_the_year_are_of_durables(changes, applies):
    missing = survey(load_scenario("first_lesson", changes)).missing
    of_durables = {"imitation", "imitation_ratio", "inflection", "innovation"}
    assert of_durables & set(missing) == (set() if applies else of_durables)
    assert "s_curve" not in missing


def test_a_share_of_firms_needs_many_firms():
    assert survey(load_scenario("first_lesson")).missing["perception_gap"] == (
        "at least 10 firms that sell",
    )
    many = survey(load_scenario("perception_gap"))
    assert "perception_gap" in {one.id for one in many.apply["life"]}


def test_a_check_is_the_same_whoever_works_and_makes_a_page(tmp_path):
    world = load_scenario("first_lesson", {"customers.n": 600})  # young makers: few buy
    chosen = [laws()[name] for name in ("sign_mix", "tenure", "price_elasticity", "flat_rates")]
    alone = check(world, replications=3, workers=1, chosen=chosen)
    both = check(world, replications=3, workers=2, chosen=chosen)
    assert [one.found for one in alone.checked[:3]] == [one.found for one in both.checked[:3]]
    assert alone["flat_rates"].verdict == IDLE
    written = write_page(tmp_path / "deep" / "index.html", alone).read_text("utf-8")
    assert written.count("<svg") >= 4
    assert "http" not in written.replace("http-equiv", "")
    assert alone["sign_mix"].law.statement in written
    assert list((tmp_path / "deep").iterdir()) == [tmp_path / "deep" / "index.html"]
    assert page(alone).sections[-1].id == "idle"

"""A claim is shown, not shown or refuted by its one-sided bound; directions by the mean."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from sim.observers.base import outcomes
from sim.results.verdicts import direction_holds, judge
from sim.scenario.schema import Claim


def result(values):
    """A stand-in for a run whose outcome takes given values a strategy."""
    return SimpleNamespace(
        scenario=SimpleNamespace(
            strategies=tuple(values), document=SimpleNamespace(weeks=52),
        ),
        strategies=list(values),
        weeks=52,
        values=lambda outcome, strategy, firm, weeks: np.asarray(values[strategy], dtype=float),
    )


def claim(**changes):
    settings = {
        "id": "c", "text": "t", "outcome": "units", "firm": "A", "strategy": "b", "by": "ratio",
        "against": "a", "at_least": 1.2,
    }
    return Claim(**{**settings, **changes})


def test_a_claim_on_all_weeks_is_not_judged_on_fewer():
    short = result({"a": BASE, "b": [15.0, 16.5, 13.6, 15.1]})
    short.weeks = 20
    found = judge(short, claim())
    assert (found.verdict, found.reason) == ("not run", "week 52 was not run")
    assert judge(short, claim(weeks=(1, 20))).verdict == "shown"


BASE = [10.0, 11.0, 9.0, 10.0]


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([15.0, 16.5, 13.6, 15.1], "shown"),
        ([12.0, 13.5, 10.6, 12.1], "not shown"),
        ([11.0, 12.1, 9.9, 11.0], "refuted"),
    ],
)
def test_the_interval_decides(values, verdict):
    assert judge(result({"a": BASE, "b": values}), claim()).verdict == verdict


@pytest.mark.parametrize(("bounds", "verdict"), [
    # Differences of 1, 2, 3 and 4: a mean of 2.5 whose one-sided bounds of 95% are 2.353 standard
    # errors of 0.6455 away, 0.981 and 4.019; those of a two-sided interval are 0.446 and 4.554.
    ({"at_least": 0.97}, "shown"), ({"at_least": 0.99}, "not shown"),
    ({"at_most": 4.03}, "shown"), ({"at_most": 4.01}, "not shown"),
    ({"at_least": 4.01}, "not shown"), ({"at_least": 4.03}, "refuted"),
    ({"at_most": 0.97}, "refuted"), ({"at_most": 0.99}, "not shown"),
    ({"at_least": 0.5, "confidence": 0.975}, "not shown"),
    ({"at_least": 0.44, "confidence": 0.975}, "shown"),
])
def test_a_bound_is_held_against_a_one_sided_interval(bounds, verdict):
    runs = result({"a": BASE, "b": [11.0, 13.0, 12.0, 14.0]})
    asked = {"at_least": None, "at_most": None, **bounds}
    assert judge(runs, claim(by="difference", **asked)).verdict == verdict


def test_a_claim_with_two_bounds_needs_both():
    exact = result({"a": BASE, "b": [20.0, 22.0, 18.0, 20.0]})
    assert judge(exact, claim(at_least=2.0, at_most=2.0)).verdict == "shown"
    assert judge(exact, claim(at_least=2.0, at_most=1.9)).verdict == "refuted"


@pytest.mark.parametrize(("values", "bound"), [
    ([0.99, 1.0, 1.0, 0.97], {"at_most": 1.0}), ([0.01, 0.0, 0.0, 0.03], {"at_least": 0.0}),
])
def test_the_interval_of_a_share_ends_where_shares_end(values, bound):
    runs = result({"b": values})
    runs.declared = outcomes()
    share = claim(outcome="awareness", by="value", against=None, **{"at_least": None, **bound})
    assert judge(runs, share).verdict == "shown"


def test_what_was_not_run_is_not_judged():
    runs = result({"a": BASE})
    runs.scenario.strategies = ("a", "b")
    assert judge(runs, claim()).verdict == "not run"
    late = claim(weeks=(50, 60))
    assert judge(result({"a": BASE, "b": BASE}), late).verdict == "not run"


def test_one_replication_shows_nothing():
    assert judge(result({"a": [10.0], "b": [99.0]}), claim()).verdict == "not shown"


@pytest.mark.parametrize(
    ("mean", "changes", "holds"),
    [
        (11.0, {}, True),  # above 1, below the bound of 1.2: the direction holds
        (9.0, {}, False),
        (9.0, {"at_least": None, "at_most": 0.8}, True),
        (10.5, {"at_least": None, "at_most": 1.1}, True),  # a small opposite effect is allowed
        (12.0, {"at_least": None, "at_most": 1.1}, False),
        (9.5, {"by": "difference", "at_least": 3.0}, False),
        (10.5, {"by": "difference", "at_least": 3.0}, True),
    ],
)
def test_the_direction_is_that_of_the_means(mean, changes, holds):
    runs = result({"a": [10.0, 10.0], "b": [mean - 0.5, mean + 0.5]})
    assert direction_holds(runs, claim(**changes)) is holds


@pytest.mark.parametrize("baseline", [
    [-10.0, -11.0, -9.0, -10.0],  # a loss
    [0.0, 0.0, 0.0, 0.0],
    [-40.0, 60.0, -30.0, 50.0],  # above 0 by chance
])
def test_there_is_no_ratio_to_what_is_not_surely_above_zero(baseline):
    found = judge(result({"a": baseline, "b": [-25.0, -27.0, -24.0, -26.0]}), claim())
    assert found.verdict == "not shown"
    assert found.reason == "a ratio needs a baseline surely above 0"
    loss = result({"a": [-10.0], "b": [-25.0]})  # one replication has a value, but no interval
    assert judge(loss, claim()).reason == "a ratio needs a baseline surely above 0"
    assert direction_holds(loss, claim()) is False
    assert direction_holds(result({"a": [math.nan] * 4, "b": [2.0] * 4}), claim()) is None

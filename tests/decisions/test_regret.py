"""Strategies against worlds by hand: regret, rules of choice, intervals of shares."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.decisions.regret import compare, proportion
from sim.decisions.sentences import advice

# Worlds:              calm  stormy  strange
TABLE = np.array([
    [10.0, 2.0, 6.0],   # bold
    [7.0, 6.0, 6.0],    # careful
    [4.0, 4.0, 9.0],    # odd
])
NAMES = ("bold", "careful", "odd")


def test_regret_by_hand():
    found = compare(NAMES, TABLE)
    assert found.regret.tolist() == [[0, 4, 3], [3, 0, 3], [6, 2, 0]]
    bold, careful, odd = found.records
    assert (bold.mean.value, bold.worst, bold.best, bold.worst_regret) == (6.0, 2.0, 10.0, 4.0)
    assert (careful.worst, careful.mean_regret.value, careful.worst_regret) == (6.0, 2.0, 3.0)
    assert (odd.first_share, odd.worst_regret) == (1 / 3, 6.0)
    assert found.best_by() == {
        "highest mean": "careful", "best worst case": "careful",
        "smallest worst regret": "careful", "most often good enough": "careful",
    }
    # Differences in worlds: 3, -4, 0; their standard error is sqrt(37 / 3 / 3).
    gap = found.gap("bold", "careful")
    assert gap.value == pytest.approx(-1 / 3)
    error = math.sqrt((9 + 16 + 0 - 3 / 9) / 2 / 3)
    assert gap.high - gap.value == pytest.approx(4.302653 * error, rel=1e-6)


def test_less_may_be_better():
    found = compare(NAMES, TABLE, goal="minimize")
    assert found.regret.tolist() == [[6, 0, 0], [3, 4, 0], [0, 2, 3]]
    assert found.records[0].worst == 10.0 and found.records[0].best == 2.0
    assert found.best_by()["lowest mean"] == "odd"  # 17 / 3 against 18 / 3 and 19 / 3
    assert found.best_by()["best worst case"] == "careful"


def test_enough_is_what_is_asked_for_or_close_to_the_best():
    found = compare(NAMES, TABLE, enough=6.0)
    assert found.enough.tolist() == [[True, False, True], [True] * 3, [False, False, True]]
    assert found.rule == "at least 6"
    assert compare(NAMES, TABLE, goal="minimize", enough=6.0).rule == "at most 6"
    close = compare(NAMES, TABLE, tolerated=0.3)  # 7 of 10, 6 of 6, 6.3 of 9
    assert close.enough.tolist() == [
        [True, False, False], [True, True, False], [False, False, True],
    ]
    assert close.rule.startswith("within 30% of the best")
    # A loss is close to a smaller loss by the same measure.
    losses = compare(("a", "b"), np.array([[-10.0], [-10.5]]), tolerated=0.1)
    assert losses.enough.tolist() == [[True], [True]]


def test_wilsons_interval_is_that_of_scipy():
    from scipy.stats import binomtest

    for hits, n in ((0, 10), (3, 10), (10, 10), (41, 50), (500, 1000)):
        found, theirs = proportion(hits, n), binomtest(hits, n).proportion_ci(method="wilson")
        assert found.value == hits / n
        assert found.low == pytest.approx(theirs.low, abs=1e-6)
        assert found.high == pytest.approx(theirs.high, abs=1e-6)
    assert math.isnan(proportion(0, 0).value)


def test_of_equals_rules_pick_the_one_with_the_smallest_regret():
    found = compare(("a", "b"), np.array([[1.0, 5.0, 4.0], [1.0, 5.0, 6.0]]))
    assert set(found.best_by().values()) == {"b"}


def test_advice_says_what_it_costs_and_whether_rules_agree():
    assert advice(compare(NAMES, TABLE), "profit") == (
        "Choose careful: no strategy does better in 33% of 3 worlds, and in the others it yields "
        "at most 3 less than the best. Every rule of choice picks it."
    )
    best = compare(("a", "b"), np.array([[2.0, 3.0], [1.0, 1.0]]))
    assert advice(best, "profit") == (
        "Choose a: no strategy does better in any of 2 worlds. Every rule of choice picks it."
    )
    same = compare(("a", "b"), np.ones((2, 4)))
    assert advice(same, "profit") == (
        "In all 4 worlds all strategies yield the same profit: nothing to choose."
    )

"""Strategies against worlds by hand: regret, rules of choice, intervals of shares."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.decisions.regret import compare, proportion
from sim.decisions.sentences import advice, amount, doubt, less, profit_too

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
    assert careful.mean_regret.low == 0.0  # 2 with an error of 1: no regret is below 0
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
    costs = compare(NAMES, TABLE, goal="minimize", enough=6.0)
    assert costs.rule == "at most 6"
    assert costs.enough.tolist() == [[False, True, True], [False, True, True], [True, True, False]]
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
        "By profit, choose careful: no strategy does better in 33% of 3 worlds, and in the others "
        "it yields at most 3 less than the best. Every rule of choice picks it."
    )
    best = compare(("a", "b"), np.array([[2.0, 3.0], [1.0, 1.0]]))
    assert advice(best, "profit") == (
        "By profit, choose a: no strategy does better in any of 2 worlds. Every rule of choice "
        "picks it."
    )
    same = compare(("a", "b"), np.ones((2, 4)))
    assert advice(same, "profit") == (
        "In all 4 worlds all strategies yield the same profit: nothing to choose."
    )


def test_shares_are_percentages_and_their_differences_points():
    assert (amount(0.4952, "share of units"), less(0.226, "share of units")) == (
        "49.5%", "22.6 points"
    )
    assert (amount(1234.5, "euro"), less(0.25, "0 to 1")) == ("1,234", "0.25")
    said = advice(compare(NAMES, TABLE / 10), "market share", "share of units")
    assert "at most 30.0 points less" in said
    dear = compare(NAMES, TABLE, goal="minimize")
    assert "at most 3 more than the best" in advice(dear, "costs", "euro")


def test_advice_tells_when_another_strategy_earns_more():
    share = compare(("cheap", "good"), np.array([[0.8, 0.7, 0.8], [0.5, 0.5, 0.6]]))
    dear = np.array([[50.0, 60.0, 40.0], [100.0, 112.0, 89.0]])
    said = profit_too(share, compare(("cheap", "good"), dear), "euro")
    assert said.startswith("But cheap earns 50.33 euro (46.54 to 54.13) less profit than good")
    assert "less in 3 of 3 worlds" in said
    agreed = profit_too(share, compare(("cheap", "good"), dear[::-1]), "euro")
    assert agreed == "It earns the most profit as well, as the mean over worlds."
    by_chance = np.array([[50.0, 60.0, 40.0], [100.0, 12.0, 39.0]])
    assert "may be chance" in profit_too(share, compare(("cheap", "good"), by_chance), "euro")
    same = compare(("cheap", "good"), np.ones((2, 3)))
    assert profit_too(same, compare(("cheap", "good"), dear), "euro") == ""


def test_a_gap_is_doubted_by_the_error_of_its_mean_over_replications():
    # Luck of +1 and -1 in turn, four worlds of four replications: a variance of 16 / 9, an error of
    # 2 / 3 a mean. A gap of 1.4 is more than 1.96 of these, one of 1.2 is not.
    luck = np.where(np.add.outer(np.arange(4), np.arange(4)) % 2 == 0, 1.0, -1.0)
    for gap, share in ((1.4, 0.0), (1.2, 1.0)):
        lived = np.stack([gap + luck, np.zeros((4, 4))])
        assert compare(("a", "b"), lived).undecided_share() == share


def test_doubt_says_what_chance_may_have_to_do_with_it():
    assert doubt(compare(NAMES, TABLE)).startswith("Every world was lived once")
    luck = np.random.default_rng(1).normal(size=(2, 40, 5))
    apart = np.array([[[100.0]], [[0.0]]]) + luck
    assert compare(("a", "b"), apart).undecided_share() == 0.0
    assert doubt(compare(("a", "b"), apart)) == ""
    # Twins: about 95 in 100 worlds are nearer to each other than 1.96 errors.
    share = compare(("a", "b"), luck).undecided_share()
    assert share > 0.8
    assert doubt(compare(("a", "b"), luck)).startswith(
        f"In {share:.0%} of worlds 5 replications cannot tell the best strategy from the next"
    )
    # Luck that all strategies and worlds share says nothing about which is best.
    common = np.array([[[1.0]], [[0.0]]]) + 9 * np.random.default_rng(2).normal(size=(1, 1, 5))
    shared = compare(("a", "b"), np.broadcast_to(common, (2, 40, 5)))
    assert doubt(shared) == "" and shared.gap("a", "b").low == pytest.approx(1.0)
    assert shared.records[0].mean.high - shared.records[0].mean.low > 5

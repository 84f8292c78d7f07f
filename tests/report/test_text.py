"""Numbers and answers in words: what a strategist reads must be exact and honest."""

from __future__ import annotations

import math

import pytest

from sim.results.statistics import Estimate
from sim.results.text import (
    POINTS,
    TIMES,
    claim_bound,
    claim_quantity,
    format_estimate,
    format_interval,
    format_value,
    in_a_row,
    is_distinguishable,
    main_difference,
    rounded,
    sentence,
    tally,
)


@pytest.mark.parametrize(("value", "unit", "text"), [
    (0.4132, "share of units", "41.3%"),
    (1.0, "share of customers", "100.0%"),
    (12345.4, "euro", "12,345 euro"),
    (-12345.4, "euro", "-12,345 euro"),
    (12.345, "euro", "12.3 euro"),
    (1.2345, "units", "1.23 units"),
    (0.0, "units", "0 units"),
    (-0.0, "0 to 1", "0"),
    (0.6567, "0 to 1", "0.657"),
    (0.0321, POINTS, "3.2 percentage points"),
    (1.2, TIMES, "1.20 times"),
    (0.996, TIMES, "1.00 times"),
    (0.00004, "0 to 1", "0.00004"),
    (math.nan, "euro", "no value"),
    (math.inf, "euro", "no value"),
])
def test_value_is_rounded_with_its_unit(value, unit, text):
    assert format_value(value, unit) == text


def test_sign_is_shown_where_asked():
    assert format_value(0.0321, POINTS, sign=True) == "+3.2 percentage points"
    assert format_value(0.0, POINTS, sign=True) == "0 percentage points"


@pytest.mark.parametrize(("low", "high", "unit", "text"), [
    (0.51, 0.536, "share of units", "51.0% to 53.6%"),
    (-120.2, 340.1, "euro", "-120 to 340 euro"),
    (1.18, 1.22, TIMES, "1.18 to 1.22 times"),
    (math.nan, math.nan, "euro", "no interval"),
])
def test_interval_says_its_unit_once(low, high, unit, text):
    assert format_interval(low, high, unit) == text


def test_estimate_has_the_same_decimals_throughout():
    assert format_estimate(Estimate(0.523, 0.51, 0.536, 5), "share of units") == (
        "52.3% (51.0% to 53.6%)"
    )
    assert format_estimate(Estimate(99.96, 95.0, 104.9, 5), "euro") == "100 euro (95 to 105)"
    gap = Estimate(0.032, 0.01, 0.054, 5)
    assert format_estimate(gap, POINTS, sign=True) == "+3.2 percentage points (+1.0 to +5.4)"


def test_estimate_without_an_interval_shows_none():
    assert format_estimate(Estimate(5.0, math.nan, math.nan, 1), "units") == "5.00 units"
    assert format_estimate(Estimate(0.0, 0.0, 0.0, 4), "units") == "0 units (in every replication)"


def test_bound_that_excludes_zero_is_not_rounded_to_zero():
    assert "-0.000 " not in format_estimate(Estimate(-0.0013, -0.0026, -0.00003, 8), "0 to 1")


def test_only_an_interval_beyond_zero_is_distinguishable():
    assert is_distinguishable(Estimate(1.0, 0.1, 1.9, 5))
    assert is_distinguishable(Estimate(-1.0, -1.9, -0.1, 5))
    assert not is_distinguishable(Estimate(1.0, -0.1, 2.1, 5))
    assert not is_distinguishable(Estimate(0.0, 0.0, 0.0, 5))
    assert not is_distinguishable(Estimate(1.0, math.nan, math.nan, 1))


def test_shown_claim_leads_the_answer_with_what_is_certain(make, raw):
    answer = sentence(make(raw))
    assert answer.startswith("Shown in this model: “In the second year Nova sells more")
    assert "under “listen” Nova’s units sold in weeks 53 to 104 came to 1.2" in answer
    assert "times the level of “shout” (with 95% confidence at least 1.2" in answer
    assert answer.endswith(").") and answer.count(". ") == 0


def test_refuted_claim_is_said_to_be_refuted(make, raw):
    answer = sentence(make(raw, effect=-0.1))
    assert answer.startswith("Refuted in this model:")
    assert "with 95% confidence at most 0.7" in answer
    assert "the claim needs at least 1.00 times" in answer


def test_undecided_claim_is_neither_shown_nor_refuted(make, raw):
    answer = sentence(make(raw, effect=0.0))
    assert answer.startswith("Not shown by 5 replications:")
    assert "90% interval 0.9" in answer


def test_one_replication_shows_nothing(make, raw):
    answer = sentence(make(raw, replications=1))
    assert answer.startswith("Not shown:") and "one replication has no interval" in answer


def test_claim_on_a_strategy_that_was_not_run_is_not_decided(make, raw):
    answer = sentence(make(raw, strategies=["shout"]))
    assert answer.startswith("Not decided:") and "strategy listen was not run" in answer


def test_without_claims_the_main_difference_answers(make, raw):
    raw["claims"] = []
    answer = sentence(make(raw))
    assert "which differs from “shout” by +10." in answer and "percentage points" in answer
    assert sentence(make(raw, effect=0.0)).startswith("No strategy is distinguishable from “shout”")
    assert "cannot tell an effect from luck" in sentence(make(raw, replications=1))
    assert "the only strategy" in sentence(make(raw, strategies=["shout"]))
    assert "nothing was sold" in sentence(make(raw, sales=False))


def beside(result, share, profit):
    """The main difference of a result in which strategies differ by so much from the first."""
    def difference(outcome, strategy, firm):
        found = {"market_share": share, "profit": profit}[outcome][strategy]
        return Estimate(found, found - abs(found) / 10, found + abs(found) / 10, 5)

    result.difference = difference
    return main_difference(result)


def test_a_share_that_costs_profit_is_said_to(make, raw):
    raw["strategies"] |= {"cheap": {}, "idle": {}}
    dear = {"listen": 40_000.0, "cheap": -123_456.0, "idle": 0.0}
    share = {"listen": 0.05, "cheap": 0.2, "idle": 0.0}
    said = beside(make(raw), share, dear)
    assert "which differs from “shout” by +20.0 percentage points (+18.0 to +22.0)" in said
    assert ", but its profit by -123,000 coin (-136,000 to -111,000)" in said.replace(
        raw["currency"], "coin"
    )
    assert "; profit gains most under “listen”: +40,000 " in said
    assert "; “idle” leaves it exactly as under “shout”" in said


def test_profit_that_goes_with_the_share_takes_no_words(make, raw):
    raw["strategies"] |= {"more": {}}
    said = beside(make(raw), {"listen": 0.2, "more": 0.0}, {"listen": 500.0, "more": 0.0})
    assert "profit" not in said
    two = beside(make(raw), {"listen": -0.2, "more": -0.1}, {"listen": -90.0, "more": -40.0})
    assert "profit" not in two  # all lose: nothing is gained by naming who loses least


def test_digits_that_an_interval_makes_meaningless_are_left_out():
    assert rounded(Estimate(-289_409, -310_010, -268_808, 6)) == Estimate(
        -289_000, -310_000, -269_000, 6
    )
    small = Estimate(12.34, 11.0, 13.0, 6)
    assert rounded(small) is small
    unknown = Estimate(5.0, math.nan, math.nan, 1)
    assert rounded(unknown) is unknown


def test_words_in_a_row():
    assert in_a_row(["a"]) == "a"
    assert in_a_row(["a", "b", "c"]) == "a, b and c"


def test_several_claims_are_counted(big):
    assert tally(big.verdicts()) == "of 4 claims 2 are shown, 1 is not shown, 1 is refuted"
    assert tally(big.verdicts()[:1]) == "the claim is shown"
    assert sentence(big).endswith("; of 4 claims 2 are shown, 1 is not shown, 1 is refuted.")


def test_claim_in_words_names_quantity_and_bounds(big):
    said = [(claim_quantity(big, c), claim_bound(big, c))
            for c in big.scenario.document.claims]
    first, last = "“strategy number 0 with a long name”", "“strategy number 4 with a long name”"
    second = "“strategy number 1 with a long name”"
    assert said[0] == (f"units sold of Nova, weeks 53 to 104: {second} over {first}",
                       "at least 1.00 times")
    assert said[2] == (f"market share of Nova, all weeks: {last}", "at least 30% and at most 90%")
    assert said[3] == (f"satisfaction of Nova, weeks 1 to 2: {last} minus Orbit", "at least 0")

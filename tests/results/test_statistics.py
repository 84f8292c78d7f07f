"""Intervals and verdicts against textbook values and simulated coverage."""

import numpy as np
import pytest
import worlds

from sim import Market, run
from sim.errors import RunError, ScenarioError
from sim.results.statistics import (
    difference,
    estimate,
    over_weeks,
    over_worlds,
    ratio,
    variance_reduction,
)


def test_the_interval_of_a_mean_is_students():
    found = estimate(np.array([4.0, 5.0, 6.0, 7.0, 8.0]))
    # mean 6, sd 1.5811, t(0.975, 4) = 2.7764
    assert found.value == 6.0
    assert found.low == pytest.approx(6 - 2.7764451 * 1.5811388 / 5**0.5, rel=1e-6)
    assert found.high == pytest.approx(6 + 2.7764451 * 1.5811388 / 5**0.5, rel=1e-6)


def test_one_replication_has_no_interval_and_none_has_no_value():
    assert np.isnan(estimate(np.array([3.0])).low)
    assert np.isnan(estimate(np.array([np.nan])).value)


def test_pairs_that_differ_by_a_constant_have_an_exact_difference():
    base = np.array([1.0, 5.0, 9.0])
    found = difference(base + 2, base)
    assert found.is_exact and found.value == 2.0


def test_the_interval_of_a_ratio_covers_the_true_ratio_as_often_as_it_says():
    # 4,000 intervals at 95%: below 93% or above 97% has a probability under 1e-8.
    generator = np.random.default_rng(3)
    hits = 0
    for _ in range(4000):
        luck = generator.normal(0, 1, 20)
        x = 10 + luck + generator.normal(0, 0.5, 20)
        y = 15 + luck + generator.normal(0, 0.5, 20)
        found = ratio(y, x)
        hits += found.low <= 1.5 <= found.high
    assert 0.93 < hits / 4000 < 0.97


@pytest.mark.parametrize(("world", "luck", "own"), [(1, 1, 1), (0, 2, 1), (3, 0, 0.5), (1, 3, 0)])
def test_intervals_over_worlds_cover_the_mean_however_few_replications_share_their_luck(
    world, luck, own
):
    # 2,000 intervals at 95%: below 92% has a probability under 1e-8; where mean squares are small
    # by chance they are never taken for less than they are, so more than 95% is no fault.
    generator, hits = np.random.default_rng(5), 0
    for _ in range(2000):
        values = 7 + world * generator.normal(size=(30, 1)) + luck * generator.normal(size=(1, 4))
        found = over_worlds(values + own * generator.normal(size=(30, 4)))
        hits += found.low <= 7 <= found.high
    assert hits / 2000 > 0.92


def test_with_one_replication_an_interval_is_over_worlds_alone():
    values = np.array([4.0, 5.0, 6.0, 7.0, 8.0])
    assert over_worlds(values[:, None]) == over_worlds(values[None]) == estimate(values)
    assert over_worlds(np.full((3, 2), 5.0)).is_exact


def test_shared_luck_reduces_variance_by_what_is_reported():
    generator = np.random.default_rng(4)
    luck = generator.normal(0, 3, 5000)
    a, b = luck + generator.normal(0, 1, 5000), luck + generator.normal(0, 1, 5000)
    # var(a) + var(b) = 20, var(a - b) = 2
    assert variance_reduction(a, b) == pytest.approx(10, rel=0.1)


def test_a_ratio_to_nothing_has_no_value():
    assert np.isnan(ratio(np.array([1.0, 2.0]), np.zeros(2)).value)


@pytest.fixture(scope="module")
def lived():
    return run(
        "first_lesson", replications=1, weeks=6, strategies=["listen"], workers=1,
        overrides={"customers.n": 50},
    )


def test_intervals_of_shares_end_at_0_and_1():
    found = run(
        "first_lesson", replications=3, weeks=6, workers=1, overrides={"customers.n": 50}
    )
    shares = np.array([0.0, 0.0, 0.6])
    found.series["market_share"][:, :, :, 0] = shares[:, None]
    found.series["market_share"][1:, :, :, 0] = 1.0
    found.series["profit"][:, :, :, 0] = shares[:, None] - 1
    wide, free = estimate(shares), found.estimate("profit", "shout", "Nova", weeks=(1, 1))
    assert wide.low < 0 and wide.high > 1 and free.low < -1
    cut = found.estimate("market_share", "shout", "Nova")
    assert (cut.value, cut.low, cut.high) == (pytest.approx(0.2), 0.0, 1.0)
    gap = found.difference("market_share", "listen", "Nova")
    assert gap.high == 1.0 and gap.low == pytest.approx(0.8 - (wide.high - 0.2))
    assert np.isnan(estimate(np.array([0.5])).within(0, 1).low)


@pytest.mark.parametrize("wrong", [
    {"weeks": 1.5}, {"weeks": True}, {"replications": 2.5}, {"replications": True},
    {"seed": 1.5}, {"seed": "a"},
])
def test_numbers_that_must_be_whole_are_named(wrong):
    name, value = next(iter(wrong.items()))
    with pytest.raises((RunError, ValueError), match=rf"^{name} must be .*Got {value!r}"):
        run("first_lesson", workers=1, **{"replications": 1, "weeks": 1, **wrong})


@pytest.mark.parametrize("threads", [0, -3, 1.5, None])
def test_threads_are_counted_from_one(threads):
    with pytest.raises(ValueError, match="threads must be a whole number from 1"):
        Market("first_lesson", threads=threads)


@pytest.mark.parametrize("weeks", [(0, 5), (5, 3), (-3, 4), 3, (), "26", (1.5, 2)])
def test_weeks_that_are_none_are_refused(lived, weeks):
    for ask in (lived.values, lived.estimate):
        with pytest.raises(RunError, match="weeks are the first and the last, counted from 1"):
            ask("units", "listen", "Nova", weeks=weeks)


def test_what_is_not_there_is_named(lived):
    with pytest.raises(ScenarioError, match="there is no outcome 'unit'; did you mean 'units'"):
        lived.values("unit", "listen", "Nova")
    with pytest.raises(ScenarioError, match="there is no strategy 'lissen'"):
        lived.values("units", "lissen", "Nova")
    with pytest.raises(ScenarioError, match="there is no firm 'Nov'"):
        lived.values("units", "listen", "Nov")
    with pytest.raises(RunError, match="customer_power is of the whole market"):
        lived.values("customer_power", "listen", "Nova")


@pytest.mark.parametrize("weeks", [0, -3])
def test_a_run_of_no_weeks_is_refused(weeks):
    with pytest.raises(RunError, match="weeks must be a whole number from 1 to 5,200"):
        run("first_lesson", weeks=weeks)


def test_an_outcome_of_firms_is_asked_of_a_firm():
    market = Market("first_lesson", overrides={"customers.n": 50})
    market.step()
    assert market.outcome("units", "Nova") >= 0
    with pytest.raises(ValueError, match="'units' is an outcome of firms: Nova, Orbit"):
        market.outcome("units")
    with pytest.raises(ValueError, match="there is no firm 'Nov'; did you mean 'Nova'"):
        market.outcome("units", "Nov")
    with pytest.raises(ValueError, match="of the whole market"):
        market.outcome("customer_power", "Nova")


def test_what_a_market_does_not_have_is_named():
    market = Market("first_lesson", observe=("units",), overrides={"customers.n": 50})
    for weeks in range(2):
        for ask, said in (
            (lambda: market.outcome("unit"), "there is no outcome 'unit'; did you mean 'units'?"),
            (lambda: market.outcome("cash", "Nova"), "nothing is recorded of the outcome 'cash'"),
            (lambda: market.outcome("units", "Nov"), "there is no firm 'Nov'"),
            (lambda: market.offer_number("nova"), "there is no offer 'nova'; did you mean"),
        ):
            for kind in (ScenarioError, ValueError):
                with pytest.raises(kind) as caught:
                    ask()
                assert str(caught.value).startswith(said), weeks
        market.step()


def test_the_only_firm_need_not_be_named():
    market = worlds.market(worlds.plain(20))
    market.step()
    assert market.outcome("units") == market.outcome("units", market.firm_names[0])


@pytest.mark.parametrize("asked", [
    {"strategies": "listen"}, {"strategies": ["lissen"]}, {"replications": 0}, {"weeks": 1.5},
    {"workers": 0}, {"workers": 1.5}, {"workers": "two"}, {"seed": -1}, {"seed": "one"},
    {"overrides": {"customers.m": 5}},
])
def test_a_run_raises_what_it_says(asked):
    with pytest.raises((RunError, ScenarioError, ValueError)):
        run("first_lesson", **{"replications": 1, "weeks": 1, **asked})


@pytest.mark.parametrize("over", ["sum", "mean", "last"])
def test_weeks_without_a_value_have_none_together(over):
    block = np.array([[np.nan, np.nan], [1.0, 3.0], [np.nan, 2.0]])
    expected = {"sum": [np.nan, 4.0, 2.0], "mean": [np.nan, 2.0, 2.0], "last": [np.nan, 3.0, 2.0]}
    np.testing.assert_array_equal(over_weeks(block, over), expected[over])


def test_what_is_asked_of_a_run_is_checked():
    result = run("first_lesson", replications=2, weeks=3, overrides={"customers.n": 30}, workers=1)
    with pytest.raises(RunError, match="units is of each firm: say of which, as Nova"):
        result.estimate("units", "listen")
    for confidence in (95, 0, 1):
        with pytest.raises(RunError, match="between 0 and 1"):
            result.estimate("units", "listen", "Nova", confidence=confidence)
    with pytest.raises(RunError, match=r"as \['listen'\]"):
        run("first_lesson", strategies="listen")
    with pytest.raises(TypeError, match=r"as \('units',\)"):
        Market("first_lesson", observe="units")

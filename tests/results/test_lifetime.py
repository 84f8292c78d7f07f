"""Value of customers: the sum of the case, the formula, and cohorts of lived markets."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import RunError
from sim.estimators.beta_geometric import BetaGeometricFit
from sim.results.jobs import replication_seed
from sim.results.lifetime import CohortValue, cohort_value, lifetime_value
from sim.scenario import Scenario, load_scenario


def test_the_guest_of_twenty_years_is_worth_the_sum_to_the_won():
    assert lifetime_value(7000 * 4 * 12, periods=20) == 6_720_000
    assert lifetime_value(7000 * 4, periods=12 * 20) == 6_720_000
    assert lifetime_value(7000, periods=4 * 12 * 20) == 6_720_000


def test_the_formula_by_hand():
    assert lifetime_value(100, retention=0.5, discount=0.25, periods=3) == pytest.approx(
        100 + 100 * 0.4 + 100 * 0.16
    )
    assert lifetime_value(100, retention=0.8, discount=0.1) == pytest.approx(100 * 1.1 / 0.3)
    assert lifetime_value(100, retention=0.0, periods=5) == 100
    assert lifetime_value(100, periods=0) == 0


@given(
    st.floats(0, 1e6), st.floats(0, 0.99), st.floats(0, 1), st.integers(0, 60), st.integers(0, 60)
)
def test_more_periods_are_worth_more_up_to_the_sum_without_end(margin, stay, discount, one, more):
    short, long = (
        lifetime_value(margin, retention=stay, discount=discount, periods=n)
        for n in (one, one + more)
    )
    endless = lifetime_value(margin, retention=stay, discount=discount)
    assert short <= long * (1 + 1e-12)
    assert long <= endless * (1 + 1e-9)
    left = (stay / (1 + discount)) ** (one + more)
    assert long == pytest.approx(endless * (1 - left), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("wrong", [
    {"retention": 1.1}, {"retention": -0.1}, {"discount": -1}, {"periods": -1}, {"retention": 1.0},
])
def test_sums_that_do_not_exist_are_refused(wrong):
    with pytest.raises(RunError):
        lifetime_value(1, **wrong)


def test_the_restaurant_earns_that_sum_on_its_one_guest():
    found = cohort_value(
        load_scenario("seolleongtang"), "House", strategy="one_guest", discount=0.0,
        replications=1, seed=5,
    )
    assert found.n.tolist() == [1]
    assert found.revenue.tolist() == [6_720_000]
    assert found.margin.tolist() == [3_360_000]
    assert set(found.survival[0].tolist()) == {1.0}
    assert found.retention().tolist() == [1.0]
    assert math.isnan(found.expected()[0])  # undiscounted: all hangs on whether she ever leaves


def test_discounting_the_guest_is_the_sum_over_her_visits():
    found = cohort_value(
        load_scenario("seolleongtang"), "House", strategy="one_guest", discount=0.1,
        won=(1, 2), replications=1, seed=5, weeks=314,
    )
    visits = round(314 * 12 / 13)
    assert 7000 * visits / 1.1**6.04 < found.revenue[0] < 7000 * visits
    assert found.margin[0] == pytest.approx(found.revenue[0] / 2)
    weekly = 3500 * 12 / 13  # for ever: she does not come less often
    assert found.expected()[0] == pytest.approx(weekly / (1 - 1.1 ** (-1 / 52)), rel=0.02)


def test_a_cohort_is_who_was_won_in_its_weeks():
    world = worlds.plain(400, 130, purchase_rate=0.4, outside_utility=0.0)
    world["mechanisms"]["choice"] = {"variant": "multinomial_logit"}
    scenario = Scenario.from_dict(world)
    found = cohort_value(scenario, "Fone", won=(2, 4), discount=0.0, replications=1, seed=3)
    market = worlds.market(world, seed=replication_seed(3, 0), observe=False)
    first, spent, last = np.zeros(400), np.zeros(400), np.zeros(400)
    for week in range(1, 131):
        market.step()
        for p in np.flatnonzero(market.purchases.offer >= 0):
            i = market.purchases.customer[p]
            first[i] = first[i] or week
            spent[i] += market.purchases.price_cents[p] / 100
            last[i] = week
    mine = (first >= 2) & (first <= 4)
    assert found.n[0] == mine.sum() > 20
    assert found.revenue[0] == pytest.approx(spent[mine].mean())
    assert found.margin[0] == pytest.approx(0.6 * spent[mine].mean())
    assert found.survival.shape == (1, 2)  # of 126 weeks, 26 are left to see who returns
    assert found.survival[0, 1] == (last[mine] - first[mine] >= 52).mean()
    years = (last[mine] - first[mine] + 1).sum() / 52
    assert found.yearly_margin[0] == pytest.approx(0.6 * spent[mine].sum() / years)
    assert found.margin_by_age.shape == found.purchases_by_age.shape == (1, 127)
    assert found.purchases_by_age[0, 0] >= found.n[0]  # the week of the first purchase
    assert found.margin_by_age[0, 0] * found.n[0] == pytest.approx(6 * found.purchases_by_age[0, 0])
    assert found.margin_by_age[0].sum() < 0.6 * spent[mine].mean()  # the last weeks of the early


def test_renewals_and_penalties_are_revenue_and_goods_cost_their_wholesale_price():
    scenario = Scenario.from_dict(worlds.bought_in_subscription())
    found = cohort_value(scenario, "Ffilm", discount=0.0, replications=1)
    assert found.revenue.tolist() == [9 + 8 + 9 + 9]
    assert found.margin.tolist() == [35 - 3 * 5]
    assert found.yearly_margin[0] == pytest.approx(20 * 52 / 6)
    (later,) = cohort_value(scenario, "Ffilm", discount=0.5, replications=1).revenue
    weeks = np.array([0, 1, 4, 5])
    assert later == pytest.approx(([9, 8, 9, 9] * 1.5 ** (-weeks / 52)).sum())


def test_a_cohort_of_nobody_has_no_value():
    world = worlds.plain(20, 5, purchase_rate=0.0)
    world["mechanisms"]["choice"] = {"variant": "multinomial_logit"}
    found = cohort_value(Scenario.from_dict(world), "Fone", replications=2)
    assert found.n.tolist() == [0, 0]
    assert np.isnan(found.margin).all()
    assert math.isnan(found.estimate("margin").value)
    assert np.isnan(found.expected()).all()


def cohort(purchases, margin, discount=0.1):
    """The value of a cohort of which only its curves by age are known."""
    nothing, curves = np.zeros(1), (np.array([purchases]), np.array([margin]))
    return CohortValue(nothing, nothing, nothing, np.ones((1, 1)), nothing, *curves, discount)


def test_the_value_without_end_of_customers_who_leave_at_one_rate_by_hand():
    week = np.arange(2 * 52)
    purchases = np.concatenate([[5000.0], 200 * 0.98**week])
    keep = 1.1 ** (-1 / 52)
    # 10 at the first purchase; then 0.4 a week, kept and discounted by 0.98 * keep each week.
    found = cohort(purchases, np.concatenate([[10.0], 0.4 * 0.98**week]))
    assert found.expected()[0] == pytest.approx(10 + 0.4 * keep / (1 - 0.98 * keep), rel=0.002)
    # A firm that loses 1 on each sale since goes on to lose.
    found = cohort(purchases, np.concatenate([[10.0], -0.04 * 0.98**week]))
    assert found.expected()[0] == pytest.approx(10 - 0.04 * keep / (1 - 0.98 * keep), rel=0.002)


def test_where_hardly_anything_is_discounted_centuries_count():
    # One a week for ever at a thousandth a year: what comes after 200 years is most of it.
    curve = np.ones(157)
    found = cohort(1000 * curve, curve, discount=0.001).expected()[0]
    assert found == pytest.approx(1 / (1 - 1.001 ** (-1 / 52)), rel=0.02)


def test_who_stayed_long_leaves_less():
    made, week, keep = BetaGeometricFit(0.8, 9.6), np.arange(52 * 2000), 1.1 ** (-1 / 52)
    there = made.survival(week)
    margin = np.concatenate([[10.0], there[:120]])
    found = cohort(1000 * margin, margin).expected()[0]
    assert found == pytest.approx(10 + (there * keep ** (week + 1)).sum(), rel=0.002)
    last, before = there[68:120].sum(), there[16:68].sum()
    geometric = (margin * keep ** np.arange(121)).sum() + (
        last * (last / before) * keep**121 / (1 - last / before / 1.1)
    )
    assert found > 1.2 * geometric


def test_one_time_buyers_are_worth_their_one_purchase():
    once = np.zeros(157)
    once[0] = 10.0
    assert cohort(100 * once, once).expected()[0] == 10.0


def test_two_full_years_and_a_discount_are_needed():
    curve = np.ones(105)
    assert cohort(curve, curve).expected()[0] > 0
    assert math.isnan(cohort(curve[1:], curve[1:]).expected()[0])
    assert math.isnan(cohort(curve, curve, discount=0.0).expected()[0])


@pytest.mark.parametrize(("rate", "dropout"), [
    (0.25, (8.0, 2.0)), (0.25, (0.8, 2.4)), (0.05, (0.8, 2.4)), (0.05, (0.001, 1e6)),
])
def test_three_years_tell_what_thirty_bring(rate, dropout):
    # Of 24 markets: standard errors of 3% for the mean of 12 estimates and for the market lived.
    world = worlds.plain(3000, 156, purchase_rate=rate)
    world["mechanisms"]["choice"] = {
        "variant": "buy_till_you_die", "dropout_a": dropout[0], "dropout_b": dropout[1],
    }
    scenario, asked = Scenario.from_dict(world), {"won": (1, 13), "discount": 0.1}
    lived = cohort_value(scenario, "Fone", **asked, weeks=30 * 52, replications=1, seed=1)
    told = cohort_value(scenario, "Fone", **asked, replications=12, seed=2)
    cut = 1 + (1.1**-30 if dropout[0] < 0.01 else 0.0)  # who never leave go on
    assert told.expected().mean() == pytest.approx(lived.margin[0] * cut, rel=0.12)


@pytest.mark.parametrize("wrong", [{"won": (3, 2)}, {"won": (1, 99)}, {"discount": -1}])
def test_numbers_out_of_bounds_are_refused(wrong):
    with pytest.raises(RunError):
        cohort_value(Scenario.from_dict(worlds.plain(20, 5)), "Fone", **wrong)


def test_waves_of_regular_buyers_are_not_continued():
    """One purchase in 26 weeks and four of five stay: a smooth curve would let nobody leave."""
    waves = np.zeros(131)
    waves[::26] = 100 * 0.8 ** np.arange(6)
    found = cohort(waves, waves / 100)
    assert math.isnan(replace(found, is_regular=True).expected()[0])
    weekly = cohort(100 * 0.98 ** np.arange(131), 0.98 ** np.arange(131))
    assert replace(weekly, is_regular=True).expected()[0] == weekly.expected()[0]

"""Value of customers: the sum of the case, the formula, and cohorts of lived markets."""

from __future__ import annotations

import math

import numpy as np
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import RunError
from sim.results.jobs import replication_seed
from sim.results.lifetime import cohort_value, lifetime_value
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
    assert math.isnan(found.expected()[0])  # a guest who never leaves, undiscounted


def test_discounting_the_guest_is_the_sum_over_her_visits():
    found = cohort_value(
        load_scenario("seolleongtang"), "House", strategy="one_guest", discount=0.1,
        won=(1, 2), replications=1, seed=5, weeks=104,
    )
    visits = round(104 * 12 / 13)
    assert 7000 * visits / 1.1**2 < found.revenue[0] < 7000 * visits
    assert found.margin[0] == pytest.approx(found.revenue[0] / 2)
    assert found.expected()[0] == pytest.approx(found.yearly_margin[0] * 1.1 / 0.1)


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


def test_a_cohort_of_nobody_has_no_value():
    world = worlds.plain(20, 5, purchase_rate=0.0)
    world["mechanisms"]["choice"] = {"variant": "multinomial_logit"}
    found = cohort_value(Scenario.from_dict(world), "Fone", replications=2)
    assert found.n.tolist() == [0, 0]
    assert np.isnan(found.margin).all()
    assert math.isnan(found.estimate("margin").value)


@pytest.mark.parametrize("wrong", [{"won": (3, 2)}, {"won": (1, 99)}, {"discount": -1}])
def test_numbers_out_of_bounds_are_refused(wrong):
    with pytest.raises(RunError):
        cohort_value(Scenario.from_dict(worlds.plain(20, 5)), "Fone", **wrong)

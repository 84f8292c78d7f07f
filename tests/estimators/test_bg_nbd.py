"""The BG/NBD estimator against published fits and against a plain count."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

from sim.estimators.bg_nbd import BgNbdFit, fit_bg_nbd, log_likelihoods
from sim.scenario.shipped import experiment_folder


@pytest.fixture(scope="module")
def cdnow():
    return pd.read_csv(experiment_folder() / "data" / "cdnow_customers.csv")


@pytest.fixture(scope="module")
def fit(cdnow):
    return fit_bg_nbd(cdnow.frequency, cdnow.recency, cdnow.age)


def test_cdnow_gives_the_published_estimates(fit):
    # Fader, Hardie and Lee (2005), table 2: .243, 4.414, .793, 2.426, log-likelihood -9582.4
    assert fit.r == pytest.approx(0.243, abs=0.0005)
    assert fit.alpha == pytest.approx(4.414, abs=0.001)
    assert fit.a == pytest.approx(0.793, abs=0.0005)
    assert fit.b == pytest.approx(2.426, abs=0.0005)
    assert fit.log_likelihood == pytest.approx(-9582.43, abs=0.01)


def test_one_customer_is_expected_to_buy_as_published(fit):
    # Fader, Hardie and Lee's note on their spreadsheet: 1.226 in 39 weeks
    expected = fit.expected_given_history(39, frequency=[2], recency=[30.43], age=[38.86])
    assert expected[0] == pytest.approx(1.226, abs=0.001)


def test_rows_with_weights_stand_for_many(cdnow, fit):
    rows = cdnow.groupby(list(cdnow.columns)).size().reset_index(name="n")
    assert len(rows) < len(cdnow)
    folded = fit_bg_nbd(rows.frequency, rows.recency, rows.age, weights=rows.n)
    assert folded.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-5)
    assert folded.alpha == pytest.approx(fit.alpha, rel=1e-4)


def test_the_unit_of_time_scales_only_alpha(cdnow, fit):
    days = fit_bg_nbd(cdnow.frequency, 7 * cdnow.recency, 7 * cdnow.age)
    assert days.alpha == pytest.approx(7 * fit.alpha, rel=1e-4)
    assert (days.r, days.a, days.b) == pytest.approx((fit.r, fit.a, fit.b), rel=1e-3)


@pytest.mark.parametrize(("x", "t_x", "age"), [(0, 0.0, 5.0), (1, 2.0, 5.0), (4, 4.5, 6.0)])
def test_the_likelihood_is_that_of_the_story(x, t_x, age):
    # A rate of her own, alive to the end or gone right after the last purchase, by integration.
    r, alpha, a, b = 1.3, 2.0, 1.4, 2.2

    def of_rate(rate):
        density = alpha**r * rate ** (r - 1) * math.exp(-alpha * rate) / math.gamma(r)
        return density * rate**x * math.exp(-rate * t_x)

    def beta(p):
        weight = math.gamma(a + b) / math.gamma(a) / math.gamma(b)
        return weight * p ** (a - 1) * (1 - p) ** (b - 1)

    stays = quad(lambda p: beta(p) * (1 - p) ** x, 0, 1)[0]
    leaves = quad(lambda p: beta(p) * p * (1 - p) ** (x - 1), 0, 1)[0] if x else 0.0
    alive = quad(lambda rate: of_rate(rate) * math.exp(-rate * (age - t_x)), 0, 60)[0]
    gone = quad(of_rate, 0, 60)[0] if x else 0.0
    found = log_likelihoods(r, alpha, a, b, np.array([x]), np.array([t_x]), np.array([age]))
    assert found[0] == pytest.approx(math.log(stays * alive + leaves * gone), abs=1e-7)


def test_expected_purchases_are_those_of_many_simulated_customers():
    # 200,000 customers; standard error of the mean below 0.008: six of them
    rng = np.random.default_rng(5)
    made, fit = BgNbdFit(0.9, 2.0, 0.8, 2.5), 0
    rate = rng.gamma(made.r, 1 / made.alpha, 200_000)
    dropout = rng.beta(made.a, made.b, 200_000)
    time, alive, count = np.zeros_like(rate), np.ones(len(rate), bool), np.zeros_like(rate)
    while alive.any():
        time = np.where(alive, time + rng.exponential(1, len(rate)) / rate, time)
        alive &= time <= 10.0
        count += alive
        alive &= rng.random(len(rate)) >= dropout
    fit = made.expected_purchases(10.0)
    assert count.mean() == pytest.approx(float(fit), abs=0.05)


def test_a_cohort_that_starts_later_buys_later():
    fit = BgNbdFit(0.5, 3.0, 0.8, 2.5)
    both = fit.cumulative_purchases([5.0, 10.0], first_purchase=[0.0, 7.0])
    alone = fit.expected_purchases([5.0, 10.0, 3.0])
    assert both == pytest.approx([alone[0], alone[1] + alone[2]])


def test_customers_who_start_together_are_all_counted():
    fit = BgNbdFit(0.5, 3.0, 0.8, 2.5)
    (three,) = fit.cumulative_purchases([10.0], first_purchase=[0.0, 0.0, 7.0])
    early, late = fit.expected_purchases([10.0, 3.0])
    assert three == pytest.approx(2 * early + late)


def test_who_has_not_come_again_has_not_dropped_out_and_others_may_have():
    fit = BgNbdFit(0.5, 3.0, 1.4, 2.5)
    never, twice = fit.expected_given_history(
        4.0, frequency=[0, 2], recency=[0.0, 5.0], age=[6.0, 6.0]
    )
    # Only after a purchase does anybody drop out: her rate is known better, and no more.
    assert never == pytest.approx(float(BgNbdFit(0.5, 9.0, 1.4, 2.5).expected_purchases(4.0)))
    alive = 1 / (1 + 1.4 / 3.5 * (9.0 / 8.0) ** 2.5)
    as_alive = float(BgNbdFit(2.5, 9.0, 1.4, 4.5).expected_purchases(4.0))
    assert twice == pytest.approx(alive * as_alive)


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(ValueError, match="nothing to fit"):
        fit_bg_nbd([0, 0], [0.0, 0.0], [5.0, 6.0])
    with pytest.raises(ValueError, match="between 0 and age"):
        fit_bg_nbd([1, 2], [4.0, 9.0], [5.0, 6.0])

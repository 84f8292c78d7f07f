"""The shifted beta-geometric estimator against the published fits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from sim.estimators.beta_geometric import (
    BetaGeometricFit,
    fit_beta_geometric,
    fit_falling_purchases,
)
from sim.scenario.shipped import experiment_folder

# Fader and Hardie (2007): seven years fitted, (alpha, beta), survival after twelve
PUBLISHED = {"high_end": (0.668, 3.806, 0.378), "regular": (0.704, 1.182, 0.170)}


@pytest.mark.parametrize("segment", PUBLISHED)
def test_seven_years_give_the_published_parameters(segment):
    table = pd.read_csv(experiment_folder() / "data" / "retention.csv")
    fit = fit_beta_geometric(table[segment][:7])
    assert (fit.alpha, fit.beta, fit.survival(12)) == pytest.approx(PUBLISHED[segment], abs=0.0006)


def test_survival_is_the_mean_over_customers():
    fit, grid = BetaGeometricFit(0.7, 1.2), (np.arange(200_000) + 0.5) / 200_000
    leaving = beta.ppf(grid, 0.7, 1.2)
    for t in (0, 1, 5):
        assert fit.survival(t) == pytest.approx(((1 - leaving) ** t).mean(), abs=1e-4)


def test_retention_is_the_ratio_of_survivals():
    fit = BetaGeometricFit(0.668, 3.806)
    t = np.arange(1, 10)
    assert fit.retention(t) == pytest.approx(fit.survival(t) / fit.survival(t - 1))


def test_exact_survival_is_fitted_exactly():
    made = BetaGeometricFit(1.5, 4.0)
    fit = fit_beta_geometric(100 * made.survival(np.arange(1, 9)))
    assert (fit.alpha, fit.beta) == pytest.approx((1.5, 4.0), rel=1e-4)


@pytest.mark.parametrize("survival", [[100.0, 100.0], [80.0, 85.0], [110.0, 90.0], [50.0, -1.0]])
def test_what_is_no_survival_is_refused(survival):
    with pytest.raises(ValueError, match="never rise"):
        fit_beta_geometric(survival)


@pytest.mark.parametrize("made", [(0.8, 9.6), (1.5, 40.0), (0.3, 2.0)])
def test_exact_purchases_are_fitted_exactly_whatever_their_level(made):
    fit = fit_falling_purchases(37.0 * BetaGeometricFit(*made).survival(np.arange(143)))
    assert (fit.alpha, fit.beta) == pytest.approx(made, rel=1e-3)


@pytest.mark.parametrize("purchases", [np.ones(104), np.arange(1.0, 105.0)])
def test_where_purchases_do_not_fall_nobody_leaves(purchases):
    assert fit_falling_purchases(purchases).survival(520) > 0.999


@pytest.mark.parametrize("purchases", [[3.0, 2.0], [3.0, -1.0, 1.0], [0.0, 0.0, 0.0]])
def test_what_are_no_purchases_is_refused(purchases):
    with pytest.raises(ValueError, match="at least three periods"):
        fit_falling_purchases(purchases)

"""The NBD-Dirichlet estimator against the published toothpaste figures and a simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.estimators.dirichlet_brands import DirichletFit, fit_dirichlet_brands, fit_shape
from sim.scenario.shipped import experiment_folder


@pytest.fixture(scope="module")
def brands():
    return pd.read_csv(experiment_folder() / "data" / "toothpaste.csv")


def fit(brands, **options):
    return fit_dirichlet_brands(
        category_penetration=0.56, category_rate=2.6, shares=brands.share,
        penetrations=brands.penetration, **options,
    )


def test_toothpaste_gives_the_published_parameters(brands):
    # The R package NBDdirichlet prints M = 1.46, K = 0.78, S = 1.55 for these figures; since it
    # leaves out brands of outlying S it finds 1.30.
    found = fit(brands)
    assert pytest.approx((1.456, 0.78, 1.55), abs=0.005) == (found.M, found.K, found.S)
    assert pytest.approx(1.30, abs=0.005) == fit(brands, without_outliers=True).S


def test_theoretical_frequencies_are_the_published_ones(brands):
    found = DirichletFit(1.456, 0.78, 1.3, brands.share.to_numpy())
    assert found.category_penetration == pytest.approx(0.56, abs=0.001)
    assert found.purchase_frequency() == pytest.approx(brands.theoretical_frequency, abs=0.0051)


def test_penetrations_are_those_of_many_simulated_customers(brands):
    # 100,000 customers: standard error of a penetration at most 0.0013; four of them
    shares = brands.share.to_numpy() / brands.share.sum()
    rng, made = np.random.default_rng(3), DirichletFit(2.0, 0.9, 1.1, shares)
    bought = rng.poisson(rng.gamma(made.K, made.M / made.K, 100_000))
    chances = rng.dirichlet(made.S * made.shares, 100_000)
    counts = rng.multinomial(bought, chances)
    assert (counts > 0).mean(axis=0) == pytest.approx(made.penetration(), abs=0.005)


def test_exact_figures_give_back_their_parameters():
    made = DirichletFit(2.0, 0.9, 1.1, np.array([0.6, 0.3, 0.1]))
    found = fit_dirichlet_brands(
        category_penetration=made.category_penetration,
        category_rate=made.M / made.category_penetration, shares=made.shares,
        penetrations=made.penetration(),
    )
    assert pytest.approx((2.0, 0.9, 1.1), rel=1e-6) == (found.M, found.K, found.S)


def test_figures_that_no_model_has_are_refused():
    with pytest.raises(ValueError, match="category's penetration"):
        fit_shape(1.0, 0.99)
    with pytest.raises(ValueError, match="brand's penetration"):
        fit_dirichlet_brands(
            category_penetration=0.5, category_rate=2.0, shares=[0.5], penetrations=[0.45]
        )

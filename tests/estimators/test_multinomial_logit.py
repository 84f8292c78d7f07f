"""The logit estimator: a case solved by hand, recovery of known weights, loyalty by its rule."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.estimators.multinomial_logit import (
    fit_multinomial_logit,
    guadagni_little_loyalty,
    log_likelihood,
    profile_smoothing,
)


def test_shares_are_fitted_exactly_by_constants():
    # Three of four take the first of two: the constant is log(3), its error sqrt(1 / (4 p q)).
    attributes = np.tile(np.array([[1.0], [0.0]]), (4, 1, 1))
    fit = fit_multinomial_logit(attributes, [0, 0, 0, 1], names=("first",))
    assert fit["first"] == pytest.approx(math.log(3))
    assert fit.standard_error("first") == pytest.approx(math.sqrt(1 / (4 * 0.75 * 0.25)))
    assert fit.log_likelihood == pytest.approx(3 * math.log(0.75) + math.log(0.25))


def drawn(rng, beta, x):
    return (x @ beta + rng.gumbel(size=x.shape[:2])).argmax(axis=1)


def test_known_weights_are_found_again():
    # Four standard errors in three coefficients: fails by chance once in 5,000 seeds.
    rng, beta = np.random.default_rng(11), np.array([0.7, -1.2, 0.3])
    x = rng.normal(size=(4000, 5, 3))
    fit = fit_multinomial_logit(x, drawn(rng, beta, x), names=("a", "b", "c"))
    assert (np.abs(fit.coefficients - beta) < 4 * fit.standard_errors).all()
    assert (fit.standard_errors < 0.05).all()


def test_no_other_weights_are_likelier():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(300, 3, 2))
    chosen = drawn(rng, np.array([1.0, -0.5]), x)
    fit = fit_multinomial_logit(x, chosen, names=("a", "b"))
    assert fit.log_likelihood == pytest.approx(log_likelihood(fit.coefficients, x, chosen))
    for step in rng.normal(scale=0.05, size=(20, 2)):
        assert log_likelihood(fit.coefficients + step, x, chosen) < fit.log_likelihood


def test_loyalty_by_its_rule():
    loyalty = guadagni_little_loyalty(
        [0, 1, 1, 0], [7, 9, 7, 7], n_options=2, smoothing=0.8, start=[0.5, 0.5]
    )
    assert loyalty == pytest.approx(
        np.array([[0.5, 0.5], [0.5, 0.5], [0.6, 0.4], [0.48, 0.52]])
    )


def test_the_smoothing_constant_is_found_again():
    rng, household = np.random.default_rng(4), np.repeat(np.arange(100), 40)
    x, chosen = rng.normal(size=(4000, 3, 1)), np.empty(4000, dtype=np.int64)
    for h in range(100):
        loyalty = np.zeros(3)
        for t in range(40 * h, 40 * h + 40):
            chosen[t] = (x[t, :, 0] + 3 * loyalty + rng.gumbel(size=3)).argmax()
            loyalty *= 0.7
            loyalty[chosen[t]] += 0.3
    grid = [0.5, 0.6, 0.7, 0.8, 0.9]
    fits = profile_smoothing(x, chosen, household, names=("x",), grid=grid)
    best = max(fits, key=lambda fit: fit.log_likelihood)
    assert best.smoothing == 0.7
    assert best.names == ("x", "loyalty")
    assert abs(best["loyalty"] - 3) < 4 * best.standard_error("loyalty")


def test_what_cannot_be_told_apart_is_refused():
    x = np.random.default_rng(1).normal(size=(50, 3, 1))
    with pytest.raises(ValueError, match="say the same"):
        fit_multinomial_logit(np.concatenate([x, x], axis=2), [0] * 50, names=("a", "same"))
    with pytest.raises(ValueError, match="foretells every choice"):
        fit_multinomial_logit(np.tile([[1.0], [0.0]], (9, 1, 1)), [0] * 9, names=("always",))

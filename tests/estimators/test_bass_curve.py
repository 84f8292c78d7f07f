"""The Bass curve and its fit: published estimates, a known answer, and what cannot be fitted."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import RunError
from sim.estimators.bass_curve import (
    bass_cumulative,
    bass_increments,
    fit_bass,
    peak_adoptions,
    peak_time,
)
from sim.scenario.shipped import experiment_folder

# Nonlinear least squares on annual increments: p, q, m in thousands, R squared (science.md B3).
ESTIMATES = {
    "air_conditioners": (0.0094, 0.375, 18_700, 0.93),
    "color_television": (0.0185, 0.616, 39_700, 0.97),
    "clothes_dryers": (0.0136, 0.327, 16_500, 0.92),
    "video_recorders": (0.0088, 0.642, 67_700, 0.97),
}
# Bass (1969), eleven durables: p, q, m, then time of the peak and adoptions at it (science.md B3).
DURABLES = {
    "refrigerators": (0.00262, 0.21566, 40_001, 20.2, 2209),
    "freezers": (0.01812, 0.17110, 21_973, 11.9, 1149),
    "television": (0.02788, 0.25105, 96_717, 7.9, 7493),
    "softeners": (0.01770, 0.29695, 5_793, 9.0, 483),
    "air conditioners": (0.01040, 0.41861, 16_895, 8.6, 1857),
    "dryers": (0.01721, 0.35688, 15_092, 8.1, 1479),
    "mowers": (0.00918, 0.33790, 44_751, 10.4, 3989),
    "bed coverings": (0.00588, 0.24387, 76_589, 14.9, 4897),
    "coffee makers": (0.01714, 0.30145, 58_838, 9.0, 4953),
    "steam irons": (0.02863, 0.32791, 55_696, 6.8, 5398),
    "record players": (0.02480, 0.65410, 21_937, 4.8, 3864),
}


def adopters(series):
    path = experiment_folder() / "data" / "adoption" / f"{series}.csv"
    return np.loadtxt(path, delimiter=",", skiprows=1)[:, 1]


@pytest.mark.parametrize("series", ESTIMATES)
def test_real_series_give_the_published_estimates_to_all_their_digits(series):
    fit = fit_bass(adopters(series))
    p, q, m, r_squared = ESTIMATES[series]
    assert round(fit.p, 4) == p
    assert round(fit.q, 3) == q
    assert round(fit.m, -2) == m
    assert round(fit.r_squared, 2) == r_squared


def test_the_curve_solves_its_equation():
    p, q, step = 0.03, 0.38, 1e-5
    for t in (0.5, 3.0, 7.0, 20.0):
        before, now, after = bass_cumulative([t - step, t, t + step], p, q)
        assert (after - before) / (2 * step) == pytest.approx((p + q * now) * (1 - now), rel=1e-6)
    assert bass_cumulative(0.0, p, q) == 0.0
    assert bass_cumulative(1000.0, p, q) == pytest.approx(1.0)


def test_without_imitation_adoption_is_exponential():
    np.testing.assert_allclose(bass_cumulative([1, 2], 0.1, 0.0), 1 - np.exp([-0.1, -0.2]))


def test_most_adopt_at_the_peak():
    t = np.linspace(0, 30, 30_001)
    rate = np.gradient(bass_cumulative(t, 0.03, 0.38), t)
    assert t[rate.argmax()] == pytest.approx(peak_time(0.03, 0.38), abs=0.002)
    assert peak_time(0.03, 0.38) == pytest.approx(6.193, abs=5e-4)
    assert peak_time(0.4, 0.2) < 0


@pytest.mark.parametrize("name", DURABLES)
def test_peaks_of_bass_s_durables(name):
    p, q, m, when, height = DURABLES[name]
    assert peak_time(p, q) == pytest.approx(when, abs=0.051)
    assert peak_adoptions(p, q, m) == pytest.approx(height, abs=2)  # p and q are rounded


@pytest.mark.parametrize(
    ("p", "q", "m"), [(0.03, 0.38, 1.0), (0.0005, 0.9, 2e7), (0.2, 0.05, 300.0)]
)
def test_what_lies_on_a_curve_gives_its_parameters_back(p, q, m):
    fit = fit_bass(bass_increments(20, p, q, m))
    assert (fit.p, fit.q, fit.m) == pytest.approx((p, q, m), rel=1e-4)
    assert fit.r_squared == pytest.approx(1.0)
    np.testing.assert_allclose(fit.increments(20), bass_increments(20, p, q, m), rtol=1e-3)


def test_standard_errors_are_the_spread_of_the_estimates():
    # 200 series with noise: the mean reported error is within a fifth of the spread (the spread
    # of 200 has a standard error of a twentieth; a right program fails about once in 10,000).
    luck = np.random.default_rng(5)
    curve = bass_increments(15, 0.02, 0.4, 1000.0)
    fits = [fit_bass(np.maximum(curve + luck.normal(0, 2, 15), 0)) for _ in range(200)]
    for name in ("p", "q", "m"):
        spread = np.std([getattr(fit, name) for fit in fits])
        told = np.mean([getattr(fit, f"{name}_error") for fit in fits])
        assert told == pytest.approx(spread, rel=0.2)


def test_the_unit_of_adopters_changes_m_only():
    thousands, single = fit_bass(adopters("clothes_dryers")), fit_bass(
        adopters("clothes_dryers") * 1000
    )
    assert single.m == pytest.approx(1000 * thousands.m)
    assert (single.p, single.q, single.r_squared) == pytest.approx(
        (thousands.p, thousands.q, thousands.r_squared)
    )


@pytest.mark.parametrize(
    "series", [[1, 2, 3], [[1, 2], [3, 4]], [0, 0, 0, 0, 0], [1, -2, 3, 4], [1, np.nan, 2, 3]]
)
def test_what_no_curve_can_be_fitted_to_is_refused(series):
    with pytest.raises(RunError, match="a Bass curve needs"):
        fit_bass(series)

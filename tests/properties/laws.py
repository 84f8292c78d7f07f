"""Tests of laws at one error rate: a law that holds is refuted once in a million runs.

Seeds are fixed, so a test that passes once passes always; the rate says how surprising a failure
after a change of the engine is.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

ALPHA = 1e-6


def assert_share(successes, trials, chance):
    """The number of successes is binomial."""
    p = stats.binomtest(int(successes), int(trials), float(chance)).pvalue
    assert p > ALPHA, f"{successes} of {trials}, expected {chance * trials:.1f} (p = {p:.1e})"


def chi2_p(observed, expected):
    """p-value of counts against expected counts; cells with fewer than 10 expected are pooled."""
    observed, expected = np.asarray(observed, float), np.asarray(expected, float)
    small = expected < 10
    o, e = observed[~small], expected[~small]
    if small.any():
        o, e = np.append(o, observed[small].sum()), np.append(e, expected[small].sum())
    keep = e > 0
    assert not o[~keep].any()
    return stats.chi2.sf(((o[keep] - e[keep]) ** 2 / e[keep]).sum(), keep.sum() - 1)


def assert_counts(observed, expected):
    """Counts follow the expected counts."""
    p = chi2_p(observed, expected)
    assert p > ALPHA, f"{observed} against {expected} (p = {p:.1e})"


def assert_mean(values, mean, sd=None):
    """The mean of many independent values."""
    values = np.asarray(values, dtype=np.float64)
    error = (values.std(ddof=1) if sd is None else sd) / np.sqrt(len(values))
    z = (values.mean() - mean) / error
    assert 2 * stats.norm.sf(abs(z)) > ALPHA, f"mean {values.mean()}, expected {mean} (z = {z:.1f})"


def assert_distribution(values, distribution):
    """Kolmogorov and Smirnov."""
    p = stats.kstest(values, distribution).pvalue
    assert p > ALPHA, f"p = {p:.1e}"


def assert_independent(first, second, cells=16):
    """Two sequences of uniform numbers, in pairs: correlation and a grid of cells."""
    n = len(first)
    z = np.corrcoef(first, second)[0, 1] * np.sqrt(n)
    assert 2 * stats.norm.sf(abs(z)) > ALPHA, f"correlated (z = {z:.1f})"
    grid = np.bincount(
        (first * cells).astype(int) * cells + (second * cells).astype(int), minlength=cells**2
    )
    assert_counts(grid, np.full(cells**2, n / cells**2))

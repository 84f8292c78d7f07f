"""Bass on the complete graph: the curve that every diffusion model starts from."""

from __future__ import annotations

from functools import partial

import numpy as np

from sim.estimators.bass_curve import bass_cumulative, fit_bass, peak_time
from sim.replications.adoption import (
    WEEKS_A_YEAR,
    Values,
    at_years,
    bass_rates,
    live,
    mean_and_error,
    spreads,
)
from sim.replications.base import Curve, Finding, Plot, Replicated, each, replication
from sim.scenario import Scenario

P, Q = 0.03, 0.38  # a year; science.md B1
YEARS = np.array([5, 10, 15, 20, 25, 30])
PUBLISHED = (0.3312, 0.8128, 0.9716, 0.9963, 0.9995, 0.9999)  # closed form, science.md B1
TOLERANCE = 0.01
PEAK_TOLERANCE = 0.5  # years
CUSTOMERS, RUNS = 20_000, 8
BROKEN_YEARS = YEARS[:3]
"""When the broken premise must show: later, everybody has adopted on any graph."""


@replication(
    target="B1", title="Bass on the complete graph",
    source="Bass (1969), doi:10.1287/mnsc.15.5.215, closed form; science.md B1", tier=1,
)
def measure(
    world: Scenario, seed: int, workers: int | None, *, runs: int = RUNS
) -> Replicated:
    """Share of adopters every five years against the closed form; on a ring it must depart."""
    size = {"customers.n": CUSTOMERS, **bass_rates(P, Q)}
    ring = {
        **size, "mechanisms.word_of_mouth.everybody": False,
        "customers.network": {"kind": "ring", "neighbors": 2},
    }
    make = partial(spreads, world, seed, weeks=int(YEARS[-1]) * WEEKS_A_YEAR)
    todo = [*make(n=runs, overrides=size), *make(n=1, overrides=ring)]
    *lived, neighbors = each(live, todo, workers=workers)
    everybody = np.array(lived)
    return Replicated(
        (*_shares(everybody), _peak(everybody), *_broken(neighbors)),
        (_plot(everybody, neighbors),),
        ("Weeks are steps: owners of last week attract this week, which delays the curve by half a "
         "week; that takes 0.0016 off the share after 5 years, within the tolerance.",),
    )


def _shares(adopted: Values) -> list[Finding]:
    mean, error = mean_and_error(at_years(adopted, YEARS))
    return [
        Finding(f"share of adopters after {year} years", f, float(m), TOLERANCE, float(e))
        for year, f, m, e in zip(YEARS, PUBLISHED, mean, error, strict=True)
    ]


def _peak(adopted: Values) -> Finding:
    years = np.arange(YEARS[-1] + 1)
    times = [fit_bass(np.diff(run)).peak_time for run in at_years(adopted, years)]
    mean, error = mean_and_error(np.array(times))
    return Finding(
        "years to the peak of adoptions", peak_time(P, Q), float(mean), PEAK_TOLERANCE,
        float(error),
    )


def _broken(adopted: Values) -> list[Finding]:
    found = at_years(adopted, BROKEN_YEARS)
    return [
        Finding(
            f"share of adopters after {year} years where only two neighbors count", f, float(x),
            TOLERANCE, must_depart=True,
        )
        for year, f, x in zip(BROKEN_YEARS, PUBLISHED[: len(found)], found, strict=True)
    ]


def _plot(everybody: Values, neighbors: Values) -> Plot:
    t = np.arange(everybody.shape[1]) / WEEKS_A_YEAR
    return Plot(
        "Bass on the complete graph", "years since launch", "share of adopters",
        (
            Curve.of("closed form", t, bass_cumulative(t, P, Q), "published"),
            Curve.of(
                f"everybody counts, mean of {len(everybody)}", t, everybody.mean(axis=0),
                "reproduced", low=everybody.min(axis=0), high=everybody.max(axis=0),
            ),
            Curve.of("two neighbors count", t, neighbors, "must depart"),
        ),
    )

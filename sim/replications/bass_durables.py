"""Bass's durables: the curve fitted to real adoptions, lived by customers, and fitted again."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from sim.errors import RunError
from sim.estimators.bass_curve import BassFit, bass_cumulative, fit_bass
from sim.replications.adoption import (
    WEEKS_A_YEAR,
    Spread,
    Values,
    at_years,
    bass_rates,
    live,
    mean_and_error,
    spreads,
)
from sim.replications.base import Curve, Finding, Plot, Replicated, each, replication
from sim.scenario import Scenario
from sim.scenario.shipped import experiment_folder


class Estimate(NamedTuple):
    """Published estimates of one series: p and q a year, m in thousands, and R squared."""

    p: float
    q: float
    m: float
    r_squared: float


PUBLISHED = {  # nonlinear least squares on annual increments, science.md B3
    "air_conditioners": Estimate(0.0094, 0.375, 18_700, 0.93),
    "color_television": Estimate(0.0185, 0.616, 39_700, 0.97),
    "clothes_dryers": Estimate(0.0136, 0.327, 16_500, 0.92),
    "video_recorders": Estimate(0.0088, 0.642, 67_700, 0.97),
}
ROUNDING = Estimate(0.00005, 0.0005, 50, 0.005)
CUSTOMERS, RUNS = 20_000, 4
LEAST_R_SQUARED = 0.99
P_SHARE, Q_SHARE, PEAK_YEARS = 0.2, 0.1, 1.0  # tolerances, science.md B3
NOBODY_IMITATES = {"mechanisms.word_of_mouth": "none"}


class Series(NamedTuple):
    """A series of adoptions a year, in thousands, and the curve fitted to it."""

    name: str
    years: Values
    adopters: Values
    fit: BassFit


def read_series(name: str) -> Series:
    """Read adoptions from the data folder and fit the curve.

    Raises
    ------
    RunError
        If the file is not there.
    """
    path = experiment_folder() / "data" / "adoption" / f"{name}.csv"
    try:
        years, adopters = np.loadtxt(path, delimiter=",", skiprows=1, unpack=True)
    except OSError as error:
        raise RunError(f"the adoption series {path} cannot be read") from error
    return Series(name, years, adopters, fit_bass(adopters))


@replication(
    target="B3", title="Bass's durables",
    source="Bass (1969), doi:10.1287/mnsc.15.5.215; adoption series and refits in science.md B3",
    tier=2,
)
def measure(world: Scenario, seed: int, workers: int | None) -> Replicated:
    """Fit the real series, live the fitted rates, and fit what was lived."""
    series = [read_series(name) for name in PUBLISHED]
    todo: list[list[Spread]] = []
    for one in series:
        weeks = len(one.years) * WEEKS_A_YEAR
        rates = {"customers.n": CUSTOMERS, **bass_rates(one.fit.p, one.fit.q)}
        todo.append(spreads(world, seed, RUNS, weeks, rates))
        alone = {**rates, **NOBODY_IMITATES}
        del alone["mechanisms.word_of_mouth.imitation_rate"]
        todo.append(spreads(world, seed, 1, weeks, alone))
    lived = iter(each(live, itertools.chain(*todo), workers=workers))
    findings, plots = [], []
    for one in series:
        adopted = np.array([next(lived) for _ in range(RUNS)])
        alone_adopted = next(lived)
        findings += [*_refit(one), *_curve(one, adopted), *_recovered(one, adopted)]
        findings.append(_without_imitation(one, alone_adopted))
        plots.append(_plot(one, adopted, alone_adopted))
    return Replicated(tuple(findings), tuple(plots), _remarks(series))


def _words(one: Series) -> str:
    return one.name.replace("_", " ")


def _refit(one: Series) -> list[Finding]:
    """The real series against the published estimates."""
    return [
        Finding(
            f"{_words(one)}, real series: {quantity}", published, float(getattr(one.fit, quantity)),
            getattr(ROUNDING, quantity),
        )
        for quantity, published in PUBLISHED[one.name]._asdict().items()
    ]


def r_squared(curve: Values, found: Values) -> float:
    """Share of the variance of ``found`` that ``curve`` explains as it stands."""
    left, total = ((found - curve) ** 2).sum(), ((found - found.mean()) ** 2).sum()
    return float(1.0 - left / total)


def _fitted(one: Series) -> tuple[Values, Values]:
    years = np.arange(len(one.years) + 1.0)
    return years, bass_cumulative(years, one.fit.p, one.fit.q)


def _curve(one: Series, adopted: Values) -> list[Finding]:
    """What was lived against the curve whose rates it was given."""
    years, curve = _fitted(one)
    worst = min(r_squared(curve, run) for run in at_years(adopted, years))
    return [Finding(
        f"{_words(one)}, simulated: lowest R squared of the cumulated curve", 1.0, worst,
        1.0 - LEAST_R_SQUARED,
    )]


def _recovered(one: Series, adopted: Values) -> list[Finding]:
    """The curve fitted to what was lived against the one whose rates it was given."""
    years, _ = _fitted(one)
    fits = [fit_bass(np.diff(run)) for run in at_years(adopted, years)]
    tolerances = {"p": P_SHARE * one.fit.p, "q": Q_SHARE * one.fit.q, "peak_time": PEAK_YEARS}
    found = []
    for quantity, tolerance in tolerances.items():
        mean, error = mean_and_error(np.array([getattr(fit, quantity) for fit in fits]))
        words = "years to the peak" if quantity == "peak_time" else f"{quantity} recovered"
        found.append(Finding(
            f"{_words(one)}, simulated: {words}", float(getattr(one.fit, quantity)), float(mean),
            tolerance, float(error),
        ))
    return found


def _without_imitation(one: Series, adopted: Values) -> Finding:
    years, curve = _fitted(one)
    return Finding(
        f"{_words(one)}, nobody imitates: R squared of the cumulated curve", 1.0,
        r_squared(curve, at_years(adopted, years)), 1.0 - LEAST_R_SQUARED, must_depart=True,
    )


def _plot(one: Series, adopted: Values, alone: Values) -> Plot:
    years, curve = _fitted(one)
    share = at_years(adopted, years)
    real = np.concatenate([[0.0], np.cumsum(one.adopters)]) / one.fit.m
    return Plot(
        _words(one).capitalize(), f"years since the end of {int(one.years[0]) - 1}",
        "share of all who will adopt",
        (
            Curve.of("real adoptions", years, real, "published", marks=True),
            Curve.of("curve fitted to them", years, curve, "published"),
            Curve.of(
                f"simulated, mean of {RUNS}", years, share.mean(axis=0), "reproduced",
                low=share.min(axis=0), high=share.max(axis=0),
            ),
            Curve.of("nobody imitates", years, at_years(alone, years), "must depart"),
        ),
    )


def _remarks(series: list[Series]) -> tuple[str, ...]:
    errors = ", ".join(
        f"{_words(one)} {one.fit.p_error / one.fit.p:.0%}" for one in series
    )
    return (
        "The simulated markets are given the rates fitted here, not the rounded published ones.",
        f"The real series tell p poorly: its standard error, as a share of p, is {errors}.",
        "Bass's own estimates of 1969 come from another regression and differ: for room air "
        "conditioners p = 0.0104, q = 0.419, m = 16.9 million.",
    )

"""Subscription retention: it rises with tenure though nobody grows more loyal."""

from __future__ import annotations

from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.estimators.beta_geometric import BetaGeometricFit, fit_beta_geometric
from sim.market import Market
from sim.replications.base import Curve, Finding, Plot, Replicated, each, replication
from sim.scenario import Scenario
from sim.scenario.shipped import experiment_folder

Values: TypeAlias = NDArray[np.float64]

# Fader and Hardie (2007), doi:10.1002/dir.20074: seven years fitted
PUBLISHED = {"high_end": (0.668, 3.806), "regular": (0.704, 1.182)}
YEARS_FITTED, YEARS = 7, 12
PARAMETER_TOLERANCE = 0.0006  # of figures with three decimals
OBSERVED_TOLERANCE = {"high_end": 0.02, "regular": 0.01}
FORMULA_TOLERANCE = 0.005
YEARS_SHOWN = (1, 2, 4, 7, 9, 12)
CUSTOMERS = 500_000
ALL_ALIKE = 1e6
"""Sum of the parameters of the beta when customers are equal: its spread is then below 0.0005."""


@replication(
    target="B14", title="Subscription retention: the shifted beta-geometric",
    source="Fader and Hardie (2007), doi:10.1002/dir.20074; science.md B14", tier=2,
)
def measure(world: Scenario, seed: int, workers: int | None) -> Replicated:
    """Survival by segment against the data and the formula; equal customers must depart."""
    observed = read_survival()
    fits = {name: fit_beta_geometric(100 * s[:YEARS_FITTED]) for name, s in observed.items()}
    alike = {name: _alike(*parameters) for name, parameters in PUBLISHED.items()}
    lived, equal = each(partial(live, world, seed), [PUBLISHED, alike], workers=workers)
    findings = [f for name in PUBLISHED for f in _of_fit(name, fits[name])]
    for name, (survival, n) in lived.items():
        findings += _of_survival(name, survival, n, observed[name])
    for name, (survival, _) in equal.items():
        findings.append(_of_equals(name, survival))
    plots = tuple(_plot(name, observed[name], lived[name][0], equal[name][0]) for name in PUBLISHED)
    return Replicated(tuple(findings), plots, (
        "A week of the market stands for a year of contract; who leaves after the renewal of year "
        "t is missing from year t + 1 on.",
    ))


def read_survival() -> dict[str, Values]:
    """Observed share of customers left after years 1 to 12, by segment."""
    import pandas as pd

    table = pd.read_csv(experiment_folder() / "data" / "retention.csv")
    return {name: table[name].to_numpy(dtype=np.float64) / 100 for name in PUBLISHED}


def live(
    world: Scenario, seed: int, parameters: dict[str, tuple[float, float]]
) -> dict[str, tuple[Values, int]]:
    """Survival after years 1 to 12 and number of customers, by segment."""
    overrides = {
        f"customers.segments.{name}.behavior": {"choice": {"dropout_a": a, "dropout_b": b}}
        for name, (a, b) in parameters.items()
    }
    market = Market(
        world, seed=seed, observe=False, overrides={"customers.n": CUSTOMERS, **overrides}
    )
    customers, there = market.tables.customers, []
    for _ in range(YEARS):
        market.step()
        there.append(customers.left[:, 0] == 0)
    members = {s: customers.segment == i for i, s in enumerate(market.segment_names)}
    return {
        name: (np.array([t[who].mean() for t in there]), int(who.sum()))
        for name, who in members.items()
    }


def _alike(a: float, b: float) -> tuple[float, float]:
    return ALL_ALIKE * a / (a + b), ALL_ALIKE * b / (a + b)


def _of_fit(name: str, fit: BetaGeometricFit) -> list[Finding]:
    pairs = zip(("alpha", "beta"), PUBLISHED[name], (fit.alpha, fit.beta), strict=True)
    return [
        Finding(f"{parameter} fitted to seven years, {_words(name)}", p, r, PARAMETER_TOLERANCE)
        for parameter, p, r in pairs
    ]


def _of_survival(name: str, survival: Values, n: int, observed: Values) -> list[Finding]:
    formula, findings = BetaGeometricFit(*PUBLISHED[name]), []
    for year in YEARS_SHOWN:
        share = float(survival[year - 1])
        error = float(np.sqrt(share * (1 - share) / n))
        what = f"share left after {year} years, {_words(name)}"
        of_formula = float(formula.survival(year))
        findings += [
            Finding(f"{what}, observed", float(observed[year - 1]), share,
                    OBSERVED_TOLERANCE[name], error),
            Finding(f"{what}, formula", of_formula, share, FORMULA_TOLERANCE, error),
        ]
    return findings


def _of_equals(name: str, survival: Values) -> Finding:
    formula = BetaGeometricFit(*PUBLISHED[name])
    return Finding(
        f"retention in year {YEARS}, {_words(name)}, all customers alike",
        float(formula.retention(YEARS)), float(survival[-1] / survival[-2]),
        OBSERVED_TOLERANCE[name], must_depart=True,
    )


def _plot(name: str, observed: Values, survival: Values, equal: Values) -> Plot:
    years, formula = np.arange(1, YEARS + 1), BetaGeometricFit(*PUBLISHED[name])

    def retention(left: Values) -> Values:
        return np.asarray(left / np.concatenate([[1.0], left[:-1]]))

    return Plot(f"Retention, {_words(name)}", "year of contract", "share of customers who renew", (
        Curve.of("observed", years, retention(observed), "published", marks=True),
        Curve.of("formula", years, formula.retention(years), "published"),
        Curve.of("simulated", years, retention(survival), "reproduced", marks=True),
        Curve.of("all customers alike", years, retention(equal), "must depart"),
    ))


def _words(name: str) -> str:
    return name.replace("_", " ")

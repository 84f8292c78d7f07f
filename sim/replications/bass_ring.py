"""Bass on a ring: diffusion between neighbors only, the slowest that a network allows."""

from __future__ import annotations

from functools import partial

import numpy as np

from sim.estimators.bass_curve import bass_cumulative
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

P, Q = 0.03, 0.38  # a year; science.md B2
YEARS = np.array([5, 10, 15, 20, 25, 30])
PUBLISHED = (0.2485, 0.5583, 0.7899, 0.9167, 0.9717, 0.9916)  # closed form, science.md B2
TOLERANCE = 0.01
CUSTOMERS, RUNS = 20_000, 4
BROKEN_YEARS = YEARS[:4]
"""When the broken premise must show: later, nearly everybody has adopted on any graph."""

BETWEEN = {
    "small world": {"kind": "watts_strogatz", "neighbors": 6, "rewiring_prob": 0.1},
    "preferential attachment": {"kind": "barabasi_albert", "ties_per_newcomer": 3},
}
COMPLETE = {"mechanisms.word_of_mouth.everybody": True, "customers.network": {"kind": "none"}}


def ring_cumulative(t: Values, p: float, q: float) -> Values:
    """Share of adopters on an endless ring, by Fibich and Gibori (2010)."""
    share: Values = -np.expm1(-(p + q) * t - q * np.expm1(-p * t) / p)
    return share


@replication(
    target="B2", title="Bass on a ring",
    source="Fibich and Gibori (2010), doi:10.1287/opre.1100.0818, closed form; science.md B2",
    tier=1,
)
def measure(
    world: Scenario, seed: int, workers: int | None, *, runs: int = RUNS
) -> Replicated:
    """Adopters on a ring against the closed form; other graphs against ring and complete graph."""
    size = {"customers.n": CUSTOMERS, **bass_rates(P, Q)}
    make = partial(spreads, world, seed, weeks=int(YEARS[-1]) * WEEKS_A_YEAR)
    others = [{**size, "customers.network": network} for network in BETWEEN.values()]
    todo = [*make(n=1, overrides={**size, **COMPLETE}), *make(n=runs, overrides=size)]
    todo += [spread for other in others for spread in make(n=runs // 2, overrides=other)]
    complete, *lived = each(live, todo, workers=workers)
    ring, between = np.array(lived[:runs]), np.array(lived[runs:])
    graphs = dict(zip(BETWEEN, np.split(between, len(BETWEEN)), strict=True))
    outside = [_outside(name, adopted) for name, adopted in graphs.items()]
    return Replicated(
        (*_shares(ring), *outside, *_broken(complete)), (_plot(ring, complete, graphs),),
        ("That every other graph lies between ring and complete graph is a suggestion of the "
         "paper, not a theorem; here it is tried on two.",),
    )


def _shares(adopted: Values) -> list[Finding]:
    mean, error = mean_and_error(at_years(adopted, YEARS))
    return [
        Finding(f"share of adopters after {year} years", f, float(m), TOLERANCE, float(e))
        for year, f, m, e in zip(YEARS, PUBLISHED, mean, error, strict=True)
    ]


def _broken(adopted: Values) -> list[Finding]:
    found = at_years(adopted, BROKEN_YEARS)
    return [
        Finding(
            f"share of adopters after {year} years where everybody counts", f, float(x), TOLERANCE,
            must_depart=True,
        )
        for year, f, x in zip(BROKEN_YEARS, PUBLISHED[: len(found)], found, strict=True)
    ]


def _outside(name: str, adopted: Values) -> Finding:
    """How far the curve of a graph leaves the room between ring and complete graph."""
    years = np.arange(1, YEARS[-1] + 1)
    mean = at_years(adopted, years).mean(axis=0)
    below, above = ring_cumulative(years, P, Q) - mean, mean - bass_cumulative(years, P, Q)
    farthest = float(np.maximum(below, above).max())
    return Finding(
        f"{name}: farthest share outside of ring and complete graph, years 1 to {YEARS[-1]}",
        0.0, max(farthest, 0.0), TOLERANCE,
    )


def _plot(ring: Values, complete: Values, graphs: dict[str, Values]) -> Plot:
    t = np.arange(ring.shape[1]) / WEEKS_A_YEAR
    middle = tuple(
        Curve.of(f"{name}, mean of {len(adopted)}", t, adopted.mean(axis=0), "reproduced")
        for name, adopted in graphs.items()
    )
    return Plot(
        "Bass on a ring", "years since launch", "share of adopters",
        (
            Curve.of("ring, closed form", t, ring_cumulative(t, P, Q), "published"),
            Curve.of("complete graph, closed form", t, bass_cumulative(t, P, Q), "published"),
            Curve.of(
                f"ring, mean of {len(ring)}", t, ring.mean(axis=0), "reproduced",
                low=ring.min(axis=0), high=ring.max(axis=0),
            ),
            *middle, Curve.of("everybody counts", t, complete, "must depart"),
        ),
    )

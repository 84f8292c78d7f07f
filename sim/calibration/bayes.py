"""The Bayesian fit: approximate Bayesian computation by population Monte Carlo.

Settings are uniform over the unit cube beforehand. A particle is a point with one simulated market
of its own luck; it is accepted if that market is within a tolerance of the data. Each generation
halves what the last accepted, its tolerance being the median distance, and draws its points from
the last one's, moved by a normal kernel of twice their weighted covariance and weighted by prior
over proposal (Beaumont, Cornuet, Marin and Robert 2009; Toni, Welch, Strelkowa, Ipsen and Stumpf
2009). With a tolerance above 0 the posterior is wider than the exact one: it errs on that side.

Points are proposed by generations of a fixed size, so the answer depends on the seed only. Packages
that do this (pyABC, ELFI) bring dozens of others along and draw on their workers from seeds that
nobody can set; what is needed here is short.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calibration.distance import Numbers
from sim.calibration.fit import Trial
from sim.calibration.laboratory import Laboratory
from sim.calibration.space import Point

FIRST_PARTICLE = 200_000
"""Replication of the first particle: each has luck of its own."""

KEPT = 0.5
"""Share of a generation that is accepted beforehand, and quantile of the next tolerance."""

FEWEST_PARTICLES, MOST_PARTICLES = 20, 500
GENERATIONS = 8
"""Into about so many parts the markets are divided."""

MOST_TRIES = 1_000
"""Proposals outside of the cube in a row before the cube's edge is taken."""


@dataclass(frozen=True)
class Posterior:
    """Weighted particles.

    Attributes
    ----------
    points : in the unit cube, (n_particles, n_settings).
    weights : 1 in sum, (n_particles,).
    simulated : what each particle's market measured, unscaled, (n_particles, n_values).
    distances : from the data, (n_particles,).
    tolerance : largest distance accepted.
    trials : all particles tried, in order.
    """

    points: Numbers
    weights: Numbers
    simulated: Numbers
    distances: Numbers
    tolerance: float
    trials: tuple[Trial, ...]

    @property
    def mean(self) -> Point:
        """The posterior mean, (n_settings,)."""
        return np.asarray(self.weights @ self.points)

    def quantile(self, q: float) -> Point:
        """A quantile of each setting, (n_settings,)."""
        return np.array([_quantile(column, self.weights, q) for column in self.points.T])


@dataclass
class _Generation:
    points: Numbers
    simulated: Numbers
    distances: Numbers
    weights: Numbers
    tolerance: float

    def best(self, n: int) -> _Generation:
        """The nearest ``n`` particles."""
        nearest = np.argsort(self.distances, kind="stable")[:n]
        weights = self.weights[nearest]
        return _Generation(
            self.points[nearest], self.simulated[nearest], self.distances[nearest],
            weights / weights.sum(), float(self.distances[nearest[-1]]),
        )


def sample(laboratory: Laboratory, *, markets: int, seed: int) -> Posterior:
    """Draw from the posterior.

    Parameters
    ----------
    laboratory
        Lives the markets.
    markets
        How many are lived in all.
    seed
        Seed of the proposals.
    """
    size = int(np.clip(markets // GENERATIONS, FEWEST_PARTICLES, MOST_PARTICLES))
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 3])))
    first = min(max(round(size / KEPT), 2), markets)
    trials: list[Trial] = []
    points = stratified(random, first, len(laboratory.bench.space))
    lived, distances = _live(laboratory, points, trials, 0)
    now = _Generation(points, lived, distances, np.full(first, 1 / first), np.inf).best(size)
    number = 1
    while len(trials) < markets:
        tolerance = float(np.quantile(now.distances, KEPT))
        following = _next(laboratory, random, now, tolerance, size, markets, trials, number)
        if following is None:
            break
        now, number = following, number + 1
    accepted = {tuple(point): w for point, w in zip(now.points, now.weights, strict=True)}
    marked = tuple(
        Trial(one.point, one.distance, one.by, one.round, accepted.get(tuple(one.point), 0.0))
        for one in trials
    )
    return Posterior(
        now.points, now.weights, now.simulated, now.distances, now.tolerance, marked
    )


def _next(
    laboratory: Laboratory, random: np.random.Generator, last: _Generation, tolerance: float,
    size: int, markets: int, trials: list[Trial], number: int,
) -> _Generation | None:
    """The next generation; None where the markets do not suffice for it."""
    spread = _kernel(last)
    kept: list[tuple[Point, Numbers, float]] = []
    while len(kept) < size:
        room = min(size, markets - len(trials))
        if room <= 0:
            return None
        points = _proposed(random, last, spread, room)
        lived, distances = _live(laboratory, points, trials, number)
        kept += [
            (point, values, distance)
            for point, values, distance in zip(points, lived, distances, strict=True)
            if distance <= tolerance
        ]
    points = np.array([point for point, _, _ in kept[:size]])
    lived = np.array([values for _, values, _ in kept[:size]])
    distances = np.array([distance for _, _, distance in kept[:size]])
    weights = 1 / _density(points, last, spread)
    return _Generation(points, lived, distances, weights / weights.sum(), tolerance)


def _live(
    laboratory: Laboratory, points: Numbers, trials: list[Trial], number: int
) -> tuple[Numbers, Numbers]:
    """One market of its own luck for each point, and its distance; noted among the trials."""
    start = FIRST_PARTICLE + len(trials)
    lived = laboratory.live([(point, start + at) for at, point in enumerate(points)])
    distances = np.array([laboratory.bench.target.distance(values) for values in lived])
    trials += [
        Trial(point, float(distance), "abc", number)
        for point, distance in zip(points, distances, strict=True)
    ]
    return lived, distances


def stratified(random: np.random.Generator, n: int, dimensions: int) -> Numbers:
    """Uniform points, one in each n-th of each range: a Latin hypercube, (n, dimensions)."""
    strata = random.permuted(np.tile(np.arange(n), (dimensions, 1)), axis=1).T
    return np.asarray((strata + random.random((n, dimensions))) / n)


def _kernel(last: _Generation) -> Numbers:
    """Twice the weighted covariance, as its Cholesky factor."""
    off = last.points - last.weights @ last.points
    covariance = 2 * (off.T * last.weights) @ off
    return np.asarray(np.linalg.cholesky(covariance + 1e-8 * np.eye(off.shape[1])))


def _proposed(
    random: np.random.Generator, last: _Generation, spread: Numbers, n: int
) -> Numbers:
    """Particles of the last generation, moved; those that leave the cube are drawn again."""
    found = np.empty((n, last.points.shape[1]))
    todo = np.arange(n)
    for _ in range(MOST_TRIES):
        chosen = random.choice(len(last.points), size=len(todo), p=last.weights)
        moved = last.points[chosen] + random.standard_normal((len(todo), len(spread))) @ spread.T
        found[todo] = np.clip(moved, 0, 1)
        todo = todo[((moved < 0) | (moved > 1)).any(axis=1)]
        if not len(todo):
            break
    return found


def _density(points: Numbers, last: _Generation, spread: Numbers) -> Numbers:
    """Density of the proposal at each point, up to a factor, (n,)."""
    inverse = np.linalg.inv(spread)
    off = (points[:, None, :] - last.points[None, :, :]) @ inverse.T
    kernels = np.exp(-0.5 * (off**2).sum(axis=2))
    return np.asarray(kernels @ last.weights)


def _quantile(values: Numbers, weights: Numbers, q: float) -> float:
    """A weighted quantile: half of a particle's weight counts below it."""
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[order]) - 0.5 * weights[order]
    return float(np.interp(q, cumulated, values[order]))

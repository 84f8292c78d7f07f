"""How sure a point fit is: 95% intervals of simulated least squares.

The fitted point minimizes (y - c s)' W (y - c s). To first order its error is the projection of all
chance in y - c s onto the settings, so with J the change of c s with settings and scale

    cov = A^-1 B A^-1,    A = J' W J,    B = J' W S W J,

the sandwich of the method of simulated moments (McFadden 1989). S is measured, not assumed: the
covariance of fresh markets at the fitted point, with all its correlation over weeks, once for the
data and 1 / R for the R replications that were averaged, and a variance beyond it where the data
are farther off than chance would be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import t as student

from sim.calibration.distance import Numbers
from sim.calibration.fit import PointFit, Trial
from sim.calibration.laboratory import Laboratory
from sim.calibration.space import Point

FRESH = 40
"""Markets from which the variance is measured."""

FIRST_FRESH = 100_000
"""Their replications: nobody was fitted to this luck."""

STEP = 0.1
"""Of a range, to either side, for derivatives."""

FEWEST_FOR_STEP = 12
"""Replications for derivatives: differences need less noise than distances."""

ROUNDS = 4
"""Of polishing, at most."""

DAMPINGS = (0.0, 0.1, 1.0)
"""Steps that are tried at a time, from bold to careful."""

TINY, SMALLEST = 1e-9, 1e-12

DEVIATIONS = 2.0
"""Standard deviations by which what luck adds may exceed its mean."""

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Precision:
    """What is known of the error of a fitted point.

    Attributes
    ----------
    covariance : of the point in the unit cube and, where the data are scaled, of log scale,
        (n_settings[+ 1], n_settings[+ 1]).
    low, high : ends of the 95% intervals, places from 0 to 1, (n_settings,).
    excess : variance beyond chance, relative to the size of what is compared.
    factor : half-widths a standard error, from Student's t.
    """

    covariance: Numbers
    low: Point
    high: Point
    excess: float
    factor: float


def cost(n_settings: int, replications: int) -> int:
    """Markets that it takes at most, polishing included."""
    for_derivatives = 2 * n_settings * max(replications, FEWEST_FOR_STEP)
    return FRESH + (ROUNDS + 1) * for_derivatives + ROUNDS * len(DAMPINGS) * replications


def polish(laboratory: Laboratory, found: PointFit, replications: int) -> PointFit:
    """Go the rest of the way downhill by damped Gauss-Newton steps (Levenberg and Marquardt).

    A search by distances alone ends near the least distance; that its derivatives are 0 there is
    what intervals are built on.
    """
    target = laboratory.bench.target
    for _ in range(ROUNDS):
        jacobian, _ = _jacobian(laboratory, found.best, found.simulated, replications)
        counted = target.is_fitted
        bread = jacobian.T * target.weight[counted]
        slope = bread @ target.residuals(found.simulated)[counted]
        points = []
        for damping in DAMPINGS:
            curved = bread @ jacobian
            curved += np.diag(damping * np.diag(curved) + TINY * np.trace(curved))
            step = np.linalg.lstsq(curved, slope, rcond=None)[0][: len(found.best)]
            points.append(np.clip(found.best + step, 0, 1))
        means = laboratory.mean(points, replications)
        distances = [target.distance(values) for values in means]
        number = found.trials[-1].round + 1
        trials = found.trials + tuple(
            Trial(point, distance, "gauss-newton", number)
            for point, distance in zip(points, distances, strict=True)
        )
        nearest = int(np.argmin(distances))
        if distances[nearest] >= found.distance:
            return replace(found, trials=trials)
        found = PointFit(points[nearest], means[nearest], distances[nearest], trials)
    return found


def precision_of(
    laboratory: Laboratory, best: Point, simulated: Numbers, replications: int
) -> Precision:
    """The error of the fitted point.

    Parameters
    ----------
    best
        The fitted point, (n_settings,).
    simulated
        Mean of its replications, unscaled, (n_values,).
    replications
        How many they were.
    """
    target = laboratory.bench.target
    scale, counted = target.scale(simulated), target.is_fitted
    jacobian, noise = _jacobian(laboratory, best, simulated, replications)
    fresh = scale * laboratory.live(
        [(best, FIRST_FRESH + number) for number in range(FRESH)]
    )[:, counted]
    size = target.size_of[counted]
    # One simulated market stands for `scale` as large a one, whose own chance is smaller by that.
    ratio = target.noise_ratio / scale if target.is_scaled and scale > 0 else target.noise_ratio
    chance = ratio + 1 / replications
    freedom = target.n_fitted - jacobian.shape[1]
    excess = 0.0
    if freedom > 0:
        squared = (target.residuals(simulated)[counted] / size) ** 2
        excess = float(squared.sum() / freedom - chance * (fresh / size).var(axis=0, ddof=1).mean())
    excess = max(excess, 0.0)
    bread, pull = jacobian.T * target.weight[counted], fresh - fresh.mean(axis=0)
    projected = pull @ bread.T
    meat = chance * projected.T @ projected / (FRESH - 1) + excess * (bread * size**2) @ bread.T
    if target.is_scaled:
        noise[-1, -1] = (target.weight[counted] * fresh.var(axis=0, ddof=1)).sum() / replications
    inverse = _inverse(bread @ jacobian, noise, target.n_fitted)
    covariance = inverse @ meat @ inverse
    factor = float(student.ppf(0.5 + CONFIDENCE / 2, max(freedom, 1)))
    half = _half_widths(jacobian, covariance, factor, len(best))
    return Precision(
        covariance, np.clip(best - half, 0, 1), np.clip(best + half, 0, 1), excess, factor
    )


def _half_widths(
    jacobian: Numbers, covariance: Numbers, factor: float, n_settings: int
) -> Point:
    """Half the width of each interval; what moves nothing is not known at all."""
    half = factor * np.sqrt(np.maximum(np.diag(covariance)[:n_settings], 0))
    moves = np.abs(jacobian[:, :n_settings]).sum(axis=0) > 0
    return np.where(moves, half, 1.0)


def _jacobian(
    laboratory: Laboratory, best: Point, simulated: Numbers, replications: int
) -> tuple[Numbers, Numbers]:
    """Change of the scaled fitted numbers with each setting and log scale, (n_fitted, n).

    The second is what luck adds to J' W J, (n, n).
    """
    target = laboratory.bench.target
    scale, counted = target.scale(simulated), target.is_fitted
    each = scale * _derivatives(laboratory, best, replications)[:, counted]
    jacobian = each.mean(axis=0)
    off, n = each - jacobian, jacobian.shape[1] + target.is_scaled
    noise = np.zeros((n, n))
    added = np.einsum("rid,i,rie->de", off, target.weight[counted], off)
    noise[: len(best), : len(best)] = added / (len(each) * (len(each) - 1))
    if target.is_scaled:
        jacobian = np.column_stack([jacobian, scale * simulated[counted]])
    return jacobian, noise


def _inverse(curved: Numbers, noise: Numbers, n_fitted: int) -> Numbers:
    """The inverse of J' W J without what luck added to it.

    A direction in which the numbers change no more than luck may make them is one of which the
    data say nothing: its error is large, not small by chance. Luck's part is a sum over numbers,
    so its relative standard deviation is sqrt(2 / n).
    """
    size = np.sqrt(np.maximum(np.diag(curved), SMALLEST))
    values, vectors = np.linalg.eigh(curved / np.outer(size, size))
    luck = np.einsum("de,df,fe->e", vectors, noise / np.outer(size, size), vectors)
    told = values > luck * (1 + DEVIATIONS * np.sqrt(2 / n_fitted)) + TINY
    inverse = (vectors / np.where(told, values - luck, SMALLEST)) @ vectors.T
    return np.asarray(inverse / np.outer(size, size))


def _derivatives(laboratory: Laboratory, best: Point, replications: int) -> Numbers:
    """Change of what is measured with each setting, by central differences under equal luck.

    One a replication: (n_replications, n_values, n_settings).
    """
    points = []
    for number, dimension in enumerate(laboratory.bench.space.dimensions):
        step = STEP
        if dimension.is_whole:
            step = max(step, 1 / (dimension.high - dimension.low))
        for side in (-step, step):
            point = best.copy()
            point[number] = np.clip(best[number] + side, 0, 1)
            points.append(point)
    several = max(replications, FEWEST_FOR_STEP)
    lived = laboratory.live([(point, r) for point in points for r in range(several)])
    each = lived.reshape(len(points), several, -1)
    columns = []
    for number in range(len(best)):
        below, above = 2 * number, 2 * number + 1
        width = points[above][number] - points[below][number]
        columns.append((each[above] - each[below]) / width)
    return np.stack(columns, axis=2)

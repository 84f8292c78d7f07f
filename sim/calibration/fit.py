"""The point fit: looks for the settings at which simulated markets are nearest to the data.

A tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kegl 2011), that of Optuna, looks
everywhere; CMA-ES (Hansen and Ostermeier 2001) then goes on from the best. Both ask for points by
batches of a fixed size, so that the answer depends on the seed and never on how many workers there
are. All points share the luck of the same replications, over which each is averaged.
"""

from __future__ import annotations

import importlib
import warnings
from dataclasses import dataclass
from types import ModuleType
from typing import TypeAlias

import numpy as np

from sim.calibration.distance import Numbers
from sim.calibration.laboratory import Laboratory
from sim.calibration.space import EDGE, Point
from sim.errors import RunError

BATCH = 8
SHARE_OF_TPE = 0.5
SPREAD = 0.1
"""First step of CMA-ES, as a share of each range."""


@dataclass(frozen=True)
class Trial:
    """A point that was tried.

    Attributes
    ----------
    point : in the unit cube, (n_settings,).
    distance : from the data.
    by : which search asked for it.
    round : which batch or generation it belongs to, from 0.
    weight : of an accepted particle of the Bayesian fit, else 0.
    """

    point: Point
    distance: float
    by: str
    round: int
    weight: float = 0.0


@dataclass(frozen=True)
class PointFit:
    """The nearest point found.

    Attributes
    ----------
    best : the point, (n_settings,).
    simulated : mean of its replications, unscaled, (n_values,).
    distance : from the data.
    trials : all points tried, in order.
    """

    best: Point
    simulated: Numbers
    distance: float
    trials: tuple[Trial, ...]


Tried: TypeAlias = tuple[Trial, Numbers]
"""A trial with what its markets measured, unscaled."""


def optuna() -> ModuleType:
    """The library that searches.

    Raises
    ------
    RunError
        If it is not installed.
    """
    try:
        importlib.import_module("cmaes")
        library = importlib.import_module("optuna")
    except ImportError as error:
        raise RunError(
            "fitting needs optuna and cmaes, which are not installed: "
            "pip install 'counterpoise[calibrate]'; --method bayes does without"
        ) from error
    library.logging.set_verbosity(library.logging.ERROR)
    return library


def search(laboratory: Laboratory, *, trials: int, replications: int, seed: int) -> PointFit:
    """Look for the nearest point.

    Parameters
    ----------
    laboratory
        Lives the markets.
    trials
        Points to try.
    replications
        Markets a point, the same luck at every point.
    seed
        Seed of the search.
    """
    n = len(laboratory.bench.space)
    found: list[Tried] = []
    # CMA-ES needs two dimensions to turn in.
    broad = trials if n == 1 else max(round(SHARE_OF_TPE * trials), min(trials, 2 * BATCH))
    _search_everywhere(laboratory, broad, replications, seed, found)
    if broad < trials:
        _search_near(laboratory, trials - broad, replications, seed, found)
    nearest, simulated = min(found, key=lambda one: one[0].distance)
    return PointFit(
        nearest.point, simulated, nearest.distance, tuple(trial for trial, _ in found)
    )


def _search_everywhere(
    laboratory: Laboratory, trials: int, replications: int, seed: int, found: list[Tried]
) -> None:
    """Let the Parzen estimator ask for points."""
    library, n = optuna(), len(laboratory.bench.space)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=library.exceptions.ExperimentalWarning)
        sampler = library.samplers.TPESampler(
            seed=_own(seed, 1), multivariate=True, constant_liar=True,
            n_startup_trials=min(max(10, 4 * n), max(trials // 2, 1)),
        )
    study = library.create_study(sampler=sampler)
    for start in range(0, trials, BATCH):
        asked = [study.ask() for _ in range(min(BATCH, trials - start))]
        points = [
            np.array([trial.suggest_float(f"x{d}", 0.0, 1.0) for d in range(n)]) for trial in asked
        ]
        tried = _try(laboratory, points, replications, "tpe", start // BATCH)
        for trial, (done, _) in zip(asked, tried, strict=True):
            study.tell(trial, done.distance)
        found += tried


def _search_near(
    laboratory: Laboratory, trials: int, replications: int, seed: int, found: list[Tried]
) -> None:
    """Let CMA-ES go on from the best point so far; the last generation may be a part of one."""
    best = min(found, key=lambda one: one[0].distance)[0].point
    evolution = importlib.import_module("cmaes").CMA(
        mean=np.clip(best, EDGE, 1 - EDGE), sigma=SPREAD, seed=_own(seed, 2),
        bounds=np.tile([0.0, 1.0], (len(best), 1)), population_size=BATCH,
    )
    first = found[-1][0].round + 1
    for number in range(-(-trials // BATCH)):
        n = min(BATCH, trials - number * BATCH)
        points = [np.asarray(evolution.ask()) for _ in range(n)]
        tried = _try(laboratory, points, replications, "cma-es", first + number)
        if n == BATCH:
            evolution.tell([(done.point, done.distance) for done, _ in tried])
        found += tried


def _try(
    laboratory: Laboratory, points: list[Point], replications: int, by: str, number: int
) -> list[Tried]:
    simulated = laboratory.mean(points, replications)
    distance = laboratory.bench.target.distance
    return [
        (Trial(point, distance(values), by, number), values)
        for point, values in zip(points, simulated, strict=True)
    ]


def _own(seed: int, number: int) -> int:
    """A seed of the search's own, 32 bits wide."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


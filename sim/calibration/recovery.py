"""Parameter recovery: whether the fit finds known settings again, on data of the same form.

Markets are simulated at known settings spread over the ranges, measured like the data, and fitted
to. What a fit cannot find again here it cannot have found in the data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.calibration.bayes import stratified
from sim.calibration.calibrate import Fitted, Plan, estimate_of, fitted
from sim.calibration.distance import Numbers, Target
from sim.calibration.laboratory import Bench, Laboratory
from sim.calibration.space import Point, Space

FIRST_WORLD = 1_000_000
"""Replication of the first simulated data: no fit has this luck."""

INNER = 0.8
"""Share of each range in which the known settings lie: at its edges no interval could hold them."""


@dataclass(frozen=True)
class Recovered:
    """One known point and what the fit made of its data.

    Attributes
    ----------
    truth : the known values, in the order of the settings.
    settings : what was fitted.
    """

    truth: tuple[float, ...]
    settings: tuple[Fitted, ...]

    @property
    def is_covered(self) -> tuple[bool, ...]:
        """Whether each interval holds the known value."""
        return tuple(
            one.low <= true <= one.high
            for one, true in zip(self.settings, self.truth, strict=True)
        )


@dataclass(frozen=True)
class Recovery:
    """How well known settings are found again.

    Attributes
    ----------
    space : the settings.
    worlds : one a simulated data set.
    """

    space: Space
    worlds: tuple[Recovered, ...]

    def places(self) -> tuple[Numbers, Numbers]:
        """Known and fitted values as places in their ranges, (n_worlds, n_settings) each."""
        truth = [self.space.point(dict(zip(self.space.paths, world.truth, strict=True)))
                 for world in self.worlds]
        found = [
            self.space.point({one.dimension.path: one.value for one in world.settings})
            for world in self.worlds
        ]
        return np.array(truth), np.array(found)

    @property
    def error(self) -> Point:
        """Root mean square error of each setting as a share of its range, (n_settings,)."""
        truth, found = self.places()
        return np.asarray(np.sqrt(((found - truth) ** 2).mean(axis=0)))

    @property
    def bias(self) -> Point:
        """Mean error of each setting as a share of its range, (n_settings,)."""
        truth, found = self.places()
        return np.asarray((found - truth).mean(axis=0))

    @property
    def covered(self) -> tuple[int, ...]:
        """In how many worlds the interval of each setting holds the known value."""
        held = np.array([world.is_covered for world in self.worlds])
        return tuple(int(n) for n in held.sum(axis=0))


def markets(plan: Plan, n_settings: int, worlds: int) -> int:
    """How many markets recovery lives."""
    return worlds * (1 + plan.markets(n_settings, with_forecast=False))


def recover(
    target: Target, space: Space, plan: Plan, worlds: int, *, strategy: str | None = None,
    workers: int | None = None, report: Callable[[int], None] | None = None,
) -> Recovery:
    """Fit to data that were simulated at known settings.

    Parameters
    ----------
    target
        Data of the form to imitate: the same series, periods and held-out numbers.
    worlds
        How many known settings; they are spread over the ranges as a Latin hypercube.

    Raises
    ------
    RunError
        If the library that searches is not installed.
    """
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([plan.seed, 5])))
    places = 0.5 + INNER * (stratified(random, worlds, len(space)) - 0.5)
    found = []
    for number, place in enumerate(places):
        bench = Bench(target, space, strategy, plan.seed)
        # What whole numbers and rounding make of a place is what is known.
        truth = space.values(place)
        observed = bench.live(place, FIRST_WORLD + number)
        if report is not None:
            report(1)
        made = target.with_observed(observed)
        found.append(_recovered(made, bench, plan, truth, workers, report))
    return Recovery(space, tuple(found))


def _recovered(
    target: Target, bench: Bench, plan: Plan, truth: dict[str, float | int],
    workers: int | None, report: Callable[[int], None] | None,
) -> Recovered:
    own = Bench(target, bench.space, bench.strategy, bench.seed)
    expected = plan.markets(len(bench.space), with_forecast=False)
    with Laboratory(own, workers=workers, expected=expected, report=report) as laboratory:
        estimate = estimate_of(laboratory, plan, with_forecast=False)
    return Recovered(tuple(truth.values()), fitted(bench.space, estimate))

"""Scenario discovery: simple conditions on worlds under which something happens (PRIM).

The patient rule induction method peels a box of worlds: from all worlds it cuts away, again and
again, the twentieth at one end of one setting (or one level of a named one) that gains most
density for what it costs in mass, until the box is small. Then it pastes back what costs no
density. Of all boxes on the way the one with the best balance of coverage (share of cases inside)
and density (share of the box that are cases) is kept, and restrictions that could be chance are
dropped.

References
----------
Friedman and Fisher (1999); Bryant and Lempert (2010) for coverage, density and quasi-p values;
Kwakkel and Jaxa-Rozen (2016) for gain per mass and for named levels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

PEEL, SMALLEST_MASS, PASTE = 0.05, 0.05, 0.05
CHANCE = 0.05
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Setting:
    """One uncertain setting over all worlds.

    Attributes
    ----------
    name : its path.
    values : shape ``(n_worlds,)``; for a named setting the number of its level.
    levels : names of its levels, empty for a number.
    """

    name: str
    values: Numbers
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limit:
    """A condition on one setting: within ``low`` and ``high``, or one of ``allowed`` levels."""

    low: float = -math.inf
    high: float = math.inf
    allowed: frozenset[int] | None = None

    def holds(self, values: Numbers) -> Flags:
        """In which worlds it holds."""
        if self.allowed is not None:
            return np.isin(values, list(self.allowed))
        return (values >= self.low) & (values <= self.high)


@dataclass(frozen=True)
class Box:
    """Worlds that satisfy some conditions.

    Attributes
    ----------
    limits : condition by setting; settings without one may take any value.
    coverage : share of all cases that lie inside.
    density : share of the worlds inside that are cases.
    mass : share of all worlds that lie inside.
    chance : by setting, the probability of such a density if its condition did nothing.
    """

    limits: Mapping[str, Limit]
    coverage: float
    density: float
    mass: float
    chance: Mapping[str, float]

    @property
    def balance(self) -> float:
        """Harmonic mean of coverage and density."""
        both = self.coverage + self.density
        return 2 * self.coverage * self.density / both if both > 0 else 0.0

    def inside(self, settings: Sequence[Setting]) -> Flags:
        """Which worlds lie inside."""
        within = np.ones(len(settings[0].values), dtype=bool)
        for setting in settings:
            if setting.name in self.limits:
                within &= self.limits[setting.name].holds(setting.values)
        return within


def discover(settings: Sequence[Setting], cases: Flags, *, most: int = 2) -> list[Box]:
    """Boxes that describe where cases are, the best first.

    Each box after the first describes cases outside those before. A box must be denser than the
    worlds around it by half, or, where most of these are cases, hold half as many others among its
    worlds; and it must hold a tenth of the cases.

    Parameters
    ----------
    cases
        Shape ``(n_worlds,)``: worlds to describe.
    """
    found: list[Box] = []
    left = np.ones(len(cases), dtype=bool)
    while len(found) < most and cases[left].any() and not cases[left].all():
        here = [replace(setting, values=setting.values[left]) for setting in settings]
        box = best(here, cases[left])
        around = cases[left].mean()
        if box is None or box.density < min(1.5 * around, (1.0 + around) / 2):
            break
        told = measured(box.limits, settings, cases, box.chance)
        within = told.inside(settings)
        if (cases & left & within).sum() < 0.1 * cases.sum():
            break
        found.append(told)
        left &= ~within
    return found


def best(settings: Sequence[Setting], cases: Flags) -> Box | None:
    """The box with the best balance on the way of peeling, without conditions due to chance."""
    path = trajectory(settings, cases)
    if len(path) < 2:
        return None
    chosen = max(path, key=lambda box: box.balance)
    return _without_chance(chosen, settings, cases)


def trajectory(settings: Sequence[Setting], cases: Flags) -> list[Box]:
    """All boxes from the whole space to the smallest one, pasted at the end."""
    limits: dict[str, Limit] = {}
    within = np.ones(len(cases), dtype=bool)
    path = [measured(limits, settings, cases)]
    while within.mean() > SMALLEST_MASS:
        cut = _best_peel(settings, cases, within, limits)
        if cut is None:
            break
        name, limit, keep = cut
        limits = {**limits, name: limit}
        within &= keep
        path.append(measured(limits, settings, cases))
    pasted = _paste(path[-1], settings, cases)
    return [*path, pasted] if pasted is not path[-1] else path


def measured(
    limits: Mapping[str, Limit], settings: Sequence[Setting], cases: Flags,
    chance: Mapping[str, float] | None = None,
) -> Box:
    """A box with its coverage, density and mass in these worlds."""
    box = Box(dict(limits), 0.0, 0.0, 0.0, dict(chance or {}))
    within = box.inside(settings)
    hits = int(cases[within].sum())
    return replace(
        box, coverage=hits / max(int(cases.sum()), 1), density=hits / max(int(within.sum()), 1),
        mass=float(within.mean()),
    )


def _best_peel(
    settings: Sequence[Setting], cases: Flags, within: Flags, limits: Mapping[str, Limit]
) -> tuple[str, Limit, Flags] | None:
    """The cut that gains most density for the mass that it costs; None if none gains."""
    now = cases[within].mean()
    n = within.sum()
    smallest = max(SMALLEST_MASS * len(cases), 1)
    chosen: tuple[str, Limit, Flags] | None = None
    top = 0.0
    for setting in settings:
        for limit in _cuts(setting, within, limits.get(setting.name, Limit())):
            keep = limit.holds(setting.values)
            left = within & keep
            remaining = int(left.sum())
            if remaining < smallest or remaining == n:
                continue
            gain = (cases[left].mean() - now) / (n - remaining)
            if gain > top:
                top, chosen = gain, (setting.name, limit, keep)
    return chosen


def _cuts(setting: Setting, within: Flags, limit: Limit) -> Iterator[Limit]:
    values = setting.values[within]
    if setting.levels:
        present = frozenset(int(v) for v in np.unique(values))
        if len(present) > 1:
            for level in sorted(present):
                yield Limit(allowed=present - {level})
        return
    low, high = np.quantile(values, [PEEL, 1 - PEEL])
    above, below = values[values > low], values[values < high]
    # Between two worlds, so that the limit is no world's own value.
    if above.size:
        yield replace(limit, low=float((values[values <= low].max() + above.min()) / 2))
    if below.size:
        yield replace(limit, high=float((values[values >= high].min() + below.max()) / 2))


def _paste(box: Box, settings: Sequence[Setting], cases: Flags) -> Box:
    """Widen limits one by one as long as density does not fall."""
    now = box
    while True:
        wider = [
            measured({**now.limits, name: limit}, settings, cases)
            for name in now.limits for limit in _wider(now, name, settings)
        ]
        good = [one for one in wider if one.mass > now.mass and one.density >= now.density]
        if not good:
            return now
        now = max(good, key=lambda one: (one.density, one.mass))


def _wider(box: Box, name: str, settings: Sequence[Setting]) -> Iterator[Limit]:
    setting = next(one for one in settings if one.name == name)
    limit = box.limits[name]
    rest = Box({n: v for n, v in box.limits.items() if n != name}, 0, 0, 0, {}).inside(settings)
    values = np.sort(setting.values[rest])
    step = max(int(PASTE * box.inside(settings).sum()), 1)
    if limit.allowed is not None:
        for level in sorted({int(v) for v in values} - limit.allowed):
            yield replace(limit, allowed=limit.allowed | {level})
        return
    below, above = values[values < limit.low], values[values > limit.high]
    if below.size:
        yield replace(limit, low=float(below[-min(step, below.size)]))
    if above.size:
        yield replace(limit, high=float(above[min(step, above.size) - 1]))


def _without_chance(box: Box, settings: Sequence[Setting], cases: Flags) -> Box | None:
    """Drop conditions that could be chance, the least telling first."""
    limits = dict(box.limits)
    while limits:
        chance = {name: _quasi_p(name, limits, settings, cases) for name in limits}
        worst = max(chance, key=lambda name: chance[name])
        if chance[worst] <= CHANCE:
            return measured(limits, settings, cases, chance)
        del limits[worst]
    return None


def _quasi_p(
    name: str, limits: Mapping[str, Limit], settings: Sequence[Setting], cases: Flags
) -> float:
    """Probability of as many cases in the box, if its worlds were drawn without this condition."""
    from scipy.stats import binom

    with_it = measured(limits, settings, cases)
    without = measured({n: v for n, v in limits.items() if n != name}, settings, cases)
    n = round(with_it.mass * len(cases))
    hits = round(with_it.density * n)
    return float(binom.sf(hits - 1, n, without.density))

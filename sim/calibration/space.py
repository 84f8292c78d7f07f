"""Which settings are fitted, over which ranges: values and their places in a unit cube."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.errors import DataError
from sim.scenario import Scenario
from sim.scenario.faults import Fault
from sim.scenario.overrides import Setting, at, find, try_apply
from sim.scenario.shapes import expected
from sim.wording import shown, visible

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?"
RANGE = re.compile(rf"(?P<path>[^=]+)=\s*(?P<low>{NUMBER})\s*\.\.\s*(?P<high>{NUMBER})\s*")
EXAMPLE = "mechanisms.word_of_mouth.contact_prob=0.01..0.3"

MOST_SETTINGS = 12
WIDE = 20.0
"""A range whose ends differ by this factor is searched by orders of magnitude."""

DIGITS = 6
"""Of a fitted value; more would be luck."""

EDGE = 0.01
"""Share of a range that counts as its edge."""

Point: TypeAlias = NDArray[np.float64]
"""A place in the unit cube, (n_settings,)."""


@dataclass(frozen=True)
class Dimension:
    """One setting to be fitted.

    Attributes
    ----------
    path : where it is in the scenario.
    low, high : its range.
    is_log : whether equal steps are equal factors.
    is_whole : whether it is a whole number.
    """

    path: str
    low: float
    high: float
    is_log: bool = False
    is_whole: bool = False

    def value(self, place: float) -> float | int:
        """The setting's value at a place from 0 to 1."""
        first, last = self._ends
        inner = first + min(max(place, 0.0), 1.0) * (last - first)
        value = math.exp(inner) if self.is_log else inner
        value = min(max(value, self.low), self.high)
        return round(value) if self.is_whole else float(f"{value:.{DIGITS}g}")

    def place(self, value: float) -> float:
        """Where in the range a value lies, 0 to 1."""
        first, last = self._ends
        inner = math.log(value) if self.is_log else value
        return (inner - first) / (last - first)

    @property
    def _ends(self) -> tuple[float, float]:
        return (math.log(self.low), math.log(self.high)) if self.is_log else (self.low, self.high)


@dataclass(frozen=True)
class Space:
    """The settings to be fitted."""

    dimensions: tuple[Dimension, ...]

    def __len__(self) -> int:
        return len(self.dimensions)

    @property
    def paths(self) -> tuple[str, ...]:
        """Their paths."""
        return tuple(dimension.path for dimension in self.dimensions)

    def values(self, point: Sequence[float] | Point) -> dict[str, float | int]:
        """The settings at a point of the unit cube."""
        return {
            dimension.path: dimension.value(float(place))
            for dimension, place in zip(self.dimensions, point, strict=True)
        }

    def point(self, values: Mapping[str, float]) -> Point:
        """The point of the unit cube where the settings have these values."""
        return np.array([one.place(values[one.path]) for one in self.dimensions])


def is_edge(place: float) -> bool:
    """Whether a place is so near an end of its range that the range may be what holds it."""
    return not EDGE < place < 1 - EDGE


def space_of(scenario: Scenario, strategy: str | None, written: Sequence[str]) -> Space:
    """The settings named by ``PATH=LOW..HIGH``; none named are those declared uncertain.

    Raises
    ------
    DataError
        If a range cannot be read, or the setting cannot have it.
    """
    ranges = [_parsed(text) for text in written] or [
        (path, span.low, span.high) for path, span in scenario.document.uncertain.items()
    ]
    if not ranges:
        raise DataError(
            f"{scenario.name}: nothing is declared uncertain, so nothing is known to fit; "
            f"name settings by --fit PATH=LOW..HIGH, such as --fit {EXAMPLE}"
        )
    if len(ranges) > MOST_SETTINGS:
        raise DataError(
            f"--fit: {len(ranges)} settings; at most {MOST_SETTINGS} can be told apart by data; "
            "name the ones that matter by --fit PATH=LOW..HIGH"
        )
    paths = [path for path, _, _ in ranges]
    for path in paths:
        if paths.count(path) > 1:
            raise DataError(f"--fit: {visible(path)[:120]} is named twice; keep one of the ranges")
    return Space(tuple(_dimension(scenario, strategy, *one) for one in ranges))


def _parsed(text: str) -> tuple[str, float, float]:
    found = RANGE.fullmatch(text[:400])
    if found is None:
        raise DataError(
            f"--fit '{visible(text)[:80]}': must read PATH=LOW..HIGH, such as {EXAMPLE}"
        )
    return found["path"].strip(), float(found["low"]), float(found["high"])


def _dimension(
    scenario: Scenario, strategy: str | None, path: str, low: float, high: float
) -> Dimension:
    setting = _setting(scenario, strategy, path)
    where = f"--fit {visible(path)[:120]}"
    form = setting.number
    if form is None or isinstance(setting.value, Mapping):
        raise DataError(f"{where}: this is not one number, so it has no range; name one below it")
    if not low < high:
        raise DataError(f"{where}: {low:g} must be below {high:g}")
    is_whole = all(one.type is int for one in setting.forms if one.is_number)
    for value in (low, high):
        if not form.within(value) or (is_whole and not value.is_integer()):
            raise DataError(
                f"{where}: {value:g} is not possible: must be {expected((form,))}"
            )
    scale = setting.declared.get("scale")
    is_log = scale == "log" if scale else low > 0 and high / low >= WIDE
    return Dimension(path, low, high, is_log and low > 0, is_whole)


def _setting(scenario: Scenario, strategy: str | None, path: str) -> Setting:
    """The setting as the strategy that is fitted has it."""
    decided: Any = at(scenario.raw, "strategies", strategy, "set")
    for own in decided:
        if f"{path}.".startswith(f"{own}."):
            raise DataError(
                f"--fit {visible(path)[:120]}: strategy '{visible(str(strategy))[:60]}' sets it; "
                "choose another by --strategy, or another setting"
            )
    changed, _ = try_apply(scenario.raw, {**scenario.overrides, **decided})
    found = find(changed, path)
    if isinstance(found, Fault):
        raise DataError(f"--fit {shown(path)[:120]}: {found.message}")
    return found

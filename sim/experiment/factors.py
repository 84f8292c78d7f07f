"""Factors of a design: from a position between 0 and 1 to the value that a setting takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.mechanisms.base import families
from sim.scenario.mechanisms import VARIANT
from sim.scenario.schema import Value

Cells = NDArray[np.float64]
"""Cells of a design: values of ranges, numbers of levels from 0; NaN leaves a setting alone."""


@dataclass(frozen=True)
class Factor:
    """One setting that varies.

    Parameters
    ----------
    path
        The setting.
    low, high
        Its range; of levels, their numbers.
    log
        Whether equal steps are equal factors.
    whole
        Whether it is a whole number.
    levels
        The values that it takes instead of a range.
    base
        Its cell in the scenario as it is, NaN where that is no single cell.
    """

    path: str
    low: float
    high: float
    log: bool = False
    whole: bool = False
    levels: tuple[Value, ...] | None = None
    base: float = np.nan

    def at(self, positions: Cells) -> Cells:
        """Cells at positions from 0 to 1: every value of a range, every level, equally often."""
        if self.whole and not self.log:
            count = self.high - self.low + 1
            return np.asarray(np.minimum(self.low + np.floor(positions * count), self.high))
        if self.log:
            start, end = np.log(self.low), np.log(self.high)
            cells: Cells = np.exp(start + positions * (end - start)).clip(self.low, self.high)
            return np.rint(cells) if self.whole else cells
        return self.low + positions * (self.high - self.low)

    def steps(self, count: int) -> Cells:
        """All levels, or so many values of a range from its lowest to its highest."""
        if self.levels is not None:
            return np.arange(len(self.levels), dtype=np.float64)
        positions = np.linspace(0.0, 1.0, count)
        if not self.whole:
            return self.at(positions)
        if self.log:
            return np.unique(self.at(positions))
        return np.unique(np.rint(self.low + positions * (self.high - self.low)))

    def value(self, cell: float) -> Value:
        """What the setting is set to."""
        if self.levels is not None:
            return self.levels[int(cell)]
        return int(cell) if self.whole else float(cell)


def by_levels(path: str, levels: tuple[Value, ...], base: Value = None) -> Factor:
    """A factor that takes levels."""
    number = next((n for n, level in enumerate(levels) if same(level, base)), None)
    return Factor(
        path, 0.0, len(levels) - 1.0, whole=True, levels=levels,
        base=np.nan if number is None else float(number),
    )


def same(one: Value, other: Value) -> bool:
    """Whether two values are one; true is no number."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def settings_of(factors: tuple[Factor, ...], cells: Cells) -> dict[str, Value]:
    """The settings that one row of a design makes.

    A parameter that the variant chosen by the same row does not have is left out: where nobody
    talks, it does not matter how.
    """
    made = {
        factor.path: factor.value(cell)
        for factor, cell in zip(factors, cells.tolist(), strict=True)
        if cell == cell  # NaN leaves it as it is
    }
    return {path: value for path, value in made.items() if _exists(path, made)}


def _exists(path: str, made: Mapping[str, Value]) -> bool:
    root, _, rest = path.partition(".")
    family, _, parameter = rest.partition(".")
    if root != "mechanisms" or parameter in ("", VARIANT):
        return True
    chosen = made.get(f"{root}.{family}.{VARIANT}", made.get(f"{root}.{family}"))
    if chosen is None or chosen not in families()[family]:
        return True
    return parameter in families()[family][str(chosen)].Parameters.model_fields

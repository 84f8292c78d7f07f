"""Numbers in columns: no more digits than the interval is sure of, large ones in millions."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.results.text import (
    NO_VALUE,
    decimals_for,
    difference_unit,
    format_interval,
    format_value,
    is_share,
)

if TYPE_CHECKING:
    from sim.results.statistics import Estimate

PLAIN = "0 to 1"
"""The unit whose numbers are written without one."""

LARGE = ((1e9, "billion"), (1e6, "million"))
"""From which size on numbers are shown as multiples of it."""

DECIMALS_OF_LARGE = 3


@dataclass(frozen=True)
class Scale:
    """How the numbers of one outcome are written.

    Parameters
    ----------
    unit
        Unit of the outcome.
    factor
        What numbers are multiplied by.
    name
        The unit as it stands in a heading.
    """

    unit: str
    factor: float
    name: str

    def written(self, found: Estimate, *, is_difference: bool = False) -> tuple[str, str]:
        """A mean and its interval, without their unit, empty where there is none."""
        if math.isnan(found.value):
            return NO_VALUE, ""
        value, low, high = (self.factor * each for each in (found.value, found.low, found.high))
        of = difference_unit(self.unit) if is_difference else self.unit
        places = decimals_for((found.value, found.low, found.high), of)
        if self.factor < 1:
            places = DECIMALS_OF_LARGE
        if high > low:  # two digits of the uncertainty are enough
            places = min(places, 1 - math.floor(math.log10((high - low) / 2)))
        value, low, high = (round(each, places) for each in (value, low, high))
        decimals = max(places, 0)
        text = format_value(value, PLAIN, decimals=decimals, sign=is_difference)
        if math.isnan(low):
            return text, ""
        return text, format_interval(low, high, PLAIN, decimals=decimals, sign=is_difference)


def scale_for(unit: str, found: Iterable[Estimate]) -> Scale:
    """The scale that suits all of these numbers."""
    if is_share(unit):
        return Scale(unit, 100.0, f"% of {unit.removeprefix('share of ')}")
    sizes = [
        abs(size) for one in found for size in (one.value, one.low, one.high) if math.isfinite(size)
    ]
    largest = max(sizes, default=0.0)
    for multiple, word in LARGE:
        if largest >= multiple:
            return Scale(unit, 1 / multiple, f"{word} {unit}")
    return Scale(unit, 1.0, unit)

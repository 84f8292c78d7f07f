"""Whole numbers with a power-law tail between two bounds and a given mean."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.errors import NetworkError
from sim.streams import address, uniform

Array = NDArray[Any]

LEAST = 1e-9  # lower bounds are sought down to this


def power_law_integers(
    count: int, exponent: float, lowest: float, highest: float, key: np.uint64
) -> NDArray[np.int32]:
    """Draw numbers whose density falls as ``x ** -exponent``, shape (count,).

    Each is a real number between the bounds, rounded up or down by chance so that the mean holds.
    """
    numbers: NDArray[np.int32] = _draw(count, exponent, lowest, highest, key)
    return numbers


def lowest_for_mean(mean: float, exponent: float, highest: float) -> float:
    """The lower bound at which the mean is ``mean``; ``highest`` where it is as high or higher.

    Raises
    ------
    NetworkError
        If no lower bound brings the mean down so far: a tail that hardly falls is too heavy.
    """
    if mean >= highest:
        return highest
    low, high = LEAST, highest
    least = power_law_mean(exponent, low, highest)
    if least > mean:
        raise NetworkError(
            f"with exponent {exponent:g} up to {highest:,.0f} the mean cannot be {mean:g}: at "
            f"least {least:,.0f}; lower the largest degree, or raise the exponent or the mean"
        )
    while high - low > 1e-12 * high:
        middle = math.sqrt(low * high)
        if middle in (low, high):
            break
        if power_law_mean(exponent, middle, highest) < mean:
            low = middle
        else:
            high = middle
    return high


def power_law_mean(exponent: float, lowest: float, highest: float) -> float:
    """Mean of the density ``x ** -exponent`` between two bounds."""
    if lowest >= highest:
        return highest
    mass = _integral(exponent, lowest, highest)
    return _integral(exponent - 1.0, lowest, highest) / mass


def _integral(exponent: float, lowest: float, highest: float) -> float:
    if abs(exponent - 1.0) < 1e-9:
        return math.log(highest / lowest)
    power = 1.0 - exponent
    return float((highest**power - lowest**power) / power)


@kernel
def _draw(count: int, exponent: float, lowest: float, highest: float, key: np.uint64) -> Array:
    numbers = np.empty(count, np.int32)
    power = 1.0 - exponent
    flat = abs(power) < 1e-9
    ratio = highest / lowest
    span = ratio**power - 1.0
    for item in range(count):
        state = address(key, item)
        unit = uniform(state, 0)
        growth = ratio**unit if flat else (1.0 + unit * span) ** (1.0 / power)
        value = min(lowest * growth, highest)
        whole = math.floor(value)
        numbers[item] = whole + (uniform(state, 1) < value - whole)
    return numbers

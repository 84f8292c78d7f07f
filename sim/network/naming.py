"""From the names and marks of a file or graph to rows and strong ties."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.errors import NetworkError

Name = TypeVar("Name", bound=Hashable)

STRONG_WORDS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def rows_of(names: Sequence[Name], n: int | None = None) -> tuple[int, dict[Name, int]]:
    """Number of customers, and the row of each name.

    Integers that are all from 0 to n - 1 are rows already (a row that no tie mentions is a
    customer without ties); any other names become rows in the order of their first appearance.

    Parameters
    ----------
    names
        The names in their order of appearance; repetitions are welcome.
    n
        Number of customers; left out, it is the number of distinct names.

    Raises
    ------
    NetworkError
        If ``n`` is given and the names stand for another number of customers.
    """
    distinct = list(dict.fromkeys(names))
    numbers = [_integer(name) for name in distinct]
    rows = [number for number in numbers if number is not None]
    # 1 and "1" are two names of one number: such rows would not be distinct.
    are_rows = len(set(rows)) == len(distinct)
    size = max(rows, default=-1) + 1
    if are_rows and size == (len(distinct) if n is None else n):
        return size, dict(zip(distinct, rows, strict=True))
    refuse_other_size(len(distinct), n)
    return len(distinct), {name: row for row, name in enumerate(distinct)}


def refuse_other_size(found: int, n: int | None) -> None:
    """Refuse a graph of ``found`` nodes where ``n`` customers are wanted.

    Raises
    ------
    NetworkError
        If ``n`` is given and differs.
    """
    if n is not None and found != n:
        raise NetworkError(
            f"it has {found:,} nodes but the market has {n:,} customers; "
            "make the two numbers equal."
        )


def strong_of(
    marks: Sequence[Any] | None, weights: Sequence[Any] | None
) -> NDArray[np.uint8] | None:
    """Which ties are strong, shape (n_ties,), or None where nothing was said about any.

    A mark decides; failing that, a weight of at least half the largest weight makes a tie strong.

    Raises
    ------
    NetworkError
        If a mark or a weight cannot be understood.
    """
    strong = _strong_by_weight(weights)
    if marks is None or all(mark is None for mark in marks):
        return strong
    if strong is None:
        strong = np.zeros(len(marks), np.uint8)
    for tie, mark in enumerate(marks):
        if mark is not None:
            strong[tie] = mark_of(mark)
    return strong


def mark_of(value: Any) -> bool:
    """Whether ``value``, a word or a number from a file, says that a tie is strong.

    Raises
    ------
    NetworkError
        If it says neither.
    """
    # Tables with a gap in a column of 0 and 1 are written with 0.0 and 1.0.
    word = str(int(value) if value in (0, 1) else value).strip().lower().removesuffix(".0")
    if word not in STRONG_WORDS:
        raise NetworkError(f"strong must be 1 or 0, true or false. Got {value!r} instead.")
    return STRONG_WORDS[word]


def weight_of(value: Any) -> float:
    """The weight of a tie, a finite number of at least 0.

    Raises
    ------
    NetworkError
        If it is none.
    """
    try:
        weight = float(value)
    except (TypeError, ValueError):
        weight = math.nan
    if not 0.0 <= weight < math.inf:
        raise NetworkError(f"weight must be a number of at least 0. Got {value!r} instead.")
    return weight


def _strong_by_weight(weights: Sequence[Any] | None) -> NDArray[np.uint8] | None:
    if weights is None or all(weight is None for weight in weights):
        return None
    known = np.array([0.0 if weight is None else weight_of(weight) for weight in weights])
    half = 0.5 * known.max()
    strong: NDArray[np.uint8] = ((known >= half) & (known > 0.0)).astype(np.uint8)
    return strong


def _integer(name: Hashable) -> int | None:
    """The row that a name spells, if it spells one: at most ten digits without leading zeros."""
    if isinstance(name, str):
        return int(name) if re.fullmatch(r"0|[1-9][0-9]{0,9}", name) else None
    if isinstance(name, (int, np.integer)) and not isinstance(name, bool) and name >= 0:
        return int(name)
    return None

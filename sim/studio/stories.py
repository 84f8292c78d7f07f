"""Stories of many customers at once, from one market lived again, as a recording keeps them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.mechanisms.base import Happening, Mechanism
from sim.studio.frames import SILENT, Frame
from sim.studio.story import told
from sim.tables import CustomerTable

if TYPE_CHECKING:
    from sim.market import Market
    from sim.network.shown import Shown
    from sim.studio.steering import Steering

FIRST_TOLD = 40
OPTIMISM = 1.25
"""Stories of who talks less are shorter than the first ones."""

MOST_TOLD = 1_000
"""More would take minutes."""

Happenings = list[tuple[int, str, Happening]]


def talkers_first(frames: Iterable[Frame], shown: Shown) -> NDArray[np.int64]:
    """Rows of the customers shown, who talked in most weeks first."""
    weeks = np.zeros(shown.n, dtype=np.int64)
    for frame in frames:
        weeks += frame.talk != SILENT
    return shown.rows[np.lexsort((shown.rows, -weeks))]


def tell(
    steering: Steering, rows: NDArray[np.int64], weeks: int, shown: Shown, *,
    progress: Callable[[int], None] | None = None,
) -> dict[int, dict[str, Any]]:
    """Stories by row, in the order of ``rows``, of a market that is lived again.

    Parameters
    ----------
    progress
        Called with the number of weeks just lived.
    """
    followed: list[Happenings] = []

    def prepare(market: Market) -> None:
        nonlocal followed
        followed = follow_all(market, rows)
        if progress is not None:
            market.listeners.append(Weeks(progress))

    market = steering.market(weeks, prepare=prepare)
    return {
        row: told(market, row, happenings, shown)
        for row, happenings in zip(rows.tolist(), followed, strict=True)
    }


class Weeks:
    """A listener that reports every week once."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self._progress, self._week = progress, 0

    def __call__(self, market: Market, stage: str, after: bool) -> None:
        """Report a week at its first stage."""
        if market.week != self._week:
            self._week = market.week
            self._progress(1)


def follow_all(market: Market, rows: NDArray[np.int64]) -> list[Happenings]:
    """What happens to some customers from now on: a list each, as ``sim.biography.follow`` keeps.

    Rows are copied for all of them together before each stage that can tell something.
    """
    followed: list[Happenings] = [[] for _ in rows]
    before: dict[str, NDArray[Any]] = {}
    table = market.tables.customers

    def listener(lived: Market, stage: str, after: bool) -> None:
        mechanism = lived.mechanisms.get(stage)
        if mechanism is None or type(mechanism).explain is Mechanism.explain:
            return
        if not after:
            before.update({name: getattr(table, name)[rows] for name in CustomerTable.columns})
            return
        for at, row in enumerate(rows.tolist()):
            found = mechanism.explain(lived, row, RowBefore(before, at))
            followed[at] += [(lived.week, stage, one) for one in found]

    market.listeners.append(listener)
    return followed


class RowBefore(dict[str, Any]):
    """One row of columns that were copied, each looked up when a mechanism asks for it."""

    def __init__(self, columns: dict[str, NDArray[Any]], at: int) -> None:
        super().__init__()
        self._columns, self._at = columns, at

    def __missing__(self, name: str) -> Any:
        """The value of a column."""
        return self._columns[name][self._at]


def tell_as_many_as_fit(
    steering: Steering, rows: NDArray[np.int64], weeks: int, shown: Shown, room: int, *,
    progress: Callable[[int], None] | None = None,
) -> tuple[bytes, int]:
    """Stories of the first customers, packed, and how many: as many as so many bytes take.

    A few stories say how long they are here; then as many are told as may fit.
    """
    first = tell(steering, rows[:FIRST_TOLD], weeks, shown, progress=progress)
    size = len(pack(first, list(first))) / max(len(first), 1)
    most = int(min(room / max(size, 1.0) * OPTIMISM, MOST_TOLD))
    more = tell(steering, rows[FIRST_TOLD:most], weeks, shown, progress=progress)
    return as_many_as_fit({**first, **more}, room)


def as_many_as_fit(stories: dict[int, dict[str, Any]], room: int) -> tuple[bytes, int]:
    """The first stories, packed, and how many there are: as many as have room in so many bytes."""
    rows = list(stories)
    most, packed = len(rows), pack(stories, rows)
    if len(packed) <= room:
        return packed, most
    fewest = 0
    while most - fewest > 1:
        half = (fewest + most) // 2
        fewest, most = (half, most) if len(pack(stories, rows[:half])) <= room else (fewest, half)
    return pack(stories, rows[:fewest]), fewest


def pack(stories: dict[int, dict[str, Any]], rows: Sequence[int]) -> bytes:
    """Some stories as compressed JSON, the same bytes for the same stories."""
    chosen = {str(row): stories[row] for row in sorted(rows)}
    text = json.dumps(chosen, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return gzip.compress(text.encode(), 9, mtime=0)

"""Reads the shelves of a scanner panel: what each household found at which price in which week.

A comma-separated file beside the scenario, with the header ``household,week,offer,price,featured``
and one line for each offer on a shelf: households are numbered from 0, weeks from 1, ``featured``
is 0 or 1. What has no line was not on that shelf.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import ScenarioError
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market

HEADER = ["household", "week", "offer", "price", "featured"]
MOST_BYTES = 50_000_000
MOST_CELLS = 50_000_000
HIGHEST_PRICE = 1e7
NOT_THERE = -1


@dataclass(frozen=True)
class Shelves:
    """What households find, week by week.

    Attributes
    ----------
    price_cents : (n_households, n_weeks, n_offers); -1 where an offer is not on the shelf.
    featured : likewise, 1 where it is featured.
    covered : 1 for offers that the panel speaks of, (n_offers,).
    """

    price_cents: Array
    featured: Array
    covered: Array

    @classmethod
    def none(cls, n_offers: int) -> Shelves:
        """A panel that speaks of no offer."""
        shape = (1, 1, n_offers)
        return cls(
            np.full(shape, NOT_THERE, dtype=np.int32), np.zeros(shape, dtype=np.uint8),
            np.zeros(n_offers, dtype=np.uint8),
        )


def read_shelves(market: Market, file: str) -> Shelves:
    """Read a panel from the folder of the market's scenario.

    Raises
    ------
    ScenarioError
        If the file leads out of the folder, or cannot be read or understood.
    """
    import pandas as pd

    path = market.source.path
    try:
        known = _inside(path.parent if path else None, file)
        table = pd.read_csv(known, dtype=str, keep_default_na=False, encoding="utf-8")
        return _arranged(table, market)
    except (ValueError, OSError) as fault:  # pandas' own faults are ValueErrors
        reason = " ".join(str(fault).split())
        raise ScenarioError(f"mechanisms.pricing.panel = {file!r}: {reason}") from None


def _inside(folder: Path | None, file: str) -> Path:
    given = Path(file)
    if folder is None:
        raise ValueError("only a scenario loaded from a file can name a panel in its folder")
    if given.is_absolute() or ".." in given.parts or not set(file).isdisjoint('\\:\0'):
        raise ValueError("give a path inside the scenario's folder, with '/', without '..'")
    target = (folder / given).resolve()
    if not target.is_relative_to(folder.resolve()) or not target.is_file():
        raise ValueError("there is no such file in the scenario's folder")
    if target.stat().st_size > MOST_BYTES:
        raise ValueError(f"it is larger than the limit of {MOST_BYTES:,} bytes")
    return target


def _arranged(table: Any, market: Market) -> Shelves:
    shifted = table.index.inferred_type != "integer" and len(table)  # by fields in excess
    if list(table.columns) != HEADER or shifted:
        raise ValueError(f"the first line must be {','.join(HEADER)}, all others have five fields")
    household = _whole(table, "household", 0, MOST_CELLS)
    week = _whole(table, "week", 1, market.world.weeks)
    featured = _whole(table, "featured", 0, 1)
    price = _price(table)
    offer = table["offer"].map({name: o for o, name in enumerate(market.offer_names)})
    _refuse(table, "offer", offer.isna().to_numpy(), f"one of {', '.join(market.offer_names)}")
    if not len(table):
        raise ValueError("it has no lines beside the header")
    n_weeks, n_offers = int(week.max()), market.n_offers
    shape = (int(household.max()) + 1, n_weeks, n_offers)
    if int(np.prod(shape, dtype=np.int64)) > MOST_CELLS:
        raise ValueError(f"households x weeks x offers are more than {MOST_CELLS:,}")
    o = offer.to_numpy(dtype=np.int64)
    cell = np.ravel_multi_index((household, week - 1, o), shape)
    _refuse(table, "offer", table.index.to_series().groupby(cell).cumcount().to_numpy() > 0,
            "listed once for a household and week")
    made = Shelves.none(n_offers)
    prices = np.full(shape, NOT_THERE, dtype=np.int32)
    marks = np.zeros(shape, dtype=np.uint8)
    prices.flat[cell], marks.flat[cell] = np.rint(price * 100), featured
    made.covered[o] = 1
    return Shelves(prices, marks, made.covered)


def _whole(table: Any, column: str, lowest: int, highest: int) -> Array:
    text = table[column].str.strip()
    wrong = ~text.str.fullmatch(r"\d{1,9}").to_numpy(dtype=bool)
    expected = f"a whole number from {lowest} to {highest:,}"
    _refuse(table, column, wrong, expected)
    value = text.to_numpy(dtype=np.int64)
    _refuse(table, column, (value < lowest) | (value > highest), expected)
    return np.asarray(value)


def _price(table: Any) -> Array:
    import pandas as pd

    value = pd.to_numeric(table["price"], errors="coerce").to_numpy(dtype=np.float64)
    wrong = ~((value >= 0) & (value <= HIGHEST_PRICE))
    _refuse(table, "price", wrong, f"a number from 0 to {HIGHEST_PRICE:,.0f}")
    return np.asarray(value)


def _refuse(table: Any, column: str, wrong: Array, expected: str) -> None:
    """Name the first wrong line of the file."""
    if wrong.any():
        at = int(np.argmax(wrong))
        got = str(table[column].iloc[at])[:40]
        raise ValueError(f"line {at + 2}: {column} must be {expected}. Got {got!r} instead.")

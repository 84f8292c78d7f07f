"""Customers from a table: a row a respondent, a column a trait, as a survey or conjoint study has.

A CSV file in the scenario's folder, in UTF-8, with a header. Columns go by the names of a segment's
settings: ``segment``, ``price_sensitivity``, ``talkativeness``, ``voice_propensity``,
``privacy_concern``, ``expertise``, ``effort_cost``, ``information_seeking``, ``purchase_rate`` (or
``purchase_rate.CATEGORY``), ``needs.ATTRIBUTE``, ``taste.CATEGORY``, ``channel_affinity.CHANNEL``;
others are refused. A blank cell, or a column that is left out, is drawn as the segment says.
Weights of needs are brought to a sum of 1 in each category.

With as many rows as customers, each row is one customer, in order. With any other number each
customer is a respondent drawn with equal chances, under her own label.
"""

from __future__ import annotations

import csv
import functools
import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from sim.errors import DataError
from sim.files import foreign_separator
from sim.scenario.schema import MOST_CUSTOMERS, Document
from sim.tables import Array, CustomerTable
from sim.wording import did_you_mean, visible

MOST_BYTES = 50_000_000
"""Larger files are refused: reading one would take a minute."""

LONGEST_NAME = 60
SEGMENT = "segment"
BOUNDS: dict[str, tuple[float, float]] = {
    "price_sensitivity": (0.0, 1e6), "talkativeness": (0.0, 1e6), "voice_propensity": (-100, 100),
    "privacy_concern": (0.0, 100), "expertise": (0.0, 1.0), "effort_cost": (0.0, 1e6),
    "information_seeking": (0.0, 100), "purchase_rate": (0.0, 100), "needs": (0.0, 1e6),
    "taste": (0.0, 1.0), "channel_affinity": (-100, 100),
}
"""Lowest and highest value of a trait, as those of the settings of a segment."""

SCALARS = (
    "price_sensitivity", "talkativeness", "voice_propensity", "privacy_concern", "expertise",
    "effort_cost", "information_seeking",
)


@dataclass(frozen=True)
class Respondents:
    """A table as it was read.

    Attributes
    ----------
    n : number of respondents.
    values : by name of column, (n,) float64; a blank cell is not a number. Segments are numbers.
    """

    n: int
    values: Mapping[str, NDArray[np.float64]]


def respondents_of(world: Document, folder: Path | None) -> Respondents | None:
    """The respondents that a scenario names, None if it names none.

    Raises
    ------
    DataError
        If the file cannot be read, or says what no customer of the scenario can be.
    """
    if world.customers.file is None or folder is None:
        return None
    path = folder / world.customers.file
    try:
        written = path.stat()
        return _read_once(
            path, columns_of(world), tuple(world.customers.segments), written.st_mtime_ns,
            written.st_size,
        )
    except OSError as error:
        reason = (error.strerror or "unknown fault").lower()
        raise DataError(f"{path}: cannot be read ({reason}); check the path") from error
    except DataError as error:
        raise DataError(f"{path}: {error}") from None


def columns_of(world: Document) -> tuple[str, ...]:
    """Names of columns that a table may have for a scenario."""
    categories = tuple(world.categories)
    return (
        SEGMENT, *SCALARS, "purchase_rate", *(f"purchase_rate.{k}" for k in categories),
        *(f"needs.{a}" for a, _ in attributes_of(world)), *(f"taste.{k}" for k in categories),
        *(f"channel_affinity.{name}" for name in world.channels),
    )


def attributes_of(world: Document) -> list[tuple[str, int]]:
    """Every attribute with the number of its category, in the order of columns of needs."""
    return [(a, k) for k, one in enumerate(world.categories.values()) for a in one.attributes]


@functools.lru_cache(maxsize=4)
def _read_once(
    path: Path, known: tuple[str, ...], segments: tuple[str, ...], _when: int, size: int
) -> Respondents:
    """Markets of one run share the table; a changed file is read anew."""
    if size > MOST_BYTES:
        raise DataError(f"it has {size:,} bytes, more than the limit of {MOST_BYTES:,}")
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return _read(lines, known, segments)
    except UnicodeDecodeError:
        raise DataError("it is not UTF-8 text; save it as CSV UTF-8") from None
    except csv.Error as error:
        raise DataError(f"it is no CSV table ({error}); save it as CSV") from None


def _read(
    lines: TextIO, known: Sequence[str], segments: Sequence[str]
) -> Respondents:
    rows = csv.reader(lines, strict=True)
    header = [name.strip() for name in next(rows, [])]
    _check_header(header, known)
    cells = [array("d") for _ in header]  # lists of floats take four times the memory
    for row in rows:
        if not row:
            continue  # an empty line is nobody
        where = f"line {rows.line_num}"
        if len(row) != len(header):
            raise DataError(f"{where}: {len(row)} cells under {len(header)} columns")
        for name, text, column in zip(header, row, cells, strict=True):
            column.append(_value(name, text.strip(), segments, where))
        if len(cells[0]) > MOST_CUSTOMERS:
            raise DataError(f"more than {MOST_CUSTOMERS:,} rows; give fewer respondents")
    if not cells[0]:
        raise DataError("it has no row below its header; give a row a respondent")
    return Respondents(len(cells[0]), {
        name: np.array(column) for name, column in zip(header, cells, strict=True)
    })


def _check_header(header: Sequence[str], known: Sequence[str]) -> None:
    if not any(header):
        raise DataError("it is empty; begin with a header that names traits")
    if fault := foreign_separator(header):
        raise DataError(fault)
    for number, name in enumerate(header, start=1):
        if name not in known:
            shown = visible(name)[:LONGEST_NAME]
            raise DataError(f"column {number} is '{shown}'{did_you_mean(name, known)}")
        if name in header[: number - 1]:
            raise DataError(f"two columns are called '{name}'")
    if "purchase_rate" in header and any(n.startswith("purchase_rate.") for n in header):
        raise DataError("purchase_rate is given for all categories and by category; give one")


def _value(name: str, text: str, segments: Sequence[str], where: str) -> float:
    if not text:
        return math.nan
    shown = visible(text)[:LONGEST_NAME]
    if name == SEGMENT:
        if text not in segments:
            raise DataError(f"{where}: segment is '{shown}'{did_you_mean(text, segments)}")
        return segments.index(text)
    low, high = BOUNDS[name.partition(".")[0]]
    try:
        value = float(text.replace("_", "?"))  # Python reads 1_000, which is a slip here
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise DataError(
            f"{where}: {visible(name)} is '{shown}'; write a number from {low:,.0f} to "
            f"{high:,.0f}, or leave the cell blank"
        )
    return value


def write_segments(table: Respondents, row: NDArray[np.int64], customers: CustomerTable) -> None:
    """Put customers into the segments of their respondents, where these say one."""
    if SEGMENT in table.values:
        _fill(customers.segment, table.values[SEGMENT][row])


def write_traits(
    table: Respondents, row: NDArray[np.int64], customers: CustomerTable, world: Document
) -> None:
    """Give customers the traits of their respondents, over those that were drawn."""
    values, categories = table.values, list(world.categories)
    for name in SCALARS:
        if name in values:
            _fill(getattr(customers, name), values[name][row])
    for k, category in enumerate(categories):
        for name in ("purchase_rate", f"purchase_rate.{category}"):
            if name in values:
                _fill(customers.purchase_rate[:, k], values[name][row])
        if f"taste.{category}" in values:
            _fill(customers.taste[:, k], values[f"taste.{category}"][row])
        _write_needs(table, row, customers, attributes_of(world), k)
    for h, channel in enumerate(world.channels):
        if f"channel_affinity.{channel}" in values:
            _fill(customers.channel_affinity[:, h], values[f"channel_affinity.{channel}"][row])


def _write_needs(
    table: Respondents, row: NDArray[np.int64], customers: CustomerTable,
    attributes: Sequence[tuple[str, int]], category: int,
) -> None:
    """Weights of a category's attributes, brought to a sum of 1; one left blank weighs nothing.

    Who says nothing of the category, or that nothing of it matters, keeps what was drawn.
    """
    own = [a for a, (_, k) in enumerate(attributes) if k == category]
    given = np.column_stack([
        table.values.get(f"needs.{attributes[a][0]}", np.full(table.n, np.nan))[row] for a in own
    ]) if own else np.empty((len(row), 0))
    weight = np.nan_to_num(given)
    total = weight.sum(axis=1)
    says = total > 0
    for column, a in enumerate(own):
        customers.needs[says, a] = weight[says, column] / total[says]


def _fill(column: Array, values: NDArray[np.float64]) -> None:
    """Write what is known; a blank cell leaves what was drawn."""
    known = ~np.isnan(values)
    column[known] = values[known]

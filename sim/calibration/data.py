"""Data that a scenario can be held against; which kind they are is told by their columns.

=========== =============================== ================================================
kind        columns                         meaning
=========== =============================== ================================================
adoption    year or week, adopters[, offer] first purchases in each year or week
purchases   customer, date[, value]         one row a purchase; a day counts once a customer
brands      brand (or offer, firm), share,  of units; share of customers who bought; purchases
            penetration, frequency          a buyer; one of the three is enough
sales       week, offer (or firm), units    units sold in each week; prices where they are known
            [, price]
=========== =============================== ================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.calibration.reading import Rows, read_rows
from sim.errors import DataError
from sim.wording import visible

Numbers: TypeAlias = NDArray[np.float64]

FEWEST_PERIODS = 4
MOST_PERIODS = 5_200
MOST_SERIES = 50
FEWEST_CUSTOMERS = 20
ONLY_SERIES = ""
"""Name of the series in a file that names none."""


@dataclass(frozen=True)
class Adoption:
    """First purchases in each period.

    Attributes
    ----------
    name : the file.
    series : names of what was adopted.
    period : what a row stands for.
    labels : the periods, in order.
    adopters : (n_series, n_periods).
    """

    name: str
    series: tuple[str, ...]
    period: Literal["year", "week"]
    labels: tuple[int, ...]
    adopters: Numbers
    kind: Literal["adoption"] = "adoption"


@dataclass(frozen=True)
class Purchases:
    """Purchases of single customers, at most one a day.

    Attributes
    ----------
    name : the file.
    customer : number of the customer, (n,).
    week : week of the purchase, 0 the first of all, (n,).
    n_customers, n_weeks : how many.
    """

    name: str
    customer: NDArray[np.int64]
    week: NDArray[np.int64]
    n_customers: int
    n_weeks: int
    series: tuple[str, ...] = (ONLY_SERIES,)
    kind: Literal["purchases"] = "purchases"


@dataclass(frozen=True)
class Brands:
    """What each brand has of a market; nan where the table says nothing.

    Attributes
    ----------
    name : the file.
    series : names of the brands.
    share : of units, 0 to 1.
    penetration : share of all customers who bought it at least once.
    frequency : purchases a buyer of it.
    """

    name: str
    series: tuple[str, ...]
    share: Numbers
    penetration: Numbers
    frequency: Numbers
    kind: Literal["brands"] = "brands"


@dataclass(frozen=True)
class Sales:
    """Units sold in each week.

    Attributes
    ----------
    name : the file.
    series : names of offers or firms.
    labels : the weeks, in order.
    units : (n_series, n_weeks).
    price : (n_series, n_weeks), None where no price is known.
    """

    name: str
    series: tuple[str, ...]
    labels: tuple[int, ...]
    units: Numbers
    price: Numbers | None
    kind: Literal["sales"] = "sales"


Data: TypeAlias = Adoption | Purchases | Brands | Sales

NAMES = ("offer", "firm", "brand")
QUANTITIES = ("share", "penetration", "frequency")
NO_DATA = "theoretical_"
"""So begin names of columns that hold what some model says; nothing is fitted to them."""


def read_data(path: Path) -> Data:
    """Read a file of data; its columns tell which kind they are.

    Raises
    ------
    DataError
        If anything in it is wrong: one line, with the line of the file and how to mend it.
    """
    rows = read_rows(Path(path))
    found = set(rows.columns)
    if "adopters" in found:
        return _adoption(rows)
    if "customer" in found:
        return _purchases(rows)
    if "units" in found:
        return _sales(rows)
    if {"recency", "frequency"} <= found:
        raise DataError(
            f"{rows.name}: line 1: these are summaries of customers; the fit needs the purchases "
            "themselves, a row each: customer,date"
        )
    if found & set(QUANTITIES):
        return _brands(rows)
    listed = ", ".join(visible(column)[:40] for column in rows.columns)
    raise DataError(
        f"{rows.name}: line 1: the columns {listed} are no data that can be fitted to; name them "
        "year,adopters or customer,date,value or brand,share,penetration,frequency or "
        "week,offer,units,price"
    )


def _adoption(rows: Rows) -> Adoption:
    period: Literal["year", "week"] = "year" if "year" in rows.columns else "week"
    _check_columns(rows, needed=(period, "adopters"), possible=("offer",))
    series, labels, (adopters,) = _by_period(rows, period, "offer", ("adopters",))
    _check_not_flat(rows, adopters, series, "adopters")
    return Adoption(rows.name, series, period, labels, adopters)


def _sales(rows: Rows) -> Sales:
    who = next((name for name in NAMES if name in rows.columns), "offer")
    _check_columns(rows, needed=("week", "units"), possible=(who, "price"))
    wanted = [column for column in ("units", "price") if column in rows.columns]
    series, labels, found = _by_period(rows, "week", who, wanted)
    _check_not_flat(rows, found[0], series, "units")
    price = found[1] if len(found) > 1 else None
    if price is not None and (price <= 0).any():
        row = next(row for row, text in enumerate(rows.columns["price"]) if float(text) <= 0)
        rows.refuse(row, "price is 0; write the price at which the offer could be had")
    return Sales(rows.name, series, labels, found[0], price)


def _purchases(rows: Rows) -> Purchases:
    _check_columns(rows, needed=("customer", "date"), possible=("value", "quantity"))
    for column in ("value", "quantity"):
        if column in rows.columns:
            rows.numbers(column)
    names = {name: number for number, name in enumerate(dict.fromkeys(rows.words("customer")))}
    customer = np.array([names[name] for name in rows.columns["customer"]], dtype=np.int64)
    days = np.array(rows.days("date"), dtype=np.int64)
    days -= days.min()
    once = np.unique(np.stack([customer, days]), axis=1)
    n_weeks = int(days.max()) // 7 + 1
    if n_weeks < 2 * FEWEST_PERIODS or n_weeks > MOST_PERIODS:
        raise DataError(
            f"{rows.name}: the purchases span {n_weeks:,} weeks; it takes {2 * FEWEST_PERIODS} to "
            f"{MOST_PERIODS:,}; check the dates"
        )
    if len(names) < FEWEST_CUSTOMERS:
        raise DataError(
            f"{rows.name}: only {len(names)} customers; at least {FEWEST_CUSTOMERS} are needed"
        )
    return Purchases(rows.name, once[0], once[1] // 7, len(names), n_weeks)


def _brands(rows: Rows) -> Brands:
    who = next((name for name in NAMES if name in rows.columns), "brand")
    _check_columns(rows, needed=(who,), possible=QUANTITIES)
    series = tuple(rows.words(who))
    for row, name in enumerate(series):
        if name in series[:row]:
            rows.refuse(row, f"{who} '{visible(name)[:40]}' stands twice; keep one of the rows")
    _check_number_of_series(rows, series)
    n = len(series)
    share, penetration, frequency = (
        np.array(rows.numbers(column, highest=1 if column != "frequency" else 1e6, blank=True))
        if column in rows.columns else np.full(n, np.nan)
        for column in QUANTITIES
    )
    if np.nansum(share) > 1.02 and n > 1:
        raise DataError(
            f"{rows.name}: the shares sum up to {np.nansum(share):.3g}, above 1; leave out totals"
        )
    for seldom in np.flatnonzero(frequency < 1):
        rows.refuse(int(seldom), "frequency is below 1, but who is a buyer bought once; "
                    "write purchases a buyer of the brand")
    if all(np.isnan(column).all() for column in (share, penetration, frequency)):
        raise DataError(f"{rows.name}: {', '.join(QUANTITIES)}: all cells are blank; fill some in")
    return Brands(rows.name, series, share, penetration, frequency)


def _by_period(
    rows: Rows, period: str, who: str, wanted: Iterable[str]
) -> tuple[tuple[str, ...], tuple[int, ...], list[Numbers]]:
    """Series, periods and (n_series, n_periods) of each wanted column; every cell is there once."""
    when = rows.whole_numbers(period)
    names = rows.words(who) if who in rows.columns else [ONLY_SERIES] * len(rows)
    series = tuple(dict.fromkeys(names))
    _check_number_of_series(rows, series)
    first, last = min(when), max(when)
    n = last - first + 1
    if not FEWEST_PERIODS <= n <= MOST_PERIODS:
        raise DataError(
            f"{rows.name}: {n:,} {period}s, from {first} to {last}; it takes {FEWEST_PERIODS} to "
            f"{MOST_PERIODS:,}"
        )
    place = np.full((len(series), n), -1, dtype=np.int64)
    number = {name: at for at, name in enumerate(series)}
    for row, (name, at) in enumerate(zip(names, when, strict=True)):
        cell = (number[name], at - first)
        if place[cell] >= 0:
            rows.refuse(
                row, f"{period} {at}{_of(name)} stood in {rows.unit} {rows.lines[place[cell]]} "
                "already; keep one of them"
            )
        place[cell] = row
    for s, at in np.argwhere(place < 0):
        raise DataError(
            f"{rows.name}: {period} {first + at}{_of(series[s])} is missing; add it, with 0 where "
            "there was nothing"
        )
    columns = [np.array(rows.numbers(column))[place] for column in wanted]
    return series, tuple(range(first, last + 1)), columns


def _of(name: str) -> str:
    return f" of '{visible(name)[:40]}'" if name else ""


def _check_number_of_series(rows: Rows, series: tuple[str, ...]) -> None:
    if len(series) > MOST_SERIES:
        raise DataError(
            f"{rows.name}: {len(series)} names; at most {MOST_SERIES} are fitted at once; "
            "leave out the small ones"
        )


def _check_not_flat(
    rows: Rows, values: Numbers, series: tuple[str, ...], column: str
) -> None:
    for name, row in zip(series, values, strict=True):
        if not row.any():
            raise DataError(f"{rows.name}: all {column}{_of(name)} are 0; leave this series out")


def _check_columns(rows: Rows, *, needed: Iterable[str], possible: Iterable[str]) -> None:
    for column in needed:
        if column not in rows.columns:
            raise DataError(f"{rows.name}: line 1: there is no column '{column}'; add it")
    known = {*needed, *possible}
    for column in rows.columns:
        if column not in known and not column.startswith(NO_DATA):
            raise DataError(
                f"{rows.name}: line 1: column '{visible(column)[:40]}' is not known beside "
                f"{', '.join(sorted(known & set(rows.columns)))}; leave it out"
            )



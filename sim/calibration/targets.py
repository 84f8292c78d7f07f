"""From data and a scenario to the target: what is observed, what is held out, how to measure it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calibration.data import ONLY_SERIES, Adoption, Brands, Data, Purchases, Sales
from sim.calibration.distance import (
    MOST_REPEATS,
    Block,
    Numbers,
    Target,
    measure_adoption,
    measure_brands,
    measure_purchases,
    measure_sales,
    summary,
)
from sim.calibration.naming import Owned, owners
from sim.errors import DataError
from sim.scenario import Scenario
from sim.scenario.schema import Document

WEEKS_A_YEAR = 52
MOST_WEEKS = 5_200
MOST_PRICES = 5_000
FEWEST_FITTED = 3
HELD_OUT = 0.2
"""Share of the periods that is held out unless something else is asked for."""

STEADY = 4
"""Weeks that a naive forecast averages over, where single weeks are luck."""


def target_of(
    scenario: Scenario, strategy: str | None, data: Data, *, names: dict[str, str],
    period: int | None = None, holdout: int | None = None, scale: float | None = None,
) -> Target:
    """What a market of the scenario is held against.

    Parameters
    ----------
    names
        Offers by names of the data, where the two differ.
    period
        Weeks that a period of the data stands for; for brands, weeks that the table covers.
    holdout
        How many of the last periods are kept to test the forecast; None: a fifth of them.
    scale
        Units of the data that one simulated unit stands for; None: fitted where it matters.

    Raises
    ------
    DataError
        If the data do not fit the scenario.
    """
    world = scenario.world(strategy)
    owned = owners(world, data, names)
    if isinstance(data, Adoption):
        return _scaled(_adoption(scenario, data, owned, period, holdout), scale)
    if isinstance(data, Sales):
        return _scaled(_sales(scenario, strategy, data, owned, period, holdout), scale)
    if scale is not None:
        raise DataError("--scale: purchases and brands are not counted by size; leave it out")
    if isinstance(data, Purchases):
        return _purchases(scenario, data, owned, period, holdout)
    return _brands(scenario, world, data, owned, period, holdout)


def _scaled(target: Target, scale: float | None) -> Target:
    if scale is None:
        return target
    return replace(target, is_scaled=False, scale_given=scale, noise_ratio=1 / scale)


def _adoption(
    scenario: Scenario, data: Adoption, owned: tuple[Owned, ...], period: int | None,
    holdout: int | None,
) -> Target:
    weeks = period or (WEEKS_A_YEAR if data.period == "year" else 1)
    n = len(data.labels)
    _check_length(data, weeks * n)
    held = _held_out(data, n, holdout)
    blocks = [
        Block(_title("New adopters", name), data.period, f"adopters a {data.period}",
              np.array(data.labels, dtype=np.float64), naive_from=1)
        for name in data.series
    ]
    return Target(
        data.kind, weeks * n, tuple(blocks), data.adopters.reshape(-1),
        np.tile(np.arange(n) < n - held, len(owned)), measure_adoption,
        {"owned": owned, "n_periods": n, "weeks_a_period": weeks}, True, scenario,
    )


def _sales(
    scenario: Scenario, strategy: str | None, data: Sales, owned: tuple[Owned, ...],
    period: int | None, holdout: int | None,
) -> Target:
    if period not in (None, 1):
        raise DataError("--period: weekly sales have periods of one week; leave it out")
    n = len(data.labels)
    _check_length(data, n)
    held = _held_out(data, n, holdout)
    blocks = [
        Block(_title("Sales", name), "week", "units a week",
              np.array(data.labels, dtype=np.float64), naive_from=STEADY)
        for name in data.series
    ]
    priced = scenario if data.price is None else with_prices(scenario, strategy, data, owned)
    return Target(
        data.kind, n, tuple(blocks), data.units.reshape(-1),
        np.tile(np.arange(n) < n - held, len(owned)), measure_sales,
        {"owned": owned, "n_weeks": n}, True, priced,
    )


def _purchases(
    scenario: Scenario, data: Purchases, owned: tuple[Owned, ...], period: int | None,
    holdout: int | None,
) -> Target:
    if period not in (None, 1):
        raise DataError("--period: purchases are counted week by week; leave it out")
    first = np.full(data.n_customers, data.n_weeks)
    np.minimum.at(first, data.customer, data.week)
    # Who begins late cannot be followed for long: then only the first half of the weeks counts.
    joining = min(int(first.max()) + 1, max(data.n_weeks // 2, 1))
    follow = data.n_weeks - joining
    held = _held_out(data, follow, holdout)
    settings = {"owned": owned, "joining": joining, "follow": follow, "fitted": follow - held}
    observed, n = _observed_repeats(data, first, settings)
    shares = (*map(str, range(MOST_REPEATS)), f"{MOST_REPEATS}+")
    blocks = (
        Block(f"Repeat purchases within {follow - held} weeks", "repeat purchases",
              "share of customers", np.arange(MOST_REPEATS + 1.0), names=shares),
        Block("Cumulated repeat purchases", "weeks since the first purchase",
              "purchases a customer", np.arange(1.0, follow + 1), naive_from=STEADY,
              is_cumulative=True),
    )
    fitted = np.concatenate([np.ones(MOST_REPEATS + 1, bool), np.arange(follow) < follow - held])
    n_simulated = max(scenario.world().customers.n, 1)  # about: not all of them buy early
    return Target(
        data.kind, data.n_weeks, blocks, observed, fitted, measure_purchases, settings, False,
        scenario, noise_ratio=n_simulated / n,
    )


def _observed_repeats(
    data: Purchases, first: NDArray[np.int64], settings: Mapping[str, Any]
) -> tuple[Numbers, int]:
    cohort = first < settings["joining"]
    lag = data.week - first[data.customer]
    counts = cohort[data.customer] & (lag <= settings["follow"])
    by_lag = np.bincount(lag[counts], minlength=settings["follow"] + 1).astype(np.float64)
    by_lag[0] -= cohort.sum()  # the first purchase of each is no repeat
    early = counts & (lag <= settings["fitted"])
    repeats = np.bincount(data.customer[early], minlength=data.n_customers)[cohort] - 1
    return summary(repeats, by_lag, int(cohort.sum())), int(cohort.sum())


def _brands(
    scenario: Scenario, world: Document, data: Brands, owned: tuple[Owned, ...],
    period: int | None, holdout: int | None,
) -> Target:
    if holdout:
        raise DataError("--holdout: a table of brands has no later weeks to hold out; leave it out")
    weeks = world.weeks
    window = period or weeks
    if window > weeks:
        raise DataError(
            f"--period: {window} weeks are more than the {weeks} of the scenario; "
            "the table stands for its last weeks"
        )
    offers = [offer for firm in world.firms.values() for offer in firm.offers.values()]
    categories = {offers[row].category for rows in owned for row in rows}
    if len(categories) > 1:
        raise DataError(
            f"{data.name}: the brands belong to several categories "
            f"({', '.join(sorted(categories))}); shares are of one; write a file for each"
        )
    total = tuple(row for row, offer in enumerate(offers) if offer.category in categories)
    columns = (
        ("Shares", "share of units", data.share),
        ("Penetration", "share of customers who bought", data.penetration),
        ("Frequency", "purchases a buyer", data.frequency),
    )
    place = np.arange(len(data.series), dtype=np.float64)
    blocks = tuple(Block(title, "", unit, place, names=data.series) for title, unit, _ in columns)
    observed = np.concatenate([column for _, _, column in columns])
    return Target(
        data.kind, weeks, blocks, observed, np.isfinite(observed), measure_brands,
        {"owned": owned, "total": total, "weeks": weeks, "window": window}, False, scenario,
    )


def with_prices(
    scenario: Scenario, strategy: str | None, data: Sales, owned: tuple[Owned, ...]
) -> Scenario:
    """The scenario in which offers have the prices of the data, week by week.

    Raises
    ------
    DataError
        If a price is not that of one offer, or something else sets prices.
    """
    assert data.price is not None
    world = scenario.world(strategy)
    pricing: Any = world.mechanisms.get("pricing", "fixed")
    if (pricing.get("variant", "fixed") if isinstance(pricing, Mapping) else pricing) != "fixed":
        raise DataError(
            f"{data.name}: the data set prices, but the scenario's mechanism 'pricing' does too; "
            "choose pricing: fixed, or leave the column price out"
        )
    paths = [
        f"firms.{firm_name}.offers.{name}.price"
        for firm_name, firm in world.firms.items() for name in firm.offers
    ]
    start, events = {}, []
    for name, rows, prices in zip(data.series, owned, data.price, strict=True):
        if len(rows) != 1:
            raise DataError(
                f"{data.name}: '{name}' stands for {len(rows)} offers, so the price has no owner; "
                "write a row for each offer, or leave the column price out"
            )
        path, own = paths[rows[0]], [round(float(price), 2) for price in prices]
        start[path] = own[0]
        # What is set in one week is on the price list of the next.
        events += [
            {"name": "price in the data", "week": week, "set": {path: own[week]}}
            for week in range(1, len(own)) if own[week] != own[week - 1]
        ]
    if len(events) > MOST_PRICES:
        raise DataError(
            f"{data.name}: {len(events):,} changes of price; at most {MOST_PRICES:,} are set; "
            "leave out weeks or the column price"
        )
    raw = {**scenario.raw, "events": [*scenario.raw.get("events", []), *events]}
    raw["weeks"] = max(world.weeks, len(data.labels))
    from sim.scenario.overrides import apply

    return Scenario(
        apply(raw, start), name=scenario.name, path=scenario.path, overrides=scenario.overrides,
        allow_code=scenario.allow_code,
    )


def _title(what: str, name: str) -> str:
    return what if name == ONLY_SERIES else f"{what}: {name}"


def _check_length(data: Data, weeks: int) -> None:
    if weeks > MOST_WEEKS:
        raise DataError(
            f"{data.name}: the data take {weeks:,} weeks; at most {MOST_WEEKS:,} are simulated; "
            "let a period stand for fewer weeks by --period"
        )


def _held_out(data: Data, n: int, asked: int | None) -> int:
    """How many of the last periods are held out."""
    held = math.floor(HELD_OUT * n) if asked is None else asked
    if n - held < FEWEST_FITTED:
        raise DataError(
            f"--holdout: {held} of {n} periods leave {n - held} to fit; at least {FEWEST_FITTED} "
            f"must be left, so hold out {n - FEWEST_FITTED} or fewer"
        )
    return held

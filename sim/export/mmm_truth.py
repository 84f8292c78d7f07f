"""What advertising truly brought: markets lived again without it, with more, and without a week."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.export.replay import Counts, Levers, Numbers, Report, Setting, weeks_of
from sim.export.sheets import CENTS, Columns
from sim.market import Market
from sim.observers.prices import payments

MORE = 1.1

EFFECTS: Columns = {
    "firm": ("", "firm"),
    "spending": ("currency", "its advertising in all weeks"),
    "units": ("units", "units that it sold"),
    "incremental_units": ("units", "of them, because of its advertising"),
    "incremental_revenue": ("currency", "what customers paid, renewed subscriptions and penalties "
                            "included, because of its advertising"),
    "incremental_margin": ("currency", "that revenue minus its own cost of what was sold more: the "
                           "wholesale price where another firm delivers, else the unit cost"),
    "incremental_units_rivals": ("units", "what all other firms sold more because of it"),
    "units_of_10_percent": ("units", "what ten percent more advertising would have added"),
    "revenue_of_10_percent": ("currency", "revenue likewise"),
    "roas": ("1", "incremental revenue per unit of spending; empty without spending"),
    "roi": ("1", "incremental margin minus spending, divided by spending; likewise"),
    "retention": ("1/week", "share of the stock of advertising left after a week; likewise"),
    "carry_over": ("1", "share of the effect of a week's advertising that comes later; empty where "
                   "no effect was seen"),
}
WEEKLY: Columns = {
    "firm": ("", "firm"), "week": ("week", "week, from 1"),
    "spending": ("currency", "its advertising of the week"),
    "adstock": ("1", "stock of advertising, sum of its offers"),
    "units": ("units", "units that it sold"),
    "incremental_units": ("units", "of them, because of all its advertising up to then"),
    "incremental_revenue": ("currency", "revenue likewise"),
    "units_of_10_percent": ("units", "added if it had spent ten percent more up to then"),
}
CARRY_OVER: Columns = {
    "firm": ("", "firm"), "lag": ("weeks", "weeks after the week without advertising"),
    "units_missing": ("units", "units missing at that lag, mean over the weeks tried"),
    "error": ("units", "its standard error over them"),
    "pulses": ("", "weeks tried"),
}
TRUE_PARAMETERS: Columns = {
    "segment": ("", "segment"),
    "variant": ("", "how advertising works: the mechanism of the run"),
    "retention": ("1/week", "share of the stock left after a week"),
    "half_saturation": ("currency/week per 1,000 customers", "spending with half of the effect"),
    "curvature": ("1", "at most 1: concave; above: S-shaped"),
    "reach_rate": ("1/week", "rate of noticing per unit of stock"),
    "forget_prob": ("1/week", "probability to forget an offer never bought"),
}
NAMES = tuple(TRUE_PARAMETERS)[2:]


@dataclass(frozen=True)
class Sales:
    """Sales by week and offer, (n_weeks, n_offers).

    Attributes
    ----------
    revenue : what customers paid, in purchases and besides, cents.
    margin : what of it stays above the seller's costs of the units, cents.
    adstock : stock of advertising.
    """

    units: Counts
    revenue: Counts
    margin: Counts
    adstock: Numbers


@dataclass(frozen=True)
class Truth:
    """Columns of the tables of the truth."""

    effects: dict[str, Any]
    weekly: dict[str, Any]
    carry_over: dict[str, Any]
    parameters: dict[str, Any]


def sales_of(
    setting: Setting, market: Market, levers: Levers | None,
    look: Callable[[Market], None] | None = None,
) -> Sales:
    """Live a market and add up what is sold; ``look`` is called after each week."""
    shape = (setting.weeks, market.n_offers)
    units, revenue, margin = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    sales = Sales(units, revenue, margin, np.zeros(shape))
    for lived in weeks_of(market, setting.weeks, levers):
        week, bought = lived.week - 1, lived.purchases
        _, offer, paid, kept = payments(lived)
        sold = bought.offer[bought.offer >= 0]
        sales.units[week] = np.bincount(sold, minlength=market.n_offers)
        np.add.at(sales.revenue[week], offer, paid)
        # The ledger, too, counts at the cost that production has reached by the end of the week.
        np.add.at(sales.margin[week], offer, kept)
        sales.adstock[week] = lived.tables.offers.adstock
        if look is not None:
            look(lived)
    return sales


def spending_of(market: Market, levers: Levers) -> Counts:
    """Advertising of each week and offer in cents, as the books have it, (n_weeks, n_offers)."""
    offers = market.tables.offers
    weeks = np.arange(1, len(levers.advertising) + 1)[:, None]
    on_sale = (weeks >= offers.launch_week) & (market.mechanisms["advertising"].variant != "none")
    spent = np.where(on_sale, levers.advertising, 0.0)
    return np.rint(spent * (market.n_customers / 10.0)).astype(np.int64)


def truth_of(
    setting: Setting, market: Market, levers: Levers, base: Sales, pulses: int, lags: int,
    report: Report,
) -> Truth:
    """Live the market again for each firm that advertises, and compare.

    Parameters
    ----------
    market
        The market as it was, lived to its end.
    pulses, lags
        In how many weeks advertising is taken away alone, and for how long that is followed.
    """
    spending = spending_of(market, levers)
    effects: dict[str, list[Any]] = {name: [] for name in EFFECTS}
    weekly: dict[str, list[Any]] = {name: [] for name in WEEKLY}
    carried: dict[str, list[Any]] = {name: [] for name in CARRY_OVER}
    for f, firm in enumerate(market.firm_names):
        own = np.flatnonzero(market.tables.offers.firm == f)
        spent = spending[:, own].sum(axis=1)
        off, more = base, base  # where there is no advertising, nothing is lived again
        missing = np.zeros((0, lags + 1))
        if spent.any():
            off, more = (
                _again(setting, market, levers.advertised(own, factor), report)
                for factor in (0.0, MORE)
            )
            weeks = _pulse_weeks(spent, pulses, lags)
            missing = _pulses(setting, market, levers, base, own, weeks, lags, report)
        _add(effects, _effect(market, base, off, more, own, spent, missing) | {"firm": firm})
        _extend(weekly, _by_week(base, off, more, own, spent), firm)
        _extend(carried, _by_lag(missing), firm)
    return Truth(effects, weekly, carried, _parameters(market))


def _again(setting: Setting, market: Market, levers: Levers, report: Report) -> Sales:
    sales = sales_of(setting, setting.market(market.network), levers)
    report(1)
    return sales


def _pulse_weeks(spent: Counts, pulses: int, lags: int) -> Counts:
    """Weeks with advertising, evenly spaced, early enough that all lags can be followed."""
    possible = np.flatnonzero(spent[: max(len(spent) - lags, 0)] > 0) + 1
    if possible.size <= pulses:
        return possible
    return possible[(np.arange(pulses) * possible.size) // pulses]


def _pulses(
    setting: Setting, market: Market, levers: Levers, base: Sales, own: Counts, weeks: Counts,
    lags: int, report: Report,
) -> Numbers:
    """Units missing after a week without advertising, (n_pulses, n_lags + 1)."""
    missing = np.zeros((weeks.size, lags + 1))
    for row, week in enumerate(weeks.tolist()):
        without = _again(setting, market, levers.advertised(own, 0.0, week, week), report)
        gone = (base.units - without.units)[:, own].sum(axis=1)
        missing[row] = gone[week - 1 : week + lags]
    return missing


def _effect(
    market: Market, base: Sales, off: Sales, more: Sales, own: Counts, spent: Counts,
    missing: Numbers,
) -> dict[str, Any]:
    """All weeks together."""

    def added(name: str, one: Sales, other: Sales) -> int:
        return int((getattr(one, name) - getattr(other, name))[:, own].sum())

    units, everybody = added("units", base, off), int((base.units - off.units).sum())
    total, margin = int(spent.sum()), added("margin", base, off)
    found = missing.mean(axis=0) if len(missing) else np.zeros(1)
    advertises = total > 0
    retention = getattr(market.mechanisms["advertising"].parameters, "retention", np.nan)
    return {
        "spending": total / CENTS, "units": int(base.units[:, own].sum()),
        "incremental_units": units,
        "incremental_revenue": added("revenue", base, off) / CENTS,
        "incremental_margin": margin / CENTS, "incremental_units_rivals": everybody - units,
        "units_of_10_percent": added("units", more, base),
        "revenue_of_10_percent": added("revenue", more, base) / CENTS,
        "roas": added("revenue", base, off) / total if advertises else np.nan,
        "roi": (margin - total) / total if advertises else np.nan,
        "retention": retention if advertises else np.nan,
        "carry_over": found[1:].sum() / found.sum() if found.sum() > 0 else np.nan,
    }


def _by_week(
    base: Sales, off: Sales, more: Sales, own: Counts, spent: Counts
) -> dict[str, Any]:
    def sums(values: Any) -> Any:
        return values[:, own].sum(axis=1)

    return {
        "week": np.arange(1, len(spent) + 1), "spending": spent / CENTS,
        "adstock": sums(base.adstock), "units": sums(base.units),
        "incremental_units": sums(base.units - off.units),
        "incremental_revenue": sums(base.revenue - off.revenue) / CENTS,
        "units_of_10_percent": sums(more.units - base.units),
    }


def _by_lag(missing: Numbers) -> dict[str, Any]:
    n = len(missing)
    lags = np.arange(missing.shape[1] if n else 0)
    error = missing.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full(lags.size, np.nan)
    return {
        "lag": lags, "units_missing": missing.mean(axis=0) if n else np.zeros(0),
        "error": error, "pulses": np.full(lags.size, n),
    }


def _add(table: dict[str, list[Any]], row: dict[str, Any]) -> None:
    for name, column in table.items():
        column.append(row[name])


def _extend(table: dict[str, list[Any]], columns: dict[str, Any], firm: str) -> None:
    n = len(next(iter(columns.values())))
    for name, column in table.items():
        column.extend([firm] * n if name == "firm" else columns[name].tolist())


def _parameters(market: Market) -> dict[str, Any]:
    """True parameters of advertising by segment; empty where advertising is not modeled so."""
    mechanism, segments = market.mechanisms["advertising"], market.segment_names
    modeled = all(hasattr(mechanism.parameters, name) for name in NAMES)
    by_segment = {
        name: mechanism.by_segment(market, name) if modeled else np.full(len(segments), np.nan)
        for name in NAMES
    }
    return {
        "segment": segments, "variant": [mechanism.variant] * len(segments), **by_segment,
    }

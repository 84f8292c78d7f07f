"""How far a simulated market is from data: a vector of numbers each, compared in blocks.

A target says how long a market must live, what is measured in it, and what was observed. The
numbers fall into blocks (the sales of one firm, a curve, all shares). The distance of a simulated
vector s from an observed y is

    sqrt( mean over blocks of  sum_b (y - c s)^2 / (n_b m_b^2) ),

m_b being the mean size of y in the block: the root mean square of the errors relative to the size
of what they are errors of. Where the market is simulated in miniature, c says how many units of the
data stand for one that was simulated; it is the factor that makes the distance least. Held-out
numbers count nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.market import Market

Numbers: TypeAlias = NDArray[np.float64]
Measure: TypeAlias = "Callable[[Market, Mapping[str, Any]], Numbers]"


@dataclass(frozen=True)
class Block:
    """Numbers that are compared with each other and drawn as one panel.

    Attributes
    ----------
    title : what they are.
    x_label, y_label : names of the axes, with units.
    x : where each number stands, (n_values,).
    names : instead of ``x`` where the numbers belong to names.
    naive_from : how many of the last fitted numbers the naive forecast is the mean of; 0 where
        the numbers are no series.
    is_cumulative : whether the naive forecast goes on growing by as much a step.
    """

    title: str
    x_label: str
    y_label: str
    x: Numbers
    names: tuple[str, ...] = ()
    naive_from: int = 0
    is_cumulative: bool = False

    @property
    def size(self) -> int:
        """How many numbers."""
        return len(self.x)


@dataclass(frozen=True)
class Target:
    """What a simulated market is held against.

    Attributes
    ----------
    kind : of the data.
    weeks : how long a market must live.
    blocks : the numbers in order.
    observed : (n_values,).
    is_fitted : which of them count, (n_values,); the others are held out or unknown.
    measure : module-level function that lives a market and measures it.
    settings : what ``measure`` needs to know.
    is_scaled : whether one simulated unit stands for several of the data.
    scale_given : units of the data for one simulated, where that is not fitted.
    noise_ratio : variance of the data's own chance over that of one simulated market.
    scenario : the scenario with what the data set from outside, such as prices.
    """

    kind: str
    weeks: int
    blocks: tuple[Block, ...]
    observed: Numbers
    is_fitted: NDArray[np.bool_]
    measure: Measure
    settings: Mapping[str, Any]
    is_scaled: bool
    scenario: Scenario
    scale_given: float = 1.0
    noise_ratio: float = 1.0
    weight: Numbers = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", self._weights())

    def with_observed(self, observed: Numbers) -> Target:
        """The same target for data that one simulated market made."""
        return replace(self, observed=observed, scale_given=1.0, noise_ratio=1.0)

    @property
    def n_fitted(self) -> int:
        """How many numbers count."""
        return int(self.is_fitted.sum())

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """Which numbers the data say, (n_values,)."""
        return np.isfinite(self.observed)

    @property
    def is_held_out(self) -> NDArray[np.bool_]:
        """Which numbers are there to test the forecast, (n_values,)."""
        return self.is_known & ~self.is_fitted

    @property
    def size_of(self) -> Numbers:
        """Size of what is compared, the same for all numbers of a block, (n_values,)."""
        sizes = np.ones(len(self.observed))
        for rows, _ in self.parts():
            counted = self.is_fitted[rows]
            if counted.any():
                level = float(np.abs(self.observed[rows][counted]).mean())
                sizes[rows] = level or 1.0
        return sizes

    def parts(self) -> list[tuple[slice, Block]]:
        """Each block with its place in the vector."""
        found, at = [], 0
        for block in self.blocks:
            found.append((slice(at, at + block.size), block))
            at += block.size
        return found

    def scale(self, simulated: Numbers) -> float:
        """How many units of the data one simulated unit stands for."""
        if not self.is_scaled:
            return self.scale_given
        w, y = self.weight, np.where(self.is_fitted, self.observed, 0.0)
        size = float((w * simulated**2).sum())
        return max(float((w * y * simulated).sum()) / size, 0.0) if size > 0 else 0.0

    def residuals(self, simulated: Numbers) -> Numbers:
        """Observed minus scaled simulated numbers; 0 where nothing is known, (n_values,)."""
        gap: Numbers = self.observed - self.scale(simulated) * simulated
        return np.where(self.is_known, gap, 0.0)

    def distance(self, simulated: Numbers) -> float:
        """How far simulated numbers are from the observed ones, 0 being the same."""
        return float(np.sqrt((self.weight * self.residuals(simulated) ** 2).sum()))

    def _weights(self) -> Numbers:
        weight = np.zeros(len(self.observed))
        sizes = self.size_of
        counted = [rows for rows, _ in self.parts() if self.is_fitted[rows].any()]
        for rows in counted:
            fitted = self.is_fitted[rows]
            weight[rows] = fitted / (len(counted) * fitted.sum() * sizes[rows] ** 2)
        return weight


def live_and_measure(target: Target, market: Market) -> Numbers:
    """Live a new market as long as the target asks, and measure it, (n_values,)."""
    return target.measure(market, target.settings)


def bought_of(market: Market, owned: tuple[tuple[int, ...], ...]) -> Numbers:
    """Units sold this week of each series' offers, (n_series,)."""
    sold = np.bincount(market.purchases.offer + 1, minlength=market.n_offers + 1)[1:]
    return np.array([sold[list(rows)].sum() for rows in owned], dtype=np.float64)


def measure_adoption(market: Market, settings: Mapping[str, Any]) -> Numbers:
    """Customers who own for the first time, by series and period, (n_series * n_periods,)."""
    owned, n, weeks = settings["owned"], settings["n_periods"], settings["weeks_a_period"]
    owners = np.zeros((len(owned), n + 1))
    for period in range(1, n + 1):
        for _ in range(weeks):
            market.step()
        count = market.tables.customers.purchase_count
        for s, rows in enumerate(owned):
            owners[s, period] = (count[:, list(rows)] > 0).any(axis=1).sum()
    return np.diff(owners, axis=1).reshape(-1)


def measure_sales(market: Market, settings: Mapping[str, Any]) -> Numbers:
    """Units sold by series and week, (n_series * n_weeks,)."""
    owned, n = settings["owned"], settings["n_weeks"]
    units = np.zeros((len(owned), n))
    for week in range(n):
        market.step()
        units[:, week] = bought_of(market, owned)
    return units.reshape(-1)


def measure_brands(market: Market, settings: Mapping[str, Any]) -> Numbers:
    """Shares, penetrations and frequencies over the last weeks, (3 * n_series,)."""
    owned, total = settings["owned"], list(settings["total"])
    while market.week < settings["weeks"] - settings["window"]:
        market.step()
    customers = market.tables.customers
    before = customers.purchase_count.astype(np.int64)
    while market.week < settings["weeks"]:
        market.step()
    # Counts wrap at 65,536 purchases, and so do their differences.
    bought = (customers.purchase_count.astype(np.int64) - before) % (1 << 16)
    each = np.stack([bought[:, list(rows)].sum(axis=1) for rows in owned])
    units, buyers = each.sum(axis=1), (each > 0).sum(axis=1)
    share = units / max(bought[:, total].sum(), 1)
    penetration = buyers / max(market.n_customers, 1)
    return np.concatenate([share, penetration, units / np.maximum(buyers, 1)])


def measure_purchases(market: Market, settings: Mapping[str, Any]) -> Numbers:
    """Repeat purchases of who began early: their histogram, and their mean by week since.

    Everybody is followed for the same number of weeks after her first purchase, so that it plays no
    part when she began.
    """
    offers = list(settings["owned"][0])
    joining, follow = settings["joining"], settings["follow"]
    first = np.full(market.n_customers, -1, dtype=np.int64)
    repeats = np.zeros(market.n_customers, dtype=np.int64)
    by_lag = np.zeros(follow + 1)
    for week in range(joining + follow):
        market.step()
        bought = market.purchases
        who, n = np.unique(bought.customer[np.isin(bought.offer, offers)], return_counts=True)
        is_new = first[who] < 0
        if week < joining:
            first[who[is_new]] = week
        n = n - is_new
        lag = week - first[who]
        counts = (first[who] >= 0) & (lag <= follow)
        np.add.at(by_lag, lag[counts], n[counts])
        counts &= lag <= settings["fitted"]
        np.add.at(repeats, who[counts], n[counts])
    cohort = first >= 0
    return summary(repeats[cohort], by_lag, int(cohort.sum()))


MOST_REPEATS = 7


def summary(repeats: NDArray[np.int64], by_lag: Numbers, n: int) -> Numbers:
    """Shares of customers with 0, 1 ... 7 or more repeat purchases, then the cumulated mean.

    Parameters
    ----------
    repeats
        Repeat purchases of each customer, (n,).
    by_lag
        Repeat purchases of all in each week after their first, from week 0.
    """
    counts = np.bincount(np.minimum(repeats, MOST_REPEATS), minlength=MOST_REPEATS + 1)
    curve = np.cumsum(by_lag)[1:]
    return np.concatenate([counts, curve]) / max(n, 1)

"""Markets of a stored run, lived again: as they were, or with other prices or advertising.

A counterfactual imposes prices and advertising week by week, those of the market as it was with one
thing changed: all else equal, whatever policies would have answered. All other levers stay with the
policies. Luck is the same in every replay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.asking import known
from sim.errors import RunError
from sim.market import Market
from sim.network import Network
from sim.results.jobs import replication_seed
from sim.results.run import RunResult
from sim.scenario import Scenario

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]
Report = Callable[[int], None]

MOST_ROWS = 2_000_000
"""Rows of the largest table that is written; above, a sample must be asked for."""


@dataclass(frozen=True)
class Setting:
    """Which market of a run is exported.

    Attributes
    ----------
    seed : of the market itself, not of the run.
    units : what each firm sold when it was run, (n_weeks, n_firms).
    """

    scenario: Scenario
    strategy: str
    replication: int
    seed: int
    weeks: int
    provenance: dict[str, Any] = field(repr=False)
    units: Numbers = field(repr=False)

    def market(self, network: Network | None = None) -> Market:
        """The market before week 1; ``network`` spares drawing the same ties again."""
        return Market(
            self.scenario, self.strategy, seed=self.seed, observe=False, network=network
        )


def setting_of(run: RunResult, strategy: str | None, replication: int) -> Setting:
    """One market of a run.

    Parameters
    ----------
    strategy
        None is the run's first.

    Raises
    ------
    CounterpoiseError
        If the run has no such strategy or replication.
    """
    name = known(strategy or run.strategies[0], run.strategies, "strategy")
    if not 0 <= replication < run.replications:
        raise RunError(
            f"the run has replications 0 to {run.replications - 1}, so no {replication}"
        )
    seed = replication_seed(run.seed, replication)
    units = run.series["units"][run.strategies.index(name), replication]
    return Setting(run.scenario, name, replication, seed, run.weeks, run.provenance, units)


@dataclass(frozen=True)
class Levers:
    """Prices and advertising in force, (n_weeks, n_offers).

    Attributes
    ----------
    price_cents : price in force while customers choose.
    advertising : spending, currency/week per 1,000 customers.
    """

    price_cents: Counts
    advertising: Numbers

    def dearer(self, o: int, share: float) -> Levers:
        """The price of one offer higher by a share, at least by a cent."""
        prices = self.price_cents.copy()
        higher = np.rint(prices[:, o] * (1.0 + share)).astype(np.int64)
        prices[:, o] = np.where(prices[:, o] > 0, np.maximum(higher, prices[:, o] + 1), 0)
        return replace(self, price_cents=prices)

    def advertised(
        self, offers: Counts, factor: float, first: int = 1, last: int | None = None
    ) -> Levers:
        """Spending on some offers times a factor, from week ``first`` to ``last``."""
        spending = self.advertising.copy()
        spending[first - 1 : last, offers] *= factor
        return replace(self, advertising=spending)


class Notes:
    """Writes down prices, advertising and units while a market lives: a listener."""

    def __init__(self, weeks: int, n_offers: int, n_firms: int) -> None:
        self.levers = Levers(
            np.zeros((weeks, n_offers), dtype=np.int64), np.zeros((weeks, n_offers))
        )
        self.units = np.zeros((weeks, n_firms))

    def __call__(self, market: Market, stage: str, after: bool) -> None:
        """Look when policies have decided and nobody has acted on it yet, and after choices."""
        if stage == "policies" and after:
            self.levers.price_cents[market.week - 1] = market.tables.offers.price_cents
            self.levers.advertising[market.week - 1] = market.tables.offers.advertising
        elif stage == "choice" and after:
            offer = market.purchases.offer[market.purchases.offer >= 0]
            firm = market.tables.offers.firm[offer]
            self.units[market.week - 1] = np.bincount(firm, minlength=market.n_firms)

    def check(self, setting: Setting) -> None:
        """Make sure that the market lived as it did in the run.

        Raises
        ------
        RunError
            If it did not: another version of the program lives it otherwise.
        """
        if not np.array_equal(self.units, setting.units):
            week = int(np.flatnonzero((self.units != setting.units).any(axis=1))[0]) + 1
            raise RunError(
                f"this version does not live the market as the run did (week {week}); use version "
                f"{setting.provenance['engine']} of the run, or run again"
            )


class Imposed:
    """Imposes prices and advertising for the part of the week that acts on them: a listener.

    Policies and the printing of the next price list see what they themselves decided.
    """

    def __init__(self, levers: Levers) -> None:
        self.levers = levers
        self.own: dict[str, NDArray[Any]] = {}

    def __call__(self, market: Market, stage: str, after: bool) -> None:
        """Impose after policies; give back after advertising and before prices are printed."""
        if stage == "policies" and after:
            self._impose(market, "price_cents", self.levers.price_cents)
            self._impose(market, "advertising", self.levers.advertising)
        elif stage == "advertising" and after:
            self.give_back(market, "advertising")
        elif stage == "pricing" and not after:
            self.give_back(market, "price_cents")

    def _impose(self, market: Market, name: str, by_week: NDArray[Any]) -> None:
        column = getattr(market.tables.offers, name)
        self.own[name] = column.copy()
        column[:] = by_week[market.week - 1]

    def give_back(self, market: Market, *names: str) -> None:
        """Put back what the market itself had decided, where that has not happened yet."""
        for name in names:
            if name in self.own:
                getattr(market.tables.offers, name)[:] = self.own.pop(name)


def weeks_of(market: Market, weeks: int, levers: Levers | None = None) -> Iterator[Market]:
    """Live up to a week; yields the market after each, with the levers imposed if there are any."""
    imposed = Imposed(levers) if levers is not None else None
    if imposed is not None:
        market.listeners.append(imposed)
    while market.week < weeks:
        market.step()
        if imposed is not None:
            imposed.give_back(market, "price_cents", "advertising")
        yield market


def evenly(n: int, asked: int | None) -> Counts:
    """Rows of an evenly spaced sample of ``n``; None is all."""
    if asked is None or asked >= n:
        return np.arange(n, dtype=np.int64)
    return (np.arange(asked, dtype=np.int64) * n) // asked


class RowCount:
    """Refuses as soon as a table has too many rows."""

    def __init__(self, table: str) -> None:
        self.table, self.rows = table, 0

    def add(self, rows: int) -> None:
        """Count more rows.

        Raises
        ------
        RunError
            If there are too many.
        """
        self.rows += rows
        if self.rows > MOST_ROWS:
            raise RunError(
                f"{self.table} would have more than {MOST_ROWS:,} rows; "
                "take a sample by --customers N (or --households N)"
            )

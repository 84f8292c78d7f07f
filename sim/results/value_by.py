"""Value by customers: what they bring a firm through others, found by muting them.

Two markets live under the same luck, one as it is, one in which nobody hears what the chosen
customers say from some week on. What firms sell more in the first is what the chosen brought about,
whatever else they have in common with the others: a cause, not a correlation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.asking import known, length_of
from sim.errors import RunError
from sim.observers.prices import payments
from sim.observers.value import charged_value, experienced_value
from sim.results.jobs import replication_seed
from sim.results.run import MOST_REPLICATIONS
from sim.results.statistics import Estimate, Values, estimate
from sim.scenario import Scenario, load_scenario

if TYPE_CHECKING:
    import pandas as pd

    from sim.market import Market
    from sim.network import Network

Rows = NDArray[np.int64]
Choose = Callable[["Market"], Rows]
"""Says which rows of a market at its start are meant."""

WEEKS_A_YEAR = 52
CENTS = 100
QUANTITIES = {
    "revenue": "currency", "units": "units", "profit": "currency",
    "revenue_expansion": "currency", "revenue_acceleration": "currency",
    "revenue_repeat": "currency", "units_expansion": "units", "units_acceleration": "units",
    "units_repeat": "units", "gained": "customers", "lost": "customers", "earlier": "customers",
    "later": "customers", "value_of": "currency", "value_for": "currency",
}
"""What is found out for each firm, and its unit."""


def customers(numbers: Sequence[int]) -> Choose:
    """These customers, by their numbers from 0.

    Raises
    ------
    RunError
        When they are chosen, if the market has no customer of such a number.
    """

    def choose(market: Market) -> Rows:
        for number in numbers:
            if not 0 <= number < market.n_customers:
                raise RunError(
                    f"there is no customer {number:,}; there are {market.n_customers:,}, "
                    "numbered from 0"
                )
        return np.array(sorted(set(numbers)), dtype=np.int64)

    return choose


def segment(name: str) -> Choose:
    """All customers of a segment.

    Raises
    ------
    RequestError
        When they are chosen, if the market has no such segment.
    """

    def choose(market: Market) -> Rows:
        number = market.segment_names.index(known(name, market.segment_names, "segment"))
        return np.flatnonzero(market.tables.customers.segment == number)

    return choose


def talkers(n: int) -> Choose:
    """The ``n`` customers with the most talk to give: talkativeness times number of friends.

    Raises
    ------
    RunError
        When they are chosen, if the market has fewer customers.
    """

    def choose(market: Market) -> Rows:
        if n > market.n_customers:
            raise RunError(f"there are {market.n_customers:,} customers, not {n:,}")
        friends = np.diff(market.network.indptr)
        reach = market.tables.customers.talkativeness * friends
        order = np.lexsort((market.tables.customers.label, -reach))
        return np.sort(order[:n])

    return choose


@dataclass(frozen=True)
class ValueBy:
    """What chosen customers brought each firm; one value a replication.

    Attributes
    ----------
    firm_names : the firms.
    n_chosen : how many were muted, (n_replications,).
    series : by name of ``QUANTITIES``, (n_replications, n_firms). ``expansion`` is of customers who
        buy from the firm in one of the two worlds only, ``acceleration`` of those who buy in both
        but first in different weeks, ``repeat`` of all others, who buy more or less often;
        together they are the whole. ``gained`` and ``lost`` count customers who buy only with
        them and only without them, ``earlier`` and ``later`` those who buy first sooner and later
        with them. All these are of customers who were not chosen. ``revenue`` is what they paid,
        renewed fees and penalties included. ``profit`` is the firm's, whoever buys: what the chosen
        buy otherwise, and what it spends for all, is in it.
        ``value_of`` is what of the chosen's own payments stays above the firm's costs of the units
        (wholesale prices where another firm delivers), ``value_for`` what using was worth to them
        beyond what they paid, both in the market as it is.
    """

    firm_names: list[str]
    n_chosen: Values
    series: dict[str, Values] = field(repr=False)

    def estimate(self, quantity: str, firm: str, confidence: float = 0.95) -> Estimate:
        """Mean over replications with its interval.

        Raises
        ------
        RequestError
            If there is no such quantity or firm.
        """
        values = self.series[known(quantity, QUANTITIES, "quantity")]
        number = self.firm_names.index(known(firm, self.firm_names, "firm"))
        return estimate(values[:, number], confidence)

    def table(self) -> pd.DataFrame:
        """One row a firm and quantity: mean and interval."""
        import pandas as pd

        rows = []
        for firm in self.firm_names:
            for name, unit in QUANTITIES.items():
                found = self.estimate(name, firm)
                rows.append({
                    "firm": firm, "quantity": name, "unit": unit, "mean": found.value,
                    "low": found.low, "high": found.high, "n": found.n,
                })
        return pd.DataFrame(rows)


def value_by(
    scenario: Scenario | str | Path,
    choose: Choose,
    *,
    since: int = 1,
    strategy: str | None = None,
    discount: float = 0.1,
    replications: int | Sequence[int] = 20,
    seed: int = 0,
    weeks: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    network: Network | None = None,
    threads: int = 1,
    progress: Callable[[int], None] | None = None,
) -> ValueBy:
    """Live markets with and without the voice of chosen customers.

    Parameters
    ----------
    choose
        Who: ``customers``, ``segment`` or ``talkers``, or a function from a market to rows.
    since
        First week in which they are muted; sums begin here.
    strategy
        None is the scenario's first.
    discount
        A year, 0.1 for 10%: without it a customer who buys once is worth the same, early or late.
    replications
        How many, or their numbers.
    seed, weeks, overrides
        As in ``sim.run``.
    network
        Ties to use instead of the scenario's.
    threads
        Threads of each market.
    progress
        Called with the number of markets just finished, two a replication.

    Raises
    ------
    ScenarioError
        If something named does not exist, or the scenario cannot be run.
    RunError
        If numbers are out of bounds.

    References
    ----------
    Libai, Muller and Peres (2013), Decomposing the value of word-of-mouth seeding programs:
    acceleration versus expansion. Journal of Marketing Research 50(2).
    """
    numbers = range(replications) if isinstance(replications, int) else list(replications)
    source = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    name = known(strategy or next(iter(source.strategies)), source.strategies, "strategy")
    settings = dict(overrides or {})
    length = length_of(weeks, source.world(name, settings))
    if not 1 <= since <= length:
        raise RunError(f"week {since} must be from 1 to {length}, the last week of the run")
    if discount < 0 or not 1 <= len(numbers) <= MOST_REPLICATIONS:
        raise RunError("discount must not be below 0, replications not below 1")
    n_chosen, found = [], []
    for number in numbers:
        options = {
            "seed": replication_seed(seed, number), "overrides": settings, "network": network,
            "threads": threads,
        }
        worlds = []
        for muted in (False, True):
            chosen, lived = _live(source, name, options, choose, muted, since, length, discount)
            worlds.append(lived)
            if progress is not None:
                progress(1)
        n_chosen.append(chosen.sum())
        found.append(compare(worlds[0], worlds[1], ~chosen))
    return ValueBy(
        list(source.world(name, settings).firms), np.array(n_chosen, dtype=np.float64),
        {name: np.array([one[name] for one in found]) for name in QUANTITIES},
    )


@dataclass
class Lived:
    """What is kept of one world.

    Attributes
    ----------
    first : week of the first purchase from each firm, 0 before any, (n_customers, n_firms).
    units, revenue : since the week asked for, discounted money, (n_customers, n_firms).
    profit, value_of, value_for : likewise, (n_firms,).
    """

    first: Rows
    units: Values
    revenue: Values
    profit: Values
    value_of: Values
    value_for: Values

    @classmethod
    def empty(cls, market: Market) -> Lived:
        """Nothing lived yet."""
        cells = (market.n_customers, market.n_firms)
        by_firm = [np.zeros(market.n_firms) for _ in range(3)]
        return cls(np.zeros(cells, dtype=np.int64), np.zeros(cells), np.zeros(cells), *by_firm)

    def of(self, some: NDArray[np.bool_]) -> Lived:
        """The same with purchases of some customers only."""
        return replace(
            self, first=self.first[some], units=self.units[some], revenue=self.revenue[some]
        )


def _live(
    scenario: Scenario, strategy: str, options: dict[str, Any], choose: Choose, muted: bool,
    since: int, length: int, discount: float,
) -> tuple[NDArray[np.bool_], Lived]:
    """Who was chosen, (n_customers,), and what came of it in one of the two worlds."""
    from sim.market import Market

    market = Market(scenario, strategy, observe=False, **options)
    rows = np.asarray(choose(market), dtype=np.int64)
    lived = Lived.empty(market)
    chosen = np.zeros(market.n_customers, dtype=bool)
    chosen[rows] = True
    while market.week < length:
        if muted and market.week == since - 1:
            market.mute(rows)
        market.step()
        _note(market, lived, chosen, since, discount)
    return chosen, lived


def _note(
    market: Market, lived: Lived, chosen: NDArray[np.bool_], since: int, discount: float
) -> None:
    """Add the week just lived."""
    bought, n_firms = market.purchases, np.int64(market.n_firms)
    who, offer, paid, kept = payments(market)
    firm = market.tables.offers.firm[offer].astype(np.int64)
    cell, sold = who * n_firms + firm, len(who) - len(bought.charged_cents)
    bought_from, first = cell[:sold], lived.first.reshape(-1)
    first[bought_from] = np.where(first[bought_from] == 0, market.week, first[bought_from])
    if market.week < since:
        return
    factor = (1.0 + discount) ** (-(market.week - since) / WEEKS_A_YEAR)
    np.add.at(lived.units.reshape(-1), bought_from, 1.0)
    np.add.at(lived.revenue.reshape(-1), cell, paid * (factor / CENTS))
    lived.profit += market.tables.firms.profit_cents * (factor / CENTS)
    own = chosen[who]
    worth = np.concatenate([
        experienced_value(market)[bought.offer >= 0], -charged_value(market) / CENTS
    ])
    lived.value_of += np.bincount(firm[own], kept[own] * (factor / CENTS), market.n_firms)
    lived.value_for += np.bincount(firm[own], worth[own] * factor, market.n_firms)


def compare(actual: Lived, muted: Lived, others: NDArray[np.bool_]) -> dict[str, Values]:
    """The difference between two worlds by firm, and what it is made of.

    Purchases are those of ``others``, (n_customers,): what the chosen buy themselves is what they
    are worth, not what they bring.
    """
    actual, muted = actual.of(others), muted.of(others)
    with_them, without = actual.first > 0, muted.first > 0
    in_one = with_them != without
    in_both = with_them & without
    moved = in_both & (actual.first != muted.first)
    parts = {"expansion": in_one, "acceleration": moved, "repeat": ~in_one & ~moved}
    found: dict[str, Values] = {"profit": actual.profit - muted.profit}
    for name in ("units", "revenue"):
        difference = getattr(actual, name) - getattr(muted, name)
        found[name] = difference.sum(axis=0)
        for part, mask in parts.items():
            found[f"{name}_{part}"] = np.where(mask, difference, 0.0).sum(axis=0)
    counts = {
        "gained": in_one & with_them, "lost": in_one & without,
        "earlier": moved & (actual.first < muted.first),
        "later": moved & (actual.first > muted.first),
    }
    found |= {name: mask.sum(axis=0).astype(np.float64) for name, mask in counts.items()}
    return found | {"value_of": actual.value_of, "value_for": actual.value_for}

"""Value of customers: what a firm earns on them over their lifetime."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.asking import known, length_of
from sim.errors import RunError
from sim.estimators.beta_geometric import BetaGeometricFit, fit_falling_purchases
from sim.observers.prices import payments
from sim.results.jobs import replication_seed
from sim.results.run import MOST_REPLICATIONS
from sim.results.statistics import Estimate, Values, estimate
from sim.scenario import Scenario, load_scenario

if TYPE_CHECKING:
    from sim.market import Market

WEEKS_A_YEAR = 52
MONTH = 4  # weeks
CENTS = 100
YEARS_TO_GO_ON = 2
"""A purchase curve is continued only if so many full years of it are known of the whole cohort."""

WEEKS_AHEAD = 200 * WEEKS_A_YEAR
"""Purchases to come are added up so far ahead; from there on the share who leave stays."""

WEEKS_TO_RETURN = 26
"""Who still buys is told apart from who left only if so many weeks more are lived."""


def lifetime_value(
    margin: float, *, retention: float = 1.0, discount: float = 0.0, periods: int | None = None
) -> float:
    """Sum over periods t = 0, 1, ... of margin * retention^t / (1 + discount)^t.

    Parameters
    ----------
    margin
        Earned on her in a period while she stays, currency.
    retention
        Share of customers who stay from one period to the next, 0 to 1.
    discount
        Rate of discounting a period, 0.1 for 10%.
    periods
        How many; None is without end: margin * (1 + discount) / (1 + discount - retention).

    Raises
    ------
    RunError
        If a number is out of bounds, or the sum without end is infinite.

    Examples
    --------
    A guest who spends 7,000 won four times a month for twenty years:

    >>> lifetime_value(7000 * 4 * 12, periods=20)
    6720000.0
    """
    if not (0 <= retention <= 1 and discount >= 0 and (periods is None or periods >= 0)):
        raise RunError("retention must be from 0 to 1, discount and periods not below 0")
    if periods is not None:
        return math.fsum(margin * (retention / (1 + discount)) ** t for t in range(periods))
    if retention >= 1 + discount:
        raise RunError("without discounting, customers who never leave are worth no finite sum")
    return margin * (1 + discount) / (1 + discount - retention)


@dataclass(frozen=True)
class CohortValue:
    """What a firm earned on the customers won in certain weeks; arrays are (n_replications, ...).

    Attributes
    ----------
    n : customers in the cohort.
    revenue, margin : a customer, discounted to her first purchase, currency. Revenue is what she
        paid the firm, renewed fees and penalties included; margin is what of it stays above the
        firm's own costs of the units, which are wholesale prices where another firm delivers.
    survival : share who still buy, by full years since the first purchase, from year 0 on.
    yearly_margin : undiscounted, a year from a customer's first to her latest purchase, both weeks
        counted, currency. It says what those earn who are known to be still there; who bought once
        counts as a week, so that it is no base for what a customer is worth: see ``expected``.
    purchases_by_age : purchases of the whole cohort by full weeks since the first purchase of each,
        as far as all of them were followed, (n_replications, n_weeks).
    margin_by_age : undiscounted, a customer of the cohort in the same weeks, currency.
    discount : a year.
    is_regular : whether a segment buys at even intervals.
    """

    n: Values
    revenue: Values
    margin: Values
    survival: NDArray[np.float64]
    yearly_margin: Values
    purchases_by_age: Values
    margin_by_age: Values
    discount: float
    is_regular: bool = False

    def estimate(self, quantity: str = "margin", confidence: float = 0.95) -> Estimate:
        """Mean over replications with its interval, of an attribute that has one value each."""
        return estimate(getattr(self, quantity), confidence)

    def retention(self) -> Values:
        """Mean share who stay a year longer; not a number before a full year, (n_replications,)."""
        years = self.survival.shape[1] - 1
        if years < 1:
            return np.full(len(self.n), np.nan)
        return np.asarray(self.survival[:, -1] ** (1.0 / years))

    def expected(self) -> Values:
        """Value of a customer of the cohort without end, discounted, (n_replications,).

        What the cohort earned as far as all of it was followed, and then the margin of the last
        year known, falling on as purchases do: by a shifted beta-geometric curve fitted to the
        cohort's purchases after the first week (``sim.estimators``), which lets those who stayed
        long leave less. Where purchases do not fall, nobody is taken to leave.

        Not a number where there is nothing to go on: if not all of the cohort was followed for two
        full years (the weeks of the run less the last of ``won``), or without discounting, where
        all would hang on who never leaves; nor where a segment buys at even intervals
        (``regular_purchases``) so rarely that nobody comes for a month, since purchases of a cohort
        then come in waves, whose fall no smooth curve tells. Of customers who buy less than once a
        year, two years say little; a rise of purchases is not continued.
        """
        return np.array([
            math.nan if self.is_regular and _in_waves(purchases)
            else _without_end(purchases, margin, self.discount)
            for purchases, margin in zip(self.purchases_by_age, self.margin_by_age, strict=True)
        ])


def cohort_value(
    scenario: Scenario | str | Path,
    firm: str,
    *,
    won: tuple[int, int] | None = None,
    strategy: str | None = None,
    discount: float = 0.1,
    replications: int = 20,
    seed: int = 0,
    weeks: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    progress: Callable[[int], None] | None = None,
) -> CohortValue:
    """Live markets and add up what a firm earns on the customers it won in certain weeks.

    Parameters
    ----------
    firm
        Whose customers.
    won
        First and last week of the first purchase; None is the first year.
    strategy
        None is the scenario's first.
    discount
        A year, 0.1 for 10%.
    replications, seed, weeks, overrides
        As in ``sim.run``.
    progress
        Called with the number of markets just finished.

    Raises
    ------
    ScenarioError
        If something named does not exist, or the scenario cannot be run.
    RunError
        If numbers are out of bounds.
    """
    from sim.market import Market

    source = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    name = known(strategy or next(iter(source.strategies)), source.strategies, "strategy")
    settings = dict(overrides or {})
    world = source.world(name, settings)
    length = length_of(weeks, world)
    first, last = won or (1, min(WEEKS_A_YEAR, length))
    if not 1 <= first <= last <= length:
        raise RunError(f"weeks {first} to {last} must be in order and from 1 to {length}")
    if discount < 0 or not 1 <= replications <= MOST_REPLICATIONS:
        raise RunError("discount must not be below 0, replications not below 1")
    number = list(world.firms).index(known(firm, world.firms, "firm"))
    found = []
    for replication in range(replications):
        market = Market(
            source, name, seed=replication_seed(seed, replication), overrides=settings,
            observe=False,
        )
        found.append(_follow(market, number, (first, last), length, discount))
        if progress is not None:
            progress(1)
    n, revenue, margin, survival, yearly, *by_age = map(np.array, zip(*found, strict=True))
    return CohortValue(
        n.astype(np.float64), revenue, margin, survival, yearly, by_age[0], by_age[1], discount,
        any(segment.regular_purchases for segment in world.customers.segments.values()),
    )


def _follow(
    market: Market, firm: int, won: tuple[int, int], length: int, discount: float
) -> tuple[int, float, float, Values, float, Values, Values]:
    """One market: the attributes of ``CohortValue`` in their order."""
    begin = np.zeros(market.n_customers, dtype=np.int64)
    latest = np.zeros(market.n_customers, dtype=np.int64)
    by_age = np.zeros((3, length))
    while market.week < length:
        market.step()
        bought, firm_of = market.purchases, market.tables.offers.firm
        mine = np.flatnonzero((bought.offer >= 0) & (firm_of[bought.offer] == firm))
        who = bought.customer[mine]
        begin[who] = np.where(begin[who] == 0, market.week, begin[who])
        latest[who] = market.week
        ours = who[(begin[who] >= won[0]) & (begin[who] <= won[1])]
        by_age[2] += np.bincount(market.week - begin[ours], minlength=length)
        who, offer, paid, kept = payments(market)
        inside = (firm_of[offer] == firm) & (begin[who] >= won[0]) & (begin[who] <= won[1])
        age = market.week - begin[who[inside]]
        by_age[0] += np.bincount(age, paid[inside], length)
        by_age[1] += np.bincount(age, kept[inside], length)
    cohort = (begin >= won[0]) & (begin <= won[1])
    n = int(cohort.sum())
    survival = _survival(latest[cohort] - begin[cohort], _years_seen(length - won[1]))
    followed = slice(length - won[1] + 1)
    if n == 0:
        nothing = np.full(len(by_age[2, followed]), np.nan)
        return 0, math.nan, math.nan, survival, math.nan, nothing, nothing
    factor = (1.0 + discount) ** (-np.arange(length) / WEEKS_A_YEAR)
    revenue, margin = (by_age[:2] @ factor) / CENTS / n
    survived = (latest[cohort] - begin[cohort] + 1).sum() / WEEKS_A_YEAR
    return (
        n, float(revenue), float(margin), survival, float(by_age[1].sum() / CENTS / survived),
        by_age[2, followed], by_age[1, followed] / CENTS / n,
    )


def _without_end(purchases: Values, margin: Values, discount: float) -> float:
    """Discounted margin by age, (n_weeks,), and what is to come by the fall of purchases."""
    n = len(margin)
    too_short = n - 1 < YEARS_TO_GO_ON * WEEKS_A_YEAR
    if too_short or discount == 0 or np.isnan(margin).any():
        return math.nan
    keep = (1.0 + discount) ** (-1.0 / WEEKS_A_YEAR)
    known = float(margin @ keep ** np.arange(n))
    if not purchases[-WEEKS_A_YEAR:].any():
        return known
    fit = fit_falling_purchases(purchases[1:])
    there = float(fit.survival(np.arange(n - 1)[-WEEKS_A_YEAR:]).sum())
    level = float(margin[-WEEKS_A_YEAR:].sum()) / there
    return float(known + level * keep**n * _to_come(fit, n - 1, keep))


def _in_waves(purchases: Values) -> bool:
    """Whether nobody of a cohort, (n_weeks,), bought in some four weeks between two purchases."""
    return bool((np.diff(np.flatnonzero(purchases)) > MONTH).any())


def _to_come(fit: BetaGeometricFit, first: int, keep: float) -> float:
    """Sum over t = 0, 1, ... of the share there in week ``first + t``, times keep^t."""
    ahead = np.arange(WEEKS_AHEAD)
    there = fit.survival(first + ahead) * keep**ahead
    stay = keep * float(fit.retention(first + WEEKS_AHEAD))
    return float(there.sum() + there[-1] * stay / (1.0 - stay))


def _years_seen(weeks: int) -> int:
    """Full years after which it is known of everybody in a cohort whether she came again."""
    return max(weeks - WEEKS_TO_RETURN, 0) // WEEKS_A_YEAR


def _survival(lasted: NDArray[np.int64], years: int) -> Values:
    """Share whose latest purchase is at least 0, 1, ... ``years`` years after the first."""
    if len(lasted) == 0:
        return np.full(years + 1, np.nan)
    reached = lasted[:, None] >= np.arange(years + 1) * WEEKS_A_YEAR
    return np.asarray(reached.mean(axis=0))

"""The market as the scenario has it, from week 1 to its end, with what its customers did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.laws.probing import Ground, probe
from sim.results.cascades import Cascades, cascades

if TYPE_CHECKING:
    from sim.market import Market

Whole = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Log:
    """Every purchase in order of weeks; columns are ``(n_purchases,)``.

    Attributes
    ----------
    week, customer, offer : when, who and what.
    price_cents : what she paid.
    satisfaction : with this use, before any answer to a complaint.
    response : what she did after a disappointment, see ``Response``; 0 where there was none.
    """

    week: Whole
    customer: Whole
    offer: Whole
    price_cents: Whole
    satisfaction: Values
    response: Whole

    @classmethod
    def of(cls, rows: list[tuple[NDArray[np.generic], ...]]) -> Log:
        """A log of the purchases of several weeks, one tuple of columns a week."""
        if not rows:
            nothing = np.zeros(0, dtype=np.int64)
            return cls(nothing, nothing, nothing, nothing, np.zeros(0), nothing)
        week, customer, offer, price, satisfaction, response = (
            np.concatenate(part) for part in zip(*rows, strict=True)
        )
        return cls(
            week.astype(np.int64), customer.astype(np.int64), offer.astype(np.int64),
            price.astype(np.int64), satisfaction.astype(np.float64), response.astype(np.int64),
        )


@dataclass(frozen=True)
class Answered:
    """Complaints that a firm answered; columns are ``(n_answers,)``.

    Attributes
    ----------
    week, customer, offer : when, whose and about what.
    satisfaction : of the customer right after the answer.
    """

    week: Whole
    customer: Whole
    offer: Whole
    satisfaction: Values


@dataclass(frozen=True)
class Life:
    """One lived market.

    Attributes
    ----------
    weeks, n_customers : its size.
    firm, margin_cents : of each offer, (n_offers,).
    log : all purchases.
    answered : all answers to complaints.
    said : weeks in which each customer told others something, (n_customers,).
    good, bad : tellings heard in all.
    trigger : what made each customer aware of each offer, see ``Trigger``.
    trees : the trees in which word of the first offer spread.
    delivery_gap : by week, (weeks,).
    """

    weeks: int
    n_customers: int
    firm: Whole
    margin_cents: Whole
    log: Log
    answered: Answered
    said: Whole
    good: float
    bad: float
    trigger: NDArray[np.uint8]
    trees: Cascades
    delivery_gap: Values

    def units(self, first: int = 1, last: int | None = None) -> Whole:
        """Units sold by offer in the weeks from ``first`` to ``last``."""
        inside = (self.log.week >= first) & (self.log.week <= (last or self.weeks))
        return np.bincount(self.log.offer[inside], minlength=len(self.firm))


@probe(markets=1)
def live(ground: Ground) -> Life:
    """Live the scenario."""
    market = ground.market(observe=("delivery_gap",))
    return watch(market, ground.focal)


@dataclass
class Watch:
    """What is written down while a market lives."""

    said: Whole
    rows: list[tuple[NDArray[np.generic], ...]] = field(default_factory=list)
    answers: list[tuple[NDArray[np.generic], ...]] = field(default_factory=list)
    before: NDArray[np.float32] | None = None
    heard: Values = field(default_factory=lambda: np.zeros(2))

    def at_stage(self, market: Market, name: str, after: bool) -> None:
        """Note whose satisfaction an answer of a firm lifts: nothing else does in that stage."""
        if name != "dialogue":
            return
        satisfaction = market.tables.customers.satisfaction
        if not after:
            self.before = satisfaction.copy()
            return
        customer, offer = np.nonzero(satisfaction > self.before)
        week = np.full(len(customer), market.week)
        self.answers.append((week, customer, offer, satisfaction[customer, offer]))

    def at_end(self, market: Market) -> None:
        """Note the purchases and the talk of the week."""
        bought, offers = market.purchases, market.tables.offers
        p = np.flatnonzero(bought.offer >= 0)
        self.rows.append((
            np.full(len(p), market.week), bought.customer[p], bought.offer[p],
            bought.price_cents[p], bought.satisfaction[p], bought.response[p],
        ))
        self.said += market.tables.customers.message >= 0
        self.heard += (offers.n_told_good.sum(), offers.n_told_bad.sum())


def watch(market: Market, focal: str) -> Life:
    """Live a market to its end and keep what laws look at."""
    noted = Watch(np.zeros(market.n_customers, dtype=np.int64))
    market.listeners.append(noted.at_stage)
    while market.week < market.world.weeks:
        market.step()
        noted.at_end(market)
    offers, log = market.tables.offers, Log.of(noted.rows)
    return Life(
        weeks=market.week, n_customers=market.n_customers, firm=offers.firm.astype(np.int64),
        margin_cents=(offers.price_cents - offers.unit_cost_cents).astype(np.int64),
        log=log, answered=_answered(noted.answers), said=noted.said,
        good=float(noted.heard[0]), bad=float(noted.heard[1]),
        trigger=market.tables.customers.trigger.copy(), trees=cascades(market, focal),
        delivery_gap=market.recorder.recorded().get("delivery_gap", np.zeros(0)).ravel(),
    )


def _answered(rows: list[tuple[NDArray[np.generic], ...]]) -> Answered:
    if not rows:
        nothing = np.zeros(0, dtype=np.int64)
        return Answered(nothing, nothing, nothing, np.zeros(0))
    week, customer, offer, after = (np.concatenate(part) for part in zip(*rows, strict=True))
    return Answered(
        week.astype(np.int64), customer.astype(np.int64), offer.astype(np.int64),
        after.astype(np.float64),
    )

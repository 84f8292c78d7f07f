"""Nudges: twins that part at half time and differ by a tenth in one thing about the first offer.

Elasticities are the logarithm of the ratio of units over that of the dose. Levers are set from
their value at half time; tellings are added by customers who would have been silent, drawn by
chance; valence is what talkers say of the offer, while they themselves think of it as before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.laws.probing import Ground, probe
from sim.levers import set_offer_lever
from sim.mechanisms.word_of_mouth.message import OFFER_BITS
from sim.mechanisms.word_of_mouth.message import STEP as STEP_OF_MESSAGE
from sim.streams import address_all, hits_below_one

if TYPE_CHECKING:
    from sim.market import Market

Values = NDArray[np.float64]
STEP = 0.1


@dataclass(frozen=True)
class Twin:
    """The second half of one twin, by week.

    Attributes
    ----------
    units : sold of the offer, (n_weeks,).
    tellings : heard of it, (n_weeks,).
    valence : mean goodness said of it, 0 to 1; not a number in a silent week, (n_weeks,).
    """

    units: Values
    tellings: Values
    valence: Values


@dataclass(frozen=True)
class Nudged:
    """All twins: ``plain`` is the one in which nothing was changed."""

    plain: Twin
    advertising: Twin
    price: Twin
    volume: Twin
    valence: Twin


@probe(markets=6)
def live(ground: Ground) -> Nudged:
    """Live half of the market, then its twins."""
    from sim.market import Market

    first = ground.market()
    o = first.offer_number(ground.focal)
    while first.week < first.world.weeks // 2:
        first.step()
    saved = first.checkpoint()

    def twin(change: Callable[[Market], None] | None = None) -> Twin:
        market = Market.resume(saved)
        if change is not None:
            change(market)
        return _second_half(market, o)

    def advertise(market: Market) -> None:
        set_offer_lever(market, o, ("advertising",), _more(market.tables.offers.advertising[o]))

    def charge(market: Market) -> None:
        price = market.tables.offers.list_price_cents[o] / 100.0
        set_offer_lever(market, o, ("price",), _more(price))
        market.tables.offers.price_cents[o] = market.tables.offers.list_price_cents[o]

    plain = twin()
    talk = max(float(plain.tellings.mean()), 0.0)
    return Nudged(
        plain=plain, advertising=twin(advertise), price=twin(charge),
        volume=twin(lambda market: market.listeners.append(MoreTellings(o))) if talk else plain,
        valence=twin(lambda market: market.listeners.append(BetterTellings(o))) if talk else plain,
    )


def _more(value: float) -> float:
    return float(value) * (1.0 + STEP)


def _second_half(market: Market, o: int) -> Twin:
    units, tellings, valence = [], [], []
    while market.week < market.world.weeks:
        market.step()
        offers, said = market.tables.offers, market.tables.customers.message
        mine = said[(said >= 0) & ((said & OFFER_BITS) == o)]
        units.append(float((market.purchases.offer == o).sum()))
        tellings.append(float(offers.n_told_good[o] + offers.n_told_bad[o]))
        valence.append(float((mine >> 8).mean() * STEP_OF_MESSAGE) if len(mine) else np.nan)
    return Twin(np.array(units), np.array(tellings), np.array(valence))


@dataclass
class MoreTellings:
    """A tenth more tellings of an offer, by owners who would else be silent."""

    offer: int

    def __call__(self, market: Market, stage: str, after: bool) -> None:
        """Before the word of mouth of a week, let some owners decide to talk."""
        if stage != "word_of_mouth" or after:
            return
        customers = market.tables.customers
        spoke = customers.message  # last week's: who talks and how much changes slowly
        n_spoke = int(((spoke >= 0) & ((spoke & OFFER_BITS) == self.offer)).sum())
        owns = (customers.last_offer == self.offer).any(axis=1) & (customers.telling == 0)
        silent = np.flatnonzero(owns & (customers.muted == 0))
        if not (n_spoke and len(silent)):
            return
        state = np.empty(len(silent), dtype=np.uint64)
        address_all(market.streams.key("laws.more_tellings", market.week),
                    customers.label[silent], state)
        chosen = np.empty(len(silent) + 1, dtype=np.int32)
        n = hits_below_one(state, 1, min(STEP * n_spoke / len(silent), 1.0), chosen)
        customers.telling[silent[chosen[:n]]] = self.offer + 1


@dataclass
class BetterTellings:
    """What is said of an offer is a tenth better than what talkers think; then they think again."""

    offer: int
    kept: NDArray[np.float32] | None = None

    def __call__(self, market: Market, stage: str, after: bool) -> None:
        """Before the word of mouth of a week lift what is reported, afterwards put it back."""
        if stage != "word_of_mouth":
            return
        column = market.tables.customers.satisfaction
        if not after:
            self.kept = column[:, self.offer].copy()
            column[:, self.offer] = np.minimum(self.kept * np.float32(1.0 + STEP), 1.0)
        elif self.kept is not None:
            column[:, self.offer] = self.kept


def elasticity(twin: Values, plain: Values, dose: float) -> float:
    """Log ratio of sums over that of the dose; not a number where one of them is zero."""
    if min(twin.sum(), plain.sum()) <= 0 or dose <= 0 or dose == 1:
        return float("nan")
    return float(np.log(twin.sum() / plain.sum()) / np.log(dose))

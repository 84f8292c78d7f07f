"""What went over the counter this week, by offer: units, money, and how far prices paid differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.observers.base import once_a_week
from sim.streams import BLOCK
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market

UNITS, MONEY, OFF, SQUARED_OFF, CHARGED = range(5)
N_SUMS = 5


@once_a_week
def take(market: Market) -> NDArray[np.float64]:
    """Sums over this week's purchases, (n_offers, N_SUMS), money in cents.

    ``OFF`` is the price paid minus ``reference``: small whole numbers whose squares add up exactly.
    ``CHARGED`` is money besides purchases: renewed subscriptions and penalties.
    """
    bought = market.purchases
    sums = np.zeros((market.n_blocks, market.n_offers, N_SUMS))
    market.sweep(
        add_up, bought.starts, bought.customer, bought.offer, bought.price_cents,
        reference(market), sums,
    )
    of_week = np.asarray(sums.sum(axis=0))
    of_week[:, CHARGED] = np.bincount(bought.charged_offer, bought.charged_cents, market.n_offers)
    return of_week


def reference(market: Market) -> NDArray[np.int64]:
    """One price for all offers of a category, next week's of the one most sold, (n_offers,)."""
    offers = market.tables.offers
    # Row 0 counts occasions on which nothing was bought.
    sold = np.bincount(market.purchases.offer + 1, minlength=market.n_offers + 1)[1:]
    most = np.full(len(market.category_names), -1)
    price = np.zeros(len(most), dtype=np.int64)
    for o in market.offer_order.tolist():
        k = offers.category[o]
        if sold[o] > most[k]:
            most[k], price[k] = sold[o], offers.price_cents[o]
    return np.asarray(price[offers.category])


@kernel
def add_up(
    start: int, stop: int, starts: Array, customer: Array, offer: Array, price_paid: Array,
    compared_with: Array, sums: Array,
) -> None:
    """Add purchases of customers from ``start`` to ``stop`` to the sums of their blocks."""
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        o = offer[p]
        if o < 0:
            continue
        off = np.float64(price_paid[p] - compared_with[o])
        b = customer[p] // BLOCK
        sums[b, o, UNITS] += 1.0
        sums[b, o, MONEY] += np.float64(price_paid[p])
        sums[b, o, OFF] += off
        sums[b, o, SQUARED_OFF] += off * off

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

UNITS, MONEY, OFF, SQUARED_OFF = range(4)
N_SUMS = 4


@once_a_week
def take(market: Market) -> NDArray[np.float64]:
    """Sums over this week's purchases, (n_offers, N_SUMS), money in cents.

    ``OFF`` is the price paid minus ``reference``: small whole numbers whose squares add up exactly.
    """
    bought = market.purchases
    sums = np.zeros((market.n_blocks, market.n_offers, N_SUMS))
    market.sweep(
        add_up, bought.starts, bought.customer, bought.offer, bought.price_cents,
        reference(market), sums,
    )
    return np.asarray(sums.sum(axis=0))


def reference(market: Market) -> NDArray[np.int64]:
    """One price for all offers of a category, the highest of next week's list, (n_offers,)."""
    offers = market.tables.offers
    highest = np.zeros(len(market.category_names), dtype=np.int64)
    np.maximum.at(highest, offers.category, offers.price_cents)
    return np.asarray(highest[offers.category])


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
        row = sums[customer[p] // BLOCK, o]
        row[UNITS] += 1.0
        row[MONEY] += np.float64(price_paid[p])
        row[OFF] += off
        row[SQUARED_OFF] += off * off

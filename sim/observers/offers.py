"""What is sold of each offer, and who knows it: where a firm's offers take from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.compile import kernel
from sim.observers import till
from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
from sim.observers.customers import share
from sim.streams import BLOCK
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market

CENT = 0.01
TOGETHER = 32  # customers counted at once


@observer
class Offers(Observer):
    """Units, money, prices and awareness by offer."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "offer_units": Outcome("units/week", "sum", "Units sold of the offer.", per="offer"),
        "offer_revenue": Outcome(
            "currency/week", "sum",
            "What customers paid for the offer: purchases, renewed fees and penalties.",
            per="offer",
        ),
        "offer_price_paid": Outcome(
            "currency/unit", "mean", "Mean price paid for a unit; no value where none is sold.",
            per="offer",
        ),
        "offer_awareness": Outcome(
            "share of customers", "last", "Customers who know the offer.", per="offer"
        ),
    }

    def measure(self, market: Market) -> Measures:
        """Units and money of the week, and who knows what after it."""
        aware = np.zeros((market.n_blocks, market.n_offers), dtype=np.int64)
        market.sweep(count_aware, market.tables.customers.aware, aware)
        return {"till": till.take(market), "aware": aware.sum(axis=0)}

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Money in currency, prices and shares."""
        sums = weeks["till"]
        money = sums[..., till.MONEY]
        return {
            "offer_units": sums[..., till.UNITS],
            "offer_revenue": (money + sums[..., till.CHARGED]) * CENT,
            "offer_price_paid": share(money * CENT, sums[..., till.UNITS]),
            "offer_awareness": weeks["aware"] / max(market.n_customers, 1),
        }


@kernel
def count_aware(start: int, stop: int, aware: Array, counts: Array) -> None:
    """Count who knows each offer, block by block: (n_blocks, n_offers).

    So many customers at once are added up cell by cell, by vectors of bytes: a block has far fewer
    rounds than a byte can count.
    """
    n_offers = counts.shape[1]
    width = TOGETHER * n_offers
    sums = np.empty(width, dtype=np.uint8)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        known, total = aware[begin:end].reshape(-1), counts[begin // BLOCK]
        sums[:] = 0
        rounds = (end - begin) // TOGETHER
        for r in range(rounds):
            some = known[r * width : (r + 1) * width]
            for c in range(width):
                sums[c] += some[c]
        for c in range(width):
            total[c % n_offers] += sums[c]
        for c in range(rounds * width, known.size):
            total[c % n_offers] += known[c]

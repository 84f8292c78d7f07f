"""What else a firm's customers buy: customer share against market share.

Baskets hold all purchases since week 1, so every look at them goes through all customers; in a
large market it goes through ``LARGEST`` of them with evenly spaced labels. Observers draw nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
from sim.observers.customers import share
from sim.streams import BLOCK
from sim.tables import Array, Tariff

if TYPE_CHECKING:
    from sim.market import Market

BUYERS, CATEGORIES, UNITS, NEEDED_UNITS, SPENDERS, SPENDING = range(6)
N_SUMS = 6
LARGEST = 65_536
SUBSCRIPTION, FREE = Tariff.SUBSCRIPTION, Tariff.FREE


def looked_at(market: Market) -> tuple[Array, Array]:
    """The customers looked at, in rising order, and where each block of them begins."""
    customers = market.tables.customers
    spacing = max(-(-customers.n // LARGEST), 1)
    rows = np.flatnonzero(customers.label % spacing == 0)
    return rows, np.searchsorted(rows, np.arange(market.n_blocks + 1) * BLOCK)


def take(market: Market, rows: Array, starts: Array) -> NDArray[np.float64]:
    """Sums over the customers looked at who bought from each firm, (n_firms, N_SUMS)."""
    customers, offers, _ = market.tables
    sells_in = np.zeros((market.n_firms, len(market.category_names)), dtype=np.uint8)
    sells_in[offers.firm, offers.category] = 1
    sums = np.zeros((market.n_blocks, market.n_firms, N_SUMS))
    at_work = market.mechanisms["tariffs"].variant != "none"
    tariff = offers.tariff if at_work else np.full_like(offers.tariff, Tariff.PER_USE)
    market.sweep(
        fill, rows, starts, offers.firm, offers.category, offers.price_cents, tariff,
        offers.fee_weeks, customers.purchase_rate, sells_in, customers.purchase_count, sums,
    )
    return np.asarray(sums.sum(axis=0))


@observer
class Baskets(Observer):
    """How much of what its customers buy comes from a firm; all purchases since week 1."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "customer_share": Outcome(
            "share of spending", "last",
            "What its buyers bought from it, of all they bought in all categories, mean over "
            "buyers; all purchases at today's prices: of a subscription, the fee over the uses she "
            "expects of its period, at least one; of a free offer, nothing; without penalties.",
        ),
        "share_of_requirements": Outcome(
            "share of purchases", "last",
            "Its buyers' purchases from it, over their purchases in the categories it sells in.",
        ),
        "categories_per_customer": Outcome(
            "categories", "last", "Categories in which its buyers bought from it, mean over buyers."
        ),
    }

    def __init__(self) -> None:
        self._looked_at: tuple[Array, Array] | None = None

    def measure(self, market: Market) -> Measures:
        """Baskets filled up to and with the week just lived."""
        if self._looked_at is None:
            self._looked_at = looked_at(market)
        return {"sums": take(market, *self._looked_at)}

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Shares of baskets."""
        sums = weeks["sums"]
        return {
            "customer_share": share(sums[..., SPENDING], sums[..., SPENDERS]),
            "share_of_requirements": share(sums[..., UNITS], sums[..., NEEDED_UNITS]),
            "categories_per_customer": share(sums[..., CATEGORIES], sums[..., BUYERS]),
        }


@kernel
def fill(
    start: int, stop: int, rows: Array, starts: Array, firm_of: Array, category: Array,
    price_cents: Array, tariff: Array, fee_weeks: Array, purchase_rate: Array, sells_in: Array,
    purchase_count: Array, sums: Array,
) -> None:
    """Add customers from ``start`` to ``stop`` to the sums of the firms that they bought from."""
    n_firms, n_categories = sells_in.shape
    bought = np.zeros((n_firms, n_categories), dtype=np.int64)
    in_category = np.zeros(n_categories, dtype=np.int64)
    spent = np.zeros(n_firms, dtype=np.int64)
    for i in rows[starts[start // BLOCK] : starts[(stop + BLOCK - 1) // BLOCK]]:
        bought[:] = 0
        in_category[:] = 0
        spent[:] = 0
        total = 0
        for o in range(firm_of.size):  # what she never bought adds zeros: branches cost more
            n, f, k = np.int64(purchase_count[i, o]), firm_of[o], category[o]
            bought[f, k] += n
            in_category[k] += n
            cents = 0 if tariff[o] == FREE else int(n * price_cents[o])
            if tariff[o] == SUBSCRIPTION:
                uses = max(np.float64(purchase_rate[i, k]) * fee_weeks[o], 1.0)
                cents = int(np.rint(cents / uses))
            spent[f] += cents
            total += cents
        b, spends = i // BLOCK, int(total > 0)
        for f in range(n_firms):
            units, needed, kinds = 0, 0, 0
            for k in range(n_categories):
                units += bought[f, k]
                kinds += int(bought[f, k] > 0)
                needed += in_category[k] * sells_in[f, k]
            buys = int(units > 0)
            sums[b, f, BUYERS] += buys
            sums[b, f, CATEGORIES] += kinds
            sums[b, f, UNITS] += units
            sums[b, f, NEEDED_UNITS] += buys * needed
            sums[b, f, SPENDERS] += buys * spends
            sums[b, f, SPENDING] += spent[f] / max(total, 1)

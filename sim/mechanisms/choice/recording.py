"""Writing down what was bought, shared by variants whose occasions are decided already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.compile import kernel
from sim.streams import BLOCK
from sim.tables import Array, Options

if TYPE_CHECKING:
    from sim.market import Market


def record(market: Market, options: Options) -> None:
    """Write prices, expectations and histories of ``market.purchases.offer``."""
    customers, offers, bought = market.tables.customers, market.tables.offers, market.purchases
    market.sweep(
        write_down, market.week, bought.starts, bool(market.weighing), options.category,
        options.foreseen, options.discount_cents, customers.expectation, offers.price_cents,
        customers.purchase_count, customers.last_purchase_week, customers.last_offer,
        customers.spend_cents, bought.customer, bought.offer, bought.price_cents, bought.expected,
        bought.foreseen,
    )


@kernel
def write_down(
    start: int, stop: int, week: int, starts: Array, weighed: bool, kinds: Array, foreseen: Array,
    discount_cents: Array, expectation: Array, price_cents: Array, purchase_count: Array,
    last_purchase_week: Array, last_offer: Array, spend_cents: Array, bought_customer: Array,
    bought_offer: Array, bought_price: Array, bought_expected: Array, bought_foreseen: Array,
) -> None:
    """Write down the purchases of customers from ``start`` to ``stop``, in their order."""
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        o = bought_offer[e]
        if o < 0:
            continue
        i = bought_customer[e]
        paid = price_cents[o]
        bought_expected[e] = expectation[i, o]
        if weighed:
            paid -= discount_cents[e, o]
            bought_foreseen[e] = foreseen[e, o]
            bought_expected[e] += foreseen[e, o]
        bought_price[e] = paid
        purchase_count[i, o] += 1
        last_purchase_week[i, o] = week
        last_offer[i, kinds[e]] = o
        spend_cents[i] += paid

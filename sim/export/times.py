"""When within its week an occasion was: drawn, since the model lives whole weeks.

Occasions of a Poisson customer are spread evenly over the week; in the order in which she had them.
"""

from __future__ import annotations

import numpy as np

from sim.compile import kernel
from sim.market import Market
from sim.streams import address, uniform
from sim.tables import Array

DECIMALS = 6


def times_of_week(market: Market) -> Array:
    """Weeks since the market began, of each of this week's occasions, (n_occasions,)."""
    bought = market.purchases
    within = np.empty(bought.n)
    key = market.streams.key("export.time", market.week)
    draw_times(key, market.tables.customers.label, bought.customer, bought.serial, within)
    # A customer's occasions stand together, in her order: sorted draws keep that order in time.
    order = np.lexsort((within, bought.customer))
    # Cut, not rounded: the last moment of a week is not yet the next one.
    cut: Array = np.floor(within[order] * 10.0**DECIMALS) / 10.0**DECIMALS
    return np.asarray(np.round(market.week - 1 + cut, DECIMALS))


@kernel
def draw_times(
    key: np.uint64, label: Array, customer: Array, serial: Array, within: Array
) -> None:
    """Draw a place in the week for each occasion, 0 to 1."""
    for e in range(customer.size):
        within[e] = uniform(address(key, label[customer[e]]), np.uint64(serial[e]))

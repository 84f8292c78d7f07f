"""Durable adoption: who has none buys once, as soon as she knows an offer that is good enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.mechanisms.choice.occasions import count_ready, make_room, weigh_options
from sim.mechanisms.choice.recording import record
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, gumbel, uniform
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market


@mechanism
class DurableAdoption(Mechanism):
    """A customer adopts one offer a category, once, when she comes to know one that suffices.

    Equation
    --------
    Each customer demands d_k ~ Uniform(lowest_demand, highest_demand) in category k, for good.
    While she owns nothing there, every week in which she knows an offer on sale that she does not
    avoid is an occasion. Of the offers with expectation + what she foresees >= d_k she takes the
    one with the largest sum of terms that other families weigh in and Gumbel luck.

    Reads / Writes
    --------------
    customers.aware, expectation, avoid_until_week, last_offer -> market.purchases,
    customers.n_occasions, last_offer (n_customers, n_categories), purchase_count,
    last_purchase_week (n_customers, n_offers), spend_cents (n_customers,).

    References
    ----------
    Bass (1969) for first purchases of durables; Solomon, Weisbuch, de Arcangelis, Jan and Stauffer
    (2000), social percolation, for demands. science.md B1, B5.

    Not modeled
    -----------
    Replacement, several units a customer, and waiting for a lower price.
    """

    class Parameters(Declared):
        """What customers demand."""

        lowest_demand: float = param(
            0.0, unit="1", bounds=(0, 1),
            doc="Expected experience that the least demanding customer asks for.",
        )
        highest_demand: float = param(
            0.0, unit="1", bounds=(0, 1),
            doc="Expected experience that the most demanding customer asks for.",
        )

    reads = (
        "customers.aware", "customers.expectation", "customers.avoid_until_week",
        "offers.launch_week", "offers.price_cents",
    )
    writes = (
        "customers.last_offer", "customers.purchase_count", "customers.last_purchase_week",
        "customers.n_occasions", "customers.spend_cents",
    )
    cites = ("Bass (1969)", "Solomon, Weisbuch, de Arcangelis, Jan and Stauffer (2000)")

    def step(self, market: Market) -> None:
        """Find who is ready to adopt, and let each choose."""
        customers, offers = market.tables.customers, market.tables.offers
        make_room(market, count_ready(market))
        bought = market.purchases
        if not bought.n:
            return
        options, _ = weigh_options(market)
        p = self.parameters
        market.sweep(
            adopt, market.streams.key("choice.luck", market.week),
            market.streams.key("choice.demand"), market.week, bought.starts, bool(market.weighing),
            options.category, options.utility, options.foreseen, customers.label,
            p.lowest_demand, p.highest_demand - p.lowest_demand,
            customers.aware, customers.expectation, customers.avoid_until_week, offers.label,
            offers.category, offers.launch_week, bought.customer, bought.offer, bought.serial,
        )
        record(market, options)

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """What she adopted."""
        bought = market.purchases
        names = [
            market.offer_names[bought.offer[at]]
            for at in np.flatnonzero(bought.customer == row) if bought.offer[at] >= 0
        ]
        return [Happening(f"adopted {name}", {"offer": name}) for name in names]


@kernel
def adopt(
    start: int, stop: int, key: np.uint64, demand_key: np.uint64, week: int, starts: Array,
    weighed: bool, kinds: Array, added: Array, foreseen: Array,
    label: Array, lowest: float, width: float, aware: Array, expectation: Array,
    avoid_until_week: Array, offer_label: Array, category: Array, launch_week: Array,
    bought_customer: Array, bought_offer: Array, bought_serial: Array,
) -> None:
    """Decide the occasions of customers from ``start`` to ``stop``."""
    last = starts[(stop + BLOCK - 1) // BLOCK]
    for e in range(starts[start // BLOCK], last):
        i = bought_customer[e]
        k = kinds[e]
        demand = lowest + width * uniform(address(demand_key, label[i]), k)
        state = address(address(key, label[i]), bought_serial[e])
        best = -1
        best_value = np.float32(-np.inf)
        for o in range(category.size):
            if (
                category[o] != k or aware[i, o] == 0 or launch_week[o] > week
                or avoid_until_week[i, o] >= week
            ):
                continue
            expected = float(expectation[i, o])
            if weighed:
                expected += float(foreseen[e, o])
            if expected < demand:
                continue
            value = gumbel(state, np.uint64(offer_label[o] + 1))
            if weighed:
                value += added[e, o]
            if value > best_value:
                best = o
                best_value = value
        bought_offer[e] = best

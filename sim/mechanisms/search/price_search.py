"""Customers see prices of few offers or of all, and look on while what they saw is too dear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, uniform
from sim.tables import Array, Options, Trigger

if TYPE_CHECKING:
    from sim.market import Market

SEARCHED = Trigger.SEARCH


@mechanism
class PriceSearch(Mechanism):
    """Informed customers compare all prices; others choose among the few that they asked for.

    Equation
    --------
    A customer is informed in a category, for good, with probability informed_share: she gets to
    know every offer of it that is on sale. Any other, on each occasion, sees the prices of
    ``quotes`` of the offers that she knows and that are on sale, drawn at random; then of one more
    at a time, as long as the lowest price seen exceeds R and an offer is left. What she has not
    seen she cannot buy. R is reservation_price if given; else, with a search_cost s, the R that
    makes one more look at this week's price list just worth its cost, mean_o max(R - p_o, 0) = s;
    with neither she looks no further. Against firms that draw from an equilibrium with mean E[p],
    the same rule is Stahl's R = E[p] + s. Which of the offers seen she takes is the family
    choice's: a very high price_sensitivity takes the cheapest.

    Reads / Writes
    --------------
    offers.price_cents, launch_week -> market.options.utility; customers.aware, trigger
    (n_customers, n_offers).

    References
    ----------
    Stigler (1961); McCall (1970) for the reservation price; Varian (1980), A model of sales;
    Burdett and Judd (1983) for several quotes; Stahl (1989), Oligopolistic pricing with
    sequential consumer search; science.md A8, B18.

    Not modeled
    -----------
    Payment of the search cost itself, which is spent before she chooses; prices of earlier weeks
    that are remembered; discounts to single customers, which are no list prices.
    """

    class Parameters(Declared):
        """Who sees how many prices."""

        informed_share: float = param(
            0.5, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of customers who compare all prices.", source="Varian (1980)",
        )
        quotes: int = param(
            1, unit="offers", bounds=(1, 120), doc="Prices that any other customer asks for.",
            source="Burdett and Judd (1983)",
        )
        search_cost: float | None = param(
            None, unit="currency", bounds=(0, 1e9),
            doc="Cost of one more look, from which the reservation price follows; none: she does "
            "not look further.", source="Stahl (1989)",
        )
        reservation_price: float | None = param(
            None, unit="currency", bounds=(0, 1e9),
            doc="Price above which she looks further; none: as the search cost says.",
            source="Stahl (1989)",
        )

    reads = ("offers.price_cents", "offers.launch_week")
    writes = ("customers.aware", "customers.trigger")
    cites = (
        "Stigler (1961)", "McCall (1970)", "Varian (1980)", "Burdett and Judd (1983)",
        "Stahl (1989)",
    )

    def step(self, market: Market) -> None:
        """Let informed customers know every offer on sale."""
        customers, offers = market.tables.customers, market.tables.offers
        market.sweep(
            compare, *self._who(market), offers.category, offers.launch_week <= market.week,
            customers.aware, customers.trigger,
        )

    def weigh(self, market: Market, options: Options) -> None:
        """Take out of reach what others have not seen."""
        customers, offers, p = market.tables.customers, market.tables.offers, self.parameters
        limit_cents = np.array(
            [self.reservation_cents(market, k) for k in range(len(market.category_names))]
        )
        market.sweep(
            see_prices, *self._who(market), market.streams.key("search.quotes", market.week),
            p.quotes, limit_cents, options.starts, options.customer, options.category,
            options.serial, customers.aware, offers.label, offers.category,
            offers.launch_week <= market.week, offers.price_cents, options.utility,
        )

    def _who(self, market: Market) -> tuple[np.uint64, Array, Array, Array]:
        customers = market.tables.customers
        share = self.by_segment(market, "informed_share")
        return market.streams.key("search.informed"), customers.label, customers.segment, share

    def reservation_cents(self, market: Market, k: int) -> float:
        """Price above which customers look further in a category, in cents."""
        p, offers = self.parameters, market.tables.offers
        if p.reservation_price is not None:
            return 100.0 * float(p.reservation_price)
        shown = (offers.category == k) & (offers.launch_week <= market.week)
        if p.search_cost is None or not shown.any():
            return np.inf
        price = np.sort(offers.price_cents[shown])
        # With the j lowest prices below R, the mean gain is (j R - their sum) / n.
        below = np.arange(1, len(price) + 1)
        worth = (100.0 * p.search_cost * len(price) + np.cumsum(price)) / below
        return float(worth.min())

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Which offers she found when she compared prices; choice tells what she did not see."""
        found = np.flatnonzero(market.tables.customers.aware[row] != before["aware"])
        names = [market.offer_names[o] for o in found]
        text = f"found {' and '.join(names)} when she compared all prices"
        return [Happening(text, {"offers": names})] if names else []


@kernel
def is_informed(key: np.uint64, label: int, k: int, share: float) -> bool:
    """Whether a customer compares all prices of a category."""
    return uniform(address(key, label), k) < share


@kernel
def compare(
    start: int, stop: int, key: np.uint64, label: Array, segment: Array, share: Array,
    category: Array, on_sale: Array, aware: Array, trigger: Array,
) -> None:
    """Make informed customers from ``start`` to ``stop`` know every offer on sale."""
    for i in range(start, stop):
        for o in range(category.size):
            if aware[i, o] == 1 or not on_sale[o]:
                continue
            if is_informed(key, label[i], category[o], share[segment[i]]):
                aware[i, o] = 1
                if trigger[i, o] == 0:
                    trigger[i, o] = SEARCHED


@kernel
def see_prices(
    start: int, stop: int, who: np.uint64, label: Array, segment: Array, share: Array,
    key: np.uint64, quotes: int, limit_cents: Array, starts: Array, customer: Array,
    kinds: Array, serial: Array, aware: Array, offer_label: Array, category: Array,
    on_sale: Array, price_cents: Array, utility: Array,
) -> None:
    """Put out of reach what customers from ``start`` to ``stop`` did not see."""
    n_offers = category.size
    draw = np.empty(n_offers)
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        i, k = customer[e], kinds[e]
        if is_informed(who, label[i], k, share[segment[i]]):
            continue
        state = address(address(key, label[i]), serial[e])
        left = 0
        for o in range(n_offers):
            draw[o] = 2.0
            if category[o] == k and on_sale[o] and aware[i, o] == 1:
                draw[o] = uniform(state, offer_label[o])
                left += 1
        seen, lowest = 0, np.inf
        while left > 0 and (seen < quotes or lowest > limit_cents[k]):
            nearest = np.argmin(draw)
            draw[nearest] = 3.0
            seen, left = seen + 1, left - 1
            lowest = min(lowest, price_cents[nearest])
        for o in range(n_offers):
            if draw[o] < 1.0:
                utility[e, o] = -np.inf

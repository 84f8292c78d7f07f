"""Shelf prices and features differ from customer to customer and week to week, as panels record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Mechanism, mechanism
from sim.mechanisms.pricing.shelves import Shelves, read_shelves
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, uniform
from sim.tables import Array, Options

if TYPE_CHECKING:
    from sim.market import Market


@mechanism
class ScannerPanel(Mechanism):
    """Each customer finds her own store's prices and features; the price list is their level.

    Equation
    --------
    Next week's price list is the lever of this week. At her store an offer is on promotion in a
    week with probability promotion_prob: it costs promotion_depth less and is featured, which adds
    feature_weight to its utility. Offers that a ``panel`` speaks of have its prices and features
    instead: customer i finds what household i modulo n_households found in the same week; what
    that household did not find cannot be had.

    Reads / Writes
    --------------
    offers.list_price_cents -> offers.price_cents (n_offers,); discounts and terms of options.

    References
    ----------
    Guadagni and Little (1983), for what a scanner panel records. science.md A3, B20.

    Not modeled
    -----------
    Displays and coupons, stores that customers share, and stocking up while it is cheap.
    """

    class Parameters(Declared):
        """Promotions, or the panel that records them."""

        promotion_prob: float = param(
            0.05, unit="1", bounds=(0, 1),
            doc="Probability that an offer is on promotion in a customer's store in a week.",
            source="yogurt panel: 4 to 6 percent of offers on a shelf are featured",
        )
        promotion_depth: float = param(
            0.2, unit="1", bounds=(0, 1), doc="Share of the list price that a promotion takes off."
        )
        feature_weight: float = param(
            0.5, unit="utility", bounds=(-20, 20), doc="Utility of being featured.", source="A3"
        )
        panel: str | None = param(
            None, unit="1",
            doc="File in the scenario's folder with the prices that households found, see "
            "shelves.py; none: promotions are drawn.", source="B20",
        )

    reads = ("offers.list_price_cents",)
    writes = ("offers.price_cents",)
    cites = ("Guadagni and Little (1983)",)

    def setup(self, market: Market) -> None:
        """Read the panel."""
        file = self.parameters.panel
        self.prepared = read_shelves(market, file) if file else Shelves.none(market.n_offers)

    def step(self, market: Market) -> None:
        """Print next week's price list."""
        offers = market.tables.offers
        offers.price_cents[:] = offers.list_price_cents

    def weigh(self, market: Market, options: Options) -> None:
        """Show each customer the shelf of her store."""
        p, customers, offers = self.parameters, market.tables.customers, market.tables.offers
        shelves: Shelves = self.prepared
        cut = np.rint(offers.price_cents * p.promotion_depth).astype(np.int64)
        market.sweep(
            show_shelves, market.streams.key("pricing.promotion", market.week), market.week,
            options.starts, options.customer, customers.label, offers.label, offers.price_cents,
            cut, p.promotion_prob, np.float32(p.feature_weight), shelves.covered,
            shelves.price_cents, shelves.featured, options.utility, options.discount_cents,
        )


@kernel
def show_shelves(
    start: int, stop: int, key: np.uint64, week: int, starts: Array, customer: Array, label: Array,
    offer_label: Array, price_cents: Array, cut: Array, promotion_prob: float,
    feature_weight: Any, covered: Array, shelf_cents: Array, featured: Array, utility: Array,
    discount_cents: Array,
) -> None:
    """Add discounts and features of the occasions of customers from ``start`` to ``stop``."""
    n_households, n_weeks = shelf_cents.shape[0], shelf_cents.shape[1]
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        own = label[customer[e]]
        household = own % n_households
        state = address(key, own)
        for o in range(offer_label.size):
            if covered[o] == 0:
                if uniform(state, offer_label[o] + 1) < promotion_prob:
                    discount_cents[e, o] += cut[o]
                    utility[e, o] += feature_weight
            elif week > n_weeks or shelf_cents[household, week - 1, o] < 0:
                utility[e, o] = -np.inf
            else:
                discount_cents[e, o] += price_cents[o] - shelf_cents[household, week - 1, o]
                if featured[household, week - 1, o] == 1:
                    utility[e, o] += feature_weight

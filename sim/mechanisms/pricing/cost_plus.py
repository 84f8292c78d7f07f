"""Prices follow unit costs by the markup lever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.mechanisms.base import Mechanism, mechanism

if TYPE_CHECKING:
    from sim.market import Market


@mechanism
class CostPlus(Mechanism):
    """The price list of next week is unit cost plus the firm's markup.

    Equation
    --------
    price = unit_cost * (1 + markup), to the cent.

    Reads / Writes
    --------------
    offers.unit_cost_cents, wholesale_price_cents, firms' markup -> offers.price_cents (n_offers,).

    References
    ----------
    Hall and Hitch (1939), Price theory and business behaviour.

    Not modeled
    -----------
    Markups that respond to demand.
    """

    reads = (
        "offers.unit_cost_cents", "offers.supplier", "offers.wholesale_price_cents", "offers.firm",
    )
    writes = ("offers.price_cents",)
    cites = ("Hall and Hitch (1939)",)

    def setup(self, market: Market) -> None:
        """Start with the same rule."""
        self.step(market)

    def step(self, market: Market) -> None:
        """Print next week's price list."""
        offers = market.tables.offers
        markup = np.array([firm.levers["markup"] for firm in market.firms])
        offers.price_cents[:] = np.rint(market.cost_to_seller() * (1.0 + markup[offers.firm]))

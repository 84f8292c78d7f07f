"""Prices follow the price levers: what a scenario, an event or a policy sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.mechanisms.base import Mechanism, mechanism

if TYPE_CHECKING:
    from sim.market import Market


@mechanism
class Fixed(Mechanism):
    """The price list of next week is the lever of this week.

    Equation
    --------
    price = lever.

    Reads / Writes
    --------------
    offers.list_price_cents -> offers.price_cents (n_offers,).

    References
    ----------
    None: a price list is no theory. For what moves the levers: M16 and the policies.

    Not modeled
    -----------
    Discounts to single customers.
    """

    reads = ("offers.list_price_cents",)
    writes = ("offers.price_cents",)
    is_default = True

    def step(self, market: Market) -> None:
        """Print next week's price list."""
        offers = market.tables.offers
        offers.price_cents[:] = offers.list_price_cents

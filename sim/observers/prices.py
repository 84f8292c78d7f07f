"""Prices paid, and how far they stand above costs, above the cheapest, and from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers import till
from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
from sim.observers.customers import share
from sim.observers.needs import by_firm
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market

Values = NDArray[np.float64]

CENT = 0.01


def payments(market: Market) -> tuple[Array, Array, Array, Array]:
    """Customer, offer, cents and what of them is kept, of all payments of the week, (n_payments,).

    Those for purchases come first: of them the seller keeps what stays above the cost of a unit.
    """
    bought = market.purchases
    customer, offer, cents = bought.payments()
    kept, sold = cents.copy(), len(cents) - len(bought.charged_cents)
    kept[:sold] -= market.cost_to_seller()[offer[:sold]]
    return customer, offer, cents, kept


def margins(sums: Values, unit_cost_cents: Values) -> tuple[Values, Values]:
    """What customers paid in cents, and what of it stays above unit costs, (n_weeks, n_offers)."""
    money = sums[..., till.MONEY] + sums[..., till.CHARGED]
    return money, money - sums[..., till.UNITS] * unit_cost_cents


def on_sale(market: Market) -> Values:
    """Prices in cents of what is on sale, infinity for other offers, (n_offers,)."""
    offers = market.tables.offers
    return np.where(offers.launch_week <= market.week, offers.price_cents, np.inf)


def cheapest(market: Market, price: Values) -> Values:
    """The lowest price in the category of each offer, (n_weeks, n_offers)."""
    category, lowest = market.tables.offers.category, np.empty(price.shape)
    for k in range(len(market.category_names)):
        inside = category == k
        lowest[:, inside] = price[:, inside].min(axis=-1, initial=np.inf)[:, None]
    return lowest


def dispersion(market: Market, sums: Values) -> Values:
    """Coefficient of variation of prices paid, within categories, weighted by units, (n_weeks,).

    Prices are those of single purchases: what is charged besides belongs to none of them.
    """
    category = market.tables.offers.category
    of_category = np.zeros((len(sums), len(market.category_names), till.N_SUMS))
    for o in market.offer_order.tolist():
        of_category[:, category[o]] += sums[:, o]
    n, money, off, squared = np.moveaxis(of_category[..., : till.CHARGED], -1, 0)
    n = np.where(money > 0, n, 0.0)
    variance = np.maximum(share(squared, n) - share(off, n) ** 2, 0.0)
    spread = np.where(money > 0, share(np.sqrt(variance) * n, money), 0.0)
    return share((spread * n).sum(axis=-1), n.sum(axis=-1))


@observer
class Prices(Observer):
    """Price paid, Lerner index, premium over the cheapest, dispersion."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "price_paid": Outcome(
            "currency", "mean",
            "What customers paid it, renewed fees and penalties included, over units sold.",
        ),
        "lerner": Outcome(
            "share of price", "mean",
            "Lerner index: what stays above its own cost of a unit, the wholesale price where "
            "another firm delivers it, of what customers paid it, renewed fees and penalties "
            "included. A fee counts in the week in which it is paid: where fees are for many weeks "
            "and uses are few, single weeks lie far off, and so does their mean.",
        ),
        "price_premium": Outcome(
            "share of the cheapest price", "mean",
            "What customers paid it, renewed fees and penalties included, over its units at the "
            "cheapest price on next week's list of their category, minus 1. A fee on the list "
            "counts as it stands there: with subscriptions in the category it says little.",
        ),
        "price_dispersion": Outcome(
            "coefficient of variation", "mean",
            "Spread of the prices of single purchases within a category, over their mean; later "
            "uses of a subscription cost 0, renewed fees and penalties are left out.",
            per="market",
        ),
    }

    def measure(self, market: Market) -> Measures:
        """What was paid in the week just lived, and what is asked for now."""
        return {
            "till": till.take(market), "price": on_sale(market),
            "unit_cost": market.cost_to_seller(),
        }

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Prices against costs, against the cheapest, against each other."""
        sums = weeks["till"]
        money, margin = margins(sums, weeks["unit_cost"])
        units, lowest = sums[..., till.UNITS], cheapest(market, weeks["price"])
        at_cheapest = units * np.where(units > 0, lowest, 0.0)
        paid = by_firm(market, money)
        return {
            "price_paid": share(paid * CENT, by_firm(market, units)),
            "lerner": share(by_firm(market, margin), paid),
            "price_premium": share(paid, by_firm(market, at_cheapest)) - 1.0,
            "price_dispersion": dispersion(market, sums),
        }

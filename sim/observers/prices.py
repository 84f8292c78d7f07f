"""How far prices stand above costs, above the cheapest, and apart from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers import till
from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
from sim.observers.customers import share
from sim.observers.needs import by_firm

if TYPE_CHECKING:
    from sim.market import Market

Values = NDArray[np.float64]


def margins(sums: Values, unit_cost_cents: Values) -> tuple[Values, Values]:
    """Money in cents of purchases, and what of it stays above unit costs, (n_weeks, n_offers)."""
    money = np.ascontiguousarray(sums[..., till.MONEY])
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
    """Coefficient of variation of prices paid, within categories, weighted by units, (n_weeks,)."""
    category = market.tables.offers.category
    of_category = np.zeros((len(sums), len(market.category_names), till.N_SUMS))
    for o in market.offer_order.tolist():
        of_category[:, category[o]] += sums[:, o]
    n, money, off, squared = np.moveaxis(of_category, -1, 0)
    n = np.where(money > 0, n, 0.0)
    variance = np.maximum(share(squared, n) - share(off, n) ** 2, 0.0)
    spread = np.where(money > 0, share(np.sqrt(variance) * n, money), 0.0)
    return share((spread * n).sum(axis=-1), n.sum(axis=-1))


@observer
class Prices(Observer):
    """Lerner index, premium over the cheapest, dispersion."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "lerner": Outcome(
            "share of price", "mean",
            "Lerner index: what of the money for its units stays above unit costs.",
        ),
        "price_premium": Outcome(
            "share of the cheapest price", "mean",
            "Price paid over the cheapest on next week's list of the category, minus 1.",
        ),
        "price_dispersion": Outcome(
            "coefficient of variation", "mean",
            "Spread of prices paid within a category, over their mean.", per="market",
        ),
    }

    def measure(self, market: Market) -> Measures:
        """What was paid in the week just lived, and what is asked for now."""
        return {
            "till": till.take(market), "price": on_sale(market),
            "unit_cost": market.tables.offers.unit_cost_cents.copy(),
        }

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Prices against costs, against the cheapest, against each other."""
        sums = weeks["till"]
        money, margin = margins(sums, weeks["unit_cost"])
        units, lowest = sums[..., till.UNITS], cheapest(market, weeks["price"])
        at_cheapest = units * np.where(units > 0, lowest, 0.0)
        paid = by_firm(market, money)
        return {
            "lerner": share(by_firm(market, margin), paid),
            "price_premium": share(paid, by_firm(market, at_cheapest)) - 1.0,
            "price_dispersion": dispersion(market, sums),
        }

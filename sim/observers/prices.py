"""How far prices stand above costs, above the cheapest, and apart from each other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers import till
from sim.observers.base import Observer, Outcome, observer
from sim.observers.customers import share
from sim.observers.needs import by_firm

if TYPE_CHECKING:
    from sim.market import Market

Values = NDArray[np.float64]


def margins(market: Market) -> tuple[Values, Values]:
    """Money in cents of this week's purchases, and what of it stays above unit costs, by offer."""
    sums = till.take(market)
    money = sums[:, till.MONEY]
    return money, money - sums[:, till.UNITS] * market.tables.offers.unit_cost_cents


def cheapest(market: Market) -> Values:
    """The lowest price on sale in the category of each offer, cents, (n_offers,)."""
    offers = market.tables.offers
    price = np.where(offers.launch_week <= market.week, offers.price_cents, np.inf)
    lowest = np.full(len(market.category_names), np.inf)
    np.minimum.at(lowest, offers.category, price)
    return np.asarray(lowest[offers.category])


def dispersion(market: Market, sums: Values) -> float:
    """Coefficient of variation of prices paid, within categories, weighted by units."""
    n_categories = len(market.category_names)
    order = market.offer_order
    category = market.tables.offers.category[order]
    units, money, off, squared = (
        np.bincount(category, sums[order, each], n_categories)
        for each in (till.UNITS, till.MONEY, till.OFF, till.SQUARED_OFF)
    )
    known = money > 0
    if not known.any():
        return math.nan
    n = units[known]
    variance = np.maximum(squared[known] / n - (off[known] / n) ** 2, 0.0)
    return float(np.average(np.sqrt(variance) * n / money[known], weights=n))


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

    def observe(self, market: Market) -> dict[str, NDArray[np.float64] | float]:
        """Prices of the week just lived."""
        sums = till.take(market)
        units, money = sums[:, till.UNITS], sums[:, till.MONEY]
        margin = money - units * market.tables.offers.unit_cost_cents
        at_cheapest = np.where(units > 0, units * np.where(units > 0, cheapest(market), 0.0), 0.0)
        paid = by_firm(market, money)
        return {
            "lerner": share(by_firm(market, margin), paid),
            "price_premium": share(paid, by_firm(market, at_cheapest)) - 1.0,
            "price_dispersion": dispersion(market, sums),
        }

"""What was sold and earned, by firm and in the market."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
from sim.observers.customers import share

if TYPE_CHECKING:
    from sim.market import Market

CENT = 0.01


@observer
class Sales(Observer):
    """Units, shares, money."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "units": Outcome("units/week", "sum", "Units sold."),
        "market_share": Outcome("share of units", "mean", "Units sold over all units sold."),
        "revenue": Outcome(
            "currency/week", "sum", "What customers, third parties and sellers of its goods paid."
        ),
        "costs": Outcome("currency/week", "sum", "All costs."),
        "profit": Outcome("currency/week", "sum", "Revenue minus costs."),
        "cash": Outcome("currency", "last", "Profit since week 1."),
        "revenue_per_customer": Outcome(
            "currency/week per customer in the market", "sum",
            "Revenue over the number of customers in the market.",
        ),
        "concentration": Outcome(
            "0 to 1", "mean", "Herfindahl-Hirschman index of unit shares.", per="market"
        ),
        "market_units": Outcome("units/week", "sum", "Units sold by all firms.", per="market"),
    }

    def measure(self, market: Market) -> Measures:
        """Units and money of the week just lived."""
        firms = market.tables.firms
        # Row 0 counts occasions on which nothing was bought.
        return {
            "sold": np.bincount(market.purchases.offer + 1, minlength=market.n_offers + 1)[1:],
            "revenue_cents": firms.revenue_cents.copy(),
            "profit_cents": firms.profit_cents.copy(),
            "cash_cents": firms.cash_cents.copy(),
        }

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Shares of units, and money in currency."""
        units = weeks["sold"] @ market.sells.T
        total = units.sum(axis=-1)
        shares = share(units, total[:, None])
        revenue, profit = weeks["revenue_cents"] * CENT, weeks["profit_cents"] * CENT
        return {
            "units": units,
            "market_share": shares,
            "revenue": revenue,
            "costs": (weeks["revenue_cents"] - weeks["profit_cents"]) * CENT,
            "profit": profit,
            "cash": weeks["cash_cents"] * CENT,
            "revenue_per_customer": revenue / max(market.n_customers, 1),
            "concentration": (shares**2).sum(axis=-1),
            "market_units": total,
        }

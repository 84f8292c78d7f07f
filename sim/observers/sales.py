"""What was sold and earned, by firm and in the market."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers.base import Observer, Outcome, observer
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
        "price_paid": Outcome("currency", "mean", "Revenue for each unit sold."),
        "revenue_per_customer": Outcome(
            "currency/week per customer in the market", "sum",
            "Revenue over the number of customers in the market.",
        ),
        "concentration": Outcome(
            "0 to 1", "mean", "Herfindahl-Hirschman index of unit shares.", per="market"
        ),
        "market_units": Outcome("units/week", "sum", "Units sold by all firms.", per="market"),
    }

    def observe(self, market: Market) -> dict[str, NDArray[np.float64] | float]:
        """Sales and money of the week just lived."""
        firms = market.tables.firms
        # Row 0 counts occasions on which nothing was bought.
        sold = np.bincount(market.purchases.offer + 1, minlength=market.n_offers + 1)[1:]
        units = market.sells @ sold
        total = units.sum()
        shares = units / total if total > 0 else np.full(market.n_firms, np.nan)
        revenue, profit = firms.revenue_cents * CENT, firms.profit_cents * CENT
        return {
            "units": units,
            "market_share": shares,
            "revenue": revenue,
            "costs": (firms.revenue_cents - firms.profit_cents) * CENT,
            "profit": profit,
            "cash": firms.cash_cents * CENT,
            "price_paid": share(revenue, units),
            "revenue_per_customer": revenue / max(market.n_customers, 1),
            "concentration": float((shares**2).sum()),
            "market_units": float(total),
        }

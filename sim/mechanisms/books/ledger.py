"""The ledger: revenue from purchases, costs by kind, profit and cash, to the cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Mechanism, mechanism
from sim.tables import Array, FirmTable

if TYPE_CHECKING:
    from sim.market import Market

COSTS = tuple(name for name, column in FirmTable.columns.items() if column.books == "cost")
REVENUES = tuple(name for name, column in FirmTable.columns.items() if column.books == "revenue")


@mechanism
class Ledger(Mechanism):
    """Adds up what customers paid and what stages of the week cost.

    Equation
    --------
    Revenue is what purchases paid and what other stages of the week booked as revenue; profit is
    revenue minus production and every cost that stages of the week booked; cash is the sum of
    profits. Where goods are supplied by another firm, the production cost of the seller is the
    wholesale price of what was sold; the supplier has it as revenue and bears the unit cost.

    Reads / Writes
    --------------
    market.purchases, firms' cost columns, offers' supplier and wholesale price ->
    firms.revenue_cents, production_cents, profit_cents, cash_cents (n_firms,).

    References
    ----------
    None: an accounting identity, held to the cent by tests.

    Not modeled
    -----------
    Credit, taxes, depreciation.
    """

    reads = (
        "offers.unit_cost_cents", "offers.supplier", "offers.wholesale_price_cents",
        *(f"firms.{name}" for name in (*COSTS, *REVENUES)),
    )
    writes = (
        "firms.revenue_cents", "firms.production_cents", "firms.profit_cents", "firms.cash_cents",
    )
    is_default = True

    def step(self, market: Market) -> None:
        """Close this week's books."""
        _, offers, firms = market.tables
        bought = market.purchases
        units, revenue = np.zeros((2, market.n_offers), dtype=np.int64)
        count_sales(bought.offer, bought.price_cents, units, revenue)
        firms.revenue_cents[:] = sum(getattr(firms, name) for name in REVENUES)
        firms.production_cents[:] = 0
        np.add.at(firms.revenue_cents, offers.firm, revenue)
        self._pay_for_goods(market, units)
        firms.profit_cents[:] = firms.revenue_cents - firms.production_cents
        for name in COSTS:
            firms.profit_cents -= getattr(firms, name)
        firms.cash_cents += firms.profit_cents

    def _pay_for_goods(self, market: Market, units: Array) -> None:
        """Who makes a unit bears its cost, and who sells it pays its supplier."""
        _, offers, firms = market.tables
        maker = offers.firm.astype(np.int64)
        if market.mechanisms["supply"].variant != "none":
            bought_in = offers.supplier >= 0
            maker[bought_in] = offers.supplier[bought_in]
            paid = units[bought_in] * offers.wholesale_price_cents[bought_in]
            np.add.at(firms.production_cents, offers.firm[bought_in], paid)
            np.add.at(firms.revenue_cents, maker[bought_in], paid)
        np.add.at(firms.production_cents, maker, units * offers.unit_cost_cents)


@kernel
def count_sales(offer: Array, price_paid: Array, units: Array, revenue: Array) -> None:
    """Add units and money of purchases by offer, (n_offers,) each, money in cents."""
    for p in range(offer.size):
        o = offer[p]
        if o >= 0:
            units[o] += 1
            revenue[o] += price_paid[p]

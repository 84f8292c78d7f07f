"""What customers find on the shelf, and what keeping it there takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
from sim.observers.customers import share
from sim.observers.needs import by_firm

if TYPE_CHECKING:
    from sim.market import Market


@observer
class Supply(Observer):
    """Stock-outs and stocks of offers that have to be ordered."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "stock_out_rate": Outcome(
            "share of expected demand", "mean",
            "Share of the demand that a firm expects for its offers which meets an empty shelf.",
        ),
        "shop_orders": Outcome(
            "units/week", "mean", "Units that the shops of a firm order from its suppliers."
        ),
    }

    def measure(self, market: Market) -> Measures:
        """Shelves and orders of the week just lived."""
        offers = market.tables.offers
        return {
            "expected": offers.demand_forecast.copy(), "availability": offers.availability.copy(),
            "ordered": offers.orders[:, market.week % offers.orders.shape[1]].copy(),
        }

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Share of expected demand that was missed, and orders."""
        expected = weeks["expected"]
        missed = expected * (1.0 - weeks["availability"])
        return {
            "stock_out_rate": share(by_firm(market, missed), by_firm(market, expected)),
            "shop_orders": by_firm(market, weeks["ordered"]),
        }

"""Who keeps buying: customers who stop, and how often the others come."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.observers import census
from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
from sim.observers.customers import share

if TYPE_CHECKING:
    from sim.market import Market


@observer
class Retention(Observer):
    """Churn and purchase frequency of active customers.

    Where no contract tells who left, a customer counts as lost once ``ACTIVE_WEEKS`` have passed
    since her latest purchase; who comes back later counts as active again. How many of a cohort
    still buy after full years is ``sim.results.lifetime.CohortValue.survival``.
    """

    outcomes: ClassVar[dict[str, Outcome]] = {
        "churn": Outcome(
            "share of customers/week", "mean",
            "Customers whose latest purchase is now "
            f"{census.ACTIVE_WEEKS} weeks ago, of those and all who are active.",
        ),
        "purchase_frequency": Outcome(
            "units/week per active customer", "mean",
            f"Units sold for each customer who bought within {census.ACTIVE_WEEKS} weeks.",
        ),
    }

    def measure(self, market: Market) -> Measures:
        """Units of the week, and who is active."""
        # Row 0 counts occasions on which nothing was bought.
        return {
            "sold": np.bincount(market.purchases.offer + 1, minlength=market.n_offers + 1)[1:],
            "census": census.take(market),
        }

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Shares of active customers."""
        active, lapsed = (weeks["census"][..., n] for n in (census.ACTIVE, census.LAPSED))
        return {
            "churn": share(lapsed, active + lapsed),
            "purchase_frequency": share(weeks["sold"] @ market.sells.T, active),
        }

"""Who keeps buying: customers who stop, and how often the others come."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers import census
from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
from sim.observers.customers import share

if TYPE_CHECKING:
    from sim.market import Market

LATEST = np.iinfo(np.int64).max // 2


def first_launch(market: Market) -> NDArray[np.int64]:
    """Week in which each firm's first offer is on sale, not before week 1, (n_firms,)."""
    offers, first = market.tables.offers, np.full(market.n_firms, LATEST)
    np.minimum.at(first, offers.firm, np.maximum(offers.launch_week, 1))
    return first


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
            f"Customers whose latest purchase is now {census.ACTIVE_WEEKS} weeks ago, of those and "
            "all who are active; no value until an offer of the firm is on sale for so long.",
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
            "weeks_on_sale": market.week - first_launch(market),
        }

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Shares of active customers."""
        active, lapsed = (weeks["census"][..., n] for n in (census.ACTIVE, census.LAPSED))
        return {
            # Before that nobody can have lapsed, however many will.
            "churn": np.where(
                weeks["weeks_on_sale"] >= census.ACTIVE_WEEKS, share(lapsed, active + lapsed),
                np.nan,
            ),
            "purchase_frequency": share(weeks["sold"] @ market.sells.T, active),
        }

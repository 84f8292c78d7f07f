"""What customers know, have and feel, by firm."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers import census
from sim.observers.base import Observer, Outcome, observer

if TYPE_CHECKING:
    from sim.market import Market


def share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """``part / whole``, and not-a-number where the whole is zero."""
    result: NDArray[np.float64] = np.divide(
        part, whole, out=np.full(len(part), np.nan), where=whole > 0
    )
    return result


def _membership(market: Market) -> float:
    if not market.communities:
        return 0.0
    return float(np.mean(market.tables.customers.member.any(axis=1)))


@observer
class Customers(Observer):
    """Shares and means over customers."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "awareness": Outcome("share of customers", "last", "Customers who know an offer."),
        "penetration": Outcome("share of customers", "last", "Customers who ever bought."),
        "active_share": Outcome(
            "share of customers", "mean",
            f"Customers who bought within {census.ACTIVE_WEEKS} weeks.",
        ),
        "repeat_share": Outcome(
            "share of buyers", "last", "Buyers who bought at least twice."
        ),
        "satisfaction": Outcome("0 to 1", "mean", "Mean satisfaction of everybody who bought."),
        "satisfied_share": Outcome(
            "share of buyers", "mean",
            f"Buyers whose satisfaction is at least {census.SATISFIED}.",
        ),
        "expectation": Outcome("0 to 1", "mean", "Mean expectation of customers who know it."),
        "loyalty": Outcome("0 to 1", "mean", "Mean loyalty of buyers."),
        "trust": Outcome("0 to 1", "mean", "Mean trust of customers who know it."),
        "reactance": Outcome("0 to 1", "mean", "Mean reactance of customers who know it."),
        "aware_by_advertising": Outcome(
            "share of customers", "last", "Customers whom advertising made aware first."
        ),
        "aware_by_friend": Outcome(
            "share of customers", "last", "Customers whom a friend made aware first."
        ),
        "aware_by_sales": Outcome(
            "share of customers", "last", "Customers whom a sales contact made aware first."
        ),
        "aware_by_community": Outcome(
            "share of customers", "last", "Customers whom a community made aware first."
        ),
        "membership": Outcome(
            "share of customers", "last", "Customers who belong to any community.", per="market"
        ),
        "defect_known": Outcome(
            "share of customers", "last", "Customers who know of the defect."
        ),
        "perception_gap": Outcome(
            "share of buyers", "mean",
            "Share of satisfied buyers that the firm believes in, minus the true share.",
        ),
    }

    def observe(self, market: Market) -> dict[str, NDArray[np.float64] | float]:
        """Shares and means of the week just lived."""
        sums = census.take(market)
        n = np.full(market.n_firms, float(max(market.n_customers, 1)))
        aware, buyers = sums[:, census.AWARE], sums[:, census.BUYERS]
        satisfied = share(sums[:, census.SATISFIED_BUYERS], buyers)
        return {
            "awareness": aware / n,
            "penetration": buyers / n,
            "active_share": sums[:, census.ACTIVE] / n,
            "repeat_share": share(sums[:, census.REPEATERS], buyers),
            "satisfaction": share(sums[:, census.SATISFACTION], buyers),
            "satisfied_share": satisfied,
            "expectation": share(sums[:, census.EXPECTATION], aware),
            "loyalty": share(sums[:, census.LOYALTY], buyers),
            "trust": share(sums[:, census.TRUST], aware),
            "reactance": share(sums[:, census.REACTANCE], aware),
            "aware_by_advertising": sums[:, census.BY_ADVERTISING] / n,
            "aware_by_friend": sums[:, census.BY_FRIEND] / n,
            "aware_by_sales": sums[:, census.BY_SALES] / n,
            "aware_by_community": sums[:, census.BY_COMMUNITY] / n,
            "membership": _membership(market),
            "defect_known": sums[:, census.KNOW_DEFECT] / n,
            "perception_gap": market.tables.firms.believed_satisfaction - satisfied,
        }

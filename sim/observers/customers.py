"""What customers know, have and feel, by firm."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers import census
from sim.observers.base import Measures, Observer, Outcome, Weeks, observer

if TYPE_CHECKING:
    from sim.market import Market


def share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """``part / whole``, and not-a-number where the whole is zero."""
    result = np.empty(part.shape)
    result.fill(np.nan)
    np.divide(part, whole, out=result, where=whole > 0)
    return result


def _membership(market: Market) -> float:
    if not market.communities or not market.n_customers:
        return 0.0
    return float(np.mean(market.tables.customers.member.any(axis=1)))


def _first(by: str) -> str:
    return (
        f"Customers whom {by} made aware of it first: several offers that she knows count in equal "
        "parts, unless she knew one before week 1."
    )


@observer
class Customers(Observer):
    """Shares and means over customers."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "awareness": Outcome("share of customers", "last", "Customers who know an offer."),
        "penetration": Outcome(
            "share of customers", "last",
            "Customers who bought since the start; owners before week 1 count once they buy.",
        ),
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
        "expectation": Outcome(
            "0 to 1", "mean",
            "Mean expectation of customers who know it: of its offer that each expects most of.",
        ),
        "loyalty": Outcome("0 to 1", "mean", "Mean loyalty of buyers."),
        "trust": Outcome("0 to 1", "mean", "Mean trust of customers who know it."),
        "reactance": Outcome("0 to 1", "mean", "Mean reactance of customers who know it."),
        "aware_by_advertising": Outcome("share of customers", "last", _first("advertising")),
        "aware_by_friend": Outcome("share of customers", "last", _first("a friend")),
        "aware_by_sales": Outcome("share of customers", "last", _first("a sales contact")),
        "aware_by_community": Outcome("share of customers", "last", _first("a community")),
        "membership": Outcome(
            "share of customers", "last", "Customers who belong to any community.", per="market"
        ),
        "defect_known": Outcome(
            "share of customers", "last", "Customers who know a defect of any of its offers."
        ),
        "perception_gap": Outcome(
            "share of buyers, difference", "mean",
            "Share of satisfied buyers that the firm believes in, minus the true share; no value "
            "before it sensed.",
        ),
    }

    def measure(self, market: Market) -> Measures:
        """What the census counts, and what firms believe."""
        return {
            "census": census.take(market), "membership": _membership(market),
            "believed": market.tables.firms.believed_satisfaction.copy(),
        }

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Shares and means."""
        sums = weeks["census"]
        per_customer = sums / max(market.n_customers, 1)
        per_aware = share(sums, sums[..., [census.AWARE]])
        per_buyer = share(sums, sums[..., [census.BUYERS]])
        satisfied = per_buyer[..., census.SATISFIED_BUYERS]
        return {
            "awareness": per_customer[..., census.AWARE],
            "penetration": per_customer[..., census.BUYERS],
            "active_share": per_customer[..., census.ACTIVE],
            "repeat_share": per_buyer[..., census.REPEATERS],
            "satisfaction": per_buyer[..., census.SATISFACTION],
            "satisfied_share": satisfied,
            "expectation": per_aware[..., census.EXPECTATION],
            "loyalty": per_buyer[..., census.LOYALTY],
            "trust": per_aware[..., census.TRUST],
            "reactance": per_aware[..., census.REACTANCE],
            "aware_by_advertising": per_customer[..., census.BY_ADVERTISING],
            "aware_by_friend": per_customer[..., census.BY_FRIEND],
            "aware_by_sales": per_customer[..., census.BY_SALES],
            "aware_by_community": per_customer[..., census.BY_COMMUNITY],
            "membership": weeks["membership"],
            "defect_known": per_customer[..., census.KNOW_DEFECT],
            "perception_gap": weeks["believed"] - satisfied,
        }

"""What it is worth to be informed: members of communities and who looks offers up, against others.

Value is that of ``value.experienced_value``: the worth of what was lived, minus the price paid.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers.base import Observer, Outcome, observer
from sim.observers.customers import share
from sim.observers.value import experienced_value

if TYPE_CHECKING:
    from sim.market import Market

Values = NDArray[np.float64]
Group = NDArray[np.bool_]

CENT = 0.01


def seekers(market: Market) -> Group:
    """Who looks offers up more often than the mean customer, (n_customers,); a trait."""
    rate = market.tables.customers.information_seeking.astype(np.float64)
    return np.asarray(rate > rate.mean()) if len(rate) else np.zeros(0, dtype=np.bool_)


def members(market: Market, rows: NDArray[np.int32]) -> Group:
    """Which of these customers belong to any community now, (n,)."""
    return np.asarray(market.tables.customers.member[rows].any(axis=1))


def means(inside: Group, values: Values) -> tuple[float, float]:
    """Mean of the values of those inside a group and of those outside; not a number for nobody."""
    number = inside.astype(np.int64)
    counts = np.bincount(number, minlength=2).astype(np.float64)
    sums = np.bincount(number, values, 2).astype(np.float64)
    outside, within = share(sums, counts).tolist()
    return within, outside


@observer
class Informed(Observer):
    """Value, price and experience of members against others, of seekers against followers."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "value_to_members": Outcome(
            "currency an occasion", "mean",
            "Value of a purchase occasion to members of communities; 0 if nothing is bought.",
            per="market",
        ),
        "value_to_others": Outcome(
            "currency an occasion", "mean",
            "Value of a purchase occasion to customers in no community.", per="market",
        ),
        "member_advantage": Outcome(
            "currency an occasion", "mean", "Value to members minus value to others.", per="market"
        ),
        "price_paid_by_members": Outcome(
            "currency", "mean", "Mean price that members of communities paid.", per="market"
        ),
        "price_paid_by_all": Outcome(
            "currency", "mean", "Mean price that customers paid.", per="market"
        ),
        "member_discount": Outcome(
            "share of price", "mean",
            "One minus the mean price that members paid over that of customers in no community.",
            per="market",
        ),
        "value_to_seekers": Outcome(
            "currency an occasion", "mean",
            "Value of a purchase occasion to seekers: customers who look offers up more often than "
            "the mean customer.",
            per="market",
        ),
        "value_to_followers": Outcome(
            "currency an occasion", "mean",
            "Value of a purchase occasion to followers: all who are not seekers.", per="market",
        ),
        "seeker_advantage": Outcome(
            "currency an occasion", "mean", "Value to seekers minus value to followers.",
            per="market",
        ),
        "seeker_lead": Outcome(
            "experience", "mean",
            "Mean experience of seekers with what they bought minus that of followers.",
            per="market",
        ),
    }

    def __init__(self) -> None:
        self._seekers: Group | None = None

    def observe(self, market: Market) -> dict[str, NDArray[np.float64] | float]:
        """Occasions and purchases of the week just lived, by who had them."""
        if self._seekers is None:
            self._seekers = seekers(market)
        bought, value = market.purchases, experienced_value(market)
        seeks, joined = self._seekers[bought.customer], members(market, bought.customer)
        sold = bought.offer >= 0
        price = bought.price_cents[sold].astype(np.float64) * CENT
        lived = bought.experienced[sold].astype(np.float64)
        to_members, to_others = means(joined, value)
        to_seekers, to_followers = means(seeks, value)
        of_members, of_others = means(joined[sold], price)
        by_seekers, by_followers = means(seeks[sold], lived)
        return {
            "value_to_members": to_members,
            "value_to_others": to_others,
            "member_advantage": to_members - to_others,
            "price_paid_by_members": of_members,
            "price_paid_by_all": float(price.mean()) if len(price) else math.nan,
            "member_discount": 1.0 - of_members / of_others if of_others > 0 else math.nan,
            "value_to_seekers": to_seekers,
            "value_to_followers": to_followers,
            "seeker_advantage": to_seekers - to_followers,
            "seeker_lead": by_seekers - by_followers,
        }

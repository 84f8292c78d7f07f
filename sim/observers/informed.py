"""What it is worth to be informed: members of communities and who looks offers up, against others.

Value is that of ``value.experienced_value``: the worth of what was lived, minus the price paid.
Renewed subscriptions and penalties are taken off the week's value and added to what was paid.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
from sim.observers.customers import share
from sim.observers.value import charged_value, experienced_value
from sim.streams import BLOCK
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market

Values = NDArray[np.float64]
Group = NDArray[np.bool_]

CENT = 0.01
VALUE, PRICE, LIVED, N_SUMS = 1, 3, 5, 6  # sums of a group; the count of each stands before it


def seekers(market: Market) -> Group:
    """Who looks offers up more often than the mean customer, (n_customers,); a trait."""
    rate = market.tables.customers.information_seeking.astype(np.float64)
    return np.asarray(rate > rate.mean()) if len(rate) else np.zeros(0, dtype=np.bool_)


def means(sums: Values, of: int) -> tuple[Values, Values]:
    """Mean of a quantity inside a group and outside, (n_weeks,); not a number for nobody."""
    both = share(sums[..., of], sums[..., of - 1])
    return both[..., 1], both[..., 0]


def take_off(sums: Values, market: Market, inside: Group) -> None:
    """Take charges off the value of both groups, and add them to what they paid.

    ``inside`` says of each charge whether she who was charged is in the group, (n_charges,).
    """
    row = inside.astype(np.int64)
    sums[:, VALUE] -= np.bincount(row, charged_value(market), 2) * CENT
    sums[:, PRICE] += np.bincount(row, market.purchases.charged_cents, 2) * CENT


@observer
class Informed(Observer):
    """Value, price and experience of members against others, of seekers against followers."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "value_to_members": Outcome(
            "currency an occasion", "mean",
            "Value of a purchase occasion to members of communities, 0 if nothing is bought; what "
            "they were charged this week for renewals and penalties is taken off.",
            per="market",
        ),
        "value_to_others": Outcome(
            "currency an occasion", "mean",
            "The same value of a purchase occasion to customers in no community.", per="market",
        ),
        "member_advantage": Outcome(
            "currency an occasion", "mean", "Value to members minus value to others.", per="market"
        ),
        "price_paid_by_members": Outcome(
            "currency", "mean",
            "What members of communities paid, renewed fees and penalties included, over the units "
            "they bought.",
            per="market",
        ),
        "price_paid_by_all": Outcome(
            "currency", "mean",
            "What all customers paid, renewed fees and penalties included, over the units they "
            "bought.",
            per="market",
        ),
        "member_discount": Outcome(
            "share of price", "mean",
            "One minus what members paid a unit over what customers in no community paid.",
            per="market",
        ),
        "value_to_seekers": Outcome(
            "currency an occasion", "mean",
            "Value of a purchase occasion, as to members, to seekers: customers who look offers up "
            "more often than the mean customer.",
            per="market",
        ),
        "value_to_followers": Outcome(
            "currency an occasion", "mean",
            "The same value to followers: all who are not seekers.", per="market",
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

    def measure(self, market: Market) -> Measures:
        """Occasions and purchases of the week just lived, by who had them."""
        if self._seekers is None:
            self._seekers = seekers(market)
        bought = market.purchases
        sums = np.zeros((market.n_blocks, 2, 2, N_SUMS))
        market.sweep(
            add_up, bought.starts, bought.customer, bought.offer, bought.price_cents,
            bought.experienced, experienced_value(market), market.tables.customers.member,
            self._seekers, sums,
        )
        by_membership, by_seeking = sums.sum(axis=0)
        who = bought.charged_customer
        take_off(by_membership, market, (market.tables.customers.member[who] == 1).any(axis=1))
        take_off(by_seeking, market, self._seekers[who])
        price = bought.price_cents[bought.offer >= 0] * CENT
        paid = price.sum() + bought.charged_cents.sum() * CENT
        return {
            "by_membership": by_membership, "by_seeking": by_seeking,
            "price": float(paid / len(price)) if len(price) else math.nan,
        }

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Means in groups, and what sets them apart."""
        by_membership, by_seeking = weeks["by_membership"], weeks["by_seeking"]
        to_members, to_others = means(by_membership, VALUE)
        to_seekers, to_followers = means(by_seeking, VALUE)
        of_members, of_others = means(by_membership, PRICE)
        by_seekers, by_followers = means(by_seeking, LIVED)
        return {
            "value_to_members": to_members,
            "value_to_others": to_others,
            "member_advantage": to_members - to_others,
            "price_paid_by_members": of_members,
            "price_paid_by_all": weeks["price"],
            "member_discount": 1.0 - share(of_members, of_others),
            "value_to_seekers": to_seekers,
            "value_to_followers": to_followers,
            "seeker_advantage": to_seekers - to_followers,
            "seeker_lead": by_seekers - by_followers,
        }


@kernel
def add_up(
    start: int, stop: int, starts: Array, customer: Array, offer: Array, price_cents: Array,
    experienced: Array, value: Array, member: Array, seeker: Array, sums: Array,
) -> None:
    """Add occasions of customers from ``start`` to ``stop`` to the sums of their blocks.

    By membership (0) and by seeking (1), of those outside (0) and inside (1) the group.
    """
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        i = customer[e]
        joined = 0
        for c in range(member.shape[1]):
            joined |= int(member[i, c])
        b, seeks = i // BLOCK, int(seeker[i])
        sums[b, 0, joined, VALUE - 1] += 1.0
        sums[b, 0, joined, VALUE] += value[e]
        sums[b, 1, seeks, VALUE - 1] += 1.0
        sums[b, 1, seeks, VALUE] += value[e]
        if offer[e] >= 0:
            sums[b, 0, joined, PRICE - 1] += 1.0
            sums[b, 0, joined, PRICE] += np.float64(price_cents[e]) * CENT
            sums[b, 1, seeks, LIVED - 1] += 1.0
            sums[b, 1, seeks, LIVED] += np.float64(experienced[e])

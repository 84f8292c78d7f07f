"""Value for the customer: what using was worth to her beyond what she paid, and what she gave.

Value *of* customers is in ``sim.results.lifetime``, value *by* customers in
``sim.results.value_by``: both need more than one week.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.observers.base import Measures, Observer, Outcome, Weeks, observer, once_a_week
from sim.observers.needs import by_firm
from sim.streams import BLOCK
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market

CENT = 0.01


@once_a_week
def experienced_value(market: Market) -> NDArray[np.float64]:
    """Worth of each experience of the week beyond its price, in currency, (n_occasions,).

    (experience_weight * experience - outside_utility) / price_sensitivity - price paid: the same
    exchange rate between experience and money by which she chooses. 0 where nothing was bought, or
    where she has no such rate because prices do not matter to her.
    """
    customers, bought = market.tables.customers, market.purchases
    choice, value = market.mechanisms["choice"], np.zeros(market.purchases.n)
    if hasattr(choice.parameters, "experience_weight"):
        segments = market.world.customers.segments.values()
        outside = np.array([s.outside_utility or 0.0 for s in segments], dtype=np.float64)
        market.sweep(
            assess, bought.starts, bought.customer, bought.offer, bought.price_cents,
            bought.experienced, customers.segment, customers.price_sensitivity,
            choice.by_segment(market, "experience_weight"), outside, value,
        )
    return value


def charged_value(market: Market) -> NDArray[np.int64]:
    """What the charges of the week take off experienced value, in cents, (n_charges,).

    Renewed subscriptions and penalties; 0 where an experience has no worth in money either.
    """
    bought, choice = market.purchases, market.mechanisms["choice"]
    counts = market.tables.customers.price_sensitivity[bought.charged_customer] > 0.0
    counts &= hasattr(choice.parameters, "experience_weight")
    return np.where(counts, bought.charged_cents, 0)


@observer
class Value(Observer):
    """What customers get out of it."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "value_for": Outcome(
            "currency/week", "sum",
            "Value for customers: what they experienced was worth to them, minus what they paid, "
            "renewed fees and penalties included.",
        ),
        "contribution_value": Outcome(
            "currency/week", "sum",
            "Worth of what customers contributed to its products, as development effort.",
        ),
    }

    def measure(self, market: Market) -> Measures:
        """Value for the customers of each offer in the week just lived."""
        # Row 0 takes occasions on which nothing was bought: their value is 0.
        value, bought, n = experienced_value(market), market.purchases, market.n_offers
        charged = np.bincount(bought.charged_offer, charged_value(market), n)
        return {
            "value": np.bincount(bought.offer + 1, value, n + 1)[1:] - charged * CENT,
            "contributed": market.tables.firms.contribution_value_cents.copy(),
        }

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Value for the customers of each firm, and by them."""
        return {
            "value_for": by_firm(market, weeks["value"]),
            "contribution_value": weeks["contributed"] * CENT,
        }


@kernel
def assess(
    start: int, stop: int, starts: Array, customer: Array, offer: Array, price_paid: Array,
    experienced: Array, segment: Array, price_sensitivity: Array, weight: Array, outside: Array,
    value: Array,
) -> None:
    """Write the experienced value of purchases of customers from ``start`` to ``stop``."""
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        i = customer[p]
        sensitivity = np.float64(price_sensitivity[i])
        if offer[p] < 0 or sensitivity <= 0.0:
            continue
        utility = weight[segment[i]] * experienced[p] - outside[segment[i]]
        value[p] = utility / sensitivity - price_paid[p] * CENT

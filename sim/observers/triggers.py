"""What made customers buy: the ledger of triggers, in which every unit stands once."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
from sim.observers.needs import by_firm
from sim.streams import BLOCK
from sim.tables import Array, Trigger

if TYPE_CHECKING:
    from sim.market import Market

FIRST: dict[str, tuple[int, ...]] = {
    "advertising": (Trigger.ADVERTISING,),
    "friend": (Trigger.FRIEND,),
    "community": (Trigger.COMMUNITY,),
    "sales": (Trigger.SALES,),
    "search": (Trigger.SEARCH,),
    "cross_selling": (Trigger.CROSS_SELLING,),
    "start": (Trigger.START, Trigger.NONE),
}
"""Causes of a first purchase by what made the buyer aware."""

CAUSES = (*FIRST, "price", "habit")
PRICE, HABIT = len(FIRST), len(FIRST) + 1
CAUSE_OF_TRIGGER = np.array(
    [
        next(c for c, triggers in enumerate(FIRST.values()) if trigger in triggers)
        for trigger in range(1 + max(max(triggers) for triggers in FIRST.values()))
    ],
    dtype=np.int64,
)


def usual_prices(market: Market) -> NDArray[np.int64]:
    """What each offer cost this week without a discount, cents, (n_offers,).

    Next week's list is out already, so it is the most that anybody paid; the list for offers that
    nobody bought.
    """
    highest = np.full(market.n_offers, -1, dtype=np.int64)
    find_highest(market.purchases.offer, market.purchases.price_cents, highest)
    return np.where(highest >= 0, highest, market.tables.offers.price_cents)


@kernel
def find_highest(offer: Array, price_paid: Array, highest: Array) -> None:
    """Raise ``highest`` to the highest price paid for each offer."""
    for p in range(offer.size):
        o = offer[p]
        if o >= 0 and price_paid[p] > highest[o]:
            highest[o] = price_paid[p]


def take(market: Market) -> NDArray[np.float64]:
    """Units of this week by offer and cause, (n_offers, n_causes)."""
    customers, offers, _ = market.tables
    bought = market.purchases
    units = np.zeros((market.n_blocks, market.n_offers, len(CAUSES)))
    market.sweep(
        classify, market.week, bought.starts, bought.customer, bought.offer, bought.price_cents,
        bought.expected, customers.trigger, customers.purchase_count, customers.aware,
        customers.expectation, customers.avoid_until_week, offers.category, offers.launch_week,
        usual_prices(market), CAUSE_OF_TRIGGER, units,
    )
    return np.asarray(units.sum(axis=0))


def _about(cause: str) -> str:
    first = "First purchases by who learned of the offer first"
    return {
        "advertising": f"{first} from advertising.",
        "friend": f"{first} from a friend.",
        "community": f"{first} in a community.",
        "sales": f"{first} from a sales contact.",
        "search": f"{first} by looking it up.",
        "cross_selling": f"{first} from a firm that knew her.",
        "start": "First purchases by who knew the offer before week 1.",
        "price": "First purchases for the price: at a discount, or the cheapest offer she knows "
        "although she expects more of another.",
        "habit": "Purchases by who bought the offer before.",
    }[cause]


@observer
class Triggers(Observer):
    """Units by what triggered them; over all causes they sum to the units sold."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        f"units_by_{cause}": Outcome("units/week", "sum", _about(cause)) for cause in CAUSES
    }

    def measure(self, market: Market) -> Measures:
        """The ledger of the week just lived."""
        return {"units": take(market)}

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Units of each firm by cause."""
        units = weeks["units"]
        return {
            f"units_by_{cause}": by_firm(market, units[..., c]) for c, cause in enumerate(CAUSES)
        }


@kernel
def for_the_price(
    i: int, chosen: int, paid: int, expected: float, week: int, aware: Array, expectation: Array,
    avoid_until_week: Array, category: Array, launch_week: Array, price: Array,
) -> bool:
    """Whether a purchase was at a discount, or cheapest among known offers but not the best."""
    if paid < price[chosen]:
        return True
    better = False
    for o in range(category.size):
        if (
            o == chosen or category[o] != category[chosen] or aware[i, o] == 0
            or launch_week[o] > week or avoid_until_week[i, o] >= week
        ):
            continue
        if price[o] <= paid:
            return False
        better = better or expectation[i, o] > expected
    return better


@kernel
def classify(
    start: int, stop: int, week: int, starts: Array, customer: Array, offer: Array,
    price_paid: Array, expected: Array, trigger: Array, purchase_count: Array, aware: Array,
    expectation: Array, avoid_until_week: Array, category: Array, launch_week: Array,
    price: Array, cause_of_trigger: Array, units: Array,
) -> None:
    """Add the purchases of customers from ``start`` to ``stop`` to the ledger."""
    end = starts[(stop + BLOCK - 1) // BLOCK]
    for p in range(starts[start // BLOCK], end):
        o = offer[p]
        if o < 0:
            continue
        i = customer[p]
        before = np.int64(purchase_count[i, o])
        q = p
        while q < end and customer[q] == i:
            before -= int(offer[q] == o)
            q += 1
        if before > 0:
            cause = HABIT
        elif for_the_price(
            i, o, price_paid[p], expected[p], week, aware, expectation, avoid_until_week,
            category, launch_week, price,
        ):
            cause = PRICE
        else:
            cause = cause_of_trigger[trigger[i, o]]
        units[i // BLOCK, o, cause] += 1.0

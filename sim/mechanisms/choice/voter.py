"""Voter model and invasion process: customers take over what those they know use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.mechanisms.choice.occasions import make_room, weigh_options
from sim.mechanisms.choice.recording import record
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, poisson, uniform
from sim.tables import Array, Trigger

if TYPE_CHECKING:
    from sim.market import Market

MOST_A_WEEK = 255
FRIEND = Trigger.FRIEND
TIME, PARTNER, SUCCESS = 0, 1, 2


@mechanism
class Voter(Mechanism):
    """Customers who use something meet one they know; one of the two takes over the other's offer.

    Equation
    --------
    In each category every customer who uses an offer of it has Poisson(revision_rate) meetings a
    week, at times Uniform(0, 1), each over a tie drawn at random. Meetings happen in the order of
    their times, on what both use at that moment. ``copy``: she takes over what the other uses.
    ``persuade``: with probability sum_a w_a * q_a, the worth of what she uses by her own needs,
    the other takes over what she uses. What one customer ends the week with, if it is another
    offer than the one she began with, she buys. Who uses nothing of a category starts with one of
    the offers that she knows, each as likely as the other, and meets others from next week on.
    Nobody takes what she avoids, what is not on sale or what she cannot have.

    Reads / Writes
    --------------
    customers.aware, needs, avoid_until_week, ties, offers.quality (n_offers, n_attributes) ->
    market.purchases, customers.last_offer, n_occasions (n_customers, n_categories), aware, trigger,
    teller, purchase_count, last_purchase_week (n_customers, n_offers), spend_cents (n_customers,).

    References
    ----------
    Clifford and Sudbury (1973), A model for spatial conflict; Holley and Liggett (1975); Moran
    (1958) and Lieberman, Hauert and Nowak (2005) for birth and death; Sood, Antal and Redner
    (2008), Voter models on heterogeneous networks; science.md B11.

    Not modeled
    -----------
    Choice by one's own judgment: expectation, price and finite terms of other families do not
    count. More than 255 meetings that one customer brings about in a week.
    """

    class Parameters(Declared):
        """How often customers meet, and who follows whom."""

        revision_rate: float = param(
            0.1, unit="1/week", bounds=(0, 20), by_segment=True,
            doc="Meetings a week and category that a customer brings about.",
        )
        direction: Literal["copy", "persuade"] = param(
            "copy", unit="1",
            doc="Who follows: she herself (voter model) or the one she meets (invasion process).",
            source="Sood, Antal and Redner (2008)",
        )

    reads = (
        "customers.needs", "customers.avoid_until_week", "customers.expectation", "offers.quality",
        "offers.launch_week", "offers.price_cents",
    )
    writes = (
        "customers.last_offer", "customers.purchase_count", "customers.last_purchase_week",
        "customers.n_occasions", "customers.spend_cents", "customers.aware", "customers.trigger",
        "customers.teller",
    )
    cites = (
        "Clifford and Sudbury (1973)", "Holley and Liggett (1975)", "Moran (1958)",
        "Lieberman, Hauert and Nowak (2005)", "Sood, Antal and Redner (2008)",
    )

    def __init__(self, parameters: Declared | None = None) -> None:
        super().__init__(parameters)
        self._source_of_week: Array = np.zeros(0, dtype=np.int32)  # by row of the purchases

    def step(self, market: Market) -> None:
        """Draw the meetings of the week and let them happen in their order."""
        customers, offers = market.tables.customers, market.tables.offers
        persuades = self.parameters.direction == "persuade"
        who, whom, kind, time, success = self._arrange(market)
        receiver = whom if persuades else who
        # One occasion for everybody who starts or may have to change her mind this week.
        customers.n_occasions[:] = customers.last_offer < 0
        customers.n_occasions[receiver, kind] = 1
        counts = np.zeros(market.n_blocks, dtype=np.int64)
        market.sweep(count_marked, customers.n_occasions, counts)
        make_room(market, counts)
        bought = market.purchases
        if not bought.n:
            return
        options, _ = weigh_options(market)
        row = np.cumsum(customers.n_occasions.ravel(), dtype=np.int32) - 1
        place = row[receiver.astype(np.int64) * len(market.category_names) + kind]
        began = customers.last_offer[bought.customer, options.category]
        self._source_of_week = np.full(bought.n, -1, dtype=np.int32)
        start_somewhere(
            market.streams.key("choice.start", market.week), customers.label, bought.customer,
            options.category, market.week, bool(market.weighing), options.utility,
            customers.aware, customers.avoid_until_week, offers.label, offers.category,
            offers.launch_week, customers.last_offer,
        )
        # One after the other: no sweep, so that what is met does not depend on threads.
        meet(
            np.argsort(time, kind="stable"), persuades, who, whom, kind, success, place,
            market.week, bool(market.weighing), options.utility, customers.avoid_until_week,
            customers.needs, offers.quality, market.attribute_category, offers.launch_week,
            customers.last_offer, self._source_of_week,
        )
        settle(
            began, options.category, self._source_of_week, customers.last_offer, customers.aware,
            customers.trigger, customers.teller, bought.customer, bought.offer,
        )
        record(market, options)

    def _arrange(self, market: Market) -> tuple[Array, ...]:
        """Meetings in customer order: who, whom, category, time of the week, luck of persuading."""
        customers, network = market.tables.customers, market.network
        key = market.streams.key("choice.meetings", market.week)
        rate = self.by_segment(market, "revision_rate")
        counts = np.zeros(market.n_blocks, dtype=np.int64)
        common = (
            key, customers.label, customers.segment, rate, network.indptr, customers.last_offer
        )
        market.sweep(count_meetings, *common, counts)
        starts = np.zeros(market.n_blocks + 1, dtype=np.int64)
        np.cumsum(counts, out=starts[1:])
        n = int(starts[-1])
        who, whom, kind = (np.empty(n, dtype=np.int32) for _ in range(3))
        time, success = np.empty(n), np.empty(n)
        market.sweep(
            list_meetings, *common, network.indices, starts, who, whom, kind, time, success
        )
        return who, whom, kind, time, success

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """From whom she took over what she uses now."""
        bought, told = market.purchases, []
        for at in np.flatnonzero((bought.customer == row) & (bought.offer >= 0)):
            friend, name = int(self._source_of_week[at]), market.offer_names[bought.offer[at]]
            text = f"started with {name}"
            if friend >= 0:
                text = f"took over {name} from customer {friend}"
            told.append(Happening(text, {"offer": name, "friend": friend}))
        return told


@kernel
def count_meetings(
    start: int, stop: int, key: np.uint64, label: Array, segment: Array, rate: Array,
    indptr: Array, last_offer: Array, counts: Array,
) -> None:
    """Count, by block, the meetings that customers from ``start`` to ``stop`` bring about."""
    for begin in range(start, stop, BLOCK):
        total = 0
        for i in range(begin, min(begin + BLOCK, stop)):
            if indptr[i] == indptr[i + 1]:
                continue
            state = address(key, label[i])
            for k in range(last_offer.shape[1]):
                if last_offer[i, k] >= 0:
                    total += poisson(uniform(state, k), rate[segment[i]], MOST_A_WEEK)
        counts[begin // BLOCK] = total


@kernel
def list_meetings(
    start: int, stop: int, key: np.uint64, label: Array, segment: Array, rate: Array,
    indptr: Array, last_offer: Array, indices: Array, starts: Array, who: Array, whom: Array,
    kind: Array, time: Array, success: Array,
) -> None:
    """List the meetings that customers from ``start`` to ``stop`` bring about."""
    at = starts[start // BLOCK]
    for i in range(start, stop):
        n_ties = indptr[i + 1] - indptr[i]
        if n_ties == 0:
            continue
        state = address(key, label[i])
        for k in range(last_offer.shape[1]):
            if last_offer[i, k] < 0:
                continue
            own = address(state, k)
            for number in range(poisson(uniform(state, k), rate[segment[i]], MOST_A_WEEK)):
                luck = address(own, number)
                who[at], kind[at] = i, k
                whom[at] = indices[indptr[i] + np.int64(uniform(luck, PARTNER) * n_ties)]
                time[at], success[at] = uniform(luck, TIME), uniform(luck, SUCCESS)
                at += 1


@kernel
def count_marked(start: int, stop: int, n_occasions: Array, counts: Array) -> None:
    """Count, by block, the occasions of customers from ``start`` to ``stop``."""
    for i in range(start, stop):
        for k in range(n_occasions.shape[1]):
            counts[i // BLOCK] += n_occasions[i, k]


@kernel
def start_somewhere(
    key: np.uint64, label: Array, customer: Array, kinds: Array, week: int, weighed: bool,
    added: Array, aware: Array, avoid_until_week: Array, offer_label: Array, category: Array,
    launch_week: Array, last_offer: Array,
) -> None:
    """Give who uses nothing one of the offers that she knows."""
    for e in range(customer.size):
        i, k = customer[e], kinds[e]
        if last_offer[i, k] >= 0:
            continue
        state, lowest = address(key, label[i]), 2.0
        for o in range(category.size):
            if (
                category[o] != k or aware[i, o] == 0 or launch_week[o] > week
                or avoid_until_week[i, o] >= week
            ):
                continue
            if weighed and added[e, o] == -np.inf:
                continue
            draw = uniform(state, offer_label[o])
            if draw < lowest:
                lowest = draw
                last_offer[i, k] = o


@kernel
def meet(
    order: Array, persuades: bool, who: Array, whom: Array, kind: Array, success: Array,
    place: Array, week: int, weighed: bool, added: Array, avoid_until_week: Array, needs: Array,
    quality: Array, attribute_category: Array, launch_week: Array, last_offer: Array,
    source: Array,
) -> None:
    """Let the meetings happen in their order; ``source`` is whom a customer followed last."""
    for at in range(order.size):
        m = order[at]
        k = kind[m]
        giver, taker = (who[m], whom[m]) if persuades else (whom[m], who[m])
        o = last_offer[giver, k]
        if o < 0 or last_offer[taker, k] < 0 or last_offer[taker, k] == o:
            continue
        if launch_week[o] > week or avoid_until_week[taker, o] >= week:
            continue
        if weighed and added[place[m], o] == -np.inf:
            continue
        if persuades:
            worth = 0.0
            for a in range(attribute_category.size):
                if attribute_category[a] == k:
                    worth += needs[giver, a] * quality[o, a]
            if success[m] >= worth:
                continue
        last_offer[taker, k] = o
        source[place[m]] = giver


@kernel
def settle(
    began: Array, kinds: Array, source: Array, last_offer: Array, aware: Array, trigger: Array,
    teller: Array, bought_customer: Array, bought_offer: Array,
) -> None:
    """Say what customers bought who end the week with another offer, and who showed it to them."""
    for e in range(began.size):
        i = bought_customer[e]
        o = last_offer[i, kinds[e]]
        if o == began[e]:
            continue
        bought_offer[e] = o
        if aware[i, o] == 0:
            aware[i, o] = 1
            if trigger[i, o] == 0:
                trigger[i, o] = FRIEND
                teller[i, o] = source[e]

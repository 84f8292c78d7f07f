"""Thresholds: an offer is taken seriously once enough of one's friends own it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import address, normal, to_unit
from sim.tables import Array, Trigger

if TYPE_CHECKING:
    from sim.market import Market

FRIEND = Trigger.FRIEND
MOST_EXPOSURES = 255
ROUNDING = 1e-9  # 0.07 of 100 friends are 7, although 0.07 * 100 is a little more than 7


@mechanism
class Threshold(Mechanism):
    """A customer learns of an offer by seeing it at enough of her friends, each counted once.

    Equation
    --------
    Customer i knows offer o from the week in which a_io >= max(c, theta_i * d_i), where d_i is her
    number of ties, a_io those of them to customers whose latest purchase in the category of o was
    o, c = threshold_count, and theta_i ~ Normal(threshold_share, threshold_spread), cut to [0, 1],
    drawn once for all offers. In a week she looks around with contact_prob; 1 is an update of all
    at once, less an update of few at a time.

    Reads / Writes
    --------------
    customers.last_offer (n_customers, n_categories), last_purchase_week (n_customers, n_offers),
    muted (n_customers,) -> customers.aware, trigger, teller, exposures (n_customers, n_offers):
    the teller is whoever of these friends bought it last, exposures are their number.

    References
    ----------
    Granovetter (1978), Threshold models of collective behavior; Watts (2002), A simple model of
    global cascades on random networks; Centola and Macy (2007), Complex contagions and the
    weakness of long ties. science.md A2, B4, B9.

    Not modeled
    -----------
    What friends say: expectations stay, and defects stay secret. Strong ties count like weak ones.
    Nobody starts by herself: where c = 1, a threshold of 0 still asks for one friend.
    """

    class Parameters(Declared):
        """How many friends it takes."""

        threshold_share: float = param(
            0.18, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of her ties that must own an offer, as the mean over customers.",
            source="Watts (2002)",
        )
        threshold_spread: float = param(
            0.0, unit="1", bounds=(0, 1), by_segment=True,
            doc="Standard deviation of that share over customers; 0: all are alike.",
            source="Granovetter (1978); Watts (2002)",
        )
        threshold_count: float = param(
            1.0, unit="customers", bounds=(1, MOST_EXPOSURES), by_segment=True,
            doc="Number of her ties that must own it, whatever share they are.",
            source="Centola and Macy (2007): 2 or more",
        )
        contact_prob: float = param(
            1.0, unit="1/week", bounds=(0, 1), by_segment=True,
            doc="Probability that she looks around in a week.",
            source="Watts (2002) updates customers one by one in random order",
        )

    reads = ("customers.last_offer", "customers.last_purchase_week", "customers.muted")
    writes = (
        "customers.aware", "customers.trigger", "customers.teller", "customers.exposures",
    )
    cites = ("Granovetter (1978)", "Watts (2002)", "Centola and Macy (2007)")

    def step(self, market: Market) -> None:
        """Let everybody who does not know everything look at her friends."""
        traits = self._traits(market)
        if not traits[:, 3].any():
            return
        customers, offers, _ = market.tables
        network = market.network
        market.sweep(
            look_around, market.streams.key("word_of_mouth.look", market.week),
            market.streams.key("word_of_mouth.threshold"), network.indptr, network.indices,
            customers.label, customers.segment, traits, offers.category, customers.last_offer,
            customers.last_purchase_week, market.some_muted, customers.muted, customers.aware,
            customers.trigger, customers.teller, customers.exposures,
        )

    def _traits(self, market: Market) -> Array:
        return self.by_segment(
            market, "threshold_share", "threshold_spread", "threshold_count", "contact_prob"
        )

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Which offer she saw at how many of her friends, and who tipped the balance."""
        customers = market.tables.customers
        key = market.streams.key("word_of_mouth.threshold")
        traits = self._traits(market)[customers.segment[row]]
        n_ties = len(market.network.neighbors(row))
        needed = friends_needed(key, int(customers.label[row]), n_ties, traits)
        told = []
        for o, name in enumerate(market.offer_names):
            if before["aware"][o] or not customers.aware[row, o]:
                continue
            owners = int(customers.exposures[row, o])
            told.append(Happening(
                f"saw {name} at {owners} of her {n_ties} friends, which is enough for her "
                f"({needed:.1f}), and now knows it",
                {"offer": name, "owners": owners, "ties": n_ties, "needed": needed},
            ))
        return told


@kernel
def friends_needed(key: np.uint64, label: int, n_ties: int, traits: Array) -> float:
    """How many of a customer's ties must own an offer; ``traits`` are those of her segment."""
    share = traits[0]
    if traits[1] > 0.0:
        share = min(max(share + traits[1] * normal(address(key, label), 0), 0.0), 1.0)
    return float(max(traits[2], share * n_ties))


@kernel
def latest_owner(
    first: int, last: int, offer: int, category: int, indices: Array, last_offer: Array,
    last_purchase_week: Array, some_muted: bool, muted: Array,
) -> int:
    """The neighbor who bought the offer last; of several, the first one listed."""
    found, found_week = np.int64(-1), np.int64(-1)
    for at in range(first, last):
        friend = indices[at]
        week = np.int64(last_purchase_week[friend, offer])
        if (
            last_offer[friend, category] == offer and week > found_week
            and not (some_muted and muted[friend] == 1)
        ):
            found, found_week = np.int64(friend), week
    return int(found)


@kernel
def look_around(
    start: int, stop: int, key: np.uint64, threshold_key: np.uint64, indptr: Array, indices: Array,
    label: Array, segment: Array, traits: Array, category: Array, last_offer: Array,
    last_purchase_week: Array, some_muted: bool, muted: Array, aware: Array, trigger: Array,
    teller: Array, exposures: Array,
) -> None:
    """Make customers from ``start`` to ``stop`` aware of what enough of their neighbors own."""
    owners = np.zeros(category.size, dtype=np.int64)
    for i in range(start, stop):
        first, last = indptr[i], indptr[i + 1]
        n_unknown = 0
        for o in range(category.size):
            n_unknown += 1 - aware[i, o]
        if n_unknown == 0 or first == last:
            continue
        s = segment[i]
        if traits[s, 3] < 1.0 and to_unit(address(key, label[i])) >= traits[s, 3]:
            continue
        # Counted right here: a call for each customer costs as much as counting itself.
        for o in range(category.size):
            owners[o] = 0
        any_owner = False
        for at in range(first, last):
            friend = indices[at]
            if some_muted and muted[friend] == 1:
                continue
            for k in range(last_offer.shape[1]):
                offer = last_offer[friend, k]
                if offer >= 0:
                    owners[offer] += 1
                    any_owner = True
        if not any_owner:
            continue
        needed = -1.0
        for o in range(category.size):
            if aware[i, o] == 1 or owners[o] == 0:
                continue
            if needed < 0.0:  # drawn only for whom it matters
                needed = friends_needed(threshold_key, label[i], last - first, traits[s])
            if owners[o] + ROUNDING < needed:
                continue
            aware[i, o] = 1
            exposures[i, o] = min(owners[o], MOST_EXPOSURES)
            if trigger[i, o] == 0:
                trigger[i, o] = FRIEND
                teller[i, o] = latest_owner(
                    first, last, o, category[o], indices, last_offer, last_purchase_week,
                    some_muted, muted,
                )

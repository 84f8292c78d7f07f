"""Talk of the network: close friends, and outsiders met anew every week, each may pass it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, address_all, hits_below, uniform
from sim.tables import Array, Trigger

if TYPE_CHECKING:
    from sim.market import Market

FRIEND = Trigger.FRIEND
ATTEMPTS = 20
"""Draws of an outsider; who meets only herself and her ties in all of them meets nobody."""

MOST_CONTACTS = 1000


@mechanism
class TalkOfTheNetwork(Mechanism):
    """Each owner among her ties and among outsiders met this week has a chance to make her aware.

    Equation
    --------
    P(becomes aware of o in a week) = 1 - (1 - weak_tie_prob)^m * (1 - strong_tie_prob)^j. j counts
    the owners of o among her ties, all of which are strong ties here, whatever their mark; m those
    among random_contacts customers whom she has no tie to, drawn anew every week. Who owns o is who
    bought it last. Her teller is the first of them from whom the news comes, friends first. With
    advertising of retention 0 as the third cause, this is the rule of the reference.

    Reads / Writes
    --------------
    customers.last_offer (n_customers, n_categories), muted (n_customers,) -> customers.aware,
    trigger, teller (n_customers, n_offers).

    References
    ----------
    Goldenberg, Libai and Muller (2001), Talk of the network, Marketing Letters 12, 211-223;
    science.md A2, B6.

    Not modeled
    -----------
    What owners say, good or bad. One outsider may be met twice in a week and then counts twice. A
    muted owner counts as no owner.
    """

    class Parameters(Declared):
        """How well news passes over each kind of tie, and how many outsiders one meets."""

        strong_tie_prob: float = param(
            0.04, unit="1/week", bounds=(0, 1), by_segment=True,
            doc="Probability that an owner among her ties makes her aware.", source="A2: 0.01-0.07",
        )
        weak_tie_prob: float = param(
            0.01, unit="1/week", bounds=(0, 1), by_segment=True,
            doc="Probability that an owner among the outsiders she meets makes her aware.",
            source="A2: 0.005-0.015",
        )
        random_contacts: int = param(
            17, unit="customers/week", bounds=(0, MOST_CONTACTS),
            doc="Customers outside her ties whom she meets, others every week.", source="A2: 5-29",
        )

    reads = ("customers.last_offer", "customers.muted")
    writes = ("customers.aware", "customers.trigger", "customers.teller")
    cites = ("Goldenberg, Libai and Muller (2001)",)

    def step(self, market: Market) -> None:
        """Let owners pass on what they own."""
        customers, offers, network = market.tables.customers, market.tables.offers, market.network
        logs, most = self._prepared(market)
        market.sweep(
            pass_on, market.streams.key("word_of_mouth.pass_on", market.week),
            market.streams.key("word_of_mouth.contacts", market.week), network.indptr,
            network.indices, self.parameters.random_contacts, logs, most, customers.label,
            customers.segment, offers.label, offers.category, market.some_muted, customers.muted,
            customers.last_offer, customers.aware, customers.trigger, customers.teller,
        )

    def _prepared(self, market: Market) -> tuple[Array, Array]:
        """Logs of the chance that a weak and a strong tie fail, and the most that all can do.

        Shapes (n_segments, 2) and (n_segments, largest degree + 1): the probability of becoming
        aware if all her contacts and ties were owners.
        """
        if self.prepared is None:
            probabilities = self.by_segment(market, "weak_tie_prob", "strong_tie_prob")
            logs = np.log1p(-np.minimum(probabilities, 1.0 - 1e-12))
            degrees = np.arange(int(market.network.degrees().max(initial=0)) + 1)
            fails = logs[:, :1] * self.parameters.random_contacts + logs[:, 1:] * degrees
            self.prepared = logs, -np.expm1(fails)
        logs, most = self.prepared
        return logs, most

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Whom she heard of an offer from."""
        customers = market.tables.customers
        told: list[Happening] = []
        for o, name in enumerate(market.offer_names):
            if customers.aware[row, o] == before["aware"][o]:
                continue
            if customers.trigger[row, o] == before["trigger"][o]:
                told.append(Happening(f"was reminded of {name} by an owner", {"offer": name}))
                continue
            teller = int(customers.teller[row, o])
            kind = "friend" if teller in market.network.neighbors(row) else "chance acquaintance"
            told.append(Happening(
                f"heard of {name} from customer {teller}, a {kind}",
                {"offer": name, "friend": teller},
            ))
        return told


@kernel
def limits(most: Array, segment: Array, indptr: Array, limit: Array) -> None:
    """Write the most that contacts and ties can do, by segment and number of ties."""
    for j in range(segment.size):
        limit[j] = most[segment[j], indptr[j + 1] - indptr[j]]


@kernel
def next_at_work(
    at: int, n_ties: int, n_all: int, log_unit: float, log_weak: float, log_strong: float
) -> int:
    """Which tie or contact works next, from number ``at`` on; ``n_all`` if none does.

    Ties come first, contacts after them; each works with its own chance, whose failure has the
    logarithm ``log_strong`` or ``log_weak``. ``log_unit`` is the logarithm of a uniform draw.
    """
    if at < n_ties:
        left = n_ties - at
        if log_strong < 0.0 and log_unit > left * log_strong:
            return at + int(log_unit / log_strong)
        log_unit -= left * log_strong
        at = n_ties
    if log_weak < 0.0 and log_unit > (n_all - at) * log_weak:
        return at + int(log_unit / log_weak)
    return n_all


@kernel
def draw_contact(state: np.uint64, i: int, n: int, ties: Array) -> int:
    """An outsider whom customer ``i`` meets; -1 where none is found."""
    for attempt in range(ATTEMPTS):
        other = np.int64(address(state, attempt) % np.uint64(n))
        at = np.searchsorted(ties, other)
        if other != i and (at == ties.size or ties[at] != other):
            return int(other)
    return -1


@kernel
def pass_on(
    start: int, stop: int, key: np.uint64, contact_key: np.uint64, indptr: Array, indices: Array,
    n_contacts: int, logs: Array, most: Array, label: Array, segment: Array, offer_label: Array,
    category: Array, some_muted: bool, muted: Array, last_offer: Array, aware: Array,
    trigger: Array, teller: Array,
) -> None:
    """Make customers from ``start`` to ``stop`` aware of what others own.

    Ties and contacts work or not, whoever is at their other end; only at those that work she looks
    who that is. That is the rule of the docstring, and work for few of them.
    """
    state = np.empty(BLOCK, dtype=np.uint64)
    who = np.empty(BLOCK + 1, dtype=np.int32)
    limit = np.empty(BLOCK, dtype=np.float64)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        size = end - begin
        address_all(key, label[begin:end], state)
        limits(most, segment[begin:end], indptr[begin : end + 1], limit[:size])
        for o in range(offer_label.size):
            k = category[o]
            n = hits_below(state[:size], offer_label[o] + 1, limit[:size], who)
            for e in range(n):
                i = begin + who[e]
                if aware[i, o] == 1:
                    continue
                ties = indices[indptr[i] : indptr[i + 1]]
                n_all = ties.size + n_contacts
                weak, strong = logs[segment[i], 0], logs[segment[i], 1]
                log_unit = np.log1p(-uniform(state[who[e]], offer_label[o] + 1))
                luck = address(state[who[e]], offer_label[o])
                at = next_at_work(0, ties.size, n_all, log_unit, weak, strong)
                while at < n_all:
                    if at < ties.size:
                        other = int(ties[at])
                    else:
                        place = address(address(contact_key, label[i]), at - ties.size)
                        other = draw_contact(place, i, muted.size, ties)
                    owner = other >= 0 and last_offer[other, k] == o
                    if owner and not (some_muted and muted[other] == 1):
                        aware[i, o] = 1
                        if trigger[i, o] == 0:
                            trigger[i, o] = FRIEND
                            teller[i, o] = other
                        break
                    log_unit = np.log(uniform(luck, at))
                    at = next_at_work(at + 1, ties.size, n_all, log_unit, weak, strong)

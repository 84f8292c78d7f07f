"""Bass imitation: the more of those around her own an offer, the sooner a customer takes it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, address_all, hits_by_segment, probability_of, uniform
from sim.tables import Array, Trigger

if TYPE_CHECKING:
    from sim.market import Market

FRIEND = Trigger.FRIEND


@mechanism
class Bass(Mechanism):
    """Customers become aware of an offer at a rate that grows with the share of others who own it.

    Equation
    --------
    P(becomes aware of o in a week) = 1 - exp(-imitation_rate * F_o), F_o being the share of her
    ties, strong and weak alike, who own o: bought it last. With ``everybody`` it is the share of
    all other customers, as in a market where all know all, which then needs no ties. Her teller is
    one of these owners, each as likely as any. Beside advertising with retention 0 and rate p, and
    with durable adoption, customers adopt at the rate p + q * F.

    Reads / Writes
    --------------
    customers.last_offer (n_customers, n_categories), muted (n_customers,) -> customers.aware,
    trigger, teller (n_customers, n_offers).

    References
    ----------
    Bass (1969); Fibich and Gibori (2010) for the share among ties; science.md B1, B2.

    Not modeled
    -----------
    What owners say, good or bad: owning is all that counts. A muted owner counts as no owner.
    """

    class Parameters(Declared):
        """How strongly owners attract others, and which others."""

        imitation_rate: float = param(
            0.0073, unit="1/week", bounds=(0, 100), by_segment=True,
            doc="Rate of becoming aware when everybody around owns the offer (q).",
            source="B3: mean of q over many products, 0.38 a year",
        )
        everybody: bool = param(
            False, unit="1",
            doc="Whether owners among all customers count, instead of those among her ties.",
            source="B1",
        )

    reads = ("customers.last_offer", "customers.muted")
    writes = ("customers.aware", "customers.trigger", "customers.teller")
    cites = ("Bass (1969)", "Fibich and Gibori (2010)")

    def step(self, market: Market) -> None:
        """Let owners attract who does not know what they own."""
        customers, offers, network = market.tables.customers, market.tables.offers, market.network
        rate = self.by_segment(market, "imitation_rate")
        owners = np.zeros((market.n_blocks, market.n_offers), dtype=np.int64)
        market.sweep(
            count_owners, offers.category, market.some_muted, customers.muted,
            customers.last_offer, owners,
        )
        total = owners.sum(axis=0)
        if not total.any() or not rate.any():
            return
        market.sweep(
            imitate, market.streams.key("word_of_mouth.imitate", market.week),
            market.streams.key("word_of_mouth.teller", market.week), self.parameters.everybody,
            total, network.indptr, network.indices, customers.label, customers.segment,
            offers.label, offers.category, rate, probability_of(rate), market.some_muted,
            customers.muted, customers.last_offer, customers.aware, customers.trigger,
            customers.teller,
        )

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Whom she took an offer up from."""
        customers = market.tables.customers
        told: list[Happening] = []
        for o, name in enumerate(market.offer_names):
            if customers.aware[row, o] == before["aware"][o]:
                continue
            if self.parameters.everybody:
                among = "everybody else"
            else:
                among = f"{len(market.network.neighbors(row))} friends"
            told.append(Happening(f"saw {name} in use among {among}", {"offer": name}))
        return told


@kernel
def count_owners(
    start: int, stop: int, category: Array, some_muted: bool, muted: Array, last_offer: Array,
    owners: Array,
) -> None:
    """Count who owns each offer and is not muted, block by block."""
    for i in range(start, stop):
        if some_muted and muted[i] == 1:
            continue
        for k in range(last_offer.shape[1]):
            o = last_offer[i, k]
            if o >= 0 and category[o] == k:
                owners[i // BLOCK, o] += 1


@kernel
def owns(i: int, o: int, k: int, some_muted: bool, muted: Array, last_offer: Array) -> bool:
    """Whether customer ``i`` owns offer ``o`` of category ``k`` and is not muted."""
    return last_offer[i, k] == o and not (some_muted and muted[i] == 1)


@kernel
def owning_tie(
    turn: int, ties: Array, o: int, k: int, some_muted: bool, muted: Array, last_offer: Array
) -> int:
    """The owner number ``turn`` among ties, counted from 0; -1 if there are not so many."""
    for friend in ties:
        if owns(friend, o, k, some_muted, muted, last_offer):
            if turn == 0:
                return int(friend)
            turn -= 1
    return -1


@kernel
def any_owner(
    state: np.uint64, i: int, o: int, k: int, some_muted: bool, muted: Array, last_offer: Array
) -> int:
    """An owner drawn from all customers but ``i``; there must be one.

    Draws customers until one is an owner: 1 / F draws, for the share F of customers who imitate.
    """
    draw = 0
    while True:
        other = int(address(state, draw) % np.uint64(muted.size))
        if other != i and owns(other, o, k, some_muted, muted, last_offer):
            return other
        draw += 1


@kernel
def imitate(
    start: int, stop: int, key: np.uint64, teller_key: np.uint64, everybody: bool, total: Array,
    indptr: Array, indices: Array, label: Array, segment: Array, offer_label: Array,
    category: Array, rate: Array, most: Array, some_muted: bool, muted: Array,
    last_offer: Array, aware: Array, trigger: Array, teller: Array,
) -> None:
    """Make customers from ``start`` to ``stop`` aware of what others own.

    Everybody draws once an offer; only whose draw would do if all others owned it (``most``) looks
    how many do, which are few where a week is short against the rate.
    """
    state = np.empty(BLOCK, dtype=np.uint64)
    who = np.empty(BLOCK + 1, dtype=np.int32)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        size = end - begin
        address_all(key, label[begin:end], state)
        for o in range(offer_label.size):
            if total[o] == 0:
                continue
            k = category[o]
            n = hits_by_segment(
                state[:size], offer_label[o] + 1, most, segment[begin:end], who
            )
            for e in range(n):
                i = begin + who[e]
                if aware[i, o] == 1:
                    continue
                ties = indices[indptr[i] : indptr[i + 1]]
                owners, others = 0, ties.size
                if everybody:
                    owners, others = total[o], muted.size - 1
                    if owns(i, o, k, some_muted, muted, last_offer):
                        owners -= 1
                else:
                    for friend in ties:
                        owners += int(owns(friend, o, k, some_muted, muted, last_offer))
                if owners == 0:
                    continue
                chance = probability_of(rate[segment[i]] * owners / others)
                if uniform(state[who[e]], offer_label[o] + 1) >= chance:
                    continue
                aware[i, o] = 1
                if trigger[i, o] == 0:
                    trigger[i, o] = FRIEND
                    luck = address(address(teller_key, label[i]), offer_label[o])
                    if everybody:
                        teller[i, o] = any_owner(luck, i, o, k, some_muted, muted, last_offer)
                    else:
                        turn = int(uniform(luck, 0) * owners)
                        teller[i, o] = owning_tie(
                            turn, ties, o, k, some_muted, muted, last_offer
                        )

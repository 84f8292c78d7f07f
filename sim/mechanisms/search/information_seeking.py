"""Customers who seek information look offers up and learn what they are really like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, address_all, hits_below, probability_of, uniform
from sim.tables import Array, Trigger

if TYPE_CHECKING:
    from sim.market import Market

SEARCHED = Trigger.SEARCH


@mechanism
class InformationSeeking(Mechanism):
    """A customer looks a category up as often as she seeks information and there is some to find.

    Equation
    --------
    How much can be found about an offer: a = 1 - (1 - public_information)
    * (1 - information_sharing of its firm) * (1 - W), with W = C / (C + content_half) the content
    on it in that community of hers that has most. In each category P(search) =
    1 - exp(-information_seeking * mean a of the offers on sale). A search inspects n_inspected of
    them, drawn at random: the customer gets to know each, and her expectation moves by accuracy * a
    towards max(sum_a w_a q_a - W * defect_rate * defect_severity, 0): hidden defects are found only
    where members talk of them (W = 1 where the firm itself discloses the defect).

    Reads / Writes
    --------------
    customers.information_seeking, needs (n_customers, n_attributes), member, offers.quality
    (n_offers, n_attributes), communities' content -> customers.aware, trigger, expectation
    (n_customers, n_offers).

    References
    ----------
    Stigler (1961), The economics of information: a sample of fixed size; Putrevu and Ratchford
    (1997), A model of search behavior; Moorthy, Ratchford and Talukdar (1997).

    Not modeled
    -----------
    Search that stops when what is found is good enough, search that is triggered by a planned
    purchase, prices that must be searched for.
    """

    class Parameters(Declared):
        """What a search finds."""

        public_information: float = param(
            0.2, unit="1", bounds=(0, 1),
            doc="How much of what offers are like is public without anybody sharing it.",
        )
        accuracy: float = param(
            0.5, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of the way that an expectation moves to the truth where all can be found.",
        )
        n_inspected: int = param(
            3, unit="offers", bounds=(1, 120), doc="Offers inspected in a search.",
            source="Stigler (1961)",
        )
        content_half: float = param(
            20.0, unit="posts", bounds=(1e-6, 1e9),
            doc="Content of a community that tells half of what there is to know.", source="A8",
        )

    reads = (
        "customers.information_seeking", "customers.needs", "customers.member", "offers.quality",
        "offers.launch_week", "offers.defect_rate", "offers.defect_severity",
        "offers.defect_disclosed",
    )
    writes = ("customers.aware", "customers.trigger", "customers.expectation")
    cites = (
        "Stigler (1961)", "Putrevu and Ratchford (1997)",
        "Moorthy, Ratchford and Talukdar (1997)",
    )

    def step(self, market: Market) -> None:
        """Let customers search each category."""
        customers, offers, p = market.tables.customers, market.tables.offers, self.parameters
        on_sale = (offers.launch_week <= market.week).astype(np.uint8)
        sharing = np.array([f.levers["information_sharing"] for f in market.firms])
        unknown = (1.0 - p.public_information) * (1.0 - sharing[offers.firm])
        told = np.zeros((len(market.communities), market.n_offers))
        for c, community in enumerate(market.communities):
            told[c] = community.content / (community.content + p.content_half)
        loss = (offers.defect_rate * offers.defect_severity).astype(np.float64)
        market.sweep(
            look_up, market.streams.key("search.look_up", market.week), customers.label,
            customers.segment, self.by_segment(market, "accuracy"), p.n_inspected,
            customers.information_seeking, self._most(market, on_sale, unknown, told), offers.label,
            offers.category, on_sale, unknown, told, offers.quality, loss, offers.defect_disclosed,
            customers.needs, customers.member, customers.aware, customers.trigger,
            customers.expectation,
        )

    def _most(self, market: Market, on_sale: Array, unknown: Array, told: Array) -> Array:
        """The most that anybody can find about an offer of each category, (n_categories,)."""
        heard = told.max(axis=0, initial=0.0)
        found = (1.0 - unknown * (1.0 - heard)) * on_sale
        most = np.zeros(len(market.category_names))
        np.maximum.at(most, market.tables.offers.category, found)
        return most * (1.0 + 1e-9)  # sums of single offers round

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """What she looked up and what it taught her."""
        customers, told = market.tables.customers, []
        for o, name in enumerate(market.offer_names):
            found = customers.aware[row, o] != before["aware"][o]
            old, new = float(before["expectation"][o]), float(customers.expectation[row, o])
            if found or old != new:
                verb = "found" if found else "looked up"
                told.append(Happening(
                    f"{verb} {name} in a search: her expectation went {old:.2f} -> {new:.2f}"
                ))
        return told


@kernel
def candidates(state: Array, k: int, seeking: Array, most: float, who: Array) -> int:
    """List customers of a block whose draw may mean a search: 1 - exp(-rate) <= rate <= most."""
    limit = np.empty(seeking.size, dtype=np.float64)
    for j in range(seeking.size):
        limit[j] = seeking[j] * most
    return hits_below(state, k, limit, who)


@kernel
def find(
    i: int, k: int, luck: np.uint64, offer_label: Array, category: Array,
    on_sale: Array, unknown: Array, told: Array, member: Array, heard: Array, available: Array,
    draw: Array,
) -> float:
    """Write what can be found on each offer and its place in the draw; the mean that is found."""
    count, total = 0, 0.0
    for o in range(category.size):
        draw[o] = 2.0
        if category[o] != k or on_sale[o] == 0:
            continue
        heard[o] = 0.0
        for c in range(member.shape[1]):
            if member[i, c] == 1:
                heard[o] = max(heard[o], told[c, o])
        available[o] = 1.0 - unknown[o] * (1.0 - heard[o])
        draw[o] = uniform(luck, offer_label[o])
        count += 1
        total += available[o]
    return total / max(count, 1)


@kernel
def look_up(
    start: int, stop: int, key: np.uint64, label: Array, segment: Array, accuracy: Array,
    n_inspected: int, seeking: Array, most: Array, offer_label: Array, category: Array,
    on_sale: Array, unknown: Array, told: Array, quality: Array, loss: Array, disclosed: Array,
    needs: Array, member: Array, aware: Array, trigger: Array, expectation: Array,
) -> None:
    """Let customers from ``start`` to ``stop`` search each category."""
    n_offers = offer_label.size
    heard, available, draw = np.empty(n_offers), np.empty(n_offers), np.empty(n_offers)
    states = np.empty(BLOCK, dtype=np.uint64)
    who = np.empty(BLOCK + 1, dtype=np.int32)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        address_all(key, label[begin:end], states)
        for k in range(most.size):
            n = candidates(states[: end - begin], k, seeking[begin:end], most[k], who)
            for e in range(n):
                i, state = begin + who[e], states[who[e]]
                rate = seeking[i] * find(
                    i, k, address(state, k), offer_label, category, on_sale, unknown, told,
                    member, heard, available, draw,
                )
                if uniform(state, k) >= probability_of(rate):
                    continue
                for o in range(n_offers):
                    before = 0
                    for r in range(n_offers):
                        before += int(draw[r] < draw[o])
                    if draw[o] >= 1.0 or before >= n_inspected:
                        continue
                    if aware[i, o] == 0:
                        aware[i, o] = 1
                        if trigger[i, o] == 0:
                            trigger[i, o] = SEARCHED
                    truth = -loss[o] * (1.0 if disclosed[o] == 1 else heard[o])
                    for a in range(quality.shape[1]):
                        truth += needs[i, a] * quality[o, a]
                    step = accuracy[segment[i]] * available[o]
                    expectation[i, o] += step * (max(truth, 0.0) - expectation[i, o])

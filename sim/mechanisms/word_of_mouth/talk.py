"""Talking and listening, shared by the variants of word of mouth.

What one customer says to all her friends in a week is one message of 31 bits: bits 0-6 the offer,
bit 7 whether she mentions its defect, bits 8-30 how good she says it is in steps of 2**-22; -1 is
silence. Four bytes a customer keep a whole week's talk in the cache. Messages are published before
anybody listens, and everybody collects from her own ties, so that order and threads do not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.compile import kernel
from sim.parameters import Declared, param
from sim.streams import address, skip, to_unit, uniform
from sim.tables import Array, Trigger

if TYPE_CHECKING:
    from sim.market import Market
    from sim.mechanisms.base import Mechanism

FRIEND = Trigger.FRIEND
SILENCE = -1
STEPS = 4_194_304.0
OLDEST = 520  # weeks; older purchases count as this old

READS = (
    "customers.talkativeness", "customers.satisfaction", "customers.loyalty",
    "customers.last_offer", "customers.last_purchase_week", "customers.knows_defect",
)
WRITES = (
    "customers.message", "customers.telling", "customers.aware", "customers.trigger",
    "customers.teller", "customers.exposures", "customers.expectation", "customers.knows_defect",
    "offers.n_told_good", "offers.n_told_bad",
)


class TalkParameters(Declared):
    """Who talks, to whom, and what it does to the listener."""

    base_propensity: float = param(
        0.1, unit="1/week", bounds=(0, 1), by_segment=True,
        doc="Propensity to talk of a customer who is neither pleased nor displeased.",
        source="A2",
    )
    satisfied_propensity: float = param(
        1.0, unit="1/week", bounds=(0, 100), by_segment=True,
        doc="Added propensity per squared satisfaction above neutral.", source="A2",
    )
    dissatisfied_propensity: float = param(
        2.0, unit="1/week", bounds=(0, 100), by_segment=True,
        doc="Added propensity per squared satisfaction below neutral.", source="A2: 2:1 tellings",
    )
    neutral_satisfaction: float = param(
        0.5, unit="1", bounds=(0, 1), by_segment=True,
        doc="Satisfaction that moves nobody to talk; news below it is bad news.", source="A2",
    )
    recency_half_life: float = param(
        8.0, unit="weeks", bounds=(0.1, 1e6),
        doc="Weeks after a purchase in which the propensity to talk halves.",
    )
    contact_prob: float = param(
        0.1, unit="1/week", bounds=(0, 1), by_segment=True,
        doc="Probability that a weak tie is used in a week, as the listener's trait.", source="A2",
    )
    strong_tie_factor: float = param(
        2.0, unit="1", bounds=(0.01, 100),
        doc="Contact probability of a strong tie over that of a weak one.", source="A2",
    )
    influence: float = param(
        0.1, unit="1", bounds=(0, 1), by_segment=True,
        doc="Share of the way that an expectation moves towards a message.",
    )
    strong_influence_factor: float = param(
        1.5, unit="1", bounds=(0, 100), doc="Influence over a strong tie against a weak one."
    )
    negativity: float = param(
        1.5, unit="1", bounds=(0, 10), by_segment=True,
        doc="Weight of bad news against good news.", source="A2: 1-3, contested",
    )
    commitment: float = param(
        0.5, unit="1", bounds=(0, 1), by_segment=True,
        doc="Share of a message that full loyalty to the offer keeps out.", source="A2: East 2008",
    )


def converse(market: Market, mechanism: Mechanism, *, belief: Array, threshold: int) -> None:
    """Publish this week's messages about ``belief`` and let everybody listen.

    Parameters
    ----------
    belief
        What talkers report, (n_customers, n_offers).
    threshold
        Contacts with an offer that make a listener aware of it.
    """
    customers, offers, _ = market.tables
    p = mechanism.parameters
    propensity = mechanism.by_segment(
        market, "base_propensity", "satisfied_propensity", "dissatisfied_propensity",
        "neutral_satisfaction",
    )
    age = np.arange(OLDEST + 1)
    recency = 0.5 ** (age / p.recency_half_life)
    market.sweep(
        speak, market.streams.key("word_of_mouth.speak", market.week), market.week,
        customers.label, customers.segment, customers.last_offer, customers.last_purchase_week,
        belief, customers.talkativeness, customers.telling, customers.knows_defect, propensity,
        recency, customers.message,
    )
    weak = mechanism.by_segment(market, "contact_prob")
    strong = np.minimum(weak * p.strong_tie_factor, 1.0)
    most = np.maximum(weak, strong)
    if not most.any():
        offers.n_told_good[:] = 0
        offers.n_told_bad[:] = 0
        return
    listener = np.stack(
        [weak, strong, most, np.log1p(-np.minimum(most, 1.0 - 1e-12)),
         mechanism.by_segment(market, "influence"), mechanism.by_segment(market, "negativity"),
         mechanism.by_segment(market, "commitment"),
         mechanism.by_segment(market, "neutral_satisfaction")],
        axis=1,
    )
    heard = np.zeros((market.n_blocks, market.n_offers, 2), dtype=np.int64)
    network = market.network
    market.sweep(
        listen, market.block, market.streams.key("word_of_mouth.listen", market.week),
        network.indptr, network.indices, network.strong, customers.label, customers.segment,
        customers.message, listener, p.strong_influence_factor,
        threshold, customers.loyalty, customers.aware, customers.trigger, customers.teller,
        customers.exposures, customers.expectation, customers.knows_defect, heard,
    )
    totals = heard.sum(axis=0)
    offers.n_told_good[:] = totals[:, 0]
    offers.n_told_bad[:] = totals[:, 1]


@kernel
def speak(
    start: int, stop: int, key: np.uint64, week: int, label: Array, segment: Array,
    last_offer: Array, last_purchase_week: Array, belief: Array, talkativeness: Array,
    telling: Array, knows_defect: Array, propensity: Array, recency: Array, message: Array,
) -> None:
    """Write what customers from ``start`` to ``stop`` say this week."""
    n_categories = last_offer.shape[1]
    for i in range(start, stop):
        message[i] = SILENCE
        state = address(key, label[i])
        if telling[i] > 0:
            offer = telling[i] - 1
            telling[i] = 0
            chance = 1.0
        else:
            k = 0
            if n_categories > 1:
                k = int(uniform(state, 1) * n_categories)
            offer = last_offer[i, k]
            if offer < 0:
                continue
            s = segment[i]
            gap = belief[i, offer] - propensity[s, 3]
            chance = propensity[s, 0]
            if gap > 0.0:
                chance += propensity[s, 1] * gap * gap
            else:
                chance += propensity[s, 2] * gap * gap
            age = min(week - 1 - last_purchase_week[i, offer], OLDEST)
            chance *= talkativeness[i] * recency[max(age, 0)]
        if chance >= 1.0 or to_unit(state) < chance:
            defect = 128 if knows_defect[i, offer] > 0 else 0
            goodness = int(min(max(belief[i, offer], 0.0), 1.0) * STEPS)
            message[i] = (goodness << 8) | defect | offer


@kernel
def listen(
    start: int, stop: int, block: int, key: np.uint64, indptr: Array, indices: Array,
    strong: Array, label: Array, segment: Array, message: Array, listener: Array,
    strong_influence: float, threshold: int, loyalty: Array, aware: Array, trigger: Array,
    teller: Array, exposures: Array, expectation: Array, knows_defect: Array, heard: Array,
) -> None:
    """Let customers from ``start`` to ``stop`` hear the messages of the ties they use."""
    for i in range(start, stop):
        s = segment[i]
        most = listener[s, 2]
        if most <= 0.0:
            continue
        log_miss = listener[s, 3]
        alike = listener[s, 0] == listener[s, 1]
        state = address(key, label[i])
        index = 1
        last = indptr[i + 1]
        position = indptr[i] + skip(state, index, log_miss)
        while position < last:
            said = message[indices[position]]
            is_strong = strong[position] == 1
            used = said >= 0
            if used and not alike:
                index += 1
                chance = listener[s, 1] if is_strong else listener[s, 0]
                used = uniform(state, index) * most < chance
            if used:
                offer = said & 127
                goodness = (said >> 8) / STEPS
                if aware[i, offer] == 0:
                    if exposures[i, offer] < 255:
                        exposures[i, offer] += 1
                    if exposures[i, offer] >= threshold:
                        aware[i, offer] = 1
                        if trigger[i, offer] == 0:
                            trigger[i, offer] = FRIEND
                            teller[i, offer] = indices[position]
                weight = listener[s, 4] * (1.0 - listener[s, 6] * loyalty[i, offer])
                if is_strong:
                    weight *= strong_influence
                gap = goodness - expectation[i, offer]
                if gap < 0.0:
                    weight *= listener[s, 5]
                expectation[i, offer] += min(weight, 1.0) * gap
                mentions_defect = (said & 128) != 0
                if mentions_defect and knows_defect[i, offer] == 0:
                    knows_defect[i, offer] = 2
                bad = 1 if mentions_defect or goodness < listener[s, 7] else 0
                heard[i // block, offer, bad] += 1
            index += 1
            position += 1 + skip(state, index, log_miss)


"""Talking and listening, shared by the variants of word of mouth.

What one customer says to all her friends in a week is one message of 31 bits: bits 0-6 the offer,
bit 7 whether she mentions its defect, bits 8-30 how good she says it is in steps of 2**-22; -1 is
silence. Four bytes a customer keep a whole week's talk in the cache. Messages are published before
anybody listens, and everybody collects from her own ties, so that order and threads do not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, address_all, skip, to_unit, uniform
from sim.tables import Array, Trigger

if TYPE_CHECKING:
    from sim.market import Market

FRIEND = Trigger.FRIEND
SILENCE = -1
STEPS = np.float32(4_194_304)
STEP = np.float32(1 / 4_194_304)
ZERO, ONE = np.float32(0), np.float32(1)
OLDEST = 520  # weeks; older purchases count as this old

READS = (
    "customers.talkativeness", "customers.satisfaction", "customers.loyalty",
    "customers.last_offer", "customers.last_purchase_week", "customers.knows_defect",
    "offers.defect_disclosed", "offers.defect_rate", "customers.muted", "customers.fan",
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
    recency_half_life: float | None = param(
        8.0, unit="weeks", bounds=(0.1, 1e6),
        doc="Weeks after a purchase in which the propensity to talk halves; none: never.",
    )
    talking_weeks: int | None = param(
        None, unit="weeks", bounds=(1, OLDEST),
        doc="Weeks after a purchase in which she talks of it; none: for ever.",
        source="Goldenberg, Libai and Muller (2001): 1 is a single try at each tie",
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
    fan_factor: float = param(
        2.0, unit="1", bounds=(0, 100),
        doc="Propensity to talk of a fan of the firm against others, where there are clubs.",
        source="M30",
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
    propensity, recency, listener = _prepared(market, mechanism)
    some_fans = market.mechanisms["clubs"].variant != "none"
    market.sweep(
        speak, market.streams.key("word_of_mouth.speak", market.week), market.week,
        customers.label, customers.segment, customers.last_offer, customers.last_purchase_week,
        belief, customers.talkativeness, customers.telling, bool(offers.defect_rate.any()),
        customers.knows_defect, market.some_muted, customers.muted, propensity, recency,
        some_fans, np.float32(mechanism.parameters.fan_factor), offers.firm, customers.fan,
        customers.message,
    )
    if not listener[:, 2].any():
        offers.n_told_good[:] = 0
        offers.n_told_bad[:] = 0
        return
    heard = np.zeros((market.n_blocks, market.n_offers, 2), dtype=np.int64)
    network = market.network
    market.sweep(
        listen, market.streams.key("word_of_mouth.listen", market.week),
        network.indptr, network.indices, network.strong, customers.label, customers.segment,
        customers.message, listener,
        np.float32(mechanism.parameters.strong_influence_factor),
        threshold, customers.loyalty, customers.aware, customers.trigger, customers.teller,
        customers.exposures, customers.expectation, customers.knows_defect,
        offers.defect_disclosed, heard,
    )
    totals = heard.sum(axis=0)
    offers.n_told_good[:] = totals[:, 0]
    offers.n_told_bad[:] = totals[:, 1]


def _prepared(market: Market, mechanism: Mechanism) -> tuple[Array, Array, Array]:
    """What the kernels need of the parameters, made once a market.

    Rows are segments: talkers' propensity (n_segments, 4); listeners' contact over a weak, a strong
    and any tie, skips per log of a draw, influence, negativity, commitment, neutral satisfaction.
    """
    if mechanism.prepared is None:
        p = mechanism.parameters
        propensity = mechanism.by_segment(
            market, "base_propensity", "satisfied_propensity", "dissatisfied_propensity",
            "neutral_satisfaction",
        )
        weak = mechanism.by_segment(market, "contact_prob")
        strong = np.minimum(weak * p.strong_tie_factor, 1.0)
        most = np.maximum(weak, strong)
        skips = 1.0 / np.log1p(-np.clip(most, 1e-12, 1.0 - 1e-12))
        traits = mechanism.by_segment(
            market, "influence", "negativity", "commitment", "neutral_satisfaction"
        )
        listener = np.column_stack([weak, strong, most, skips, traits])
        tables = propensity, _recency(p.recency_half_life, p.talking_weeks), listener
        mechanism.prepared = tuple(table.astype(np.float32) for table in tables)
    propensity, recency, listener = mechanism.prepared
    return propensity, recency, listener


def _recency(half_life: float | None, talking_weeks: int | None) -> Array:
    """Factor on the propensity to talk by weeks since the purchase; empty where it is always 1."""
    if half_life is None and talking_weeks is None:
        return np.empty(0)
    factor = 0.5 ** (np.arange(OLDEST + 1) / (half_life or np.inf))
    factor[talking_weeks or OLDEST + 1 :] = 0.0
    return factor


def heard_by(
    market: Market, mechanism: Mechanism, row: int, before: dict[str, Any]
) -> list[Happening]:
    """What she heard this week and what it did; walks her ties with the draws of ``listen``."""
    customers, network = market.tables.customers, market.network
    weak, neutral = mechanism.by_segment(
        market, "contact_prob", "neutral_satisfaction"
    )[customers.segment[row]]
    strong = min(weak * mechanism.parameters.strong_tie_factor, 1.0)
    most = max(weak, strong)
    if most <= 0.0:
        return []
    key = market.streams.key("word_of_mouth.listen", market.week)
    state = np.uint64(address(key, int(customers.label[row])))
    skips_per_log = np.float32(1.0 / np.log1p(-np.clip(most, 1e-12, 1.0 - 1e-12)))
    told: list[Happening] = []
    index, last = 1, int(network.indptr[row + 1])
    position = int(network.indptr[row]) + int(skip(state, index, skips_per_log))
    while position < last:
        friend, is_strong = int(network.indices[position]), network.strong[position] == 1
        said = int(customers.message[friend])
        chance = np.float32(strong if is_strong else weak)
        used = weak == strong or uniform(state, index + 1) * np.float32(most) < chance
        if said >= 0 and used:
            offer, goodness = said & 127, (said >> 8) / float(STEPS)
            name = market.offer_names[offer]
            defect = (said & 128) != 0
            tone = "badly" if goodness < neutral or defect else "well"
            told.append(Happening(
                f"heard customer {friend}, a {'close' if is_strong else 'distant'} friend, speak "
                f"{tone} of {name} ({goodness:.2f})" + (" and of its defect" if defect else ""),
                {"friend": friend, "offer": name, "goodness": goodness, "defect": defect,
                 "strong": bool(is_strong)},
            ))
        index += 2
        position += 1 + int(skip(state, index, skips_per_log))
    for o, name in enumerate(market.offer_names):
        old, new = float(before["expectation"][o]), float(customers.expectation[row, o])
        if before["aware"][o] != customers.aware[row, o]:
            told.append(Happening(f"now knows {name} through friends"))
        if old != new:
            told.append(Happening(f"so her expectation of {name} went {old:.2f} -> {new:.2f}"))
    return told


@kernel
def draw_topics(state: Array, n_categories: int, topic: Array) -> None:
    """Draw the category that each customer of a block would speak about."""
    for j in range(state.size):
        topic[j] = np.int64(uniform(state[j], 1) * n_categories)


@kernel
def speak(
    start: int, stop: int, key: np.uint64, week: int, label: Array, segment: Array,
    last_offer: Array, last_purchase_week: Array, belief: Array, talkativeness: Array,
    telling: Array, some_defect: bool, knows_defect: Array, some_muted: bool, muted: Array,
    propensity: Array, recency: Array, some_fans: bool, fan_factor: float, firm_of: Array,
    fan: Array, message: Array,
) -> None:
    """Write what customers from ``start`` to ``stop`` say this week."""
    n_categories = last_offer.shape[1]
    state = np.empty(BLOCK, dtype=np.uint64)
    topic = np.zeros(BLOCK, dtype=np.int64)
    for i in range(start, stop):
        if n_categories > 1 and (i - start) % BLOCK == 0:
            size = min(BLOCK, stop - i)
            address_all(key, label[i : i + size], state)
            draw_topics(state[:size], n_categories, topic)
        message[i] = SILENCE
        offer = telling[i] - 1
        certain = offer >= 0
        if certain:
            telling[i] = 0
        if some_muted and muted[i] == 1:
            continue
        if not certain:
            offer = np.int64(last_offer[i, topic[(i - start) % BLOCK]])
            if offer < 0:
                continue
        goodness = belief[i, offer]
        if not certain:
            s = segment[i]
            gap = goodness - propensity[s, 3]
            chance = propensity[s, 0] + propensity[s, 1 if gap > ZERO else 2] * gap * gap
            chance *= talkativeness[i]
            if some_fans and fan[i, firm_of[offer]] == 1:
                chance *= fan_factor
            if recency.size > 0:
                age = min(max(week - 1 - last_purchase_week[i, offer], 0), OLDEST)
                chance *= recency[age]
            certain = chance >= ONE or to_unit(address(key, label[i])) < chance
        if certain:
            defect = 128 if some_defect and knows_defect[i, offer] > 0 else 0
            steps = np.int32(min(max(goodness, ZERO), ONE) * STEPS)
            message[i] = (steps << 8) | defect | offer


@kernel
def gaps(state: Array, index: int, skips_per_log: Array, gap: Array) -> None:
    """Unused ties before the next used one, for every stream; a loop for vector registers."""
    for e in range(gap.size):
        gap[e] = skip(state[e], index, skips_per_log[e])


@kernel
def first_ties(indptr: Array, gap: Array, who: Array, at: Array) -> int:
    """List the customers of a block who use any tie, and the first tie each uses."""
    n = 0
    for j in range(gap.size):
        # Write first, count afterwards: no branch for the processor to guess wrong.
        who[n] = j
        at[n] = indptr[j] + gap[j]
        n += int(at[n] < indptr[j + 1])
    return n


@kernel
def next_ties(n: int, indptr: Array, gap: Array, who: Array, at: Array) -> int:
    """Go on to the next tie each listed customer uses; drop who has none left."""
    kept = 0
    for e in range(n):
        j = who[e]
        position = at[e] + 1 + gap[e]
        who[kept] = j
        at[kept] = position
        kept += int(position < indptr[j + 1])
    return kept


@kernel
def collect(
    n: int, at: Array, indices: Array, strong: Array, strength_matters: bool, message: Array,
    said: Array, close: Array,
) -> None:
    """Fetch the messages over listed ties; a pass of its own, so that reads overlap."""
    for e in range(n):
        said[e] = message[indices[at[e]]]
    if strength_matters:
        for e in range(n):
            close[e] = strong[at[e]]


@kernel
def listen(
    start: int, stop: int, key: np.uint64, indptr: Array, indices: Array,
    strong: Array, label: Array, segment: Array, message: Array, listener: Array,
    strong_influence: float, threshold: int, loyalty: Array, aware: Array, trigger: Array,
    teller: Array, exposures: Array, expectation: Array, knows_defect: Array, disclosed: Array,
    heard: Array,
) -> None:
    """Let customers from ``start`` to ``stop`` hear the messages of the ties they use.

    Ties in use are found by geometric skips along each customer's row, block by block and in
    rounds: every customer's first tie in use, then every customer's second, and so on.
    """
    state = np.empty(BLOCK, dtype=np.uint64)
    who = np.empty(BLOCK + 1, dtype=np.int32)
    at = np.empty(BLOCK + 1, dtype=np.int64)
    gap = np.empty(BLOCK, dtype=np.int32)
    skips_per_log = np.empty(BLOCK, dtype=np.float32)
    own_state = np.empty(BLOCK, dtype=np.uint64)
    own_skips = np.empty(BLOCK, dtype=np.float32)
    heard_now = np.empty(BLOCK, dtype=np.int32)
    close = np.zeros(BLOCK, dtype=np.uint8)
    strength_matters = strong_influence != ONE
    for s in range(listener.shape[0]):
        strength_matters = strength_matters or listener[s, 0] != listener[s, 1]
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        address_all(key, label[begin:end], state)
        rows = indptr[begin : end + 1]
        for j in range(end - begin):
            skips_per_log[j] = listener[segment[begin + j], 3]
        gaps(state, 1, skips_per_log, gap[: end - begin])
        n = first_ties(rows, gap[: end - begin], who, at)
        index = 1
        while n > 0:
            collect(n, at, indices, strong, strength_matters, message, heard_now, close)
            for e in range(n):
                said = heard_now[e]
                if said < 0:
                    continue
                i = begin + who[e]
                s = segment[i]
                is_strong = close[e] == 1
                if listener[s, 0] != listener[s, 1]:
                    chance = listener[s, 1] if is_strong else listener[s, 0]
                    if uniform(state[who[e]], index + 1) * listener[s, 2] >= chance:
                        continue
                offer = said & 127
                goodness = np.float32(said >> 8) * STEP
                if aware[i, offer] == 0:
                    if exposures[i, offer] < 255:
                        exposures[i, offer] += 1
                    if exposures[i, offer] >= threshold:
                        aware[i, offer] = 1
                        if trigger[i, offer] == 0:
                            trigger[i, offer] = FRIEND
                            teller[i, offer] = indices[at[e]]
                weight = listener[s, 4]
                if listener[s, 6] > ZERO:
                    weight *= ONE - listener[s, 6] * loyalty[i, offer]
                if is_strong:
                    weight *= strong_influence
                surprise = goodness - expectation[i, offer]
                if surprise < ZERO:
                    weight *= listener[s, 5]
                expectation[i, offer] += min(weight, ONE) * surprise
                mentions_defect = (said & 128) != 0
                if mentions_defect and knows_defect[i, offer] == 0:
                    # What the firm itself made public is no secret that a friend gives away.
                    knows_defect[i, offer] = 3 if disclosed[offer] == 1 else 2
                bad = 1 if mentions_defect or goodness < listener[s, 7] else 0
                heard[begin // BLOCK, offer, bad] += 1
            index += 2
            for e in range(n):
                own_state[e] = state[who[e]]
                own_skips[e] = skips_per_log[who[e]]
            gaps(own_state, index, own_skips, gap[:n])
            n = next_ties(n, rows, gap, who, at)

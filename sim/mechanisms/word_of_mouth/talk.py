"""Talking and listening, shared by the variants of word of mouth.

Messages are published before anybody listens, and everybody collects from her own ties, so that
order and threads do not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.mechanisms.base import Happening, Mechanism
from sim.mechanisms.word_of_mouth.listening import count_told, listen
from sim.mechanisms.word_of_mouth.message import ATTENTION, DEFECT, OFFER_BITS, STEPS
from sim.mechanisms.word_of_mouth.speaking import OLDEST, speak
from sim.parameters import Declared, param
from sim.streams import address, skip, uniform
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market

READS = (
    "customers.talkativeness", "customers.satisfaction", "customers.loyalty",
    "customers.last_offer", "customers.last_purchase_week", "customers.knows_defect",
    "offers.defect_disclosed", "offers.defect_rate", "customers.muted", "customers.fan",
    "customers.foreseen",
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
        doc="Satisfaction that moves nobody to talk; what is said below it is bad news.",
        source="A2",
    )
    recency_half_life: float | None = param(
        8.0, unit="weeks", bounds=(0.1, 1e6),
        doc="Weeks in which the propensity to talk halves, from the week after a purchase on; "
        "none: never.",
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
        doc="Weight of a message below what the listener expects, over one above it.",
        source="A2: 1-3, contested",
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


def converse(
    market: Market, mechanism: Mechanism, *, belief: Array, threshold: int, felt: bool = True
) -> None:
    """Publish this week's messages about ``belief`` and let everybody listen.

    Parameters
    ----------
    belief
        What talkers report, (n_customers, n_offers).
    threshold
        Contacts with an offer that make a listener aware of it.
    felt
        Whether that is what a use felt like: what the talker had foreseen of it is then left out,
        since listeners foresee it for themselves.
    """
    customers, offers, _ = market.tables
    propensity, recency, listener, some_listen = _prepared(market, mechanism)
    some_fans = market.mechanisms["clubs"].variant != "none"
    some_defect = np.count_nonzero(offers.defect_rate) > 0
    market.sweep(
        speak, market.streams.key("word_of_mouth.speak", market.week), market.week,
        customers.label, customers.segment, customers.last_offer, customers.last_purchase_week,
        belief, felt and bool(market.weighing), customers.foreseen, customers.talkativeness,
        customers.telling, some_defect, customers.knows_defect,
        customers.muted, propensity, recency, some_fans,
        np.float32(mechanism.parameters.fan_factor), offers.firm, customers.fan, customers.message,
    )
    if not some_listen:
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
        customers.exposures, customers.expectation, some_defect, customers.knows_defect,
        offers.defect_disclosed, heard,
    )
    count_told(heard, offers.n_told_good, offers.n_told_bad)


def _prepared(market: Market, mechanism: Mechanism) -> tuple[Array, Array, Array, bool]:
    """What the kernels need of the parameters, made once a market, and whether anybody listens.

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
        mechanism.prepared = *(table.astype(np.float32) for table in tables), bool(most.any())
    propensity, recency, listener, some_listen = mechanism.prepared
    return propensity, recency, listener, some_listen


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
    number, last = 0, int(network.indptr[row + 1])
    position = int(network.indptr[row]) + int(skip(state, number, skips_per_log))
    while position < last:
        friend, is_strong = int(network.indices[position]), network.strong[position] == 1
        said = int(customers.message[friend])
        chance = np.float32(strong if is_strong else weak)
        used = weak == strong or uniform(state, ATTENTION + number) * np.float32(most) < chance
        if said >= 0 and used:
            offer, goodness = said & OFFER_BITS, (said >> 8) / float(STEPS)
            name = market.offer_names[offer]
            defect = (said & DEFECT) != 0
            tone = "badly" if goodness < neutral or defect else "well"
            told.append(Happening(
                f"heard customer {friend}, a {'close' if is_strong else 'distant'} friend, speak "
                f"{tone} of {name} ({goodness:.2f})" + (" and of its defect" if defect else ""),
                {"friend": friend, "offer": name, "goodness": goodness, "defect": defect,
                 "strong": bool(is_strong)},
            ))
        number += 1
        position += 1 + int(skip(state, number, skips_per_log))
    for o, name in enumerate(market.offer_names):
        old, new = float(before["expectation"][o]), float(customers.expectation[row, o])
        if before["aware"][o] != customers.aware[row, o]:
            told.append(Happening(f"now knows {name} through friends"))
        if old != new:
            told.append(Happening(f"so her expectation of {name} went {old:.2f} -> {new:.2f}"))
    return told

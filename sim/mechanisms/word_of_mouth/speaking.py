"""Who says what this week, in short loops over a block that fill vector registers."""

from __future__ import annotations

import numpy as np

from sim.compile import kernel
from sim.mechanisms.word_of_mouth.message import DEFECT, SILENCE, STEPS
from sim.streams import BLOCK, address_all, to_unit, uniform
from sim.tables import Array

ZERO, ONE = np.float32(0), np.float32(1)
OLDEST = 520  # weeks; older purchases count as this old


@kernel
def draw_topics(state: Array, last_offer: Array, topic: Array) -> None:
    """Draw the category that each customer of a block would speak about, of those she bought in."""
    for j in range(topic.size):
        n_bought = 0
        for k in range(last_offer.shape[1]):
            n_bought += int(last_offer[j, k] >= 0)
        left = int(uniform(state[j], 1) * n_bought)
        topic[j] = 0
        for k in range(last_offer.shape[1]):
            bought = last_offer[j, k] >= 0
            topic[j] = k if bought & (left == 0) else topic[j]
            left -= int(bought)


@kernel
def pick_subjects(
    telling: Array, last_offer: Array, topic: Array, belief: Array, subject: Array, goodness: Array
) -> None:
    """The offer that each customer of a block would speak of, else -1, and how good it is to her.

    What she resolved to tell comes first.
    """
    if last_offer.shape[1] == 1:  # then the column is a vector itself
        subject[:] = last_offer.reshape(-1)
    else:
        for j in range(subject.size):
            subject[j] = last_offer[np.uint64(j), np.uint64(topic[j])]
    for j in range(subject.size):
        resolved = np.int32(telling[j]) - np.int32(1)
        subject[j] = resolved if resolved >= 0 else subject[j]
    for j in range(subject.size):
        goodness[j] = belief[np.uint64(j), np.uint64(max(int(subject[j]), 0))]


@kernel
def weigh_talk(
    segment: Array, talkativeness: Array, propensity: Array, goodness: Array, chance: Array
) -> None:
    """How likely satisfaction makes each customer of a block speak."""
    base, praise, blame, neutral = propensity[0]
    for j in range(chance.size):
        if propensity.shape[0] > 1:
            base, praise, blame, neutral = propensity[segment[j]]
        gap = goodness[j] - neutral
        chance[j] = (base + (praise if gap > ZERO else blame) * gap * gap) * talkativeness[j]


@kernel
def settle(telling: Array, muted: Array, subject: Array, chance: Array) -> int:
    """Who resolved to tell surely speaks, who has no subject or is muted does not.

    Returns how many of the block have yet to draw.
    """
    for j in range(chance.size):
        likely = ONE if telling[j] > 0 else chance[j]
        chance[j] = ZERO if (subject[j] < 0) | (muted[j] == 1) else likely
    n_unsure = np.int32(0)  # as wide as a chance, which fills vector registers
    for j in range(chance.size):
        n_unsure += np.int32((chance[j] > ZERO) & (chance[j] < ONE))
    telling[:] = 0
    return int(n_unsure)


@kernel
def utter(subject: Array, goodness: Array, chance: Array, message: Array) -> None:
    """Write the messages of those in a block whose chance is 1."""
    for j in range(message.size):
        steps = np.int32(min(max(goodness[j], ZERO), ONE) * STEPS)
        said = (steps << np.int32(8)) | subject[j]
        message[j] = said if chance[j] >= ONE else np.int32(SILENCE)


@kernel
def speak(
    start: int, stop: int, key: np.uint64, week: int, label: Array, segment: Array,
    last_offer: Array, last_purchase_week: Array, belief: Array, some_foreseen: bool,
    foreseen: Array, talkativeness: Array, telling: Array, some_defect: bool, knows_defect: Array,
    muted: Array, propensity: Array, recency: Array, some_fans: bool,
    fan_factor: float, firm_of: Array, fan: Array, message: Array,
) -> None:
    """Write what customers from ``start`` to ``stop`` say this week."""
    n_categories = last_offer.shape[1]
    all_state = np.empty(BLOCK, dtype=np.uint64)
    all_topics = np.zeros(BLOCK, dtype=np.int64)
    all_subjects = np.empty(BLOCK, dtype=np.int32)
    all_goodness = np.empty(BLOCK, dtype=np.float32)
    all_chances = np.empty(BLOCK, dtype=np.float32)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        size = end - begin
        state, topic, subject = all_state[:size], all_topics[:size], all_subjects[:size]
        goodness, chance = all_goodness[:size], all_chances[:size]
        if n_categories > 1:
            address_all(key, label[begin:end], state)
            draw_topics(state, last_offer[begin:end], topic)
        pick_subjects(
            telling[begin:end], last_offer[begin:end], topic, belief[begin:end], subject, goodness
        )
        weigh_talk(segment[begin:end], talkativeness[begin:end], propensity, goodness, chance)
        if some_fans:
            for j in range(size):
                is_fan = subject[j] >= 0 and fan[begin + j, firm_of[subject[j]]] == 1
                chance[j] *= fan_factor if is_fan else ONE
        if recency.size > 0:
            for j in range(size):
                bought = int(last_purchase_week[begin + j, subject[j]]) if subject[j] >= 0 else 0
                chance[j] *= recency[min(max(week - 1 - bought, 0), OLDEST)]
        if settle(telling[begin:end], muted[begin:end], subject, chance) > 0:
            if n_categories == 1:
                address_all(key, label[begin:end], state)
            for j in range(size):
                chance[j] = ONE if to_unit(state[j]) < chance[j] else ZERO
        if some_foreseen:
            for j in range(size):
                # What others see for themselves beforehand is no news to them.
                goodness[j] -= foreseen[begin + j, max(subject[j], 0)]
        utter(subject, goodness, chance, message[begin:end])
        if some_defect:
            for j in range(size):
                if message[begin + j] >= 0 and knows_defect[begin + j, subject[j]] > 0:
                    message[begin + j] |= DEFECT

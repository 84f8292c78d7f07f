"""Who hears what this week, and what it does; everybody collects from her own ties."""

from __future__ import annotations

import numpy as np

from sim.compile import kernel
from sim.instructions import prefetch
from sim.mechanisms.word_of_mouth.message import ATTENTION, DEFECT, OFFER_BITS, STEP
from sim.streams import BLOCK, address_all, skip_all, uniform
from sim.tables import Array, DefectKnowledge, Trigger

FRIEND = Trigger.FRIEND
NONE, HEARD = DefectKnowledge.NONE, DefectKnowledge.HEARD
TOLD_BY_FIRM = DefectKnowledge.TOLD_BY_FIRM
TIES_AHEAD, MESSAGES_AHEAD = 48, 16
ZERO, ONE = np.float32(0), np.float32(1)


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
        kept += int(position < indptr[np.uint64(j + 1)])
    return kept


@kernel
def collect(
    n: int, who: Array, at: Array, indices: Array, message: Array, listener: Array, tie: Array,
    said: Array,
) -> int:
    """List what listed customers hear over their ties.

    A pass of its own, so that reads overlap; what comes next is fetched ahead, since neither ties
    nor messages of a large market fit the cache.
    """
    n_heard = 0
    for e in range(min(n, TIES_AHEAD)):
        prefetch(indices, np.uint64(at[e]))
    for e in range(n):
        later = np.uint64(min(e + TIES_AHEAD, n - 1))
        soon = np.uint64(min(e + MESSAGES_AHEAD, n - 1))
        prefetch(indices, np.uint64(at[later]))
        prefetch(message, np.uint64(indices[np.uint64(at[soon])]))
        words = message[np.uint64(indices[np.uint64(at[e])])]
        listener[n_heard] = who[e]
        tie[n_heard] = at[e]
        said[n_heard] = words
        n_heard += int(words >= 0)
    return n_heard


@kernel
def pay_attention(
    n: int, number: int, state: Array, segment: Array, traits: Array, strong: Array,
    listener: Array, tie: Array, said: Array,
) -> int:
    """Keep what comes over strong or weak ties as often as these are used.

    Ties were drawn as often as the more used kind.
    """
    kept = 0
    for e in range(n):
        j = np.uint64(listener[e])
        s = segment[j]
        chance = traits[s, 1] if strong[np.uint64(tie[e])] == 1 else traits[s, 0]
        listener[kept], tie[kept], said[kept] = listener[e], tie[e], said[e]
        kept += int(uniform(state[j], ATTENTION + number) * traits[s, 2] < chance)
    return kept


@kernel
def weigh_words(
    n: int, segment: Array, traits: Array, strong: Array, strong_influence: float, loyalty: Array,
    listener: Array, tie: Array, said: Array, weight: Array, negativity: Array, neutral: Array,
) -> None:
    """How much each message moves its listener, how much more if it is bad news, what is bad."""
    some_committed = False
    for e in range(n):
        s = segment[np.uint64(listener[e])]
        weight[e], negativity[e], neutral[e] = traits[s, 4], traits[s, 5], traits[s, 7]
        some_committed = some_committed or traits[s, 6] > ZERO
    if some_committed:
        for e in range(n):
            j = np.uint64(listener[e])
            weight[e] *= ONE - traits[segment[j], 6] * loyalty[j, np.uint64(said[e] & OFFER_BITS)]
    if strong_influence != ONE:
        for e in range(n):
            weight[e] *= strong_influence if strong[np.uint64(tie[e])] == 1 else ONE


@kernel
def learn(
    n: int, n_offers: int, listener: Array, said: Array, weight: Array, negativity: Array,
    neutral: Array, expectation: Array, aware: Array, heard: Array, unaware: Array,
) -> int:
    """Move what listeners expect toward what they were told, and count good and bad messages.

    Nobody is listed twice. Lists the messages about offers that their listeners did not know, and
    returns how many these are.
    """
    n_unaware = 0
    for e in range(n):
        words = said[e]
        offer = np.int64(words & OFFER_BITS)
        cell = np.uint64(np.int64(listener[e]) * n_offers + offer)
        goodness = np.float32(words >> np.int32(8)) * STEP
        surprise = goodness - expectation[cell]
        more = negativity[e]  # read before it is asked for, or a branch is made of it
        moved = weight[e] * (more if surprise < ZERO else ONE)
        expectation[cell] += min(moved, ONE) * surprise
        is_bad = np.int64((words & DEFECT) != 0) | np.int64(goodness < neutral[e])
        heard[np.uint64(2 * offer + is_bad)] += 1
        unaware[n_unaware] = e
        n_unaware += int(aware[cell] == 0)
    return n_unaware


@kernel
def become_aware(
    n: int, unaware: Array, listener: Array, tie: Array, said: Array, indices: Array,
    threshold: int, aware: Array, trigger: Array, teller: Array, exposures: Array,
) -> None:
    """Count contacts of who does not know the offer, and make her aware who had enough of them."""
    for u in range(n):
        e = unaware[u]
        j, o = np.uint64(listener[e]), np.uint64(said[e] & OFFER_BITS)
        if exposures[j, o] < 255:
            exposures[j, o] += 1
        if exposures[j, o] >= threshold:
            aware[j, o] = 1
            if trigger[j, o] == 0:
                trigger[j, o] = FRIEND
                teller[j, o] = indices[tie[e]]


@kernel
def hear_of_defects(
    n: int, listener: Array, said: Array, disclosed: Array, knows_defect: Array
) -> None:
    """Let listeners know of the defects that were mentioned to them."""
    for e in range(n):
        j, o = np.uint64(listener[e]), np.uint64(said[e] & OFFER_BITS)
        if (said[e] & DEFECT) != 0 and knows_defect[j, o] == NONE:
            # What the firm itself made public is no secret that a friend gives away.
            knows_defect[j, o] = TOLD_BY_FIRM if disclosed[o] == 1 else HEARD


@kernel
def listen(
    start: int, stop: int, key: np.uint64, indptr: Array, indices: Array,
    strong: Array, label: Array, segment: Array, message: Array, traits: Array,
    strong_influence: float, threshold: int, loyalty: Array, aware: Array, trigger: Array,
    teller: Array, exposures: Array, expectation: Array, some_defect: bool, knows_defect: Array,
    disclosed: Array, heard: Array,
) -> None:
    """Let customers from ``start`` to ``stop`` hear the messages of the ties they use.

    Ties in use are found by geometric skips along each customer's row, block by block and in
    rounds: every customer's first tie in use, then every customer's second, and so on.
    """
    n_offers = aware.shape[1]
    state = np.empty(BLOCK, dtype=np.uint64)
    who = np.empty(BLOCK + 1, dtype=np.int32)
    at = np.empty(BLOCK + 1, dtype=np.int64)
    gap = np.empty(BLOCK, dtype=np.int32)
    own_state = np.empty(BLOCK, dtype=np.uint64)
    skips_per_log = np.full(BLOCK, traits[0, 3])
    skips_of_listed = np.empty(BLOCK, dtype=np.float32)
    listener = np.empty(BLOCK + 1, dtype=np.int32)
    tie = np.empty(BLOCK + 1, dtype=np.int64)
    said = np.empty(BLOCK + 1, dtype=np.int32)
    unaware = np.empty(BLOCK + 1, dtype=np.int32)
    weight = np.full(BLOCK, traits[0, 4])
    negativity = np.full(BLOCK, traits[0, 5])
    neutral = np.full(BLOCK, traits[0, 7])
    some_differ = traits.shape[0] > 1
    words_differ = some_differ or traits[0, 6] > ZERO or strong_influence != ONE
    strength_matters = False
    for s in range(traits.shape[0]):
        strength_matters = strength_matters or traits[s, 0] != traits[s, 1]
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        address_all(key, label[begin:end], state)
        rows, kinds, own = indptr[begin : end + 1], segment[begin:end], slice(begin, end)
        expected, known = expectation[own].reshape(-1), aware[own].reshape(-1)
        if some_differ:
            for j in range(end - begin):
                skips_per_log[j] = traits[kinds[j], 3]
        skip_all(state, 0, skips_per_log, gap[: end - begin])
        n = first_ties(rows, gap[: end - begin], who, at)
        number = 0
        while n > 0:
            m = collect(n, who, at, indices, message, listener, tie, said)
            if strength_matters:
                m = pay_attention(
                    m, number, state, kinds, traits, strong, listener, tie, said
                )
            if words_differ:
                weigh_words(
                    m, kinds, traits, strong, strong_influence, loyalty[own], listener, tie, said,
                    weight, negativity, neutral,
                )
            n_unaware = learn(
                m, n_offers, listener, said, weight, negativity, neutral, expected, known,
                heard[begin // BLOCK].reshape(-1), unaware,
            )
            become_aware(
                n_unaware, unaware, listener, tie, said, indices, threshold, aware[own],
                trigger[own], teller[own], exposures[own],
            )
            if some_defect:
                hear_of_defects(m, listener, said, disclosed, knows_defect[own])
            number += 1
            for e in range(n):
                own_state[e] = state[np.uint64(who[e])]
            own_skips = skips_per_log
            if some_differ:
                own_skips = skips_of_listed
                for e in range(n):
                    own_skips[e] = skips_per_log[np.uint64(who[e])]
            skip_all(own_state[:n], number, own_skips, gap[:n])
            n = next_ties(n, rows, gap, who, at)


@kernel
def count_told(heard: Array, good: Array, bad: Array) -> None:
    """Add up the blocks' good and bad messages, (n_blocks, n_offers, 2), by offer."""
    good[:] = 0
    bad[:] = 0
    for block in range(heard.shape[0]):
        for o in range(good.size):
            good[o] += heard[block, o, 0]
            bad[o] += heard[block, o, 1]

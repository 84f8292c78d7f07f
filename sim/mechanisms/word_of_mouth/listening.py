"""Who hears what this week, and what it does; everybody collects from her own ties."""

from __future__ import annotations

import numpy as np

from sim.compile import kernel
from sim.mechanisms.word_of_mouth.message import DEFECT, OFFER_BITS, STEP
from sim.streams import BLOCK, address_all, log_uniform_all, skipped, uniform
from sim.tables import Array, Trigger

FRIEND = Trigger.FRIEND
ZERO, ONE = np.float32(0), np.float32(1)


@kernel
def gaps(state: Array, index: int, skips_per_log: Array, gap: Array) -> None:
    """Unused ties before the next used one, for every stream; loops for vector registers."""
    log = gap.view(np.float32)
    log_uniform_all(state, index, log)
    for e in range(gap.size):
        gap[e] = skipped(log[e], skips_per_log[e])


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
    n: int, at: Array, indices: Array, strong: Array, strength_matters: bool, message: Array,
    said: Array, close: Array,
) -> None:
    """Fetch the messages over listed ties; a pass of its own, so that reads overlap."""
    for e in range(n):
        said[e] = message[np.uint64(indices[np.uint64(at[e])])]
    if strength_matters:
        for e in range(n):
            close[e] = strong[np.uint64(at[e])]


@kernel
def learn(
    n: int, begin: int, index: int, state: Array, who: Array, at: Array, said_now: Array,
    close: Array, indices: Array, segment: Array, listener: Array, strong_influence: float,
    threshold: int, loyalty: Array, aware: Array, trigger: Array, teller: Array, exposures: Array,
    expectation: Array, knows_defect: Array, disclosed: Array, heard: Array,
) -> None:
    """Let the listed customers of a block take in one message each."""
    for e in range(n):
        said = said_now[e]
        if said < 0:
            continue
        # Rows are unsigned, which spares the question whether they count from the end; a
        # segment's traits are all read before anything is written, hence not read again.
        i = np.uint64(begin + who[e])
        s = segment[i]
        weak, often, most = listener[s, 0], listener[s, 1], listener[s, 2]
        weight, negativity = listener[s, 4], listener[s, 5]
        commitment, neutral = listener[s, 6], listener[s, 7]
        is_strong = close[e] == 1
        if weak != often:
            chance = often if is_strong else weak
            if uniform(state[who[e]], index + 1) * most >= chance:
                continue
        offer = np.uint64(said & OFFER_BITS)
        goodness = np.float32(said >> 8) * STEP
        if aware[i, offer] == 0:
            if exposures[i, offer] < 255:
                exposures[i, offer] += 1
            if exposures[i, offer] >= threshold:
                aware[i, offer] = 1
                if trigger[i, offer] == 0:
                    trigger[i, offer] = FRIEND
                    teller[i, offer] = indices[at[e]]
        if commitment > ZERO:
            weight *= ONE - commitment * loyalty[i, offer]
        if is_strong:
            weight *= strong_influence
        surprise = goodness - expectation[i, offer]
        weight *= negativity if surprise < ZERO else ONE
        expectation[i, offer] += min(weight, ONE) * surprise
        mentions_defect = (said & DEFECT) != 0
        if mentions_defect and knows_defect[i, offer] == 0:
            # What the firm itself made public is no secret that a friend gives away.
            knows_defect[i, offer] = 3 if disclosed[offer] == 1 else 2
        heard[offer, np.uint64(mentions_defect | (goodness < neutral))] += 1


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
    skips_per_log = np.full(BLOCK, listener[0, 3])
    own_state = np.empty(BLOCK, dtype=np.uint64)
    skips_of_listed = np.empty(BLOCK, dtype=np.float32)
    said_now = np.empty(BLOCK, dtype=np.int32)
    close = np.zeros(BLOCK, dtype=np.uint8)
    some_differ = listener.shape[0] > 1
    strength_matters = strong_influence != ONE
    for s in range(listener.shape[0]):
        strength_matters = strength_matters or listener[s, 0] != listener[s, 1]
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        address_all(key, label[begin:end], state)
        rows = indptr[begin : end + 1]
        if some_differ:
            for j in range(end - begin):
                skips_per_log[j] = listener[segment[begin + j], 3]
        gaps(state, 1, skips_per_log, gap[: end - begin])
        n = first_ties(rows, gap[: end - begin], who, at)
        index = 1
        while n > 0:
            collect(n, at, indices, strong, strength_matters, message, said_now, close)
            learn(
                n, begin, index, state, who, at, said_now, close, indices, segment, listener,
                strong_influence, threshold, loyalty, aware, trigger, teller, exposures,
                expectation, knows_defect, disclosed, heard[begin // BLOCK],
            )
            index += 2
            for e in range(n):
                own_state[e] = state[np.uint64(who[e])]
            own_skips = skips_per_log
            if some_differ:
                own_skips = skips_of_listed
                for e in range(n):
                    own_skips[e] = skips_per_log[np.uint64(who[e])]
            gaps(own_state[:n], index, own_skips, gap[:n])
            n = next_ties(n, rows, gap, who, at)

"""numba at the limit: what this workload costs when every pass is made for the machine.

Customers come in blocks of 2,048 with one stream per (seed, week, block, purpose), so results do
not depend on the number of threads. Contacts, discoveries and buyers are lists found by geometric
skips, drawn in batches by loops that vectorize (counter-based bits, polynomial logarithms). A
message is 4 bytes: a float32 satisfaction with the brand in its two lowest bits, 3 meaning none;
last week's messages are read while the next are written. Random reads are gathered in a pass of
their own, so that many are under way at once.

Caveats: three brands are built into the layout (rows of four, the last one a dummy that spares
branches), polynomials are good to about 1e-6, and nothing but this one model fits. It is a bound,
not an engine.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from math import log2 as exact_log2
from math import sqrt
from time import perf_counter

import numpy as np
from numba import njit

BLOCK, BATCH = 2048, 128
INV_CONTACT, INV_DISCOVERY, INV_PURCHASE = (
    np.float32(1.0 / exact_log2(1.0 - prob)) for prob in (0.1, 0.01, 0.2)
)
LOG2_E = np.float32(1.4426950409)
Array = np.ndarray
QUALITIES = np.array([0.6, 0.7, 0.5], dtype=np.float32)


def fit(values: np.ndarray, points: np.ndarray, degree: int) -> tuple[np.float32, ...]:
    """Fit a polynomial and return its coefficients, highest power first."""
    return tuple(np.float32(coefficient) for coefficient in np.polyfit(points, values, degree))


NODES = 0.5 - 0.5 * np.cos(np.pi * (np.arange(400) + 0.5) / 400)
LOG2_FIT = fit(np.log2(1 + NODES) / NODES, NODES, 6)  # times (m - 1), for m in [1, 2)
EXP2_FIT = fit(2**NODES, NODES, 5)
COSINE_FIT = fit(np.cos(np.pi * np.sqrt(NODES)), NODES, 6)  # cos(pi x) from x squared
jit = njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})


@jit
def uniform(counter: int, low: int, high: int) -> float:
    """Return draw number `counter` of the stream with this key, in (0, 1]."""
    bits = np.uint32(np.uint32(counter) + low)
    bits = np.uint32(np.uint32(bits ^ (bits >> np.uint32(16))) * np.uint32(0x7FEB352D))
    bits = np.uint32(np.uint32(bits ^ (bits >> np.uint32(15))) + high)
    bits = np.uint32(bits * np.uint32(0x846CA68B))
    bits = np.uint32(bits ^ (bits >> np.uint32(16))) >> np.uint32(8)
    return (np.float32(np.int32(bits)) + np.float32(1.0)) * np.float32(2.0**-24)


@jit
def polynomial(coefficients: tuple, x: float) -> float:
    """Evaluate by Horner's rule; the loop unrolls."""
    result = coefficients[0]
    for coefficient in coefficients[1:]:
        result = np.float32(result * x + coefficient)
    return result


@jit
def log2(x: float) -> float:
    """Logarithm to base 2 of a positive number, from its exponent and a polynomial."""
    bits = np.float32(x).view(np.int32)
    exponent = np.float32(np.int32(bits >> np.int32(23)) - np.int32(127))
    mantissa = np.int32((bits & np.int32(0x7FFFFF)) | np.int32(0x3F800000)).view(np.float32)
    fraction = mantissa - np.float32(1.0)
    return exponent + fraction * polynomial(LOG2_FIT, fraction)


@jit
def exp2(x: float) -> float:
    """Two to the power x, for x between -120 and 120."""
    whole = np.int32(x + np.float32(128.0)) - np.int32(128)
    scale = np.int32(np.int32(whole + np.int32(127)) << np.int32(23)).view(np.float32)
    return scale * polynomial(EXP2_FIT, x - np.float32(whole))


@jit
def mix(key: int) -> int:
    """Scramble 64 bits (the finalizer of SplitMix64)."""
    key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return key ^ (key >> np.uint64(31))


@jit
def pack(satisfaction: float, brand: int) -> int:
    """Return a message: the satisfaction's bits with the brand in the two lowest."""
    return np.int32(np.float32(satisfaction).view(np.int32) & np.int32(-4)) | brand


@jit
def list_events(n_trials: int, key: int, inv_log: float, out: Array) -> int:
    """List the successes among `n_trials` by geometric skips; return how many there are."""
    low, high = np.uint32(key), np.uint32(key >> np.uint64(32))
    n, position = 0, np.int32(-1)
    while position < n_trials:
        for i in range(n, n + BATCH):
            out[i] = np.int32(log2(uniform(i, low, high)) * inv_log) + np.int32(1)
        for i in range(n, n + BATCH):
            position = np.int32(position + out[i])
            out[i] = position
        n += BATCH
    while n > 0 and out[n - 1] >= n_trials:
        n -= 1
    return n


@jit
def hear(
    n: int, events: Array, first: int, tie: int, hearers: Array, talkers: Array, said: Array,
    own: Array, known: Array, heard: Array,
) -> None:  # fmt: skip
    """Apply the messages over the listed ties of one block: gather them all, then learn."""
    for i in range(n):
        heard[i] = said[np.uint32(talkers[np.uint64(tie + events[i])])]
    for i in range(n):
        row = np.uint64(first + np.int64(hearers[np.uint64(tie + events[i])]))
        brand = np.uint64(heard[i] & np.int32(3))
        message = np.int32(heard[i] & np.int32(-4)).view(np.float32)
        cell = (row << np.uint64(2)) | brand
        own[cell] += np.float32(0.1) * (message - own[cell])
        known[row] |= np.uint8(np.uint64(1) << brand)


@jit
def weight(satisfaction: float, state: int, brand: int, price: float) -> float:
    """Return the logit weight; `state` holds the known brands in bits 0-3, the last from 4 on."""
    same = np.float32(np.int32(np.int32(state >> np.int32(4)) == brand))
    value = exp2((np.float32(4.0) * satisfaction + same - price) * LOG2_E)
    return value * np.float32(np.int32(np.int32(state >> brand) & np.int32(1)))


@jit
def choose(n: int, key: int, s0: Array, s1: Array, s2: Array, states: Array, out: Array) -> None:
    """Let the listed buyers choose by the multinomial logit."""
    low, high = np.uint32(key), np.uint32(key >> np.uint64(32))
    for i in range(n):
        one = weight(s0[i], states[i], np.int32(0), np.float32(1.0))
        two = one + weight(s1[i], states[i], np.int32(1), np.float32(1.1))
        total = two + weight(s2[i], states[i], np.int32(2), np.float32(0.9))
        point = uniform(i, low, high) * total
        out[i] = np.int32(point > one) + np.int32(point > two)


@jit
def normals(n: int, key: int, out: Array) -> None:
    """Fill `out` with standard normal draws (Box-Muller, one of each pair)."""
    low, high = np.uint32(key), np.uint32(key >> np.uint64(32))
    for i in range(n):
        surprise = abs(log2(uniform(2 * i, low, high)))  # abs: near 1 the polynomial may pass 0
        radius = sqrt(np.float32(2.0 * np.log(2.0)) * surprise)
        turn = uniform(2 * i + 1, low, high)
        out[i] = radius * polynomial(COSINE_FIT, turn * turn)


@jit
def week_of_blocks(
    begin: int, end: int, week_key: int, room: int, indptr: Array, hearers: Array, talkers: Array,
    own: Array, known: Array, said: Array, next_said: Array,
) -> None:  # fmt: skip
    """Run one week for the blocks `begin` to `end`, with `room` for every event of a block."""
    events, heard = np.empty(room, np.int32), np.empty(room, np.int32)
    states, chosen = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    noise, s0 = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    s1, s2 = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    for block in range(begin, end):
        key = mix(week_key + np.uint64(block))
        first = np.uint64(block * BLOCK)
        size = min(BLOCK, known.size - block * BLOCK)
        tie = indptr[first]
        n = list_events(indptr[first + np.uint64(size)] - tie, mix(key), INV_CONTACT, events)
        hear(n, events, first, tie, hearers, talkers, said, own, known, heard)
        n = list_events(4 * size, mix(key + np.uint64(1)), INV_DISCOVERY, events)
        for i in range(n):
            known[first + np.uint64(events[i] >> 2)] |= np.uint8(1 << (events[i] & 3))
        n = list_events(size, mix(key + np.uint64(2)), INV_PURCHASE, events)
        n_buyers = 0
        for i in range(n):  # keep those who know a brand
            events[n_buyers] = events[i]
            n_buyers += np.int64((known[first + np.uint64(events[i])] & 7) != 0)
        for i in range(n_buyers):
            row = first + np.uint64(events[i])
            cell = row << np.uint64(2)
            s0[i] = own[cell]
            s1[i], s2[i] = own[cell | np.uint64(1)], own[cell | np.uint64(2)]
            states[i] = np.int32(known[row]) | np.int32((said[row] & 3) << 4)
        choose(n_buyers, mix(key + np.uint64(3)), s0, s1, s2, states, chosen)
        normals(n_buyers, mix(key + np.uint64(4)), noise)
        for row in range(first, first + np.uint64(size)):
            brand = said[row] & np.int32(3)
            next_said[row] = pack(own[(row << np.uint64(2)) | np.uint64(brand)], brand)
        for i in range(n_buyers):
            row, brand = first + np.uint64(events[i]), np.uint64(chosen[i])
            cell = (row << np.uint64(2)) | brand
            experience = QUALITIES[brand] + np.float32(0.1) * noise[i]
            own[cell] += np.float32(0.3) * (experience - own[cell])
            next_said[row] = pack(own[cell], chosen[i])


def simulate(
    indptr: Array, indices: Array, weeks: int, seed: int, threads: int
) -> tuple[float, Array]:
    """Set up the columns, run the weeks, and return (seconds of the weeks, brands, 3 for none)."""
    n_customers = indptr.size - 1
    edges = np.append(np.arange(0, n_customers, BLOCK), n_customers)
    rng = np.random.default_rng(seed)
    hearers = np.repeat(np.arange(n_customers) % BLOCK, np.diff(indptr)).astype(np.uint16)
    n_seeded = max(1, n_customers // 100)
    seeded = rng.permutation(n_customers)[: 3 * n_seeded]
    brands = np.full(n_customers, 3, dtype=np.int32)
    brands[seeded] = np.repeat(np.arange(3), n_seeded)[: seeded.size]
    own, known = np.full(4 * n_customers, 0.5, np.float32), (1 << brands).astype(np.uint8)
    said = (np.full(n_customers, 0.5, np.float32).view(np.int32) & -4) | brands
    next_said = said.copy()
    room = max(int(np.diff(indptr[edges]).max()), 4 * BLOCK) + BATCH
    columns = room, indptr, hearers, indices, own, known
    keys = rng.integers(0, 2**64, size=weeks, dtype=np.uint64)
    spans = list(pairwise(np.linspace(0, edges.size - 1, threads + 1).astype(int).tolist()))
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(abs, range(threads)))  # start the threads before the clock
        start = perf_counter()
        for key in keys:
            parts = [
                pool.submit(week_of_blocks, *span, key, *columns, said, next_said)
                for span in spans[1:]
            ]
            week_of_blocks(*spans[0], key, *columns, said, next_said)
            for part in parts:
                part.result()
            said, next_said = next_said, said
        seconds = perf_counter() - start
    return seconds, said & 3


def run(
    indptr: np.ndarray, indices: np.ndarray, weeks: int, seed: int, threads: int = 1
) -> tuple[float, np.ndarray]:
    """Simulate workload W; return (seconds for the weeks only, final brand shares, shape (3,))."""
    ring = np.arange(4)
    simulate(np.arange(5), ((ring + 1) % 4).astype(indices.dtype), 1, seed, 1)  # compile
    seconds, brands = simulate(indptr, indices, weeks, seed, threads)
    counts = np.bincount(brands, minlength=4)[:3]
    return seconds, counts / counts.sum()

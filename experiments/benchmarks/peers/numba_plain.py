"""numba, written plainly: columns, CSR rows and one fused loop per customer and week.

Each customer pulls this week's messages along her own row, discovers brands, perhaps buys, and
learns. All her draws come from one stream addressed by (seed, week, customer), so results do not
depend on the number of threads; contacts are found by geometric skips inside her row. Threads
work on ranges of rows and meet once a week; what was said last week is read from one buffer while
the next is written.

Caveats: no attempt to make loops vectorize, and every message is two columns (brand,
satisfaction).
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from math import cos, exp, log, pi, sqrt
from time import perf_counter

import numpy as np
from numba import njit

CONTACT_PROB, DISCOVERY_PROB, PURCHASE_PROB = 0.1, 0.01, 0.2
PRICES = np.array([1.0, 1.1, 0.9], dtype=np.float32)
QUALITIES = np.array([0.6, 0.7, 0.5], dtype=np.float32)
INV_LOG_SILENT = np.float32(1.0 / np.log1p(-CONTACT_PROB))
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@njit(nogil=True, cache=True, error_model="numpy")
def mix(key: int) -> int:
    """Scramble 64 bits (the finalizer of SplitMix64)."""
    key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return key ^ (key >> np.uint64(31))


@njit(nogil=True, cache=True, error_model="numpy")
def uniform(key: int, counter: int) -> float:
    """Return the draw number `counter` of the stream `key`, in (0, 1]."""
    bits = mix(key + np.uint64(counter) * GOLDEN) >> np.uint64(40)
    return (np.float32(np.int32(bits)) + np.float32(1.0)) * np.float32(2.0**-24)


@njit(nogil=True, cache=True, error_model="numpy")
def weight(satisfaction: float, aware: bool, same: bool, price: float) -> float:
    """Return a brand's weight in the multinomial logit: 0 if she does not know it."""
    utility = np.float32(4.0) * satisfaction + np.float32(same) - price
    return np.float32(exp(utility)) if aware else np.float32(0.0)


@njit(nogil=True, cache=True, error_model="numpy")
def choose(own: np.ndarray, known: np.ndarray, row: int, last: int, draw: float) -> int:
    """Choose among the brands the customer in this row knows by the multinomial logit."""
    first = weight(own[row, 0], known[row, 0], last == 0, PRICES[0])
    second = first + weight(own[row, 1], known[row, 1], last == 1, PRICES[1])
    point = draw * (second + weight(own[row, 2], known[row, 2], last == 2, PRICES[2]))
    return int(point > first) + int(point > second)


@njit(nogil=True, cache=True, error_model="numpy")
def week_of_rows(
    begin: int,
    end: int,
    week_key: int,
    indptr: np.ndarray,
    indices: np.ndarray,
    own: np.ndarray,
    known: np.ndarray,
    said_brand: np.ndarray,
    said: np.ndarray,
    next_brand: np.ndarray,
    next_said: np.ndarray,
) -> None:
    """Run one week for the customers `begin` to `end`, reading `said`, writing `next_said`."""
    for row in range(begin, end):
        key = mix(week_key + np.uint64(row) * GOLDEN)
        n_draws, tie = 1, indptr[row] + int(log(uniform(key, 0)) * INV_LOG_SILENT)
        while tie < indptr[row + 1]:
            brand = said_brand[indices[tie]]
            if brand >= 0:
                own[row, brand] += np.float32(0.1) * (said[indices[tie]] - own[row, brand])
                known[row, brand] = True
            tie += 1 + int(log(uniform(key, n_draws)) * INV_LOG_SILENT)
            n_draws += 1
        for brand in range(3):
            if not known[row, brand]:
                known[row, brand] = uniform(key, n_draws) <= np.float32(DISCOVERY_PROB)
                n_draws += 1
        brand = said_brand[row]
        buys = uniform(key, n_draws) <= np.float32(PURCHASE_PROB)
        if buys and (known[row, 0] or known[row, 1] or known[row, 2]):
            brand = choose(own, known, row, brand, uniform(key, n_draws + 1))
            radius = sqrt(np.float32(-2.0) * log(uniform(key, n_draws + 2)))
            normal = radius * cos(np.float32(2.0 * pi) * uniform(key, n_draws + 3))
            experience = QUALITIES[brand] + np.float32(0.1) * normal
            own[row, brand] += np.float32(0.3) * (experience - own[row, brand])
        next_brand[row] = brand
        next_said[row] = own[row, max(brand, 0)]


def simulate(
    indptr: np.ndarray, indices: np.ndarray, weeks: int, seed: int, threads: int
) -> tuple[float, np.ndarray]:
    """Set up the columns, run the weeks, and return (seconds of the weeks, brands)."""
    n_customers = indptr.size - 1
    rng = np.random.default_rng(seed)
    satisfaction = np.full((n_customers, 3), 0.5, dtype=np.float32)
    aware = np.zeros((n_customers, 3), dtype=np.bool_)
    brands = np.full((2, n_customers), -1, dtype=np.int8)
    said = np.full((2, n_customers), 0.5, dtype=np.float32)
    n_seeded = max(1, n_customers // 100)
    seeded = rng.permutation(n_customers)[: 3 * n_seeded]
    brands[0, seeded] = np.repeat(np.arange(3), n_seeded)[: seeded.size]
    aware[seeded, brands[0, seeded]] = True
    keys = rng.integers(0, 2**64, size=weeks, dtype=np.uint64)
    spans = list(pairwise(np.linspace(0, n_customers, threads + 1).astype(int).tolist()))
    columns = indptr, indices, satisfaction, aware
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(abs, range(threads)))  # start the threads before the clock
        start = perf_counter()
        for week, key in enumerate(keys):
            old, new = week % 2, 1 - week % 2
            buffers = brands[old], said[old], brands[new], said[new]
            parts = [
                pool.submit(week_of_rows, *span, key, *columns, *buffers) for span in spans[1:]
            ]
            week_of_rows(*spans[0], key, *columns, *buffers)
            for part in parts:
                part.result()
        seconds = perf_counter() - start
    return seconds, brands[weeks % 2]


def run(
    indptr: np.ndarray, indices: np.ndarray, weeks: int, seed: int, threads: int = 1
) -> tuple[float, np.ndarray]:
    """Simulate workload W; return (seconds for the weeks only, final brand shares, shape (3,))."""
    ring = np.arange(4)
    simulate(np.arange(5), ((ring + 1) % 4).astype(indices.dtype), 1, seed, 1)  # compile
    seconds, brands = simulate(indptr, indices, weeks, seed, threads)
    counts = np.bincount(brands[brands >= 0], minlength=3)
    return seconds, counts / counts.sum()

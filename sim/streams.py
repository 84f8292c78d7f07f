"""Addressed random draws: every draw is a pure function of (seed, decision, week, label, index).

Nothing is consumed, so a draw depends neither on threads nor on order nor on who observes, and two
strategies under one seed share all luck. ``Streams.key`` turns (seed, decision, week) into a 64-bit
key; kernels combine it with the label of a customer, offer or firm (``address``) and an index
(``uniform`` and its kin), of which 0 stands for the address itself. The generator is SplitMix64
with one Weyl increment per key (Steele, Lea, Flood 2014); normal quantiles are Wichura's algorithm
AS 241 (1988), gamma variates follow Marsaglia and Tsang (2000).
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compile import inlined, kernel
from sim.listing import list_negative
from sim.whole_numbers import is_whole

Array = NDArray[Any]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_FIRST = np.uint64(0xBF58476D1CE4E5B9)
MIX_SECOND = np.uint64(0x94D049BB133111EB)
SHIFT_30, SHIFT_27, SHIFT_31 = np.uint64(30), np.uint64(27), np.uint64(31)
SHIFT_32, SHIFT_12, ONE = np.uint64(32), np.uint64(12), np.uint64(1)
SHIFT_41, SHIFT_18, MASK_23 = np.uint64(41), np.uint64(18), np.uint64(2**23 - 1)
UNIT = 2.0**-52
UNIT_SINGLE = np.float32(2.0**-23)
HALF = np.float32(0.5)
ROOT_HALF_BITS, MANTISSA_BITS = np.int32(0x3F3504F3), np.int32(23)
# log(2), 1, and the coefficients of 2 * atanh(z) / z in z * z
SINGLE = tuple(np.float32(c) for c in (math.log(2.0), 1.0, 2.0, 2 / 3, 2 / 5, 2 / 7, 2 / 9))
CENTRAL = 0.425
SAFETY = 1e-9  # far more than the rounding of a short series
MOST_SKIPPED = np.float32(2.0e9)

SEED_LIMIT = 2**63
WEEKS_A_DIGEST = 8
NO_KEYS: tuple[int, list[np.uint64]] = (-1, [])

# Customers a block: sums over customers are taken block by block and then over blocks in order, so
# that they do not depend on the number of threads. A constant of the engine version.
BLOCK = 2048


class Streams:
    """All random numbers of one market.

    Parameters
    ----------
    seed
        Any integer from 0 to 2**63 - 1; 0 is a seed like any other.

    Raises
    ------
    ValueError
        If the seed is no such integer.
    """

    def __init__(self, seed: int) -> None:
        if not is_whole(seed) or not 0 <= seed < SEED_LIMIT:
            raise ValueError(f"seed must be an integer from 0 to 2**63 - 1. Got {seed!r} instead.")
        self.seed = seed
        self._keys: dict[str, tuple[int, list[np.uint64]]] = {}

    def key(self, decision: str, week: int = 0) -> np.uint64:
        """The 64-bit key of one decision in one week; scenario values never enter it."""
        digest, place = divmod(week, WEEKS_A_DIGEST)
        # Weeks ahead are made at once: alone, between kernels that fill the caches with other
        # things, each would take five times as long.
        known, keys = self._keys.get(decision, NO_KEYS)
        if digest != known:
            text = f"{self.seed}/{decision}/{digest}".encode()
            made = hashlib.blake2b(text, digest_size=8 * WEEKS_A_DIGEST).digest()
            keys = list(np.frombuffer(made, dtype="<u8"))
            self._keys[decision] = digest, keys
        return keys[place]

    def replication(self, number: int) -> Streams:
        """The streams of one replication, numbered from 0."""
        return Streams(int(self.key("replication", number)) >> 1)


def label_of(name: str) -> int:
    """A stable 31-bit label for a named firm or offer, so that its luck follows its name."""
    digest = hashlib.blake2b(name.encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little") >> 1


@inlined
def mix(value: np.uint64) -> np.uint64:
    """SplitMix64's finalizer."""
    value = (value ^ (value >> SHIFT_30)) * MIX_FIRST
    value = (value ^ (value >> SHIFT_27)) * MIX_SECOND
    return value ^ (value >> SHIFT_31)


@inlined
def address(key: np.uint64, label: int) -> np.uint64:
    """The state of one label's own stream under a key: 64 random bits."""
    # The increment is the key itself turned by half and made odd: streams of different keys then
    # do not run along the same arithmetic sequence.
    increment = ((key << SHIFT_32) | (key >> SHIFT_32)) | ONE
    return mix(key + np.uint64(label) * increment)


@kernel
def address_all(key: np.uint64, label: Array, state: Array) -> None:
    """``address`` for every label; a loop of its own, so that it runs on vector registers."""
    for j in range(label.size):
        state[j] = address(key, label[j])


@inlined
def bits_of(state: np.uint64, index: int | np.uint64) -> np.uint64:
    """The 64 random bits behind number ``index`` of a stream; number 0 is the state itself."""
    return state if index == 0 else mix(state + np.uint64(index) * GOLDEN)


@inlined
def to_unit(bits: np.uint64) -> float:
    """64 random bits as a float64 strictly between 0 and 1."""
    return (float(np.int64(bits >> SHIFT_12)) + 0.5) * UNIT


@inlined
def uniform(state: np.uint64, index: int | np.uint64) -> float:
    """Uniform(0, 1) number ``index`` of a stream, as float64."""
    return to_unit(bits_of(state, index))


@kernel
def hits_below(state: Array, index: int | np.uint64, limit: Array, who: Array) -> int:
    """List the rows of a block whose draw number ``index`` falls below their limit.

    Everybody draws and few are hit: drawing for all on vector registers is cheaper than asking
    first who may be hit.

    Parameters
    ----------
    state
        Streams of the rows, (n,).
    limit
        Probability by row, (n,) float64.
    who
        Where the hits are listed, (n + 1,).

    Returns
    -------
    int
        Number of hits.
    """
    margin = np.empty(state.size)
    for j in range(state.size):
        margin[j] = uniform(state[j], index) - limit[j]
    return list_negative(margin.view(np.int64), who)


@kernel
def hits_below_one(state: Array, index: int | np.uint64, limit: float, who: Array) -> int:
    """``hits_below`` with one limit for all, at half the cost."""
    # uniform = (bits + 0.5) * UNIT < limit, asked of the bits
    first_above = np.int64(math.ceil(limit / UNIT - 0.5))
    margin = np.empty(state.size, dtype=np.int64)
    for j in range(state.size):
        margin[j] = np.int64(bits_of(state[j], index) >> SHIFT_12) - first_above
    return list_negative(margin, who)


@kernel
def hits_by_segment(
    state: Array, index: int | np.uint64, limit: Array, segment: Array, who: Array
) -> int:
    """``hits_below`` with a limit for each segment, (n_segments,), of the rows' segments, (n,)."""
    greatest = limit[0]
    for s in range(1, limit.size):
        greatest = max(greatest, limit[s])
    n = hits_below_one(state, index, greatest, who)
    if limit.size == 1:
        return n
    kept = 0
    for e in range(n):
        j = who[e]
        who[kept] = j
        kept += int(uniform(state[j], index) < limit[segment[j]])
    return kept


@inlined
def central_quantile(centered: float) -> float:
    """The standard normal quantile of 0.5 + ``centered``, at most 0.425 away from the middle."""
    r = 0.180625 - centered * centered
    numerator = ((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179
    denominator = ((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1.0
    return centered * numerator / denominator


@kernel
def tail_quantile(probability: float) -> float:
    """The standard normal quantile of a probability below 0.075 or above 0.925."""
    tail = min(probability, 1.0 - probability)
    r = math.sqrt(-math.log(tail))
    if r <= 5.0:
        r -= 1.6
        numerator = ((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777
        value = numerator / ((0.12021132975 * r + 0.7370016425) * r + 1.0)
    else:
        r -= 5.0
        numerator = ((0.017337203997 * r + 0.42868294337) * r + 3.081226386) * r + 6.657905115
        value = numerator / ((0.012258202635 * r + 0.24197894225) * r + 1.0)
    return -value if probability < 0.5 else value


@kernel
def normal_quantile(probability: float) -> float:
    """The standard normal quantile, relative error about 1e-7 (AS 241, single precision)."""
    centered = probability - 0.5
    if abs(centered) <= CENTRAL:
        return central_quantile(centered)
    return tail_quantile(probability)


@kernel
def normal(state: np.uint64, index: int) -> float:
    """Standard normal number ``index`` of a stream."""
    return normal_quantile(uniform(state, index))


@kernel
def normal_all(state: Array, index: int, value: Array) -> None:
    """``normal`` for every stream, (n,) float64: the middle by vectors, then the tails."""
    unit = np.empty(state.size)
    in_tail = np.empty(state.size + 1, dtype=np.int32)
    for j in range(state.size):
        unit[j] = uniform(state[j], index)
    for j in range(state.size):
        value[j] = central_quantile(unit[j] - 0.5)
    n = 0
    for j in range(state.size):
        in_tail[n] = j
        n += int(abs(unit[j] - 0.5) > CENTRAL)
    for e in range(n):
        value[in_tail[e]] = tail_quantile(unit[in_tail[e]])


@inlined
def log_single(value: np.float32) -> np.float32:
    """The natural logarithm of a positive normal number, relative error below 2e-7.

    Written out, because it is three times as fast as the C library's and the same to the bit on
    every machine: log(2^e * m) = e * log(2) + 2 * atanh((m - 1) / (m + 1)), m near 1.
    """
    bits = np.float32(value).view(np.int32)
    exponent = (bits - ROOT_HALF_BITS) >> MANTISSA_BITS
    m = np.int32(bits - (exponent << MANTISSA_BITS)).view(np.float32)
    z = (m - SINGLE[1]) / (m + SINGLE[1])
    w = z * z
    series = SINGLE[2] + w * (SINGLE[3] + w * (SINGLE[4] + w * (SINGLE[5] + w * SINGLE[6])))
    return np.float32(exponent) * SINGLE[0] + z * series


@inlined
def bits_single(state: np.uint64, index: int | np.uint64) -> np.int32:
    """The 23 random bits behind number ``index`` of a stream in single precision."""
    return np.int32(bits_of(state, index) >> SHIFT_41)


@inlined
def log_of_bits(bits: np.int32) -> np.float32:
    """The logarithm of the uniform number made of 23 random bits."""
    return log_single((np.float32(bits) + HALF) * UNIT_SINGLE)


@inlined
def log_uniform(state: np.uint64, index: int | np.uint64) -> np.float32:
    """The logarithm of uniform number ``index``, in single precision: 23 bits are enough here."""
    return log_of_bits(bits_single(state, index))


@kernel
def log_uniform_all(state: Array, index: int | np.uint64, log: Array) -> None:
    """``log_uniform`` for every stream, (n,) float32.

    Two loops, because one that mixes 64-bit integers with single floats uses a half of the vector
    registers and takes twice as long.
    """
    bits = log.view(np.int32)
    for j in range(log.size):
        bits[j] = bits_single(state[j], index)
    for j in range(log.size):
        log[j] = log_of_bits(bits[j])


@inlined
def gumbel(state: np.uint64, index: int | np.uint64) -> np.float32:
    """Standard Gumbel number ``index`` of a stream: the luck of one option in a logit choice."""
    return -log_single(-log_uniform(state, index))


@kernel
def gumbel_all(state: Array, index: int | np.uint64, luck: Array) -> None:
    """``gumbel`` for every stream, (n,) float32."""
    log_uniform_all(state, index, luck)
    for j in range(luck.size):
        luck[j] = -log_single(-luck[j])


@inlined
def skipped(log: np.float32, skips_per_log: np.float32) -> np.int32:
    """How many failures precede the next success, at most 2 billion.

    ``log`` is the logarithm of a uniform number, ``skips_per_log`` is 1 / log(1 - probability);
    both are negative.
    """
    return np.int32(min(log * skips_per_log, MOST_SKIPPED))


@inlined
def bits_of_skip(state: np.uint64, number: int) -> np.int32:
    """The 23 random bits behind skip ``number`` of a stream; each of its numbers serves for two."""
    shift = SHIFT_41 if number % 2 == 0 else SHIFT_18
    return np.int32((bits_of(state, number >> 1) >> shift) & MASK_23)


@inlined
def skip(state: np.uint64, number: int, skips_per_log: np.float32) -> np.int32:
    """How many failures precede the next success by skip ``number`` of a stream, from 0."""
    return skipped(log_of_bits(bits_of_skip(state, number)), skips_per_log)


@kernel
def skip_all(state: Array, number: int, skips_per_log: Array, gap: Array) -> None:
    """``skip`` for every stream, (n,) int32; loops for vector registers (``log_uniform_all``)."""
    log = gap.view(np.float32)
    for j in range(gap.size):
        gap[j] = bits_of_skip(state[j], number)
    for j in range(gap.size):
        log[j] = log_of_bits(gap[j])
    for j in range(gap.size):
        gap[j] = skipped(log[j], skips_per_log[j])


@kernel
def gamma(state: np.uint64, shape: float) -> float:
    """A gamma(shape, 1) variate that owns the whole stream ``state``; ``shape`` > 0."""
    boosted = shape if shape >= 1.0 else shape + 1.0
    d = boosted - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    index = 1
    value = d
    while True:
        x = normal(state, index)
        v = (1.0 + c * x) ** 3
        u = uniform(state, index + 1)
        index += 2
        if v > 0.0 and math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
            value = d * v
            break
    if shape < 1.0:
        value *= uniform(state, 0) ** (1.0 / shape)
    return value


@kernel
def poisson_by_series(unit: float, rate: float, most: int) -> int:
    """The Poisson(rate) quantile of ``unit``, at most ``most``, term by term."""
    term = math.exp(-rate)
    total = term
    count = 0
    while unit >= total and count < most:
        count += 1
        term *= rate / count
        total += term
    return count


@inlined
def poisson(unit: float, rate: float, most: int) -> int:
    """The Poisson(rate) quantile of ``unit``, at most ``most``; meant for small rates."""
    # exp(-rate) lies between its series cut off: most calls need no exponential.
    if unit < 1.0 - rate:
        return 0
    above = 1.0 - rate + 0.5 * rate * rate
    below = above - rate * rate * rate / 6.0
    if above + SAFETY < unit < (1.0 + rate) * below - SAFETY:
        return 1
    return poisson_by_series(unit, rate, most)


@inlined
def probability_of(rate: Any) -> Any:
    """The probability of at least one event in a week at ``rate`` events per week, or at each."""
    return -np.expm1(-rate)

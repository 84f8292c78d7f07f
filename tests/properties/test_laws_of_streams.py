"""Addressed draws have the distributions they are named after and depend on nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from drawing import (
    addresses,
    fill,
    gammas,
    gumbels,
    normals,
    poissons,
    skips,
    states_of,
    uniforms,
)
from laws import ALPHA, assert_counts, assert_distribution, assert_independent, assert_mean, chi2_p
from scipy import special, stats

from sim import streams
from sim.streams import Streams

N = 1_000_000
KEYS = np.array([Streams(0).key("a.decision", week) for week in range(1000)], dtype=np.uint64)


def unit(states, index=0):
    out = np.empty((len(states), 1))
    uniforms(states, np.array([index], dtype=np.int64), out)
    return out[:, 0]


STATES = states_of(KEYS[0], N)


# Uniform numbers -------------------------------------------------------------------------------


def test_numbers_over_labels_are_uniform():
    assert_distribution(unit(STATES), "uniform")


def test_numbers_over_indices_are_uniform():
    out = np.empty((1, N))
    uniforms(STATES[:1], np.arange(N), out)
    assert_distribution(out[0], "uniform")
    assert_independent(out[0, :-1], out[0, 1:])


def test_numbers_over_weeks_are_uniform():
    out = np.empty((len(KEYS), 1000), dtype=np.uint64)
    addresses(KEYS, np.arange(1000), out)
    numbers = unit(out.ravel()).reshape(out.shape)
    assert_distribution(numbers[:, 0], "uniform")
    assert_distribution(numbers.ravel(), "uniform")
    assert_independent(numbers[:-1].ravel(), numbers[1:].ravel())


def test_numbers_over_seeds_are_uniform_and_independent():
    keys = np.array([Streams(s).key("a.decision", 1) for s in range(50_001)], dtype=np.uint64)
    out = np.empty((len(keys), 1), dtype=np.uint64)
    addresses(keys, np.array([7]), out)
    numbers = unit(out[:, 0])
    assert_distribution(numbers, "uniform")
    assert_independent(numbers[:-1], numbers[1:])


@pytest.mark.parametrize("gap", [1, 2, 256, 8192])
def test_labels_are_independent(gap):
    numbers = unit(STATES)
    assert_independent(numbers[:-gap], numbers[gap:])


@pytest.mark.parametrize("index", [1, 2, 3, 255, 2**31])
def test_indices_are_independent(index):
    assert_independent(unit(STATES), unit(STATES, index))


@pytest.mark.parametrize(
    "other", [("a.decision", 2), ("another.decision", 1), ("a.decision", 10)],
)
def test_decisions_and_weeks_are_independent(other):
    first = states_of(Streams(3).key("a.decision", 1), N)
    assert_independent(unit(first), unit(states_of(Streams(3).key(*other), N)))


def test_a_million_addresses_do_not_collide():
    # A collision of random 64-bit numbers has a chance of 3e-8.
    assert len(np.unique(STATES)) == N
    out = np.empty((1000, 1000), dtype=np.uint64)
    addresses(KEYS, np.arange(1000), out)
    assert len(np.unique(out)) == N


def test_addresses_of_addresses_do_not_collide():
    # Purchases and tellings use streams below streams: customer, then number in the week.
    out = np.empty((100_000, 10), dtype=np.uint64)
    addresses(STATES[:100_000], np.arange(10), out)
    assert len(np.unique(out)) == N


@pytest.mark.parametrize("label", [0, 1, 2, 255])
def test_a_stream_is_independent_of_the_streams_below_it(label):
    # Number 0 of a stream is its very state, of which addresses below it are made.
    below = np.empty((N, 1), dtype=np.uint64)
    addresses(STATES, np.array([label]), below)
    assert_independent(unit(STATES), unit(below[:, 0]))


# 2**53 - 1/2 is no float64: with one bit more the largest value would round to 1 itself.
def test_a_number_is_never_zero_or_one():
    lowest, highest = streams.to_unit(np.uint64(0)), streams.to_unit(np.uint64(2**64 - 1))
    assert 0 < lowest < 1e-15
    assert 1 - 1e-15 < highest < 1


def test_keys_follow_seed_decision_and_week_and_nothing_else():
    assert Streams(1).key("a", 1) == Streams(1).key("a", 1)
    keys = {
        int(Streams(s).key(d, w)) for s in range(20) for d in ("a", "b", "ab") for w in range(9)
    }
    assert len(keys) == 20 * 3 * 9
    assert len({Streams(s).replication(r).seed for s in range(50) for r in range(50)}) == 2500


def test_an_address_is_the_same_number_on_every_machine():
    # SplitMix64 as published: mix(golden ratio) is the first output from state 0.
    assert streams.mix(np.uint64(0x9E3779B97F4A7C15)) == 0xE220A8397B1DCDAF
    assert streams.mix(np.uint64((2 * 0x9E3779B97F4A7C15) % 2**64)) == 0x6E789E6AA1B965F4


# Other distributions ---------------------------------------------------------------------------


def test_the_normal_quantile_is_the_normal_quantile():
    levels = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 4001), [1e-300, 1e-30, 1e-12]])
    ours = np.array([streams.normal_quantile(level) for level in levels])
    np.testing.assert_allclose(ours, special.ndtri(levels), rtol=5e-7, atol=1e-9)


def test_normal_numbers_are_normal():
    values = fill(normals, STATES)
    assert_distribution(values, "norm")
    assert_mean(values, 0.0, 1.0)
    assert_mean(values**2, 1.0, np.sqrt(2))
    assert_mean(values**4, 3.0, np.sqrt(96))


def test_gumbel_numbers_are_gumbel():
    values = fill(gumbels, STATES)
    assert_distribution(values, "gumbel_r")
    assert_mean(values, np.euler_gamma, np.pi / np.sqrt(6))


@pytest.mark.parametrize("shape", [0.05, 0.3, 1.0, 2.5, 20.0])
def test_gamma_numbers_are_gamma(shape):
    values = fill(gammas, STATES[:200_000], shape)
    assert_distribution(values, stats.gamma(shape).cdf)
    assert_mean(values, shape, np.sqrt(shape))


@pytest.mark.parametrize("rate", [0.02, 0.7, 3.0, 12.0])
def test_poisson_numbers_are_poisson(rate):
    counts = np.bincount(fill(poissons, unit(STATES), rate, 50, dtype=np.int64), minlength=51)
    assert_counts(counts, N * stats.poisson(rate).pmf(np.arange(51)))


def test_poisson_numbers_stop_at_the_most():
    counts = np.bincount(fill(poissons, unit(STATES), 3.0, 4, dtype=np.int64), minlength=5)
    expected = stats.poisson(3.0).pmf(np.arange(5))
    expected[4] = stats.poisson(3.0).sf(3)
    assert_counts(counts, N * expected)


@pytest.mark.parametrize("number", [0, 1, 2, 5])
@pytest.mark.parametrize("chance", [0.9, 0.3, 0.01])
def test_skips_are_geometric(chance, number):
    per_log = np.float32(1 / np.log1p(-chance))
    values = fill(skips, STATES, per_log, number, dtype=np.int64)
    most = int(np.log(1e-5) / np.log1p(-chance)) + 2
    counts = np.bincount(np.minimum(values, most), minlength=most + 1)
    expected = N * stats.geom(chance).pmf(np.arange(1, most + 2))
    expected[most] = N - expected[:most].sum()
    assert_counts(counts, expected)


@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 2), (2, 3), (0, 2)])
def test_skips_are_independent(one, other):
    # Two come from one number of the stream.
    per_log = np.float32(1 / np.log1p(-0.2))
    first, second = (
        np.minimum(fill(skips, STATES, per_log, number, dtype=np.int64), 9)
        for number in (one, other)
    )
    share = np.append(stats.geom(0.2).pmf(np.arange(1, 10)), stats.geom(0.2).sf(9))
    counts = np.bincount(10 * first + second, minlength=100)
    assert_counts(counts, N * np.outer(share, share).ravel())


# Half more than 24 bits is no float32: with one bit more the largest number would be 1, its
# logarithm 0, the skip 0 however small the chance, and the Gumbel luck above everything.
@pytest.mark.parametrize("bits", [0, 2**63, 2**64 - 1])
def test_extreme_bits_give_ordinary_luck(bits):
    state = np.uint64(bits)  # which is the stream's number 0, and both halves its first two skips
    assert -4 < streams.gumbel(state, 0) < 18
    # A chance of one in 10^12: no telling may come of it.
    assert streams.skip(state, 0, np.float32(-1e12)) > 10_000
    assert streams.skip(state, 1, np.float32(-1e12)) > 10_000


def test_the_laws_can_be_refuted():
    numbers = unit(STATES)
    with pytest.raises(AssertionError):
        assert_distribution(numbers**1.01, "uniform")
    with pytest.raises(AssertionError):
        assert_independent(numbers[:-1], (numbers[1:] + 0.02 * numbers[:-1]) / 1.02)
    with pytest.raises(AssertionError):
        assert_mean(fill(normals, STATES) + 0.006, 0.0, 1.0)
    ours = np.bincount(fill(poissons, numbers, 0.71, 50, dtype=np.int64), minlength=51)
    assert chi2_p(ours, N * stats.poisson(0.7).pmf(np.arange(51))) < ALPHA

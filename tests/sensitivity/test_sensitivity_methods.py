"""All methods find the known indices of Ishigami's function and of Sobol's g; seeds hold."""

from __future__ import annotations

import numpy as np
import pytest

from sim.sensitivity.indices import Index, Indices
from sim.sensitivity.methods import METHODS, analyze, problem_of, size, trust
from tests.sensitivity import known_functions as known

# What brute force finds from 2,000,000 points: PAWN with ten slices, delta with fifty classes and a
# histogram of sixty bins, whose own noise is about 0.01.
PAWN_ISHIGAMI, DELTA_ISHIGAMI = [0.238, 0.391, 0.081], [0.248, 0.419, 0.201]
PAWN_G, DELTA_G = [0.392, 0.148, 0.041, 0.023], [0.540, 0.192, 0.053, 0.030]


def indices(name, function, k, n, seed=0):
    method, problem = METHODS[name], problem_of([f"a.b.x{j}" for j in range(k)])
    sample = method.sample(problem, size(method, n), seed)
    assert sample.shape == (method.rows(size(method, n), k), k)
    assert sample.min() >= 0 and sample.max() <= 1
    return analyze(method, problem, sample, function(sample), seed)


def off(found, truth):
    """Largest error of an index."""
    return float(np.abs(found.value - np.asarray(truth)).max())


# Bounds are about twice the largest error over seeds 0 to 4.
@pytest.mark.parametrize("seed", [0, 1])
def test_sobol_finds_known_shares(seed):
    found = indices("sobol", known.ishigami, 3, 1024, seed)
    assert off(found["S1"], known.ISHIGAMI_FIRST) < 0.05
    assert off(found["ST"], known.ISHIGAMI_TOTAL) < 0.05
    assert (np.abs(found["ST"].value - known.ISHIGAMI_TOTAL) <= found["ST"].half_width).all()
    found = indices("sobol", known.sobol_g, 8, 1024, seed)
    assert off(found["S1"], known.G_FIRST) < 0.05 and off(found["ST"], known.G_TOTAL) < 0.05


def test_efast_finds_known_shares_up_to_its_own_error():
    found = indices("efast", known.ishigami, 3, 4 * 513)
    assert off(found["S1"], known.ISHIGAMI_FIRST) < 0.04
    assert off(found["ST"], known.ISHIGAMI_TOTAL) < 0.06
    found = indices("efast", known.sobol_g, 8, 4 * 513)
    assert off(found["S1"], known.G_FIRST) < 0.04 and off(found["ST"], known.G_TOTAL) < 0.04


@pytest.mark.parametrize("seed", [0, 1])
def test_morris_finds_the_mean_size_of_effects(seed):
    found = indices("morris", known.sobol_g, 8, 400, seed)["mu_star"]
    assert (np.abs(found.value - known.G_MU_STAR) < 0.1 * known.G_MU_STAR).all()
    assert (np.abs(found.value - known.G_MU_STAR) < 2 * found.half_width).all()


def test_morris_knows_the_effects_of_ishigami_by_counting_them():
    # All base points of a grid of four levels, each effect a jump of two thirds of the range.
    levels = np.arange(4) / 3
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    truth = []
    for k in range(3):
        below = grid[grid[:, k] < 0.5]
        above = below + np.where(np.arange(3) == k, 2 / 3, 0)
        truth.append(np.abs(known.ishigami(above) - known.ishigami(below)).mean() / (2 / 3))
    found = indices("morris", known.ishigami, 3, 800)["mu_star"]
    assert (np.abs(found.value - truth) < 2 * found.half_width + 1e-9).all()
    assert off(found, truth) < 0.5


def test_dgsm_finds_mean_squared_slopes():
    # Its step of a twentieth of the range rounds Ishigami's fastest waves by 4%, x cubed by 10%.
    found = indices("dgsm", known.ishigami, 3, 1024)["DGSM"]
    assert (np.abs(found.value / known.ISHIGAMI_SLOPES - 1) < 0.15).all()
    assert (found.value >= known.ISHIGAMI_TOTAL).all()


def test_pawn_finds_what_brute_force_finds():
    found = indices("pawn", known.ishigami, 3, 2000)["PAWN"]
    assert off(found, PAWN_ISHIGAMI) < 0.05
    found = indices("pawn", known.sobol_g, 4, 2000)["PAWN"]
    assert off(found, PAWN_G) < 0.06


def test_delta_finds_what_brute_force_finds_up_to_its_own_bias():
    found = indices("delta", known.ishigami, 3, 1000)["delta"]
    assert off(found, DELTA_ISHIGAMI) < 0.18
    assert (np.abs(found.value - DELTA_ISHIGAMI) < 2 * found.half_width).all()
    found = indices("delta", known.sobol_g, 4, 600)["delta"]
    assert off(found, DELTA_G) < 0.18
    assert found.value.argmax() == 0


@pytest.mark.parametrize("name", METHODS)
def test_a_seed_is_a_seed_and_zero_is_one(name):
    small = {"sobol": 16, "morris": 8, "efast": 516, "pawn": 100, "delta": 100, "dgsm": 16}[name]
    first, again = (indices(name, known.ishigami, 3, small) for _ in range(2))
    other = indices(name, known.ishigami, 3, small, seed=1)
    for kind, same in zip(first.kinds, again.kinds, strict=True):
        assert np.array_equal(kind.value, same.value, equal_nan=True)
        assert np.array_equal(kind.half_width, same.half_width, equal_nan=True)
    assert not np.array_equal(first.main.value, other.main.value)


@pytest.mark.parametrize("name", METHODS)
def test_an_analysis_leaves_the_global_generator_alone(name):
    np.random.seed(5)
    expected = np.random.random(3)
    np.random.seed(5)
    indices(name, known.ishigami, 3, 520 if name == "efast" else 100)
    assert np.array_equal(np.random.random(3), expected)


@pytest.mark.parametrize("name", METHODS)
def test_a_constant_outcome_has_no_indices(name):
    found = indices(name, lambda x: np.full(len(x), 3.0), 3, 520 if name == "efast" else 100)
    assert found.is_constant and np.isnan(found.main.value).all()
    verdict = trust(METHODS[name], found, 100)
    assert verdict.converged and "same in every run" in verdict.reason


def made(value, half_width, name="S1"):
    return Indices("sobol", ("x", "y"), (Index(name, np.array(value), np.array(half_width)),))


def test_a_negative_index_is_never_converged():
    verdict = trust(METHODS["sobol"], made([0.5, -0.09], [0.03, 0.02]), 64)
    assert not verdict.converged and verdict.try_n == 128
    assert verdict.reason == "S1 of y is -0.09, and no true index is negative"
    # Below zero within its interval is what an index of zero looks like.
    assert trust(METHODS["sobol"], made([0.5, -0.01], [0.03, 0.02]), 64).converged


def test_a_wide_interval_is_not_converged_and_says_what_to_try():
    verdict = trust(METHODS["sobol"], made([0.5, 0.2], [0.05, 0.2]), 64)
    # Twice as wide as enough: four times as many points.
    assert not verdict.converged and verdict.try_n == 256
    assert "S1 of y is known to ±0.20" in verdict.reason
    relative = trust(METHODS["morris"], made([50.0, 2.0], [4.0, 1.0], "mu_star"), 20)
    assert relative.converged and "of the largest" in relative.reason


def test_small_samples_are_told_and_what_to_try_suffices():
    found = indices("sobol", known.ishigami, 3, 16)
    verdict = trust(METHODS["sobol"], found, 16)
    assert not verdict.converged and verdict.try_n > 16
    n = verdict.try_n
    for _ in range(4):
        verdict = trust(METHODS["sobol"], indices("sobol", known.ishigami, 3, n), n)
        if verdict.converged:
            break
        n = verdict.try_n
    assert verdict.converged and n <= 4096


@pytest.mark.parametrize("name", ["sobol", "morris"])
def test_groups_have_one_index_each(name):
    method = METHODS[name]
    problem = problem_of(["a", "b", "c"], ["outer", "middle", "outer"])
    sample = method.sample(problem, 512, 0)
    assert sample.shape == (method.rows(512, 2), 3)
    found = analyze(method, problem, sample, known.ishigami(sample), 0)
    assert found.factors == ("outer", "middle")
    if name == "sobol":  # x0 and x2 interact with each other only: together all but the middle
        assert off(found["ST"], [1 - known.ISHIGAMI_FIRST[1], known.ISHIGAMI_FIRST[1]]) < 0.06
        assert off(found["S1"], [1 - known.ISHIGAMI_FIRST[1], known.ISHIGAMI_FIRST[1]]) < 0.09
    else:
        assert (found.main.value > 0).all()


def test_morris_tells_how_effects_differ_where_nothing_is_grouped():
    found = indices("morris", known.ishigami, 3, 400)
    # The third setting acts only together with the first: its effects differ most.
    assert found["sigma"].value[2] > 0
    assert abs(found["mu"].value[2]) < found["mu_star"].value[2] / 2

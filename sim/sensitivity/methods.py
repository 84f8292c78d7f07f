"""Methods of sensitivity analysis: SALib's, with seeds that hold and intervals for all.

Samples lie in the unit cube; factors carry them to their own values. SALib's ``sobol`` takes seed 0
for no seed, some analyses draw from NumPy's global generator, PAWN gives no interval, a constant
outcome gives zeros: all of that ends here.
"""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.sensitivity.indices import Index, Indices, Numbers, Trust

RESAMPLES = 200
CONFIDENCE = 0.95
NARROW = 0.1
"""Half-width, as a share of the scale, up to which indices count as known."""

SLICES = 10
CURVES = 4
SHORTEST_CURVE = 129
"""Below, frequencies of eFAST interfere and all curves err alike, which no interval shows."""

STEP = 0.05
Problem = dict[str, Any]


@dataclass(frozen=True)
class Method:
    """One method.

    Attributes
    ----------
    name : as the command line calls it.
    about : what its main index says, in one sentence.
    sample : ``(problem, n, seed) -> (n_rows, n_factors)`` in the unit cube.
    analyze : ``(problem, sample, outcome, seed) -> kinds of indices, the main one first``.
    rows : rows of a sample by base size and number of factors or groups.
    powers_of_two : whether base sizes should be powers of two.
    relative : whether the main index has no scale of its own, so that widths count relative to
        its largest value.
    takes_groups : whether factors may be analyzed in groups.
    smallest : smallest base size that can be analyzed.
    """

    name: str
    about: str
    sample: Callable[[Problem, int, int], Numbers]
    analyze: Callable[[Problem, Numbers, Numbers, int], tuple[Index, ...]]
    rows: Callable[[int, int], int]
    powers_of_two: bool = False
    relative: bool = False
    takes_groups: bool = False
    smallest: int = 4


def problem_of(names: list[str], groups: list[str] | None = None) -> Problem:
    """The factors as SALib calls them, each over the unit interval; ``groups`` names one each."""
    made: Problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    if groups is not None:
        made["groups"] = groups
    return made


def _plain(problem: Problem) -> Problem:
    """The problem under names that no library minds; SALib also adds to what it is given."""
    return {**problem, "names": [f"x{k}" for k in range(problem["num_vars"])]}


def subjects(problem: Problem) -> tuple[str, ...]:
    """What has an index: groups in the order in which they first stand, else factors."""
    return tuple(dict.fromkeys(problem.get("groups") or problem["names"]))


def analyze(method: Method, problem: Problem, sample: Numbers, outcome: Numbers, seed: int,
            ) -> Indices:
    """Indices of an outcome.

    Parameters
    ----------
    sample
        Shape ``(n_rows, n_factors)``, as ``method.sample`` made it.
    outcome
        Shape ``(n_rows,)``: means over replications.
    """
    names = subjects(problem)
    if np.ptp(outcome) <= 1e-12 * max(float(np.abs(outcome).max()), 1e-300):
        nothing = Index("none", np.full(len(names), np.nan), np.full(len(names), np.nan))
        return Indices(method.name, names, (nothing,), is_constant=True)
    with _own_luck(seed):
        kinds = method.analyze(_plain(problem), sample, outcome, seed)
    return Indices(method.name, names, kinds)


def trust(method: Method, found: Indices, n: int) -> Trust:
    """Whether indices are known well enough, and which base size should do if not."""
    if found.is_constant:
        return Trust(True, "the outcome is the same in every run: none of these settings moves it")
    main = found.main
    scale = float(np.nanmax(np.abs(main.value))) if method.relative else 1.0
    width = float(np.nanmax(main.half_width)) / scale if scale > 0 else math.inf
    below = [
        (found.factors[f], kind.name, float(kind.value[f]))
        for kind in found.kinds for f in np.flatnonzero(kind.high < 0) if kind.name != "mu"
    ]
    if below:
        factor, name, value = below[0]
        bigger = size(method, 2 * n)
        return Trust(
            False, f"{name} of {factor} is {value:.2f}, and no true index is negative", bigger
        )
    of = " of the largest" if method.relative else ""
    if width > NARROW or not math.isfinite(width):
        factor = found.factors[int(np.nanargmax(main.half_width))]
        growth = min((width / NARROW) ** 2, 64.0) if math.isfinite(width) else 4.0
        return Trust(
            False, f"{main.name} of {factor} is known to ±{width:.2f}{of}, ±{NARROW:g} is enough",
            size(method, math.ceil(n * max(growth, 1.2))),
        )
    return Trust(True, f"every {main.name} is known to ±{width:.2f}{of} or better")


def size(method: Method, n: int) -> int:
    """The next base size that suits the method."""
    if method.powers_of_two:
        return int(2 ** math.ceil(math.log2(max(n, 2))))
    return max(n, method.smallest)


@contextlib.contextmanager
def _own_luck(seed: int) -> Iterator[None]:
    """Let SALib draw from NumPy's global generator without anybody noticing."""
    before = np.random.get_state()
    np.random.seed((seed + 1) % 2**32)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(before)


def _index(name: str, value: Any, half_width: Any) -> Index:
    return Index(
        name, np.asarray(value, dtype=np.float64),
        np.nan_to_num(np.asarray(half_width, dtype=np.float64)),
    )


def _sample_sobol(problem: Problem, n: int, seed: int) -> Numbers:
    from SALib.sample import sobol

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # base sizes that are no power of two are said elsewhere
        return np.asarray(sobol.sample(
            _plain(problem), n, calc_second_order=False, seed=np.random.default_rng(seed)
        ))


def _analyze_sobol(
    problem: Problem, _: Numbers, outcome: Numbers, seed: int
) -> tuple[Index, ...]:
    from SALib.analyze import sobol

    found = sobol.analyze(
        problem, outcome, calc_second_order=False, num_resamples=RESAMPLES,
        conf_level=CONFIDENCE, seed=seed + 1,
    )
    return (
        _index("ST", found["ST"], found["ST_conf"]), _index("S1", found["S1"], found["S1_conf"])
    )


def _sample_morris(problem: Problem, n: int, seed: int) -> Numbers:
    from SALib.sample import morris

    rng = np.random.default_rng(seed)
    return np.asarray(morris.sample(_plain(problem), n, num_levels=4, seed=rng))


def _analyze_morris(
    problem: Problem, sample: Numbers, outcome: Numbers, seed: int
) -> tuple[Index, ...]:
    from SALib.analyze import morris

    is_grouped = bool(problem.get("groups"))  # asked first: SALib writes groups into the problem
    found = morris.analyze(
        problem, sample, outcome, num_resamples=RESAMPLES, conf_level=CONFIDENCE, num_levels=4,
        seed=np.random.default_rng(seed),
    )
    n = len(outcome) / (len(subjects(problem)) + 1)
    star = _index("mu_star", found["mu_star"], found["mu_star_conf"])
    if is_grouped:  # effects of groups have no sign
        return (star,)
    sigma = np.asarray(found["sigma"], dtype=np.float64)
    return (
        star, _index("mu", found["mu"], 1.96 * sigma / math.sqrt(n)),
        _index("sigma", sigma, 1.96 * sigma / math.sqrt(2 * max(n - 1, 1))),
    )


def _sample_efast(problem: Problem, n: int, seed: int) -> Numbers:
    """Several curves with phases of their own, one after the other: their spread is the error."""
    from SALib.sample import fast_sampler

    rng = np.random.default_rng(seed)
    plain = _plain(problem)
    return np.vstack([fast_sampler.sample(plain, n // CURVES, seed=rng) for _ in range(CURVES)])


def _analyze_efast(
    problem: Problem, _: Numbers, outcome: Numbers, seed: int
) -> tuple[Index, ...]:
    # SALib's own intervals resample a curve point by point, which it says is unreliable.
    from SALib.analyze import fast
    from scipy.special import stdtrit

    curves = [
        fast.analyze(problem, curve, num_resamples=2, seed=seed + 1)
        for curve in np.split(outcome, CURVES)
    ]
    times = float(stdtrit(CURVES - 1, 0.5 + CONFIDENCE / 2)) / math.sqrt(CURVES)

    def over_curves(name: str) -> Index:
        found = np.array([curve[name] for curve in curves], dtype=np.float64)
        return _index(name, found.mean(axis=0), times * found.std(axis=0, ddof=1))

    return over_curves("ST"), over_curves("S1")


def _sample_hypercube(problem: Problem, n: int, seed: int) -> Numbers:
    from scipy.stats import qmc

    return np.asarray(
        qmc.LatinHypercube(problem["num_vars"], rng=np.random.default_rng(seed)).random(n)
    )


def _analyze_pawn(
    problem: Problem, sample: Numbers, outcome: Numbers, seed: int
) -> tuple[Index, ...]:
    from SALib.analyze import pawn

    def median(rows: Any) -> Numbers:
        return np.asarray(pawn.analyze(problem, sample[rows], outcome[rows], S=SLICES)["median"])

    n = len(outcome)
    found = median(np.arange(n))
    drawn = _resampled(median, n, seed, RESAMPLES // 8)
    width = 1.96 * drawn.std(axis=0, ddof=1) + _drift(median, found, n)
    return (_index("PAWN", found, width),)


def _analyze_delta(
    problem: Problem, sample: Numbers, outcome: Numbers, seed: int
) -> tuple[Index, ...]:
    # The estimator is SALib's; its own resampling differs from version to version.
    from SALib.analyze import delta

    n = len(outcome)
    exponent = 2.0 / (7.0 + math.tanh((1500.0 - n) / 500.0))
    classes = np.linspace(0, n, round(min(math.ceil(n**exponent), 48)) + 1)
    grid = np.linspace(outcome.min(), outcome.max(), 100)

    def distances(rows: Any) -> Numbers:
        y = outcome[rows]
        return np.array([
            delta.calc_delta(y, grid, sample[rows, k], classes)
            for k in range(problem["num_vars"])
        ])

    found = distances(np.arange(n))
    drawn = _resampled(distances, n, seed, RESAMPLES // 8)
    less_bias = 2 * found - drawn.mean(axis=0)
    first = [delta.sobol_first(outcome, sample[:, k], classes) for k in range(sample.shape[1])]

    def shares(rows: Any) -> Numbers:
        y = outcome[rows]
        return np.array([
            delta.sobol_first(y, sample[rows, k], classes) for k in range(sample.shape[1])
        ])

    spread = _resampled(shares, n, seed, RESAMPLES // 8).std(axis=0, ddof=1)
    return (
        _index("delta", less_bias, 1.96 * drawn.std(axis=0, ddof=1) + _drift(distances, found, n)),
        _index("S1", first, 1.96 * spread),
    )


def _resampled(statistic: Callable[[Any], Numbers], n: int, seed: int, times: int) -> Numbers:
    """A statistic of rows drawn with replacement, ``(times, n_factors)``."""
    rng = np.random.default_rng(seed)
    return np.array([statistic(rng.integers(n, size=n)) for _ in range(times)])


def _drift(statistic: Callable[[Any], Numbers], found: Numbers, n: int) -> Numbers:
    """How far a statistic still moves as rows double: bias that resampling does not show."""
    halves = [statistic(np.arange(start, n, 2)) for start in (0, 1)]
    return np.asarray(np.abs(found - np.mean(halves, axis=0)))


def _sample_differences(problem: Problem, n: int, seed: int) -> Numbers:
    """Each point, then the same with one factor moved a step inward, factor by factor.

    SALib's own sampler moves in proportion to the value: at zero not at all.
    """
    from scipy.stats import qmc

    k = problem["num_vars"]
    points = qmc.Sobol(k, rng=np.random.default_rng(seed)).random(n)
    sample = np.repeat(points[:, None, :], k + 1, axis=1)
    for j in range(k):
        sample[:, j + 1, j] += np.where(points[:, j] < 1 - STEP, STEP, -STEP)
    return np.asarray(sample.reshape(-1, k))


def _analyze_dgsm(
    problem: Problem, sample: Numbers, outcome: Numbers, _: int
) -> tuple[Index, ...]:
    from SALib.analyze import dgsm

    found = dgsm.analyze(problem, sample, outcome, num_resamples=2)
    n = len(outcome) // (problem["num_vars"] + 1)
    # The bound is the mean squared slope over the variance; SALib's interval lacks the division.
    variance = float(np.var(outcome[:: problem["num_vars"] + 1]))
    half_width = 1.96 * np.asarray(found["vi_std"]) / math.sqrt(n) / (variance * math.pi**2)
    return (_index("DGSM", found["dgsm"], half_width),)


METHODS = {
    method.name: method for method in (
        Method(
            "sobol", "ST is the share of the outcome's variance that would vanish last without "
            "the setting; S1 is its share alone, without interactions.",
            _sample_sobol, _analyze_sobol, lambda n, k: n * (k + 2), powers_of_two=True,
            takes_groups=True,
        ),
        Method(
            "morris", "mu_star is the mean size of the outcome's change over the setting's range; "
            "a large sigma means that it depends on other settings or is not straight.",
            _sample_morris, _analyze_morris, lambda n, k: n * (k + 1), relative=True,
            takes_groups=True,
        ),
        Method(
            "efast", "ST and S1 as with sobol, from frequencies instead of pairs of points; where "
            "settings interact, ST errs by up to 0.05, which no interval shows.",
            _sample_efast, _analyze_efast, lambda n, k: CURVES * (n // CURVES) * k,
            smallest=CURVES * SHORTEST_CURVE,
        ),
        Method(
            "pawn", "The median distance between the outcome's distribution and its distribution "
            "with the setting held in a tenth of its range.",
            _sample_hypercube, _analyze_pawn, lambda n, k: n, smallest=SLICES * 10,
        ),
        Method(
            "delta", "delta is half the mean shift of the outcome's density when the setting is "
            "known, rather too small as long as rows are few; S1 as with sobol.",
            _sample_hypercube, _analyze_delta, lambda n, k: n, smallest=100,
        ),
        Method(
            "dgsm", "The mean squared slope of the outcome over the setting's range: an upper "
            "bound of ST.",
            _sample_differences, _analyze_dgsm, lambda n, k: n * (k + 1), powers_of_two=True,
            relative=True,
        ),
    )
}

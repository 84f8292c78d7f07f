"""Designs hold what they promise: bounds, levels, counts, balance, and the order of SALib."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.experiment.design import DRAWN, count
from sim.experiment.factors import Factor, by_levels, settings_of
from sim.experiment.loader import load_experiment
from sim.experiment.plan import Plan, Shape
from sim.experiment.schema import Design
from tests.experiment.conftest import SMALL


def a_range(low: float, width: float, log: bool, whole: bool) -> Factor:
    low, high = low, low + width
    if whole:
        low = float(max(round(low), 1))
        high = low + max(round(width), 1)
    return Factor("a.b", low, high, log=log, whole=whole, base=low)


ranges = st.builds(
    a_range, st.floats(0.01, 1e6), st.floats(0.01, 1e6), st.booleans(), st.booleans()
)
leveled = st.integers(1, 6).map(lambda n: by_levels("a.b", tuple(f"l{k}" for k in range(n)), "l0"))
factors = st.lists(st.one_of(ranges, leveled), min_size=1, max_size=5).map(
    lambda found: tuple(
        Factor(**{**vars(one), "path": f"p{k}"}) for k, one in enumerate(found)
    )
)
designs = st.one_of(
    st.builds(
        Design, kind=st.just("latin_hypercube"), n=st.integers(1, 40), seed=st.integers(0, 9)
    ),
    st.builds(Design, kind=st.just("sobol"), n=st.sampled_from([1, 2, 8, 32])),
    st.builds(Design, kind=st.just("saltelli"), n=st.sampled_from([2, 8]),
              second_order=st.booleans()),
    st.builds(Design, kind=st.just("morris"), trajectories=st.integers(1, 9)),
    st.builds(Design, kind=st.just("grid"), levels=st.integers(2, 4)),
    st.builds(Design, kind=st.just("one_at_a_time"), levels=st.integers(2, 4)),
)


@given(factors, designs)
def test_every_cell_is_a_value_that_the_factor_may_have(
    found: tuple[Factor, ...], design: Design
) -> None:
    if design.kind in ("saltelli", "morris") and len(found) < 2:
        return  # nothing to compare a single factor with
    cells = DRAWN[design.kind](found, design)
    assert cells.shape == (count(found, design), len(found))
    assert np.array_equal(cells, DRAWN[design.kind](found, design), equal_nan=True)
    for k, factor in enumerate(found):
        own = cells[:, k]
        assert (own >= factor.low).all() and (own <= factor.high).all()
        if factor.whole:
            assert (own == np.rint(own)).all()
    for row in cells:
        assert list(settings_of(found, row)) == [factor.path for factor in found]


@given(ranges)
def test_the_ends_of_a_range_are_reached(factor: Factor) -> None:
    assert factor.at(np.array([0.0, 1.0])).tolist() == pytest.approx([factor.low, factor.high])
    steps = factor.steps(5)
    assert steps[0] == pytest.approx(factor.low) and steps[-1] == pytest.approx(factor.high)
    assert (np.diff(steps) > 0).all()


def test_whole_numbers_and_levels_come_equally_often() -> None:
    dice = Factor("dice", 1, 6, whole=True)
    words = by_levels("words", ("a", "b", "c"))
    cells = DRAWN["latin_hypercube"]((dice, words), Design(kind="latin_hypercube", n=600))
    assert np.unique(cells[:, 0], return_counts=True)[1].tolist() == [100] * 6
    assert np.unique(cells[:, 1], return_counts=True)[1].tolist() == [200] * 3


def test_a_log_range_has_as_much_below_as_above_its_geometric_mean() -> None:
    factor = Factor("x", 0.01, 100, log=True)
    cells = DRAWN["latin_hypercube"]((factor,), Design(kind="latin_hypercube", n=1000))
    assert (cells < 1).sum() == 500


def test_a_grid_crosses_everything_once() -> None:
    found = (Factor("x", 0, 1), by_levels("y", ("a", "b")), Factor("z", 1, 3, whole=True))
    cells = DRAWN["grid"](found, Design(kind="grid", levels=3))
    assert len(cells) == len(np.unique(cells, axis=0)) == 3 * 2 * 3
    assert cells[:3, 2].tolist() == [1, 2, 3]


def test_one_at_a_time_leaves_the_rest_alone() -> None:
    found = (Factor("x", 0, 1, base=0.25), by_levels("y", ("a", "b"), "b"), Factor("z", 0, 9))
    cells = DRAWN["one_at_a_time"](found, Design(kind="one_at_a_time"))
    assert settings_of(found, cells[0]) == {"x": 0.25, "y": "b"}
    changed = [(np.nan_to_num(row, nan=-1) != np.nan_to_num(cells[0], nan=-1)).sum()
               for row in cells[1:]]
    assert changed == [1] * 5


def test_the_order_is_the_one_that_salib_needs() -> None:
    """Analyzed in the order of its rows, a linear function has its known indices."""
    from SALib.analyze import morris, sobol

    from sim.experiment.design import problem

    found = tuple(Factor(f"x{k}", 0, 1) for k in range(3))
    cells = DRAWN["saltelli"](found, Design(kind="saltelli", n=1024))
    weights = np.array([1.0, 2.0, 4.0])
    indices = sobol.analyze(problem(found), cells @ weights, calc_second_order=False)
    assert indices["S1"] == pytest.approx(weights**2 / 21, abs=0.03)
    cells = DRAWN["morris"](found, Design(kind="morris", trajectories=8))
    effects = morris.analyze(problem(found), cells, cells @ weights)
    assert np.asarray(effects["mu_star"]) == pytest.approx(weights)


@given(st.integers(1, 30), st.integers(1, 3), st.integers(1, 4), st.integers(1, 5))
def test_chunks_share_all_runs_and_keep_strategies_together(
    rows: int, strategies: int, replications: int, n_chunks: int
) -> None:
    shape = Shape(rows, strategies, replications)
    wanted = np.ones(shape.runs, dtype=bool)
    whole = list(shape.in_order(wanted))
    assert sorted(whole) == list(range(shape.runs))
    parts = [list(shape.in_order(wanted, (k + 1, n_chunks))) for k in range(n_chunks)]
    assert sorted(number for part in parts for number in part) == sorted(whole)
    for k, part in enumerate(parts):
        assert sorted(part) == np.flatnonzero(shape.of_chunk((k + 1, n_chunks))).tolist()
        _, strategy, replication = shape.split(np.array(part, dtype=np.int64))
        assert strategy.tolist() == list(range(strategies)) * (len(part) // strategies)
        assert (np.diff(replication) >= 0).all()
    assert max(map(len, parts)) - min(map(len, parts)) <= strategies * (replications + 1)


def test_what_was_lived_of_a_stopped_sweep_is_a_fair_sample() -> None:
    shape = Shape(1000, 1, 1)
    first = list(shape.in_order(np.ones(1000, dtype=bool)))[:200]
    # Mean of 200 of 1000 numbers: standard error 18; a wrong order is off by 400.
    assert np.mean(first) == pytest.approx(499.5, abs=72)


def test_a_run_is_known_by_all_that_makes_it(small: Path) -> None:
    def ids(text: str) -> set[str]:
        small.write_text(text, encoding="utf-8")
        study = load_experiment(small)
        plan = Plan(study, DRAWN["latin_hypercube"](study.factors, study.document.design))
        return {plan.run_id(plan.point(number)) for number in range(plan.shape.runs)}

    talk = "  mechanisms.word_of_mouth: {levels: [opinion_averaging, none]}\n"
    text = SMALL.replace(talk, "")  # where nobody talks, rows may be one and the same
    first = ids(text)
    assert len(first) == 8 * 2 * 2
    assert ids(text.replace("Does talk sell?", "Who cares?")) == first
    for old, new in (
        ("n: 60", "n: 61"), ("weeks: 6\n", "weeks: 7\n"), ("week: 6", "week: 5"),
        ("replications: 2", "replications: 2\nseed: 1"), ("seed: 3", "seed: 4"),
    ):
        assert not ids(text.replace(old, new)) & first, new
    assert first < ids(text.replace("replications: 2", "replications: 3"))


def test_an_empty_factor_takes_the_declared_range(small: Path) -> None:
    small.write_text(SMALL.replace(
        "  mechanisms.word_of_mouth.contact_prob: {low: 0.05, high: 0.2}\n",
        "  mechanisms.word_of_mouth.contact_prob:\n"
        "  firms.Nova.levers.voice_openness: {}\n"
        "  mechanisms.response:\n",
    ), encoding="utf-8")
    contact, openness, response, *_ = load_experiment(small).factors
    assert (contact.low, contact.high) == (0.05, 0.2)  # uncertain in the scenario
    assert (openness.low, openness.high) == (0, 1)  # bounds of the declaration
    assert response.levels is not None and "none" in response.levels  # all variants


def test_a_parameter_that_a_variant_does_not_have_is_left_out(small: Path) -> None:
    study = load_experiment(small)
    talk, alone = (
        settings_of(study.factors, np.array([0.1, 0, level])) for level in (0.0, 1.0)
    )
    assert talk["mechanisms.word_of_mouth.contact_prob"] == 0.1
    assert alone == {"customers.network.neighbors": 2, "mechanisms.word_of_mouth": "none"}


def test_a_list_is_lived_as_it_stands(small: Path) -> None:
    head, _ = SMALL.split("factors:\n")
    tail = SMALL.split("seed: 3}\n")[1]
    small.write_text(head + "design: {kind: list, file: rows.csv}\n" + tail, encoding="utf-8")
    small.with_name("rows.csv").write_text(
        "customers.network.neighbors,mechanisms.word_of_mouth\n"
        "4,none\n2,opinion_averaging\n4,opinion_averaging\n", encoding="utf-8",
    )
    study = load_experiment(small)
    assert study.listed is not None
    assert [settings_of(study.factors, row) for row in study.listed] == [
        {"customers.network.neighbors": 4, "mechanisms.word_of_mouth": "none"},
        {"customers.network.neighbors": 2, "mechanisms.word_of_mouth": "opinion_averaging"},
        {"customers.network.neighbors": 4, "mechanisms.word_of_mouth": "opinion_averaging"},
    ]

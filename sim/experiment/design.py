"""The design table: one row a combination of factors, drawn before anything runs.

Points are drawn by scipy and SALib in the unit cube and carried to each factor by ``Factor.at``, so
whole numbers and levels are drawn like anything else. Rows stand in the order in which they were
drawn, which is the order that the analyses of SALib need.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.factors import Cells, Factor
from sim.experiment.schema import Design

if TYPE_CHECKING:
    from sim.experiment.loader import Study

Factors = tuple[Factor, ...]
POINTS = ("latin_hypercube", "sobol", "saltelli")
NEEDS = {
    **dict.fromkeys(POINTS, "n"), "morris": "trajectories", "list": "file",
}
"""The setting that a kind of design cannot do without."""

USES = {
    "grid": ("levels",), "latin_hypercube": ("n",), "sobol": ("n",),
    "saltelli": ("n", "second_order"), "morris": ("trajectories", "levels"),
    "one_at_a_time": ("levels",), "list": ("file",),
}
IN_GRID, AROUND, MORRIS_LEVELS = 5, 2, 4


def draw(study: Study) -> Cells:
    """All rows of the design of an experiment, ``(n_rows, n_factors)``."""
    if study.listed is not None:
        return study.listed
    return DRAWN[study.document.design.kind](study.factors, study.document.design)


def count(factors: Factors, design: Design) -> int:
    """How many rows a design has, without drawing it; a list is counted when it is read."""
    n, k = design.n or 0, len(factors)
    if design.kind == "grid":
        return int(np.prod([len(axis) for axis in _axes(factors, design)], dtype=object))
    if design.kind == "one_at_a_time":
        return 1 + sum(len(_others(factor, design)) for factor in factors)
    if design.kind == "saltelli":
        return n * (2 * k + 2 if design.second_order else k + 2)
    return (design.trajectories or 0) * (k + 1) if design.kind == "morris" else n


def problem(factors: Factors) -> dict[str, Any]:
    """The factors as SALib calls them, each over the unit interval."""
    names = [factor.path for factor in factors]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def carried(factors: Factors, positions: Cells) -> Cells:
    """From the unit cube to the cells of each factor."""
    columns = [factor.at(positions[:, k]) for k, factor in enumerate(factors)]
    return np.column_stack(columns)


def _axes(factors: Factors, design: Design) -> list[Cells]:
    return [factor.steps(design.levels or IN_GRID) for factor in factors]


def _grid(factors: Factors, design: Design) -> Cells:
    """All combinations; the last factor changes fastest."""
    axes = _axes(factors, design)
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))


def _latin_hypercube(factors: Factors, design: Design) -> Cells:
    from scipy.stats import qmc

    sampler = qmc.LatinHypercube(len(factors), rng=np.random.default_rng(design.seed))
    return carried(factors, sampler.random(design.n or 0))


def _sobol(factors: Factors, design: Design) -> Cells:
    from scipy.stats import qmc

    sampler = qmc.Sobol(len(factors), rng=np.random.default_rng(design.seed))
    return carried(factors, sampler.random(design.n or 0))


def _saltelli(factors: Factors, design: Design) -> Cells:
    from SALib.sample import sobol

    # A generator instead of a number: some samplers take the seed 0 for no seed.
    drawn = sobol.sample(
        problem(factors), design.n, calc_second_order=design.second_order,
        seed=np.random.default_rng(design.seed),
    )
    return carried(factors, drawn)


def _morris(factors: Factors, design: Design) -> Cells:
    from SALib.sample import morris

    drawn = morris.sample(
        problem(factors), design.trajectories, num_levels=design.levels or MORRIS_LEVELS,
        seed=np.random.default_rng(design.seed),
    )
    return carried(factors, drawn)


def _others(factor: Factor, design: Design) -> Cells:
    """Values of a factor that are not the scenario's own."""
    steps = factor.steps(design.levels or AROUND)
    return steps[~np.isclose(steps, factor.base, rtol=1e-12, atol=0.0)]


def _one_at_a_time(factors: Factors, design: Design) -> Cells:
    """First the scenario as it is, then every factor at each of its other values."""
    base = np.array([factor.base for factor in factors])
    rows = [base]
    for k, factor in enumerate(factors):
        for cell in _others(factor, design):
            rows.append(base.copy())
            rows[-1][k] = cell
    return np.stack(rows)


DRAWN: dict[str, Callable[[Factors, Design], Cells]] = {
    "grid": _grid, "latin_hypercube": _latin_hypercube, "sobol": _sobol, "saltelli": _saltelli,
    "morris": _morris, "one_at_a_time": _one_at_a_time,
}

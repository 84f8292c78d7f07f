"""Carry out a sensitivity analysis: sample, sweep, analyze every outcome, judge.

The runs are an ordinary sweep in a folder: stopped or killed, the same call goes on where it was.
Replications share their luck over all rows, so that what chance does to all alike cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sim.errors import RunError
from sim.experiment.design import carried
from sim.experiment.loader import Study
from sim.experiment.reading import Sweep, open_store
from sim.experiment.sweep import Begun, How, Progressed, Stop, sweep
from sim.results.text import count
from sim.sensitivity.chance import Parts, parts
from sim.sensitivity.indices import Indices, Numbers, Trust
from sim.sensitivity.methods import METHODS, Method, Problem, analyze, problem_of, size, trust

DIFFERENCE = " − "


@dataclass(frozen=True)
class Subject:
    """One quantity whose dependence on settings is asked for.

    Attributes
    ----------
    column : name of the outcome with firm and weeks, such as ``units.Nova@27-52``.
    strategy : under which strategy; ``listen − shout`` is the difference of two.
    """

    column: str
    strategy: str

    @property
    def is_difference(self) -> bool:
        """Whether it is the difference of two strategies."""
        return DIFFERENCE in self.strategy


@dataclass(frozen=True)
class Answer:
    """What moves one quantity.

    Attributes
    ----------
    mean, sd : of the quantity over rows.
    unit : of the quantity.
    chance : variance due to settings and to chance.
    """

    subject: Subject
    indices: Indices
    trust: Trust
    chance: Parts
    mean: float
    sd: float
    unit: str

    @property
    def converged(self) -> bool:
        """Whether indices are known well, and not mostly of chance."""
        return self.trust.converged and not self.chance.is_noisy


@dataclass(frozen=True)
class OverTime:
    """Indices of a weekly quantity: ``main`` is (n_weeks, n_factors), NaN where nothing varies."""

    subject: Subject
    index: str
    factors: tuple[str, ...]
    main: Numbers


@dataclass(frozen=True)
class Sensitivity:
    """A whole analysis.

    Attributes
    ----------
    n : base size of the sample.
    rows : runs lived in each replication and strategy.
    left_out : why quantities have no indices, a sentence each.
    """

    study: Study
    method: Method
    n: int
    rows: int
    replications: int
    answers: tuple[Answer, ...]
    over_time: tuple[OverTime, ...]
    left_out: tuple[str, ...]
    folder: Path


def carry_out(
    study: Study, method_name: str, n: int, folder: Path, *, how: How | None = None, seed: int = 0,
    stop: Stop | None = None, begun: Begun | None = None, progress: Progressed | None = None,
) -> Sensitivity | None:
    """Sweep what the method needs and analyze it; None if it was stopped before the end.

    Raises
    ------
    RunError
        If there is nothing to vary, groups do not suit the method, or runs failed.
    """
    method = METHODS[method_name]
    problem = _problem(study, method)
    if not study.factors:
        raise RunError(f"{study.name}: there are no factors: nothing varies")
    base = size(method, n)
    positions = method.sample(problem, base, seed)
    ready = replace(study, listed=carried(study.factors, positions))
    swept = sweep(ready, folder, how, stop=stop, begun=begun, progress=progress)
    if swept.missing:
        return None
    if swept.failed:
        raise RunError(
            f"{folder}: {swept.failed:,} runs failed, and indices need every row; see why with: "
            f"counterpoise status {folder}"
        )
    reader = open_store(folder)
    left_out: list[str] = []
    answers = _answers(reader, study, method, problem, positions, base, seed, left_out)
    over_time = _over_time(reader, study, method, problem, positions, seed, left_out)
    if left_out and not answers and not over_time:
        raise RunError(f"{left_out[0]}: choose weeks in which it has one")
    return Sensitivity(
        study=study, method=method, n=base, rows=len(positions),
        replications=reader.shape.replications,
        answers=tuple(answers), over_time=tuple(over_time), left_out=tuple(left_out),
        folder=folder,
    )


def _groups(study: Study) -> dict[str, str]:
    """Group of every factor that is in one."""
    groups = study.document.groups
    return {path: name for name, members in groups.items() for path in members}


def _names(study: Study) -> tuple[str, ...]:
    """Factors, or groups where the experiment has some."""
    of = _groups(study)
    return tuple(dict.fromkeys(of.get(factor.path, factor.path) for factor in study.factors))


def _problem(study: Study, method: Method) -> Problem:
    paths = [factor.path for factor in study.factors]
    of = _groups(study)
    if not of:
        return problem_of(paths)
    if not method.takes_groups:
        able = ", ".join(name for name, one in METHODS.items() if one.takes_groups)
        raise RunError(f"{study.name}: {method.name} cannot analyze groups; these can: {able}")
    return problem_of(paths, [of.get(path, path) for path in paths])


def _subjects(reader: Sweep, names: Sequence[str]) -> list[Subject]:
    first, *others = reader.strategies
    under = [*reader.strategies, *(f"{other}{DIFFERENCE}{first}" for other in others)]
    return [Subject(name, strategy) for name in names for strategy in under]


def _values(reader: Sweep, subject: Subject, values: Numbers) -> Numbers:
    """The quantity by row and replication; ``values`` is by run in the design's order."""
    shape = reader.shape
    cube = values.reshape(shape.rows, shape.strategies, shape.replications, *values.shape[1:])
    found = [cube[:, reader.strategies.index(name)] for name in subject.strategy.split(DIFFERENCE)]
    return found[0] if len(found) == 1 else found[0] - found[1]


def _answers(
    reader: Sweep, study: Study, method: Method, problem: Problem, positions: Numbers, n: int,
    seed: int, left_out: list[str],
) -> list[Answer]:
    table = reader.table()
    answers = []
    for column in reader.columns:
        if column.series:
            continue
        for subject in _subjects(reader, [column.name]):
            values = _values(reader, subject, table[column.name].to_numpy(dtype=np.float64))
            if not np.isfinite(values).all():
                left_out.append(
                    f"{subject.column} under {subject.strategy} has no value in "
                    f"{count(int((~np.isfinite(values)).sum()), 'run')}"
                )
                continue
            outcome = values.mean(axis=1)
            found = analyze(method, problem, positions, outcome, seed)
            answers.append(Answer(
                subject, found, trust(method, found, n), parts(values), float(outcome.mean()),
                float(outcome.std(ddof=1)),
                column.unit_in(study.scenario.document.currency),
            ))
    return answers


def _over_time(
    reader: Sweep, study: Study, method: Method, problem: Problem, positions: Numbers, seed: int,
    left_out: list[str],
) -> list[OverTime]:
    found = []
    for column in reader.columns:
        if not column.series:
            continue
        weekly = reader.series(column.name)
        for subject in _subjects(reader, [column.name]):
            means = _values(reader, subject, weekly).mean(axis=1)
            # Not a number where some run has no value in that week.
            by_week = {
                week: analyze(method, problem, positions, means[:, week], seed)
                for week in range(means.shape[1]) if np.isfinite(means[:, week]).all()
            }
            some = means.shape[1] - len(by_week)
            if some:
                left_out.append(
                    f"{subject.column} under {subject.strategy} has no value in some runs of "
                    f"{count(some, 'week')}"
                )
            if not by_week:
                continue
            known = list(by_week.values())
            name = next((one.main.name for one in known if not one.is_constant), "none")
            indices = np.full((means.shape[1], len(known[0].main.value)), np.nan)
            for week, one in by_week.items():
                indices[week] = one.main.value
            found.append(OverTime(subject, name, known[0].factors, indices))
    return found

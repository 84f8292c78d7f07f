"""Carry out a decision: every strategy in every world, regret, and where each strategy fails.

The runs are an ordinary sweep in a folder: stopped or killed, the same call goes on where it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sim.decisions.prim import Box, Setting, discover, measured
from sim.decisions.regret import Comparison, Goal, compare
from sim.errors import RunError
from sim.experiment.asked import Column
from sim.experiment.factors import Factor
from sim.experiment.loader import Study
from sim.experiment.reading import Sweep, open_store
from sim.experiment.sweep import Begun, How, Progressed, Stop, sweep

FEWEST_TO_HOLD_OUT = 60
"""Worlds from which on a third is held out, to see whether what was discovered holds there."""


@dataclass(frozen=True)
class Failure:
    """Where a strategy fails.

    Attributes
    ----------
    box : conditions, measured over all worlds.
    held_out : the same conditions in worlds that had no part in finding them; None without any.
    """

    box: Box
    held_out: Box | None


@dataclass(frozen=True)
class Decided:
    """A whole decision.

    Attributes
    ----------
    profit : the same strategies by the first other outcome that is a profit of the same firm; None
        where none was kept or all strategies earn the same.
    settings : what varies, over worlds.
    failures : by strategy.
    """

    study: Study
    column: Column
    comparison: Comparison
    profit: tuple[Column, Comparison] | None
    settings: tuple[Setting, ...]
    failures: dict[str, tuple[Failure, ...]]
    worlds: int
    replications: int
    folder: Path


def carry_out(
    study: Study, folder: Path, *, goal: Goal = "maximize", enough: float | None = None,
    tolerated: float = 0.1, how: How | None = None, stop: Stop | None = None,
    begun: Begun | None = None, progress: Progressed | None = None,
) -> Decided | None:
    """Live every strategy in every world and compare; None if it was stopped before the end.

    Raises
    ------
    RunError
        If there is one strategy only, no outcome of one number, or runs failed.
    """
    if len(study.strategies) < 2:
        raise RunError(f"{study.name}: a decision needs at least two strategies")
    swept = sweep(study, folder, how, stop=stop, begun=begun, progress=progress)
    if swept.missing:
        return None
    if swept.failed:
        raise RunError(
            f"{folder}: {swept.failed:,} runs failed, so worlds are missing; see why with: "
            f"counterpoise status {folder}"
        )
    reader = open_store(folder)
    column = next((one for one in reader.columns if not one.series), None)
    if column is None:
        raise RunError(f"{study.name}: a decision needs an outcome of one number, no series")
    outcome = _outcome(reader, column)
    comparison = compare(
        reader.strategies, outcome, goal=goal, enough=enough, tolerated=tolerated
    )
    settings = tuple(
        _setting(factor, reader.cells[:, k]) for k, factor in enumerate(reader.factors)
    )
    return Decided(
        study=study, column=column, comparison=comparison, profit=_profit(reader, column),
        settings=settings,
        failures={
            name: _failures(settings, ~comparison.enough[s])
            for s, name in enumerate(reader.strategies)
        },
        worlds=reader.shape.rows, replications=reader.shape.replications, folder=folder,
    )


def _profit(reader: Sweep, decided: Column) -> tuple[Column, Comparison] | None:
    """What strategies earn, where the decision is by something else."""
    earned = (
        one for one in reader.columns
        if one.outcome == "profit" and one.firm == decided.firm and not one.series
    )
    column = next(earned, None)
    if column is None or decided.outcome in ("profit", "cash"):
        return None
    found = compare(reader.strategies, _outcome(reader, column))
    return (column, found) if found.regret.any() else None


def _outcome(reader: Sweep, column: Column) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """What was lived, (n_strategies, n_worlds, n_replications)."""
    shape = reader.shape
    values = reader.table()[column.name].to_numpy(dtype=np.float64)
    cube = values.reshape(shape.rows, shape.strategies, shape.replications)
    if not np.isfinite(cube).all():
        raise RunError(f"{column.name} has no value in some worlds: choose weeks in which it has")
    return np.asarray(cube.transpose(1, 0, 2))


def _setting(factor: Factor, cells: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Setting:
    if factor.levels is not None and not all(
        isinstance(level, int | float) and not isinstance(level, bool) for level in factor.levels
    ):
        return Setting(factor.path, cells, tuple(str(level) for level in factor.levels))
    values = np.array([float(factor.value(cell)) for cell in cells.tolist()])  # type: ignore[arg-type]
    return Setting(factor.path, values)


def _failures(
    settings: tuple[Setting, ...], failed: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> tuple[Failure, ...]:
    n = len(failed)
    if not failed.any() or failed.all():
        return ()
    if n < FEWEST_TO_HOLD_OUT:
        return tuple(Failure(box, None) for box in discover(settings, failed))
    aside = np.arange(n) % 3 == 2
    seen = [replace(one, values=one.values[~aside]) for one in settings]
    unseen = [replace(one, values=one.values[aside]) for one in settings]
    return tuple(
        Failure(
            measured(box.limits, settings, failed, box.chance),
            measured(box.limits, unseen, failed[aside], box.chance),
        )
        for box in discover(seen, failed[~aside])
    )

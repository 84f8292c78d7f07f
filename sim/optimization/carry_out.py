"""Carry out a search for levers: trials in worlds, the front, and what of it survives fresh worlds.

Every trial is kept as it comes: stopped or killed, the same call goes on where it was and comes to
the same end.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np

from sim import __version__
from sim.errors import RunError
from sim.experiment.asked import Column
from sim.experiment.ledger import Lock
from sim.experiment.loader import Study
from sim.experiment.schema import Optimize
from sim.experiment.sweep import Begun, Progressed, Stop
from sim.experiment.working import Laboratory
from sim.optimization.gains import Chosen, chosen
from sim.optimization.keeping import Kept
from sim.optimization.search import Goals, Trial, front, optuna, search
from sim.optimization.space import Numbers, Space
from sim.optimization.workshop import Bench, Workshop
from sim.optimization.worlds import Worlds, drawn

TRIALS, FRESH = "trials.jsonl", "fresh.jsonl"
FEWEST_FRESH = 32
MOST_CHOSEN = 12
"""Combinations of the front that are lived again; of more, those spread evenly along it."""


@dataclass(frozen=True)
class Optimized:
    """A whole search.

    Attributes
    ----------
    trials : in the order in which they were asked for; the first is the scenario as it is.
    front : combinations that no other beats in one goal without losing in another, in the worlds
        of the search.
    chosen : of them, in fresh worlds; empty if nothing was better than the scenario as it is.
    worlds, fresh : numbers of worlds.
    left_out : combinations of the front without a value in some fresh world, so not among chosen.
    """

    study: Study
    space: Space
    goals: Goals
    columns: tuple[Column, ...]
    trials: tuple[Trial, ...]
    front: tuple[Trial, ...]
    chosen: tuple[Chosen, ...]
    worlds: int
    fresh: int
    left_out: int
    folder: Path

    @property
    def asked(self) -> Optimize:
        """What the experiment file says of the search."""
        return asked_of(self.study)


def asked_of(study: Study) -> Optimize:
    """What an experiment file says of its search.

    Raises
    ------
    RunError
        If it asks for none.
    """
    if study.document.optimize is None:
        raise RunError(
            f"{study.name}: it asks for no search; add 'optimize' with strategy, levers and "
            "objectives, as lesson_levers does (counterpoise show lesson_levers)"
        )
    return study.document.optimize


def carry_out(
    study: Study, folder: Path, *, trials: int, fresh_worlds: int | None = None,
    workers: int | None = None, anew: bool = False, stop: Stop | None = None,
    begun: Begun | None = None, progress: Progressed | None = None,
) -> Optimized | None:
    """Search, and live the best again in fresh worlds; None if it was stopped before the end.

    Parameters
    ----------
    trials
        Combinations of levers to try.
    fresh_worlds
        Worlds for the last word; None takes twice as many as the search has, at least 32.
    anew
        Whether to delete what an earlier call left in the folder.

    Raises
    ------
    RunError
        If the experiment asks for no search, the folder holds another one, or nothing can be lived.
    """
    asked = asked_of(study)
    optuna()
    n_fresh = fresh_worlds or max(2 * asked.worlds, FEWEST_FRESH)
    _prepare(folder, anew)
    lock = Lock(folder)
    try:
        return _carry_out(
            study, asked, folder, trials, n_fresh, workers, stop or Stop(), begun, progress
        )
    finally:
        lock.release()


def _prepare(folder: Path, anew: bool) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if anew:
            for name in (TRIALS, FRESH):
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or "unknown fault").lower()
        raise RunError(f"{folder}: cannot be written: {reason}") from error


def _carry_out(
    study: Study, asked: Optimize, folder: Path, trials: int, n_fresh: int, workers: int | None,
    stop: Stop, begun: Begun | None, progress: Progressed | None,
) -> Optimized | None:
    space, goals = Space(study.levers, asked.budget), goals_of(asked)
    columns = tuple(Column(one.name, one.firm, one.weeks, False) for one in asked.objectives)
    worlds, fresh = drawn(study, asked.worlds), drawn(study, n_fresh, fresh=True)
    kept = Kept(folder / TRIALS, identity(study, columns, worlds))
    kept_fresh = Kept(folder / FRESH, identity(study, columns, fresh))
    laboratory = Laboratory(study.scenario, columns, study.document.seed)
    bench = Bench(laboratory, space, asked.strategy, _weeks(study))
    if begun is not None:
        begun(trials * worlds.markets, min(len(kept), trials) * worlds.markets)
    with Workshop(bench, workers, stop, progress) as workshop:
        tried = search(
            space, goals, partial(workshop.evaluate, worlds=worlds, kept=kept),
            trials=trials, seed=study.document.seed,
        )
        if tried is None:
            return None
        kept.put_in_order([trial.values for trial in tried])
        best = front(tried, goals)
        again = spread_out([one for one in best if one.number != 0], MOST_CHOSEN)
        if begun is not None:
            begun((len(again) + 1) * fresh.markets, len(kept_fresh) * fresh.markets)
        combinations = [tried[0].values, *(one.values for one in again)]
        answers = workshop.evaluate(combinations, fresh, kept_fresh)
        if answers is not None:
            kept_fresh.put_in_order(combinations)
    if answers is None:
        return None
    if isinstance(answers[0], str):
        raise RunError(f"the scenario as it is fails in fresh worlds: {answers[0]}")
    lived = [k for k, answer in enumerate(answers[1:]) if not isinstance(answer, str)]
    outcomes = cast("list[Numbers]", [answers[k + 1] for k in lived])
    as_is, left_out, again = answers[0], len(again) - len(lived), [again[k] for k in lived]
    return Optimized(
        study=study, space=space, goals=goals, columns=columns, trials=tuple(tried),
        front=tuple(best), chosen=chosen(again, tried[0], outcomes, as_is, goals),
        worlds=asked.worlds, fresh=n_fresh, left_out=left_out, folder=folder,
    )


def goals_of(asked: Optimize) -> Goals:
    """What is to be reached."""
    return Goals(tuple(one.goal for one in asked.objectives), asked.robust)


def spread_out(trials: list[Trial], most: int) -> list[Trial]:
    """So many of them, both ends among them."""
    if len(trials) <= most:
        return trials
    return [trials[k] for k in np.linspace(0, len(trials) - 1, most).round().astype(int)]


def identity(study: Study, columns: tuple[Column, ...], worlds: Worlds) -> str:
    """What makes answers what they are: two searches of one identity share them."""
    asked, scenario = asked_of(study), study.scenario
    said = {
        "engine": __version__, "scenario": scenario.digest(asked.strategy),
        "written": scenario.raw, "set": scenario.overrides, "strategy": asked.strategy,
        "levers": [lever.path for lever in study.levers], "weeks": study.document.weeks,
        "columns": [column.name for column in columns], "seed": study.document.seed,
        "factors": [[factor.path, factor.levels] for factor in worlds.factors],
        "cells": worlds.cells.tolist(), "luck": [worlds.first, worlds.replications],
    }
    text = json.dumps(said, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _weeks(study: Study) -> int:
    scenario = study.scenario
    own = study.document.weeks or scenario.overrides.get("weeks") or scenario.document.weeks
    return int(own)

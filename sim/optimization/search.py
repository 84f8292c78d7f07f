"""The search itself: Optuna asks for points in batches of a fixed size, and is told what they do.

One goal is searched by a tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kegl
2011), several by NSGA-II (Deb, Pratap, Agarwal and Meyarivan 2002). Batches do not depend on how
many workers live them, and answers are told in the order of asking, so neither does the search. The
scenario as it is comes first.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.errors import RunError
from sim.optimization.space import Numbers, Space

BATCH = 8
POPULATION = 16
Goal = Literal["maximize", "minimize"]
Robust = Literal["mean", "worst", "q10"]
TENTH = 0.1
Answer: TypeAlias = Numbers | str
"""Outcomes in every world, (n_objectives, n_worlds), or why there are none."""

Evaluate: TypeAlias = Callable[[Sequence[Numbers]], Sequence[Answer] | None]
"""From values of levers to answers in the same order; None when it was stopped."""


@dataclass(frozen=True)
class Goals:
    """What is to be reached.

    Attributes
    ----------
    directions : one an objective.
    rule : what counts over worlds.
    """

    directions: tuple[Goal, ...]
    rule: Robust = "mean"

    @property
    def signs(self) -> Numbers:
        """1 where more is better, else -1, (n_objectives,)."""
        return np.array([1.0 if one == "maximize" else -1.0 for one in self.directions])

    def over_worlds(self, outcomes: Numbers) -> Numbers:
        """What counts of outcomes, the last axis of which is worlds; the second last objectives."""
        signed = outcomes * self.signs[:, None]
        if self.rule == "mean":
            found = signed.mean(axis=-1)
        elif self.rule == "worst":
            found = signed.min(axis=-1)
        else:
            found = np.quantile(signed, TENTH, axis=-1)
        return np.asarray(found * self.signs)


@dataclass(frozen=True)
class Trial:
    """One combination of levers that was tried.

    Attributes
    ----------
    number : 0 is the scenario as it is.
    values : of the levers, (n_levers,).
    answer : outcomes in every world, or why there are none.
    scores : what counts of them, (n_objectives,); empty if it failed.
    """

    number: int
    values: Numbers
    answer: Answer
    scores: Numbers

    @property
    def failed(self) -> bool:
        """Whether it has no outcomes."""
        return isinstance(self.answer, str)


def optuna() -> ModuleType:
    """The library that searches.

    Raises
    ------
    RunError
        If it is not installed.
    """
    try:
        library = importlib.import_module("optuna")
    except ImportError as error:
        raise RunError(
            "optimizing needs optuna, which is not installed: pip install 'counterpoise[optimize]'"
        ) from error
    library.logging.set_verbosity(library.logging.ERROR)
    return library


def search(
    space: Space, goals: Goals, evaluate: Evaluate, *, trials: int, seed: int
) -> list[Trial] | None:
    """Try so many combinations of levers; None if it was stopped.

    Parameters
    ----------
    evaluate
        Answers what combinations do.
    trials
        Combinations to try, the scenario as it is among them.
    seed
        Seed of the search.

    Raises
    ------
    RunError
        If the scenario as it is has no outcome.
    """
    study = _study(space, goals, trials, seed)
    found: list[Trial] = []
    base = space.base
    is_inside = space.holds(base)
    if is_inside:
        study.enqueue_trial(_named(space.position(base)))
    else:  # it is what all are held against, though it cannot be chosen
        answers = evaluate([base])
        if answers is None:
            return None
        found.append(_trial(0, base, answers[0], goals))
    while len(found) < trials:
        asked = [study.ask() for _ in range(min(BATCH, trials - len(found)))]
        values = [space.values(_position(trial, len(base))) for trial in asked]
        if is_inside and not found:
            values[0] = base  # no last bit of it is lost on the way through the cube
        answers = evaluate(values)
        if answers is None:
            return None
        for trial, point, answer in zip(asked, values, answers, strict=True):
            done = _trial(len(found), point, answer, goals)
            found.append(done)
            _tell(study, trial, done)
    return found


def _study(space: Space, goals: Goals, trials: int, seed: int) -> Any:
    library = optuna()
    own = int(np.random.SeedSequence([seed, 1]).generate_state(1)[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=library.exceptions.ExperimentalWarning)
        if len(goals.directions) == 1:
            begin = min(max(10, 4 * len(space.levers)), max(trials // 3, 1))
            sampler = library.samplers.TPESampler(
                seed=own, multivariate=True, constant_liar=True, n_startup_trials=begin
            )
        else:
            sampler = library.samplers.NSGAIISampler(seed=own, population_size=POPULATION)
    return library.create_study(directions=list(goals.directions), sampler=sampler)


def _named(position: Numbers) -> dict[str, float]:
    return {f"x{k}": float(value) for k, value in enumerate(position)}


def _position(trial: Any, n: int) -> Numbers:
    return np.array([trial.suggest_float(f"x{k}", 0.0, 1.0) for k in range(n)])


def _trial(number: int, values: Numbers, answer: Answer, goals: Goals) -> Trial:
    if isinstance(answer, str):
        if number == 0:
            raise RunError(f"the scenario as it is has no outcome: {answer}")
        return Trial(number, values, answer, np.zeros(0))
    return Trial(number, values, answer, goals.over_worlds(answer))


def _tell(study: Any, trial: Any, done: Trial) -> None:
    if done.failed:
        study.tell(trial, state=optuna().trial.TrialState.FAIL)
    else:
        study.tell(trial, done.scores.tolist())


def front(trials: Sequence[Trial], goals: Goals) -> list[Trial]:
    """Trials that no other beats in one goal without losing in another; of equals the first.

    With one goal that is the best trial.
    """
    good = [one for one in trials if not one.failed]
    scores = np.array([one.scores * goals.signs for one in good])
    kept = [good[k] for k in range(len(good)) if not _beaten(scores, k)]
    return sorted(kept, key=lambda one: tuple(-one.scores * goals.signs))


def _beaten(scores: NDArray[np.float64], k: int) -> bool:
    """Whether another is at least as good in all and better in one, or equal and first."""
    as_good = (scores >= scores[k]).all(axis=1)
    better = as_good & (scores > scores[k]).any(axis=1)
    earlier = (scores == scores[k]).all(axis=1) & (np.arange(len(scores)) < k)
    return bool((better | earlier).any())

"""Lessons as the page shows them, and what the runs say to a class that has predicted.

The answer never stands in a file: it is lived, over a few replications, when somebody asks.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.errors import ScenarioError
from sim.observers.base import outcomes
from sim.results.jobs import Job, live_all
from sim.results.quantity import per_replication, strategies_of, weeks_of
from sim.results.run import RunResult
from sim.results.verdicts import quantity
from sim.scenario import Scenario
from sim.scenario.schema import Claim, Lesson, Prediction
from sim.studio.scene import RECORDED, exact
from sim.studio.steering import Change, Steering

REPLICATIONS = 8
"""Enough to see how far luck reaches, few enough for a class that waits."""

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Truth:
    """What the runs say to a prediction, in the unit in which guesses are counted.

    Attributes
    ----------
    value, low, high : mean over replications and its interval.
    each : one value a replication.
    unit : as the page writes it behind a number.
    seed : whose luck it is; each replication has a seed of its own, drawn from this one.
    signed : whether it is a change, so that more is written with a plus.
    """

    value: float
    low: float
    high: float
    each: tuple[float, ...]
    unit: str
    seed: int = 0
    signed: bool = False

    def distance(self, guess: float) -> float:
        """How far a guess is from the interval; 0 inside."""
        return max(self.low - guess, guess - self.high, 0.0)

    def answer(self, guess: float | None) -> dict[str, Any]:
        """What the page is told, with one guess or none."""
        told: dict[str, Any] = {
            "type": "truth", "value": self.value, "low": self.low, "high": self.high,
            "each": list(self.each), "unit": self.unit, "guess": guess, "distance": None,
            "seed": exact(self.seed), "said": self._spell(self.value),
            "text": f"The runs say {self._spell(self.value)} ({self._interval()}).",
        }
        if guess is not None:
            away = self.distance(guess)
            told["distance"] = away
            told["text"] += (
                " Your guess lies within." if away == 0.0
                else f" Your guess is {self._number(away)} {self.unit}".rstrip() + " away."
            )
        return told

    def _interval(self) -> str:
        low, high = (self._number(one, signed=self.signed) for one in (self.low, self.high))
        return f"95% interval {low} to {high}, {len(self.each)} replications of seed {self.seed}"

    def _spell(self, value: float) -> str:
        return f"{self._number(value, signed=self.signed)} {self.unit}".strip()

    def _number(self, value: float, *, signed: bool = False) -> str:
        widest = max(abs(self.low), abs(self.high))
        digits = 0 if widest >= 20 else 1 if widest >= 2 else 2
        shown = round(value, digits) + 0.0  # no minus before what is 0 as written
        return f"{shown:{'+' if signed and shown else ''},.{digits}f}"


@dataclass(frozen=True)
class Checked:
    """A lesson that was run from beginning to end: how long it took, and what came out."""

    truth: Truth
    seconds: float


def lesson_of(scenario: Scenario) -> Lesson:
    """The lesson of a scenario.

    Raises
    ------
    ScenarioError
        If it has none.
    """
    lesson = scenario.document.lesson
    if lesson is None:
        raise ScenarioError(
            f"{scenario.id} has no lesson; `counterpoise lesson` lists the ones there are"
        )
    return lesson


def as_scene(scenario: Scenario) -> dict[str, Any] | None:
    """The lesson as the page reads it; None where a scenario has none."""
    lesson = scenario.document.lesson
    if lesson is None:
        return None
    asked = lesson.predict
    claim = _claim(asked)
    return {
        "id": scenario.id, "number": lesson.number, "title": lesson.title,
        "question": " ".join(scenario.document.question.split()), "notes": lesson.notes.strip(),
        "predict": {
            "prompt": asked.prompt.strip(), "outcome": asked.outcome, "firm": asked.firm,
            "strategy": strategies_of(scenario, claim)[0], "by": asked.by,
            "against": asked.against, "against_firm": asked.against_firm,
            "against_weeks": asked.against_weeks,
            "weeks": asked.weeks or (1, weeks_of(scenario, claim)),
            "unit": _unit(scenario, asked), "signed": _signed(asked),
        },
        "steps": list(_steps(scenario, lesson)),
        "explain": {
            "text": lesson.explain.text.strip(), "discuss": lesson.explain.discuss,
            "look_at": [look.model_dump() for look in lesson.explain.look_at],
            "sources": list(lesson.explain.sources),
        },
    }


def _steps(scenario: Scenario, lesson: Lesson) -> Iterator[dict[str, Any]]:
    """Steps with what the page does at each; levers act in the first week that a step plays."""
    played = 0
    for step in lesson.steps:
        played = 0 if step.do.strategy is not None else played
        until = step.do.until or scenario.document.weeks
        yield {
            "title": step.title, "text": step.text.strip(), "notes": step.notes.strip(),
            "do": {
                "strategy": step.do.strategy, "weeks": until,
                "levers": [[played + 1, path, value] for path, value in step.do.set.items()],
            },
        }
        played = until


def truth(
    scenario: Scenario, *, replications: int = REPLICATIONS, seed: int = 0,
    workers: int | None = None,
) -> Truth:
    """Live what the lesson asks about.

    Parameters
    ----------
    replications
        Markets a strategy.
    seed
        Whose luck: as ``run`` with this seed, so of other markets than the one on the page.
    workers
        Worker processes; None decides by the work.

    Raises
    ------
    ScenarioError
        If the scenario has no lesson.
    """
    asked = lesson_of(scenario).predict
    claim = _claim(asked)
    result = _lived(scenario, claim, replications, seed, workers)
    found = quantity(result, claim, CONFIDENCE)
    scale, shift = _counting(asked)
    each = per_replication(result, claim) * scale + shift
    value, low, high = (one * scale + shift for one in (found.value, found.low, found.high))
    if math.isnan(low):  # one replication knows nothing of luck
        low = high = value
    unit, signed = _unit(scenario, asked), _signed(asked)
    return Truth(value, low, high, tuple(each.tolist()), unit, seed, signed)


def check(scenario: Scenario, *, seed: int = 0, workers: int | None = None) -> Checked:
    """Run a whole lesson as a class would: every step with all curves, and the answer."""
    start = time.perf_counter()
    for steering, weeks in runs_of(scenario, seed=seed):
        steering.market(weeks, observe=RECORDED)
    found = truth(scenario, seed=seed, workers=workers)
    return Checked(found, time.perf_counter() - start)


def runs_of(scenario: Scenario, *, seed: int = 0) -> list[tuple[Steering, int]]:
    """The runs that the steps of a lesson begin and go on with, each with its weeks."""
    runs: list[tuple[Steering, int]] = []
    for step in _steps(scenario, lesson_of(scenario)):
        do = step["do"]
        anew = Steering(scenario, do["strategy"], seed)
        known = runs.pop()[0] if do["strategy"] is None else anew
        log = (*known.log, *(Change(*lever) for lever in do["levers"]))
        runs.append((known.with_log(log), do["weeks"]))
    return runs


def _lived(
    scenario: Scenario, claim: Claim, replications: int, seed: int, workers: int | None
) -> RunResult:
    names, weeks = strategies_of(scenario, claim), weeks_of(scenario, claim)
    jobs = [
        Job(name, replication, seed, weeks, observe=(claim.outcome,))
        for replication in range(replications) for name in names
    ]
    lived = live_all(scenario, jobs, workers=workers)
    stacked = np.stack([one[claim.outcome] for one in lived])
    shaped = stacked.reshape(replications, len(names), *stacked.shape[1:])
    return RunResult(
        scenario=scenario, strategies=names, seed=seed, replications=replications, weeks=weeks,
        series={claim.outcome: np.swapaxes(shaped, 0, 1)},
    )


def _claim(asked: Prediction) -> Claim:
    """The quantity of a prediction in the form that results are asked in."""
    shared = asked.model_dump(exclude={"prompt", "unit"})
    return Claim(id="predicted", text=asked.prompt, **shared)


def _counting(asked: Prediction) -> tuple[float, float]:
    """Factor and summand from the quantity to what guesses are counted in."""
    return {"outcome": (1.0, 0.0), "percent": (100.0, 0.0), "percent_change": (100.0, -100.0)}[
        asked.unit
    ]


def _signed(asked: Prediction) -> bool:
    """Whether guesses are of a change: more or less than a baseline."""
    return asked.by == "difference" or asked.unit == "percent_change"


def _unit(scenario: Scenario, asked: Prediction) -> str:
    """The unit as it is written behind a number."""
    if asked.unit != "outcome":
        return "%"
    declared = outcomes()[asked.outcome]
    unit = declared.unit.replace("currency", scenario.document.currency)
    return unit.removesuffix("/week") if declared.over_weeks == "sum" else unit

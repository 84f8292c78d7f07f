"""Checks of a lesson: what it names exists, what it asks has an answer, what it runs can run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.observers.base import outcomes
from sim.scenario.faults import Fault, subject
from sim.scenario.overrides import at
from sim.scenario.places import Path
from sim.scenario.statements import firm_problem, lever_faults, quantity_faults
from sim.wording import closest, did_you_mean, listed, shown

MOST_STEPS = 12
WITH_PERCENTS = ("share", "0 to 1")


def lesson_faults(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Everything wrong with the lesson of a scenario; nothing where it has none."""
    lesson = at(raw, "lesson")
    predict = at(lesson, "predict")
    if predict:
        yield from quantity_faults(raw, ("lesson", "predict"), predict)
        yield from _unit_faults(predict)
    if "steps" in lesson:
        yield from _steps_faults(raw, lesson["steps"])
    for number, look in _items(at(lesson, "explain").get("look_at")):
        yield from _look_faults(raw, ("lesson", "explain", "look_at", number), look)


def _items(found: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, item in enumerate(found if isinstance(found, list) else ()):
        if isinstance(item, Mapping):
            yield number, item


def _unit_faults(predict: Mapping[str, Any]) -> Iterator[Fault]:
    """Ratios are guessed in percent, and so is what has percents."""
    unit, by = predict.get("unit", "outcome"), predict.get("by", "value")
    path: Path = ("lesson", "predict", "unit") if "unit" in predict else ("lesson", "predict")
    where, on_key = f"lesson.predict.unit = {shown(unit)}", "unit" not in predict
    declared = outcomes().get(str(predict.get("outcome")))
    if by == "ratio":
        if unit == "outcome":
            yield Fault(path, f"{where}: a ratio is guessed in 'percent' or 'percent_change'",
                        on_key=on_key)
    elif unit == "percent_change":
        yield Fault(path, f"{where}: only a ratio has it; write by: ratio, or another unit")
    elif unit == "percent" and declared and not declared.unit.startswith(WITH_PERCENTS):
        yield Fault(
            path, f"{where}: '{predict['outcome']}' is counted in {declared.unit}; write "
            "unit: outcome, or by: ratio",
        )


def _steps_faults(raw: Mapping[str, Any], steps: Any) -> Iterator[Fault]:
    """Steps go on from each other, within the run."""
    if isinstance(steps, list) and not 1 <= len(steps) <= MOST_STEPS:
        yield Fault(
            ("lesson", "steps"), f"lesson has {len(steps)} steps; it needs from 1 to {MOST_STEPS}",
            on_key=True,
        )
    played, weeks = 0, raw.get("weeks")
    for number, step in _items(steps):
        do, path = step.get("do"), ("lesson", "steps", number, "do")
        if not isinstance(do, Mapping) or type(weeks) is not int:
            continue
        played = 0 if do.get("strategy") is not None else played
        until = do.get("until", weeks)
        if number == 0 and do.get("strategy") is None:
            yield Fault(
                path, f"{subject(path)} begins a run, so it needs a 'strategy'", on_key=True
            )
        yield from _doing_faults(raw, path, do, played)
        # A week that cannot be played makes no faults of the steps after it.
        played = until if type(until) is int and until <= weeks else played


def _doing_faults(
    raw: Mapping[str, Any], path: Path, do: Mapping[str, Any], played: int
) -> Iterator[Fault]:
    """What one step runs: its strategy, its weeks, its levers."""
    strategies, strategy = list(at(raw, "strategies")) or ["baseline"], do.get("strategy")
    if isinstance(strategy, str) and strategy not in strategies:
        meant = closest(strategy, strategies)
        yield Fault(
            (*path, "strategy"), f"{subject(path)} strategy = {shown(strategy)}: must be one of "
            f"{listed(strategies)}{f'; did you mean {shown(meant)}?' if meant else ''}",
        )
    weeks = raw["weeks"]
    until = do.get("until", weeks)
    if type(until) is int and not played < until <= weeks:
        rest = f"must be a week from {played + 1} to {weeks}"
        if played >= weeks:
            rest = f"all {weeks} weeks are played already; begin anew with a 'strategy'"
        yield Fault(
            (*path, "until") if "until" in do else path, f"{subject(path)} until = {until}: {rest}",
            on_key="until" not in do,
        )
    for lever, value in at(do, "set").items():
        yield from lever_faults(raw, (*path, "set", lever), lever, value)


def _look_faults(raw: Mapping[str, Any], path: Path, look: Mapping[str, Any]) -> Iterator[Fault]:
    """What is to be looked at exists; without a firm all firms are meant."""
    name, firm = look.get("outcome"), look.get("firm")
    if isinstance(name, str) and name not in outcomes():
        yield Fault(
            (*path, "outcome"), f"{subject(path)} outcome = {shown(name)}: there is no such outcome"
            f"{did_you_mean(name, outcomes())}",
        )
    elif isinstance(name, str) and isinstance(firm, str):
        problem = firm_problem(raw, name, firm)
        if problem:
            yield Fault((*path, "firm"), f"{subject(path)} firm = {shown(firm)}: {problem}")

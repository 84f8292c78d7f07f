"""Scenarios named in a command: all are checked, and all that is wrong is said, before any runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import CounterpoiseError, ScenarioError

if TYPE_CHECKING:
    from sim.decisions.regret import Goal
    from sim.experiment.loader import Study
    from sim.scenario import Scenario


def load_either(name: str) -> Scenario | Study:
    """A scenario or an experiment, by file or id.

    Raises
    ------
    FaultyScenarioError
        If it is neither, or anything in it is wrong; all faults are reported together.
    """
    from sim.scenario.loader import ExperimentGivenError, load_scenario

    try:
        return load_scenario(name)
    except ExperimentGivenError:
        from sim.experiment.loader import load_experiment

        return load_experiment(name, to_run=False)


def load_each(
    names: Sequence[str], overrides: Mapping[str, Any] | None = None,
    strategies: Sequence[str] = (), *, allow_code: bool = False,
) -> dict[str, Scenario | CounterpoiseError]:
    """Each scenario, or why it cannot be run.

    Parameters
    ----------
    names
        Files, or ids of shipped scenarios; one named twice counts once.
    overrides
        Settings by path, for all of them.
    strategies
        Strategies that each must have.
    allow_code
        Whether policies named module:Class may be imported.
    """
    from sim.scenario import load_scenario

    loaded: dict[str, Scenario | CounterpoiseError] = {}
    for name in names:
        try:
            scenario = load_scenario(name, overrides, allow_code=allow_code)
            for strategy in strategies:
                scenario.world(strategy)
            loaded[name] = scenario
        except CounterpoiseError as error:
            loaded[name] = error
    return loaded


def load_all(
    names: Sequence[str], overrides: Mapping[str, Any] | None = None,
    strategies: Sequence[str] = (), *, allow_code: bool = False,
) -> list[Scenario]:
    """All scenarios, ready to run.

    Raises
    ------
    ScenarioError
        With the faults of all of them, if any has one, or runs code that was not allowed.
    """
    loaded = load_each(names, overrides, strategies, allow_code=allow_code)
    wrong, ready = [], []
    for found in loaded.values():
        try:
            if isinstance(found, CounterpoiseError):
                raise found
            found.check_permission()
            ready.append(found)
        except CounterpoiseError as error:
            wrong.append(str(error))
    if wrong:
        raise ScenarioError("\n".join(dict.fromkeys(wrong)))
    return ready


def read_assignments(written: Sequence[str]) -> dict[str, Any]:
    """Settings of ``--set path=value``.

    Raises
    ------
    ScenarioError
        If one cannot be read, or a path is given twice.
    """
    if not written:
        return {}
    from sim.scenario.overrides import parse_assignment

    settings: dict[str, Any] = {}
    for text in written:
        path, value = parse_assignment(text)
        if path in settings:
            raise ScenarioError(f"--set: {path} is set twice; keep one of them")
        settings[path] = value
    return settings


def read_goal(written: str) -> Goal:
    """What ``--goal`` says.

    Raises
    ------
    ScenarioError
        If it is no goal.
    """
    if written == "maximize":
        return "maximize"
    if written == "minimize":
        return "minimize"
    raise ScenarioError(f"--goal {written[:40]}: must be maximize or minimize")

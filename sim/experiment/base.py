"""The scenario under an experiment: found, loaded with what holds in every run, or why not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.errors import ScenarioError
from sim.scenario import Scenario, load_scenario
from sim.scenario.faults import Fault, FaultyScenarioError
from sim.scenario.loader import SUFFIXES
from sim.scenario.overrides import at, find
from sim.scenario.shipped import scenario_ids
from sim.wording import did_you_mean, visible

Answer = tuple[Scenario | None, list[Fault]]


def base_scenario(raw: Mapping[str, Any], folder: Path, *, allow_code: bool) -> Answer:
    """The scenario that an experiment names, with its ``set`` laid over.

    Parameters
    ----------
    raw
        The experiment as read.
    folder
        Its folder, outside of which no file is looked for.
    allow_code
        Whether policies named module:Class may be imported.
    """
    name = raw.get("scenario")
    if not isinstance(name, str) or not name:
        return None, []
    if name in scenario_ids():
        source: str | Path = name
    elif "/" in name or name.endswith(SUFFIXES):
        source = folder / name
        if "\0" in name:
            return None, [Fault(("scenario",), "scenario: no file can have this name; correct it")]
        if not source.resolve().is_relative_to(folder):
            return None, [Fault(
                ("scenario",), f"scenario = '{visible(name)[:60]}': must lie in the experiment's "
                "folder, or be the id of a shipped scenario",
            )]
    else:
        return None, [Fault(
            ("scenario",), f"scenario = '{visible(name)[:60]}': there is no shipped scenario of "
            f"this name{did_you_mean(name, _with_suffix(name, folder) or scenario_ids())}",
        )]
    try:
        scenario = load_scenario(source, allow_code=allow_code)
    except ScenarioError as error:
        return None, [Fault(
            ("scenario",), f"scenario = '{visible(name)[:60]}': {_first(error, name)}"
        )]
    return _with_settings(scenario, at(raw, "set"), allow_code=allow_code)


def _with_suffix(name: str, folder: Path) -> list[str]:
    """A file beside the experiment that was named without its suffix."""
    if not name.isidentifier() or len(name) > 60:
        return []
    return [name + suffix for suffix in SUFFIXES if (folder / (name + suffix)).is_file()]


def _first(error: ScenarioError, name: str) -> str:
    faults = error.faults if isinstance(error, FaultyScenarioError) else ()
    if not faults:
        return str(error).splitlines()[0]
    place = f"line {faults[0].line}: " if faults[0].line else ""
    more = f" (and {len(faults) - 1} more; see `counterpoise validate`)" if faults[1:] else ""
    return f"{place}{faults[0].message}{more}"


def _with_settings(
    scenario: Scenario, settings: Mapping[str, Any], *, allow_code: bool
) -> Answer:
    """The scenario with settings over it; without them, and their faults, where they are wrong."""
    if not settings:
        return scenario, []
    try:
        return Scenario(
            scenario.raw, name=scenario.name, text=scenario.text, path=scenario.path,
            overrides=settings, allow_code=allow_code,
        ), []
    except FaultyScenarioError as error:
        return scenario, [_at_its_setting(fault, scenario, settings) for fault in error.faults]


def _at_its_setting(fault: Fault, scenario: Scenario, settings: Mapping[str, Any]) -> Fault:
    for path in settings:
        start = f"given {visible(path)[:120]}: "
        if fault.message.startswith(start):
            misnamed = isinstance(find(scenario.raw, path), Fault)
            message = f"set {fault.message.removeprefix('given ')}"
            return Fault(("set", path), message, on_key=misnamed)
    return Fault(("set",), f"set: {fault.message}", on_key=True)

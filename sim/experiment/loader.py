"""Loads an experiment: its file, the scenario under it, and its factors, all checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.check import check, faults_of_worlds
from sim.experiment.factors import Factor
from sim.experiment.schema import Asked, Experiment
from sim.scenario import Scenario
from sim.scenario.check import first_at_each_place
from sim.scenario.faults import Fault, FaultyScenarioError, identity_fault
from sim.scenario.loader import SUFFIXES, read_text
from sim.scenario.places import Place
from sim.scenario.reading import read_yaml
from sim.scenario.shipped import experiment_folder, experiment_ids, scenario_ids
from sim.wording import did_you_mean, visible

SCENARIO_GIVEN = Fault(
    (), "this is a scenario, not an experiment; an experiment names a scenario and says what varies"
)


@dataclass(frozen=True)
class Study:
    """A checked experiment, ready to be drawn and lived.

    Parameters
    ----------
    document
        Its file.
    scenario
        The scenario under it, with what the experiment sets in every run.
    strategies
        Strategies that are lived.
    factors
        What varies.
    asked
        What is kept, every firm and every week named.
    listed
        Rows of a design that was read from a file.
    name, text
        Its file as it was named, and what stands in it.
    levers
        What its search may set, if it asks for one.
    """

    document: Experiment
    scenario: Scenario
    strategies: tuple[str, ...]
    factors: tuple[Factor, ...]
    asked: tuple[Asked, ...]
    listed: NDArray[np.float64] | None
    name: str
    text: str
    levers: tuple[Factor, ...] = ()


def load_experiment(
    source: str | Path, *, overrides: Mapping[str, Any] | None = None, allow_code: bool = False,
    to_run: bool = True,
) -> Study:
    """Load and check an experiment.

    Parameters
    ----------
    source
        Path of a file, or the id of a shipped experiment.
    overrides
        Parts of the experiment replaced, such as ``{"seed": 7}``.
    allow_code
        Whether policies that the scenario names by ``module:Class`` may be imported and run.
    to_run
        Whether it is a fault to name some without that; who only reads it runs none.

    Raises
    ------
    FaultyScenarioError
        If the file cannot be read or anything in it is wrong; all faults are reported together.
    """
    path, name = _find(source)
    text = read_text(path, name)
    raw, places = read_yaml(text, name)
    if not isinstance(raw, dict):
        what = "the file is empty" if raw is None else "it holds no lines of 'name: value'"
        raise FaultyScenarioError([Fault((), f"an experiment is a mapping; {what}")], name, text)
    if {"customers", "firms"} <= raw.keys() and not {"scenario", "design"} & raw.keys():
        raise FaultyScenarioError([SCENARIO_GIVEN], name, text)
    raw = {**raw, **(overrides or {})}
    return made(
        raw, path.resolve().parent, name, allow_code=allow_code, text=text, places=places,
        more=_identity(raw, path), to_run=to_run,
    )


def made(
    raw: Mapping[str, Any], folder: Path, name: str, *, allow_code: bool = False, text: str = "",
    places: Place | None = None, more: list[Fault] | None = None, to_run: bool = True,
) -> Study:
    """Check an experiment that is there as plain data.

    Parameters
    ----------
    raw
        What a file would say.
    folder
        Where the files lie that it may name.
    name, text, places
        Its file as it was named, what stands in it, and where.
    more
        What is wrong with it already.
    to_run
        See ``load_experiment``.

    Raises
    ------
    FaultyScenarioError
        If anything in it is wrong; all faults are reported together.
    """
    found, faults = check(raw, folder, allow_code=allow_code)
    faults += more or []
    if found is not None and not faults:
        faults += faults_of_worlds(found)
    if found is None or faults:
        located = [fault.located(places) for fault in first_at_each_place(faults)]
        raise FaultyScenarioError(located, name, text)
    if to_run:
        found.scenario.check_permission()
    return Study(
        found.document, found.scenario, found.strategies, found.factors, found.asked,
        found.listed, name, text, found.levers,
    )


def _find(source: str | Path) -> tuple[Path, str]:
    """The file, and how to call it in messages."""
    given = str(source)
    if isinstance(source, str) and given in experiment_ids():
        return experiment_folder() / f"{given}.yaml", f"{given}.yaml"
    if isinstance(source, str) and given in scenario_ids():
        raise FaultyScenarioError([SCENARIO_GIVEN], given)
    plain = isinstance(source, str) and re.fullmatch(r"[\w-]+", given)
    if plain and not given.endswith(SUFFIXES) and not Path(given).exists():
        fault = Fault(
            (), "there is neither a file nor a shipped experiment of this name"
            f"{did_you_mean(given, experiment_ids())}",
        )
        raise FaultyScenarioError([fault], visible(given)[:200])
    return Path(source), given


def _identity(raw: Mapping[str, Any], path: Path) -> list[Fault]:
    name = raw.get("id")
    if not isinstance(name, str) or name == path.stem:
        return []
    return [identity_fault(name, path.stem)]

"""Loads a scenario from a file, or by the id of one that comes with the program."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from sim.scenario.faults import Fault, FaultyScenarioError
from sim.scenario.reading import read_yaml
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Value
from sim.scenario.shipped import experiment_ids, scenario_folder, scenario_ids
from sim.wording import did_you_mean, visible

MOST_BYTES = 1024 * 1024
LONGEST_LINE = 100_000
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
SUFFIXES = (".yaml", ".yml")
OF_EXPERIMENTS = {"scenario", "factors", "design", "outcomes"}


class ExperimentGivenError(FaultyScenarioError):
    """An experiment where a scenario was to be read."""


def load_scenario(
    source: str | Path, overrides: Mapping[str, Value] | None = None, *, allow_code: bool = False
) -> Scenario:
    """Load and check a scenario.

    Parameters
    ----------
    source
        Path of a file, or the id of a shipped scenario.
    overrides
        Settings replaced under every strategy, by dotted path such as ``"customers.n"``.
    allow_code
        Whether policies that the scenario names by ``module:Class`` may be imported and run; see
        ``sim.policies``. Without it they are neither, and the scenario cannot be run.

    Raises
    ------
    FaultyScenarioError
        If the file cannot be read or anything in it, or in the overrides, is wrong; all faults
        are reported together. An ``ExperimentGivenError`` if it is an experiment.
    """
    path, name = _find(source)
    text = read_text(path, name)
    raw, places = read_yaml(text, name)
    if not isinstance(raw, dict):
        if raw is None:
            _refuse(name, "the file is empty; `counterpoise new` writes one to begin with")
        fault = Fault((), "a scenario is a mapping (lines of 'name: value')")
        raise FaultyScenarioError([fault.located(places)], name, text)
    if OF_EXPERIMENTS & raw.keys() and not {"customers", "firms"} & raw.keys():
        raise _experiment_given(name)
    return Scenario(
        raw, name=name, text=text, path=path, overrides=overrides, places=places,
        allow_code=allow_code,
    )


def _find(source: str | Path) -> tuple[Path, str]:
    """The file, and how to call it in messages."""
    if not isinstance(source, (str, Path)):
        got = type(source).__name__
        _refuse("the scenario", f"name a file, or a shipped scenario by its id. Got {got} instead.")
    given = str(source)
    if not given.strip():
        _refuse("the scenario", "its name is empty; name a file, or a shipped scenario by its id")
    if isinstance(source, str) and given in scenario_ids():
        return scenario_folder() / f"{given}.yaml", f"{given}.yaml"
    if isinstance(source, str) and given in experiment_ids():
        raise _experiment_given(given)
    is_path = isinstance(source, Path) or "/" in given or "\\" in given
    if not is_path and not given.endswith(SUFFIXES) and not _exists(given):
        _refuse(
            given, "there is neither a file nor a shipped scenario or experiment of this name"
            f"{did_you_mean(given, (*scenario_ids(), *experiment_ids()))}",
        )
    return Path(source), given


def read_text(path: Path, name: str) -> str:
    """The text of a file, or one clear line why there is none.

    Raises
    ------
    FaultyScenarioError
        If the file is missing, no file, too large, or not UTF-8 text.
    """
    try:
        if path.is_dir():
            _refuse(name, "this is a folder; name a file in it")
        if path.exists() and not path.is_file():
            _refuse(name, "this is no plain file")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        _refuse(name, "there is no such file")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be one of a file"
        _refuse(name, f"the file cannot be read: {reason.lower()}")
    if len(content) > MOST_BYTES:
        _refuse(name, "the file is larger than 1 MiB; a scenario never is")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content.count(b"\n", 0, error.start)
        _refuse(name, f"the file is not UTF-8 text (line {before + 1}); save it as UTF-8")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            _refuse(name, f"line {number} is longer than {LONGEST_LINE:,} characters; break it up")
        if found := CONTROL.search(line):
            message = "a control character stands here; remove it"
            fault = Fault((), message, number, found.start() + 1)
            raise FaultyScenarioError([fault], name, text)
    return text


def _experiment_given(name: str) -> ExperimentGivenError:
    message = "this is an experiment, not a scenario; `counterpoise sweep` runs it"
    return ExperimentGivenError([Fault((), message)], visible(name)[:200])


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _refuse(name: str, reason: str) -> NoReturn:
    raise FaultyScenarioError([Fault((), reason)], visible(name)[:200])

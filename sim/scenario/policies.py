"""Which policy each firm follows, with which parameters, and whether it may run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, TypeAlias

from sim.errors import ScenarioError
from sim.parameters import Declared
from sim.policies.base import Policy, policies
from sim.policies.code import HOW_TO_ALLOW, is_code, is_well_formed, load_class, source_file
from sim.scenario.faults import Fault, dotted, subject, wrong_name, wrong_value
from sim.scenario.places import Path
from sim.scenario.schema import Document
from sim.scenario.structure import structural
from sim.wording import shown

NAME = "name"

Written: TypeAlias = str | Mapping[str, Any]
"""What a scenario says of a firm's policy: its name, or a mapping of name and parameters."""


@dataclass(frozen=True)
class Shelf:
    """Where the classes of policies come from.

    Parameters
    ----------
    folder
        The scenario's folder, where modules of one's own are looked for first.
    allow_code
        Whether such modules may be imported.
    """

    folder: FilePath | None = None
    allow_code: bool = False

    def find(self, name: str) -> type[Policy]:
        """The class of a policy.

        Raises
        ------
        ScenarioError
            If there is none, or it is code that has no permission to run.
        """
        if is_code(name):
            if not self.allow_code:
                raise ScenarioError(f"policy '{name}': {HOW_TO_ALLOW}")
            return load_class(name, self.folder)
        if name not in policies():
            raise ScenarioError(f"no policy is called {name!r}; known: {', '.join(policies())}")
        return policies()[name]

    def make(self, written: Written) -> Policy:
        """A policy with its parameters, as a scenario writes it.

        Raises
        ------
        ScenarioError
            If it does not exist, must not run, or cannot be made.
        """
        name, parameters = name_and_parameters(written)
        cls = self.find(str(name))
        group, faults = structural(cls.Parameters, parameters, (NAME,))
        if group is None:
            raise ScenarioError("; ".join(fault.message for fault in faults))
        return cls(group)


def name_and_parameters(written: Any) -> tuple[Any, dict[str, Any]]:
    """The name of a policy and the parameters written beside it."""
    if isinstance(written, Mapping):
        parameters = dict(written)
        return parameters.pop(NAME, "fixed"), parameters
    return written, {}


def parameter_groups(written: Any) -> list[type[Declared]]:
    """Parameters of a policy of the program; of all, where its name is itself a mistake."""
    name, _ = name_and_parameters(written)
    chosen = [cls for known, cls in policies().items() if known == name]
    return [cls.Parameters for cls in chosen or policies().values()]


def policy_faults(raw: Mapping[str, Any], shelf: Shelf) -> Iterator[Fault]:
    """Policies that do not exist, parameters that they do not take, and code that is broken."""
    for path, written in _of_firms(raw):
        yield from _faults(raw, path, written, shelf)
    for path, name in _of_events(raw):
        if is_code(name):
            yield from _faults(raw, path, name, shelf)


def code_faults(raw: Mapping[str, Any], overrides: Mapping[str, Any]) -> list[Fault]:
    """A fault for every place that names code: what to say where it has no permission."""
    found = [*_of_firms(raw), *_of_events(raw), *_of_strategies(raw)]
    named = [(path, name_and_parameters(written)[0]) for path, written in found]
    faults = [
        Fault(path, f"{dotted(path, raw)} = {shown(name)}: {HOW_TO_ALLOW}")
        for path, name in named if is_code(name)
    ]
    return faults + [
        Fault((), f"given {path} = {shown(value)}: {HOW_TO_ALLOW}", line=0, column=0)
        for path, value in overrides.items() if _is_policy(path) and is_code(value)
    ]


def code_names(raw: Mapping[str, Any], overrides: Mapping[str, Any]) -> list[str]:
    """Every policy of one's own that a scenario names anywhere, once each."""
    found = [*_of_firms(raw), *_of_events(raw), *_of_strategies(raw)]
    names = [name_and_parameters(written)[0] for _, written in found]
    names += [value for path, value in overrides.items() if _is_policy(path)]
    return list(dict.fromkeys(filter(is_code, names)))


def source_files(document: Document, folder: FilePath | None) -> list[FilePath]:
    """Files in the scenario's folder that hold the policies of a world and its events."""
    written: list[Any] = [firm.policy for firm in document.firms.values()]
    written += [v for event in document.events for path, v in event.set.items() if _is_policy(path)]
    names = [name for w in written if is_code(name := name_and_parameters(w)[0])]
    files = [source_file(name, folder) for name in names]
    return list(dict.fromkeys(file for file in files if file is not None))


def _faults(
    raw: Mapping[str, Any], path: Path, written: Any, shelf: Shelf
) -> Iterator[Fault]:
    name, parameters = name_and_parameters(written)
    at = (*path, NAME) if isinstance(written, Mapping) else path
    if isinstance(written, Mapping) and NAME not in written:
        yield Fault(at, f"{subject(path)} needs a 'name': which policy", on_key=True)
        return
    if not isinstance(name, str):
        if isinstance(written, Mapping):  # elsewhere the structure refuses it
            yield wrong_value(at, name, "a name")
        return
    if is_code(name) and not is_well_formed(name):
        here = f"{dotted(at, raw)} = {shown(name)}"
        yield Fault(at, f"{here}: write module:Class, such as patient:Patient")
    elif is_code(name) and not shelf.allow_code:
        return  # nothing is imported, so parameters cannot be checked; and nothing is run
    elif not is_code(name) and name not in policies():
        yield wrong_name(at, name, sorted(policies()), raw)
    else:
        try:
            group = shelf.find(name).Parameters
        except ScenarioError as error:
            yield Fault(at, f"{dotted(at, raw)} = {shown(name)}: {error}")
            return
        yield from structural(group, parameters, path, raw, also=(NAME,))[1]


def _of_firms(raw: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    firms = raw.get("firms")
    for firm, content in firms.items() if isinstance(firms, Mapping) else ():
        if isinstance(content, Mapping) and "policy" in content:
            yield ("firms", firm, "policy"), content["policy"]


def _of_events(raw: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    events = raw.get("events")
    for number, event in enumerate(events if isinstance(events, list) else ()):
        settings = event.get("set") if isinstance(event, Mapping) else None
        for path, value in settings.items() if isinstance(settings, Mapping) else ():
            if _is_policy(path):
                yield ("events", number, "set", path), value


def _of_strategies(raw: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    strategies = raw.get("strategies")
    for name, strategy in strategies.items() if isinstance(strategies, Mapping) else ():
        settings = strategy.get("set") if isinstance(strategy, Mapping) else None
        for path, value in settings.items() if isinstance(settings, Mapping) else ():
            if _is_policy(path):
                yield ("strategies", name, "set", path), value


def _is_policy(path: Any) -> bool:
    parts = path.split(".") if isinstance(path, str) else []
    return parts[0:1] == ["firms"] and parts[2:] in (["policy"], ["policy", NAME])


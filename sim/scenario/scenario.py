"""A scenario in memory: its file, its strategies, and the world that each strategy makes of it."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path as FilePath
from typing import Any, NoReturn

from sim.network import parameters_of
from sim.policies.base import policies
from sim.scenario.check import check, first_at_each_place
from sim.scenario.faults import Fault, FaultyScenarioError, identity_fault
from sim.scenario.files import files_named
from sim.scenario.layers import Layer, applicable, change, unheard
from sim.scenario.limits import crowd_faults, refuse_unwritable
from sim.scenario.mechanisms import VARIANT, chosen_mechanisms
from sim.scenario.overrides import at, plain
from sim.scenario.places import Place
from sim.scenario.policies import (
    NAME,
    Shelf,
    code_faults,
    code_names,
    name_and_parameters,
    source_files,
)
from sim.scenario.reading import read_yaml
from sim.scenario.schema import Document, Value
from sim.scenario.statements import BASELINE, has_events_of
from sim.wording import did_you_mean, visible

MOST_WORLDS = 64
OF_SEVERAL_WORLDS = ("strategies", "claims", "uncertain", "carried_by", "lesson")
MAKES_A_RUN = (
    "weeks", "customers", "categories", "firms", "channels", "communities", "mechanisms", "events",
)


class Scenario:
    """A valid scenario with its strategies.

    Make one by ``load_scenario`` or ``Scenario.from_dict``. Attributes ``path``, ``text`` and
    ``name`` say where it comes from; ``overrides`` holds for every strategy; ``allow_code`` says
    whether policies named module:Class may run, which no file can say of itself.

    Parameters
    ----------
    raw
        Plain data as read from the file.
    name
        The file as it was named.
    text
        Text of the file, empty if there is none.
    path
        The file, None if there is none.
    overrides
        Settings replaced under every strategy, by dotted path.
    allow_code
        Whether policies that it names by module:Class may be imported and run.

    Raises
    ------
    FaultyScenarioError
        If anything is wrong with the document, one of its strategies, or the overrides.
    """

    def __init__(
        self, raw: Mapping[str, Any], *, name: str, text: str = "", path: FilePath | None = None,
        overrides: Mapping[str, Value] | None = None, places: Place | None = None,
        allow_code: bool = False,
    ) -> None:
        self.raw: Mapping[str, Any] = raw
        self.name = name
        self.text = text
        self.path = path
        self.overrides: dict[str, Value] = plain(overrides)
        self.allow_code = allow_code
        self._places = places
        self._worlds: dict[str, Document] = {}
        self.document = self._checked_file()

    @classmethod
    def from_dict(
        cls, raw: Mapping[str, Any], overrides: Mapping[str, Value] | None = None, *,
        allow_code: bool = False,
    ) -> Scenario:
        """A scenario made in Python; its faults name paths instead of lines."""
        refuse_unwritable(raw, "the scenario")
        return cls(
            copy.deepcopy(dict(raw)), name="the scenario", overrides=overrides,
            allow_code=allow_code,
        )

    @property
    def id(self) -> str:
        """Name of the scenario."""
        return self.document.id

    @property
    def strategies(self) -> tuple[str, ...]:
        """Names of the strategies, first the baseline."""
        return tuple(self.document.strategies)

    def world(
        self, strategy: str | None = None, overrides: Mapping[str, Value] | None = None
    ) -> Document:
        """The document as one strategy changes it.

        Parameters
        ----------
        strategy
            Name of a strategy; None: the file without any.
        overrides
            Further settings, set last. One that is declared uncertain and belongs to a mechanism
            that the strategy switches to another variant is left out: it does not exist there.

        Raises
        ------
        FaultyScenarioError
            If the strategy is unknown or a setting is wrong.
        """
        overrides = plain(overrides)
        key = repr((strategy, sorted(overrides.items())))
        if key not in self._worlds:
            if len(self._worlds) >= MOST_WORLDS:
                self._worlds.clear()
            document, faults = self._make(strategy, overrides)
            if document is None:
                self._refuse(faults)
            self._worlds[key] = document
        return self._worlds[key]

    def worlds(self) -> list[Document]:
        """The document without a strategy, and under each one under which it can be made.

        Settings that were given may not fit a strategy that nobody asks for.
        """
        made = [self.document]
        for strategy in self.strategies:
            with suppress(FaultyScenarioError):
                made.append(self.world(strategy))
        return made

    def varied(self, overrides: Mapping[str, Value]) -> Scenario:
        """The same scenario with further settings; what is wrong with one shows in its worlds."""
        twin = copy.copy(self)
        twin.overrides, twin._worlds = {**self.overrides, **plain(overrides)}, {}
        return twin

    def resolved(self, strategy: str | None = None) -> dict[str, Any]:
        """The world of a strategy as plain data, every default written out: a scenario by itself.

        What speaks of several strategies (strategies, claims, uncertain, lesson) is not in it.

        Raises
        ------
        FaultyScenarioError
            If the strategy is unknown.
        """
        return resolve(self.world(strategy))

    def digest(self, strategy: str | None = None) -> str:
        """A hash of all that makes a run of this strategy what it is; prose does not count.

        Raises
        ------
        FaultyScenarioError
            If the strategy is unknown.
        OSError
            If a network or policy file beside the scenario cannot be read any more.
        """
        return digest(self.world(strategy), self.folder)

    @property
    def code(self) -> list[str]:
        """Policies of one's own that it names by module:Class, in firms, strategies or events."""
        return code_names(self.raw, self.overrides)

    def check_permission(self) -> None:
        """Refuse to run code that nobody allowed.

        Raises
        ------
        FaultyScenarioError
            If it names a policy by module:Class and was not loaded with ``allow_code``.
        """
        faults = [] if self.allow_code else code_faults(self.raw, self.overrides)
        if faults:
            self._refuse(faults)

    @property
    def shelf(self) -> Shelf:
        """Where the classes of its policies come from."""
        return Shelf(self.folder, self.allow_code)

    @property
    def folder(self) -> FilePath | None:
        """The folder where a network file may lie."""
        return None if self.path is None else self.path.resolve().parent

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_places": None, "_worlds": {}}

    def __repr__(self) -> str:
        return f"<Scenario {self.name}: {', '.join(self.strategies)}>"

    def _checked_file(self) -> Document:
        """The valid document of the file, after trying every strategy as well."""
        if crowd := list(crowd_faults(self.raw)):
            self._refuse(crowd)
        document, faults = check(self.raw, self.folder, allow_code=self.allow_code)
        faults += self._identity()
        known = list(faults)
        strategies = at(self.raw, "strategies")
        for strategy in strategies or (BASELINE,):
            own = at(strategies, strategy, "set") or has_events_of(self.raw, strategy)
            if own or self.overrides:
                faults += self._make(strategy, {}, known)[1]
        faults += unheard(Layer(self.overrides), strategies)
        if document is None or faults:
            self._refuse(first_at_each_place(faults))
        return document

    def _identity(self) -> list[Fault]:
        """The id is the file's name, so that what `list` shows can be found."""
        name = self.raw.get("id")
        if self.path is None or not isinstance(name, str) or name == self.path.stem:
            return []
        return [identity_fault(name, self.path.stem)]

    def _make(
        self, strategy: str | None, overrides: Mapping[str, Value], known: Sequence[Fault] = ()
    ) -> tuple[Document | None, list[Fault]]:
        """The world of a strategy, or the faults that its settings bring in."""
        strategies = at(self.raw, "strategies") or {BASELINE: {}}
        if strategy is not None and strategy not in strategies:
            hint = did_you_mean(str(strategy), strategies)
            message = f"there is no strategy '{visible(str(strategy))[:60]}'{hint}"
            return None, [Fault(("strategies",), message, on_key=True)]
        own = Layer(at(strategies, strategy, "set"), strategy)
        given = applicable(self.raw, own, Layer(overrides))
        layers = [Layer(self.overrides), own, given]
        made, faults = change(self.raw, layers, self.folder, known, allow_code=self.allow_code)
        return made and _with_events_of(made, strategy), faults

    def _refuse(self, faults: list[Fault]) -> NoReturn:
        places = self._places
        if places is None and self.text:
            places = read_yaml(self.text, self.name)[1]
        raise FaultyScenarioError([fault.located(places) for fault in faults], self.name, self.text)


def _with_events_of(document: Document, strategy: str | None) -> Document:
    """A document with the events that happen under a strategy only."""
    if all(event.strategies is None for event in document.events):
        return document
    own = [
        event.model_copy(update={"strategies": None}) for event in document.events
        if event.strategies is None or strategy in event.strategies
    ]
    return document.model_copy(update={"events": own})


def resolve(document: Document) -> dict[str, Any]:
    """A document as plain data with the parameters of network and mechanisms written out."""
    plain: dict[str, Any] = document.model_dump(mode="json", exclude=set(OF_SEVERAL_WORLDS))
    network = document.customers.network
    if network.kind is not None:
        parameters = parameters_of(network.kind)(**(network.model_extra or {}))
        plain["customers"]["network"] |= parameters.model_dump(mode="json")
    chosen = chosen_mechanisms(document)
    plain["mechanisms"] = {
        family: {VARIANT: variant, **parameters.model_dump(mode="json")}
        for family, (variant, parameters) in chosen.items()
    }
    for name, firm in document.firms.items():
        plain["firms"][name]["policy"] = _policy_written_out(firm.policy)
    for segment in plain["customers"]["segments"].values():
        # A strategy may run another variant than the one that a segment was told about.
        segment["behavior"] = {
            family: {name: v for name, v in own.items() if hasattr(chosen[family][1], name)}
            for family, own in segment["behavior"].items()
        }
    return plain


def _policy_written_out(written: Any) -> Any:
    """A policy of the program with all its parameters; one of somebody's own as written."""
    name, parameters = name_and_parameters(written)
    if name not in policies():
        return written
    values = policies()[name].Parameters(**parameters).model_dump(mode="json")
    return {NAME: name, **values} if values else name


def digest(document: Document, folder: FilePath | None) -> str:
    """A hash of what makes a run: resolved settings, and contents of files it names and of code.

    A module from the import path counts by its name only.
    """
    plain = resolve(document)
    content = json.dumps({name: plain[name] for name in MAKES_A_RUN}, ensure_ascii=True)
    hashed = hashlib.blake2b(content.encode(), digest_size=16)
    if folder is not None:
        for file in files_named(document):
            hashed.update((folder / file).read_bytes())
    for code in source_files(document, folder):
        hashed.update(code.read_bytes())
    return hashed.hexdigest()

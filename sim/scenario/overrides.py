"""Finds the setting at a dotted path and sets it, written or not, without changing the original."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.mechanisms.base import families
from sim.network import kinds, parameters_of
from sim.parameters import Declared, declaration
from sim.policies.code import is_code
from sim.scenario.faults import Fault, FaultyScenarioError, subject
from sim.scenario.limits import refuse_unwritable
from sim.scenario.mechanisms import VARIANT, variant_and_parameters
from sim.scenario.places import Path
from sim.scenario.policies import NAME, name_and_parameters, parameter_groups
from sim.scenario.reading import read_yaml
from sim.scenario.schema import Document, Network
from sim.scenario.shapes import Form, forms_of, forms_of_field
from sim.wording import did_you_mean, visible

ROOTS = ("weeks", "customers", "categories", "firms", "mechanisms")
_MISSING: Any = object()
PLAIN = (Form(float), Form(int), Form(bool), Form(str))


@dataclass(frozen=True)
class Setting:
    """One setting of a scenario, written in the file or left at its default.

    Parameters
    ----------
    path
        Where it is in the document.
    forms
        What it accepts.
    value
        Its value as read, or its default.
    declared
        Unit, source and further attributes of its declaration.
    around
        The mappings that lead to it, outermost first, as they would be written.
    """

    path: Path
    forms: tuple[Form, ...]
    value: Any
    declared: Mapping[str, Any]
    around: tuple[Mapping[str, Any], ...]

    @property
    def is_lever(self) -> bool:
        """Whether firms and events may set it during a run."""
        in_levers = len(self.path) == 4 and self.path[0] == "firms" and self.path[2] == "levers"
        return in_levers or bool(self.declared.get("lever"))

    @property
    def number(self) -> Form | None:
        """Its form as a number, if it can be one."""
        return next((form for form in self.forms if form.is_number), None)

    def replaced(self, value: Any) -> Any:
        """The whole document with this setting at another value."""
        for mapping, part in zip(reversed(self.around), reversed(self.path), strict=True):
            value = {**mapping, part: value}
        return value


def find(raw: Mapping[str, Any], path: str) -> Setting | Fault:
    """The setting at a dotted path, or what is wrong with the path."""
    walk = _Walk(raw)
    parts = path.split(".")
    for part in parts:
        fault = walk.step(part)
        if fault is not None:
            return fault
    return Setting(
        tuple(walk.path), walk.forms, walk.shown_value, walk.declared, tuple(walk.around)
    )


def apply(raw: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The document with settings replaced; the original stays as it is.

    Raises
    ------
    FaultyScenarioError
        If a path leads nowhere.
    """
    changed, faults = try_apply(raw, overrides)
    if faults:
        raise FaultyScenarioError([fault for _, fault in faults], "the overrides")
    return changed


def try_apply(
    raw: Mapping[str, Any], overrides: Mapping[str, Any]
) -> tuple[dict[str, Any], list[tuple[str, Fault]]]:
    """The document with the settings replaced that exist, and a fault for each other path.

    Wider settings are set before narrower ones, so the order of the paths means nothing.
    """
    faults: list[tuple[str, Fault]] = []
    changed = dict(raw)
    for path in sorted(overrides, key=lambda path: path.count(".")):
        setting = find(changed, path)
        if isinstance(setting, Fault):
            faults.append((path, setting))
        else:
            changed = setting.replaced(overrides[path])
    return changed, faults


def plain(overrides: Mapping[str, Any] | None) -> dict[str, Any]:
    """Settings given in Python with NumPy's numbers and arrays as Python's own.

    Raises
    ------
    FaultyScenarioError
        If they are none that a file could spell.
    """
    if overrides is None:
        return {}
    refuse_unwritable(overrides, "the settings given")
    return {
        path: value.tolist() if hasattr(value, "dtype") else value
        for path, value in overrides.items()
    }


def parse_assignment(text: str) -> tuple[str, Any]:
    """Path and value of ``firms.Treo.levers.markup=0.3``; the value is read as in a file.

    Raises
    ------
    FaultyScenarioError
        If there is no '=', no path, or no plain value.
    """
    path, equals, written = text.partition("=")
    if not equals or not path.strip():
        message = f"'{visible(text)[:80]}' must read path=value, such as weeks=52"
        raise FaultyScenarioError([Fault((), message)], "--set")
    value, _ = read_yaml(written, "--set")
    if isinstance(value, (Mapping, list)):
        message = f"'{visible(text)[:80]}': the value must be one number or word"
        raise FaultyScenarioError([Fault((), message)], "--set")
    return path.strip(), value


@dataclass
class _Walk:
    """Follows a path down document and declaration at once."""

    value: Any
    forms: tuple[Form, ...] = (Form(Document),)
    path: list[str] = field(default_factory=list)
    around: list[Mapping[str, Any]] = field(default_factory=list)
    declared: Mapping[str, Any] = field(default_factory=dict)
    root: Any = None

    def __post_init__(self) -> None:
        self.root = self.value

    @property
    def shown_value(self) -> Any:
        return None if self.value is _MISSING else self.value

    def step(self, part: str) -> Fault | None:
        """Go into one part, or say why that is impossible."""
        here = tuple(self.path)
        allowed = self._allowed(part)
        if part not in allowed:
            return self._nowhere(part, list(allowed))
        opened = self._opened(part)
        self.forms, self.declared, default = allowed[part]
        self.around.append(opened)
        self.value = opened.get(part, default)
        self.path = [*here, part]
        return None

    def _allowed(self, part: str) -> dict[str, tuple[tuple[Form, ...], Mapping[str, Any], Any]]:
        """What may follow here: forms, declaration and default by name."""
        path = tuple(self.path)
        if not path:
            return {name: _of_field(Document, name) for name in ROOTS}
        if path == ("mechanisms",):
            inner = self._inner()
            return {family: (inner, {}, _MISSING) for family in families()}
        if path[0] == "mechanisms" and len(path) == 2:
            variant: dict[str, Any] = {VARIANT: ((Form(str),), {}, _MISSING)}
            return variant | _fields(*self._parameters(str(path[1])))
        if path[0] == "firms" and path[2:] == ("policy",):
            return self._policy(part)
        if path == ("customers", "network"):
            return _fields(Network, *self._network_parameters())
        if path[0] == "customers" and path[3:4] == ("behavior",):
            return self._behavior(path)
        group = self._group(part)
        if group is not None:
            return _fields(group)
        entry = (self._inner(), self.declared, _MISSING)
        return dict.fromkeys(self._names(path), entry)

    def _policy(self, part: str) -> dict[str, Any]:
        named: dict[str, Any] = {NAME: ((Form(str),), {}, _MISSING)}
        written = {} if self.value is _MISSING else self.value
        if is_code(name_and_parameters(written)[0]):  # nobody knows its parameters before it runs
            return named | {part: (PLAIN, {}, _MISSING)}
        return named | _fields(*parameter_groups(written))

    def _behavior(self, path: Path) -> dict[str, Any]:
        if len(path) == 4:
            return {family: ((Form(dict),), {}, _MISSING) for family in families()}
        groups = self._parameters(str(path[4])) if len(path) == 5 else []
        return {
            name: entry
            for name, entry in _fields(*groups).items()
            if entry[1].get("by_segment")
        }

    def _group(self, part: str) -> type[Declared] | None:
        groups = [form.type for form in self.forms if form.is_group]
        has_names = any(form.type is dict for form in self.forms)
        fitting = [group for group in groups if part in group.model_fields]
        return next(iter(fitting or ([] if has_names else groups)), None)

    def _inner(self) -> tuple[Form, ...]:
        mapping = next((form for form in self.forms if form.type is dict), None)
        return forms_of(mapping.arguments[-1]) if mapping and mapping.arguments else ()

    def _names(self, path: Path) -> list[str]:
        """Names that a mapping may hold: those declared elsewhere, or those written in it."""
        if path[-1] in ("needs", "beliefs"):
            return attribute_names(self.root)
        if path[-1] == "quality":
            category = self.around[-1].get("category")
            return list(at(self.root, "categories", category, "attributes"))
        if path[-1] in ("purchase_rate", "taste"):
            return list(at(self.root, "categories"))
        if path[-1] in ("channels", "channel_costs", "channel_affinity"):
            named = self.root.get("channels")
            return [name for name in named if isinstance(name, str)] if named else []
        has_names = any(form.type is dict for form in self.forms)
        return [*self.value] if has_names and isinstance(self.value, Mapping) else []

    def _opened(self, part: str) -> Mapping[str, Any]:
        """The mapping that stands here, or the one that a plain value stands for."""
        if isinstance(self.value, Mapping):
            return self.value
        if self.value is _MISSING or self.value is None:
            return {}
        if self.path[0] == "mechanisms":
            return {VARIANT: self.value}
        if self.path[2:] == ["policy"]:
            return {NAME: self.value}
        group = self._group(part)
        if group is not None and isinstance(self.value, (int, float)):
            return {next(iter(group.model_fields)): self.value}
        return {}

    def _parameters(self, family: str) -> list[type[Declared]]:
        """Parameters of the chosen variant; of all, where the choice is itself a mistake."""
        variants = families()[family]
        variant, _ = variant_and_parameters(family, at(self.root, "mechanisms").get(family, {}))
        chosen = [cls for name, cls in variants.items() if name == variant]
        return [cls.Parameters for cls in chosen or variants.values()]

    def _network_parameters(self) -> list[type[Declared]]:
        """Parameters of the generator; of all, where the kind is itself a mistake."""
        network = at(self.root, "customers", "network")
        if "file" in network:
            return []
        chosen = [kind for kind in kinds() if kind == network.get("kind")]
        return [parameters_of(kind) for kind in chosen or kinds()]

    def _nowhere(self, part: str, allowed: list[str]) -> Fault:
        here, short = tuple(self.path), visible(part)[:60]
        if not here:
            choice = did_you_mean(part, allowed)
            return Fault((part,), f"'{short}' cannot be set{choice}", on_key=True)
        owner = subject(here)
        if not allowed:
            return Fault((*here, part), f"{owner} has no parts, so no '{short}'", on_key=True)
        message = f"{owner} has no '{short}'{did_you_mean(part, allowed)}"
        return Fault((*here, part), message, on_key=True)


@functools.lru_cache(maxsize=4096)
def _of_field(group: type[Declared], name: str) -> tuple[tuple[Form, ...], Mapping[str, Any], Any]:
    info = group.model_fields[name]
    default = _MISSING if info.is_required() else info.get_default()
    if isinstance(default, Declared) or default == {}:
        default = _MISSING
    return forms_of_field(group, name), declaration(group, name), default


def _fields(*groups: type[Declared]) -> dict[str, Any]:
    return {name: _of_field(group, name) for group in groups for name in group.model_fields}


def at(raw: Any, *path: Any) -> Mapping[str, Any]:
    """The mapping at a path, empty where something else stands there."""
    for part in path:
        raw = raw.get(part) if isinstance(raw, Mapping) and isinstance(part, str) else None
    return raw if isinstance(raw, Mapping) else {}


def attribute_names(raw: Any) -> list[str]:
    """Attributes of all categories."""
    categories = at(raw, "categories")
    return [name for category in categories for name in at(categories, category, "attributes")]

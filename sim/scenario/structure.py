"""Holds a value against its declaration and says what is wrong in words of the file.

pydantic finds the faults; here they are counted once (a union reports every branch that it tried)
and worded from the same declaration.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from sim.parameters import Declared
from sim.scenario.faults import Fault, dotted, subject, unknown_key, wrong_value
from sim.scenario.places import Path
from sim.scenario.shapes import Form, choices, expected, forms_of, forms_of_field
from sim.wording import closest, visible

G = TypeVar("G", bound=Declared)


def structural(
    group: type[G], value: Any, path: Path = (), document: Any = None, *, also: tuple[str, ...] = ()
) -> tuple[G | None, list[Fault]]:
    """The declared group that a value spells, or what keeps it from being one.

    Parameters
    ----------
    group
        The declaration.
    value
        What was read.
    path
        Where it stands in the document, for the faults.
    document
        The whole document, for the names of list items.
    also
        Settings beside it that belong to the same mapping, for the hints.
    """
    try:
        return group.model_validate(value), []
    except ValidationError as error:
        return None, _faults(error, (Form(group),), value, path, document, also)


def _faults(
    error: ValidationError, forms: tuple[Form, ...], value: Any, path: Path, document: Any,
    also: tuple[str, ...] = (),
) -> list[Fault]:
    faults: dict[tuple[Path, bool], Fault] = {}
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        trail = _Trail(forms, value, path, document, also)
        for fault in trail.faults(found["loc"], found["type"]):
            faults.setdefault((fault.path, fault.on_key), fault)
    return _without_misspelt(list(faults.values()), value, len(path))


def _without_misspelt(faults: list[Fault], value: Any, depth: int) -> list[Fault]:
    """Leave out "needs a 'price'" where 'prise' was found beside it: one mistake, one line."""
    on_keys = [fault for fault in faults if fault.on_key]
    missing = [fault for fault in on_keys if not _is_written(value, fault.path[depth:])]
    written = [fault for fault in on_keys if fault not in missing]

    def is_misspelt(fault: Fault) -> bool:
        *owner, name = fault.path
        beside = [str(other.path[-1]) for other in written if [*other.path[:-1]] == owner]
        return any(closest(key, [str(name)]) for key in beside)

    return [fault for fault in faults if fault not in missing or not is_misspelt(fault)]


def _is_written(value: Any, path: Path) -> bool:
    for part in path:
        in_list = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if not in_list and not (isinstance(value, Mapping) and part in value):
            return False
        value = value[part]
    return True


class _Trail:
    """Follows the location of one pydantic error down the declaration and the value."""

    def __init__(
        self, forms: tuple[Form, ...], value: Any, path: Path, document: Any,
        also: tuple[str, ...],
    ) -> None:
        self.forms = forms
        self.value = value
        self.path = path
        self.document = document
        self.also = also

    def faults(self, location: tuple[str | int, ...], kind: str) -> list[Fault]:
        """The faults that one pydantic error stands for."""
        for depth, part in enumerate(location):
            is_last = depth == len(location) - 1
            if part == "[key]":
                return [self._bad_key()]
            if len(choices(self.forms)) > 1:
                return self._of_union()
            form = choices(self.forms)[0]
            if form.type is tuple:
                break
            if kind == "missing" and is_last and form.is_group:
                return [self._missing(form.type, str(part))]
            if kind == "extra_forbidden" and is_last:
                allowed = [*self.also, *form.type.model_fields]
                return [unknown_key((*self.path, part), allowed, self.document)]
            self._descend(form, part)
        if len(choices(self.forms)) > 1:
            return self._of_union()
        return [wrong_value(self.path, self.value, expected(self.forms), self.document)]

    def _descend(self, form: Form, part: str | int) -> None:
        if form.is_group:
            self.forms = forms_of_field(form.type, str(part))
        elif form.arguments:
            # Names of bad keys stay at the mapping: "[key]" follows.
            self.forms = forms_of(form.arguments[-1])
        else:
            self.forms = (Form(Any),)
        inside = isinstance(self.value, Mapping) and part in self.value
        if inside or (isinstance(self.value, list) and isinstance(part, int)):
            self.value = self.value[part]
        self.path = (*self.path, part)

    def _of_union(self) -> list[Fault]:
        """One fault for a value that may take several forms, by the form that it is closest to."""
        form = _closest_form(choices(self.forms), self.value)
        if form is not None and form.is_group:
            return structural(form.type, self.value, self.path, self.document)[1]
        if form is not None and form.type is dict:
            return _mapping_faults(form, self.value, self.path, self.document)
        shown_forms = self.forms if form is None else (form,)
        return [wrong_value(self.path, self.value, expected(shown_forms), self.document)]

    def _missing(self, group: type[Declared], name: str) -> Fault:
        purpose = (group.model_fields[name].description or "").rstrip(".")
        purpose = purpose.removeprefix("Lever: ").partition(";")[0]
        purpose = purpose[:1].lower() + purpose[1:]
        message = f"{subject(self.path, self.document)} needs a '{name}': {purpose}"
        return Fault((*self.path, name), message, on_key=True)

    def _bad_key(self) -> Fault:
        key = visible(str(self.path[-1]))[:60]
        where = dotted(self.path[:-1], self.document)
        words = "letters a to z, digits, spaces, '_' and '-', first a letter, at most 40 characters"
        return Fault(self.path, f"{where}: '{key}' is not a name: use {words}", on_key=True)


def _closest_form(forms: tuple[Form, ...], value: Any) -> Form | None:
    fitting = [form for form in forms if form.holds(value)]
    groups = [f for f in fitting if f.is_group and set(f.type.model_fields) & set(value)]
    mappings = [form for form in fitting if form.type is dict]
    return next(iter(groups or mappings or fitting), None)


@functools.lru_cache(maxsize=64)
def _adapter(key: Any, value: Any) -> TypeAdapter[Any]:
    strict = ConfigDict(strict=True, allow_inf_nan=False)
    return TypeAdapter(dict[key, value], config=strict)


def _mapping_faults(form: Form, value: Any, path: Path, document: Any) -> list[Fault]:
    try:
        _adapter(*form.arguments).validate_python(value)
    except ValidationError as error:
        return _faults(error, (form,), value, path, document)
    return []

"""What a declared type accepts, as data: its forms, their bounds, and both in plain words."""

from __future__ import annotations

import datetime
import functools
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, cast

from annotated_types import Ge, Le
from pydantic import StringConstraints
from pydantic.fields import FieldInfo

from sim.parameters import Declared
from sim.wording import IDENTIFIER, NAME, listed


@dataclass(frozen=True)
class Form:
    """One form that a value may take, such as a number from 0 to 1.

    Parameters
    ----------
    type
        ``float``, ``int``, ``str``, ``bool``, a date, ``list``, ``tuple``, ``dict``, a
        ``Declared`` class, ``Any``, ``None``; for a choice of words ``Literal``.
    arguments
        What stands in brackets: annotations of key and value, or the words of a choice.
    lowest, highest
        Bounds of a number, or of the length of a text, both inclusive.
    pattern
        Pattern of a text.
    """

    type: Any
    arguments: tuple[Any, ...] = ()
    lowest: float | None = None
    highest: float | None = None
    pattern: str | None = None

    @property
    def is_group(self) -> bool:
        """Whether it is a mapping with declared settings."""
        return isinstance(self.type, type) and issubclass(self.type, Declared)

    @property
    def is_number(self) -> bool:
        """Whether it is a number, whole or not."""
        return self.type in (float, int)

    def holds(self, value: Any) -> bool:
        """Whether a value has this form's type; its bounds are another matter."""
        if self.is_group or self.type is dict:
            return isinstance(value, Mapping)
        if self.is_number:
            return not isinstance(value, bool) and isinstance(value, (int, self.type))
        if self.type is Literal:
            return value in self.arguments
        if self.type in (str, bool, list, tuple):
            return isinstance(value, list if self.type is tuple else self.type)
        return self.type is None and value is None

    def within(self, value: float) -> bool:
        """Whether a number is within the bounds."""
        low_enough = self.highest is None or value <= self.highest
        return low_enough and (self.lowest is None or value >= self.lowest)


@functools.lru_cache(maxsize=4096)
def forms_of_field(group: type[Declared], name: str) -> tuple[Form, ...]:
    """Every form that one setting of a group may take."""
    info = group.model_fields[name]
    return tuple(_bounded(form, info.metadata) for form in forms_of(info.annotation))


def forms_of(annotation: Any) -> tuple[Form, ...]:
    """Every form that an annotation accepts."""
    try:
        return _known_forms(annotation)
    except TypeError:  # its metadata cannot be hashed
        return tuple(_forms(annotation))


@functools.lru_cache(maxsize=4096)
def _known_forms(annotation: Any) -> tuple[Form, ...]:
    return tuple(_forms(annotation))


def _forms(annotation: Any) -> Iterator[Form]:
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        inner, *metadata = typing.get_args(annotation)
        for form in _forms(inner):
            yield _bounded(form, metadata)
    elif origin in (typing.Union, types.UnionType):
        for member in typing.get_args(annotation):
            yield from _forms(member)
    elif annotation in (None, type(None)):
        yield Form(None)
    else:
        yield Form(origin or annotation, typing.get_args(annotation))


def _bounded(form: Form, metadata: list[Any]) -> Form:
    for item in metadata:
        if isinstance(item, FieldInfo):
            form = _bounded(form, item.metadata)
        elif isinstance(item, Ge) and form.is_number:
            form = replace(form, lowest=cast(float, item.ge))
        elif isinstance(item, Le) and form.is_number:
            form = replace(form, highest=cast(float, item.le))
        elif isinstance(item, StringConstraints) and form.type is str:
            pattern = item.pattern if isinstance(item.pattern, str) else None
            form = replace(
                form, lowest=item.min_length, highest=item.max_length, pattern=pattern
            )
    return form


def choices(forms: tuple[Form, ...]) -> tuple[Form, ...]:
    """The forms among which pydantic tries in turn: all but null."""
    return tuple(form for form in forms if form.type is not None)


def expected(forms: tuple[Form, ...]) -> str:
    """What a value must be, in words that follow "must be"."""
    has_fractions = any(form.type is float for form in forms)
    words = [_in_words(form) for form in forms if not (has_fractions and form.type is int)]
    words.sort(key=lambda word: word == "nothing (null)")
    return ", or ".join(dict.fromkeys(words))


def _in_words(form: Form) -> str:
    if form.is_number:
        kind = "a whole number" if form.type is int else "a number"
        return kind + _range(form.lowest, form.highest)
    if form.type is str:
        return _text_in_words(form)
    if form.is_group:
        return f"a mapping with {listed(list(form.type.model_fields))}"
    if form.type is Literal:
        return f"one of {listed([str(word) for word in form.arguments])}"
    if form.type is tuple:
        return "two whole numbers such as [1, 52]"
    words = {
        bool: "true or false", dict: "a mapping (lines of 'name: value')", list: "a list",
        datetime.date: "a date such as 2026-01-05", None: "nothing (null)",
    }
    return words.get(form.type, "a value")


def _range(lowest: float | None, highest: float | None) -> str:
    if lowest is not None and highest is not None:
        return f" from {lowest:,g} to {highest:,g}" if highest < 1e6 else (
            f" from {lowest:,g} to {round(highest):,}"
        )
    if lowest is not None:
        return f" of at least {lowest:,g}"
    return "" if highest is None else f" of at most {highest:,g}"


def _text_in_words(form: Form) -> str:
    most = "" if form.highest is None else f" of at most {form.highest:,g} characters"
    if form.pattern == NAME:
        return f"a name{most} (letters a to z, digits, spaces, '_' and '-', first a letter)"
    if form.pattern == IDENTIFIER:
        return f"a name{most} (lower-case letters, digits and '_', first a letter)"
    return f"a text{most}"

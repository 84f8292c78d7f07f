"""What is wrong with a scenario: one fault a line, shown with its line of the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.errors import ScenarioError
from sim.scenario.places import Path, Place
from sim.wording import (
    IDENTIFIER,
    LONGEST_VALUE,
    closest,
    did_you_mean,
    listed,
    shown,
    visible,
)

MOST_SHOWN = 50
LONGEST_LINE = 160

SECTIONS = (
    "firms", "offers", "segments", "categories", "strategies", "attributes", "behavior", "factors",
)
LISTS = {"events": "name", "claims": "id", "outcomes": "name"}


@dataclass(frozen=True)
class Fault:
    """One thing that somebody has to mend.

    Parameters
    ----------
    path
        Where it is in the document.
    message
        What is wrong and how to mend it, one line.
    line, column
        Where it is in the file, counted from 1; 0: not in the file; None: not known yet.
    on_key
        Whether it is the name that is wrong, rather than the value.
    beside
        Other places that it contradicts, where it may as well be mended.
    """

    path: Path
    message: str
    line: int | None = None
    column: int | None = None
    on_key: bool = False
    beside: tuple[Path, ...] = ()

    def located(self, places: Place | None) -> Fault:
        """The same fault with line and column, if it has none yet and there is a file."""
        if places is None or self.line is not None:
            return self
        line, column = places.find(self.path, on_key=self.on_key)
        return replace(self, line=line, column=column)


class FaultyScenarioError(ScenarioError):
    """Everything that is wrong with one scenario, sorted by line.

    Parameters
    ----------
    faults
        What is wrong.
    name
        The file as it was named.
    text
        Its text, to show the lines in question.
    """

    def __init__(self, faults: Iterable[Fault], name: str, text: str = "") -> None:
        unique = {(fault.line, fault.column, fault.message): fault for fault in faults}
        self.faults: tuple[Fault, ...] = tuple(sorted(unique.values(), key=_position))
        self.name = name
        self.text = text
        super().__init__(render(self.faults, name, text))

    def __reduce__(self) -> tuple[type[FaultyScenarioError], tuple[Any, ...]]:
        return type(self), (self.faults, self.name, self.text)


def render(faults: Sequence[Fault], name: str, text: str = "") -> str:
    """All faults in words, each with its line and a caret under the place."""
    source = text.split("\n")
    shown = [line for fault in faults[:MOST_SHOWN] for line in _render_one(fault, name, source)]
    if len(faults) > MOST_SHOWN:
        shown.append(f"... and {len(faults) - MOST_SHOWN} more.")
    problems = "1 problem" if len(faults) == 1 else f"{len(faults)} problems"
    stem = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "\n".join([*shown, f"{problems} in {visible(stem)}; nothing was run."])


def _render_one(fault: Fault, name: str, source: Sequence[str]) -> list[str]:
    if not fault.line or not fault.column:
        return [f"{visible(name)}: {fault.message}"]
    head = f"{visible(name)}:{fault.line}:{fault.column}: {fault.message}"
    if not 1 <= fault.line <= len(source) or not source[fault.line - 1].strip():
        return [head]
    text = source[fault.line - 1].rstrip("\r")
    # Long lines are cut so that the caret stays in sight.
    start = max(0, fault.column - 1 - LONGEST_LINE // 2) if len(text) > LONGEST_LINE else 0
    before, after = text[start : fault.column - 1], text[fault.column - 1 : start + LONGEST_LINE]
    width = len(visible(before))
    return [
        head,
        f"{fault.line:5d} | {visible(before)}{visible(after)}",
        f"      | {' ' * width}^",
    ]


def _position(fault: Fault) -> tuple[int, int, str]:
    return fault.line or 0, fault.column or 0, fault.message


def identity_fault(name: str, stem: str) -> Fault:
    """An id that is not the name of its file, and which of the two is to be changed."""
    told = f"must be {shown(stem)}, the name of the file"
    if not re.match(IDENTIFIER, stem):
        told = (f"must be the name of the file, and {shown(stem)} cannot be an id: give the file a "
                "name of lower-case letters, digits and '_'")
    return Fault(("id",), f"id = {shown(name)}: {told}")


def subject(path: Path, document: Any = None) -> str:
    """The thing at a path as a reader would call it, such as ``firms "Treo" levers``."""
    if not path:
        return "the file"
    words: list[str] = []
    for depth, part in enumerate(path):
        above = path[depth - 1] if depth else None
        if isinstance(part, int):
            words.append(_item(path[: depth + 1], document))
        elif above in SECTIONS:
            words.append(f'"{visible(part)}"')
        else:
            words.append(visible(part))
    return " ".join(words)


def dotted(path: Path, document: Any = None) -> str:
    """A path as strategies and ``--set`` write it."""
    if len(path) >= 3 and path[-2] == "set":
        return f"{subject(path[:-2], document)} sets {visible(str(path[-1]))}"
    if path and path[0] in LISTS and len(path) > 1:
        rest = "".join(f".{visible(str(part))}" for part in path[2:])
        return f"{path[0]} {_item(path[:2], document)}{rest and ' ' + rest[1:]}"
    return ".".join(visible(str(part)) for part in path)


def _item(path: Path, document: Any) -> str:
    """An item of a list: by its name where it has one, else by its number, counted from 1."""
    number = path[-1]
    name: Any = None
    if isinstance(document, dict) and len(path) == 2 and path[0] in LISTS:
        items = document.get(path[0])
        if isinstance(items, list) and isinstance(number, int) and number < len(items):
            item = items[number]
            name = item.get(LISTS[str(path[0])]) if isinstance(item, dict) else None
    if isinstance(name, str) and name:
        return f'"{visible(name[:LONGEST_VALUE])}"'
    return f"{number + 1}" if isinstance(number, int) else visible(number)


SEPARATED = re.compile(r"\d{1,3}([ _,'.]\d{3})+")
DECIMAL = re.compile(r"[-+]?[0-9]{1,12}([.,][0-9]{1,12})?( ?%)?")
MONEY = re.compile(r"[€$£¥₩] ?[0-9.,]{1,20}|[0-9.,]{1,20} ?[€$£¥₩]")


def wrong_value(path: Path, value: Any, expected: str, document: Any = None) -> Fault:
    """The fault of a value that is not what it must be."""
    where, got = dotted(path, document), shown(value)
    message = f"{where} = {got}: must be {expected}. Got {got} instead."
    if isinstance(value, str) and "number" in expected:
        message += _plain_number(value, of_claim=bool(path) and path[-1] in ("at_least", "at_most"))
    return Fault(path, message)


def _plain_number(value: str, *, of_claim: bool) -> str:
    """How a number is written that is one to a reader only: with separators, comma, % or money."""
    if SEPARATED.fullmatch(value):
        return " Write it without separators."
    if MONEY.fullmatch(value):
        return " Write the number alone, with a point before decimals."
    if not DECIMAL.fullmatch(value):
        return ""
    number = value.rstrip(" %").replace(",", ".")
    if value.endswith("%"):
        part = float(number) / 100
        ratio = f"; of a ratio, write {1 + part:.10g}" if of_claim else ""
        return f" A percentage is written as a part of 1: {part:.10g}{ratio}."
    return f" Write it with a point: {number}." if "," in value else ""


def wrong_name(
    path: Path, value: str, allowed: Sequence[str], document: Any = None, *,
    close: str | None = None,
) -> Fault:
    """The fault of a value that must be one of several names; ``close`` is meant, if known."""
    choice = f"must be {'one of ' if len(allowed) > 1 else ''}{listed(allowed)}"
    meant = close or closest(value, allowed)
    hint = f"; did you mean '{visible(meant)}'?" if meant else ""
    return Fault(path, f"{dotted(path, document)} = {shown(value)}: {choice}{hint}")


def unknown_key(path: Path, allowed: Iterable[str], document: Any = None) -> Fault:
    """The fault of a setting that does not exist."""
    owner, key = path[:-1], str(path[-1])
    short = visible(key if len(key) <= LONGEST_VALUE else key[: LONGEST_VALUE - 3] + "...")
    hint = did_you_mean(key, allowed) or "; it has none"
    message = f"{subject(owner, document)} has no setting '{short}'{hint}"
    return Fault(path, message, on_key=True)

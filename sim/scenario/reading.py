"""Reads the YAML of a scenario: plain data and where each part stands, or why it cannot be read.

The text is taken event by event, so a document that would grow too large through its aliases, or
nests too deep, is refused before it is built. YAML is read as version 1.2: ``NO`` and ``12:30:00``
are text, ``010`` is 10 and ``1e3`` a number. Tags are refused, so nothing in a file is executed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sim.scenario.faults import Fault, FaultyScenarioError
from sim.scenario.places import Path, Place
from sim.wording import visible

MOST_PARTS = 20_000
DEEPEST = 40
LONGEST_NUMBER = 400

# The core schema of YAML 1.2.2, section 10.3.2.
NULL = re.compile(r"null|Null|NULL|~|")
TRUTH = re.compile(r"(true|True|TRUE)|false|False|FALSE")
WHOLE = re.compile(r"[-+]?[0-9]+")
BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def read_yaml(text: str, name: str) -> tuple[Any, Place | None]:
    """Plain data spelled by a text, and where its parts stand; (None, None) for an empty text.

    Raises
    ------
    FaultyScenarioError
        If it is not one plain YAML document; every fault says line and column.
    """
    reader = _Reader()
    try:
        root = reader.document(_events(text))
    except _UnreadableError as stop:
        raise FaultyScenarioError([*reader.faults, stop.fault], name, text) from None
    except MarkedYAMLError as error:
        fault = _reworded(error, text)
        raise FaultyScenarioError([*reader.faults, fault], name, text) from None
    except (YAMLError, ValueError, RecursionError) as error:
        fault = Fault((), f"this is not YAML: {visible(str(error).splitlines()[0][:200])}")
        raise FaultyScenarioError([*reader.faults, fault], name, text) from None
    if reader.faults:
        raise FaultyScenarioError(reader.faults, name, text)
    return (root.value, root.place) if root else (None, None)


def read_scalar(text: str) -> Any:
    """The value that a plain word stands for: a number, true or false, null, or a text."""
    if NULL.fullmatch(text):
        return None
    if found := TRUTH.fullmatch(text):
        return found[1] is not None
    if len(text) <= LONGEST_NUMBER:
        if WHOLE.fullmatch(text):
            return int(text)
        if BASED.fullmatch(text):
            return int(text[2:], 8 if text[1] == "o" else 16)
        if NUMBER.fullmatch(text) or SPECIAL.fullmatch(text):
            return float(re.sub(r"\.(?=[iInN])", "", text))
    return text


@dataclass(frozen=True)
class _Part:
    """A value that was read, where it stands and how many values it holds, aliases expanded."""

    value: Any
    place: Place
    size: int


class _UnreadableError(Exception):
    def __init__(self, mark: Any, message: str) -> None:
        self.fault = _at(mark, message)


def _at(mark: Any, message: str, path: Path = ()) -> Fault:
    return Fault(path, message, mark.line + 1, mark.column + 1)


def _events(text: str) -> Iterator[Any]:
    yield from YAML(typ="safe", pure=True).parse(text)


class _Reader:
    """Builds plain data from parser events."""

    def __init__(self) -> None:
        self.anchors: dict[str, _Part | None] = {}
        self.faults: list[Fault] = []
        self.size = 0

    def document(self, events: Iterator[Any]) -> _Part | None:
        """The only document of a stream, or None for an empty stream."""
        root = None
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                if root is not None:
                    raise _UnreadableError(
                        event.start_mark, "a second document begins here ('---'); write one a file"
                    )
                if event.version not in (None, (1, 2)) or event.tags:
                    raise _UnreadableError(
                        event.start_mark, "files are read as YAML 1.2; leave out this line"
                    )
            elif kind not in ("StreamStartEvent", "StreamEndEvent", "DocumentEndEvent"):
                root = self._part(event, events, depth=1)
        return root

    def _part(self, event: Any, events: Iterator[Any], depth: int) -> _Part:
        kind, mark = type(event).__name__, event.start_mark
        if kind == "AliasEvent":
            return self._repeated(event)
        if getattr(event, "tag", None) is not None:
            tag = visible(str(event.tag).replace("tag:yaml.org,2002:", "!!"))[:60]
            raise _UnreadableError(mark, f"tags such as '{tag}' are not read; write a plain value")
        if depth > DEEPEST:
            raise _UnreadableError(mark, f"settings nest deeper than {DEEPEST} levels")
        self._count(1, mark)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        if kind == "ScalarEvent":
            value = read_scalar(event.value) if event.implicit[0] else event.value
            part = _Part(value, Place(mark.line + 1, mark.column + 1), 1)
        elif kind == "SequenceStartEvent":
            part = self._list(event, events, depth)
        else:
            part = self._mapping(event, events, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = part
        return part

    def _repeated(self, event: Any) -> _Part:
        name, mark = visible(event.anchor)[:60], event.start_mark
        if event.anchor not in self.anchors:
            raise _UnreadableError(mark, f"'*{name}' repeats '&{name}', which is not defined above")
        part = self.anchors[event.anchor]
        if part is None:
            raise _UnreadableError(mark, f"'*{name}' stands inside '&{name}', which it repeats")
        self._count(part.size, mark)
        return part

    def _count(self, more: int, mark: Any) -> None:
        self.size += more
        if self.size > MOST_PARTS:
            raise _UnreadableError(
                mark, f"the file has more than {MOST_PARTS:,} values, repetitions by '*' included"
            )

    def _list(self, start: Any, events: Iterator[Any], depth: int) -> _Part:
        place, before = _place(start), self.size
        values: list[Any] = []
        for event in events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            part = self._part(event, events, depth + 1)
            place.parts[len(values)] = part.place
            place.keys[len(values)] = (part.place.line, part.place.column)
            values.append(part.value)
        return _Part(values, place, self.size - before + 1)

    def _mapping(self, start: Any, events: Iterator[Any], depth: int) -> _Part:
        place, before = _place(start), self.size
        values: dict[str, Any] = {}
        for event in events:
            if type(event).__name__ == "MappingEndEvent":
                break
            key, mark = self._key(event), event.start_mark
            part = self._part(next(events), events, depth + 1)
            if key in place.keys:
                first = place.keys[key][0]
                self.faults.append(
                    _at(mark, f"'{visible(key)[:60]}' is written twice, first in line {first}; "
                        "keep one of them")
                )
                continue
            place.keys[key] = (mark.line + 1, mark.column + 1)
            # Where nothing is given, the parser's mark is at whatever comes next.
            place.parts[key] = part.place if part.value is not None else Place(*place.keys[key])
            values[key] = part.value
        return _Part(values, place, self.size - before + 1)

    def _key(self, event: Any) -> str:
        """The name of a setting: always text, whatever it looks like."""
        mark = event.start_mark
        if type(event).__name__ != "ScalarEvent":
            raise _UnreadableError(mark, "the name of a setting must be a plain word")
        if event.tag is not None:
            raise _UnreadableError(mark, "tags are not read; write the plain name")
        if event.value == "<<" and event.implicit[0]:
            raise _UnreadableError(mark, "'<<' is not part of YAML 1.2; write the settings out")
        return str(event.value)


def _place(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


REWORDED = (
    (r"found character '\\t'", "a tab is used for indentation; use spaces"),
    (r"found character '([@`%])'", "a text that begins with '{0}' needs quotes around it"),
    (r"while scanning a quoted scalar|while scanning a double-quoted scalar.*end of stream",
     "a quote is not closed"),
    (r"unknown escape character", "a backslash in double quotes has a special meaning; "
     "use single quotes"),
    (r"while parsing a flow (sequence|mapping).*stream end", "a bracket is not closed"),
    (r"while parsing a flow sequence", "a ',' or ']' is missing, or a bracket is not closed"),
    (r"while parsing a flow mapping", "a ',' or '}}' is missing, or a brace is not closed"),
    (r"mapping values are not allowed",
     "a ':' is not expected here; check the indentation, or put quotes around the text"),
    (r"could not find expected ':'", "a ':' is missing here, or the indentation is wrong"),
    (r"block (collection|mapping).*block (sequence start|mapping start|entry|end)|'\?'",
     "check the indentation: this line fits neither the lines above nor a setting around them"),
    (r"while parsing a block (collection|mapping)",
     "something follows a finished value; check quotes and indentation"),
    (r"expected the node content", "a value is missing, or a bracket was never opened"),
    (r"incompatible YAML document|directive", "files are read as YAML 1.2; leave out this line"),
    (r"undefined tag|parsing a tag|tag handle", "tags ('!') are not read; write the plain value"),
    (r"indentation indicators|block scalar", "'|' and '>' begin a text: it follows indented, "
     "on the lines below"),
    (r"anchor|alias", "'&' and '*' name and repeat a value; put quotes around such a text"),
)


def _reworded(error: MarkedYAMLError, text: str) -> Fault:
    """A message of the parser in plain words, at the place where the mistake is seen best."""
    said = f"{error.context or ''} {error.problem or ''}"
    message = "this is not YAML; check the indentation"
    for pattern, plain in REWORDED:
        if found := re.search(pattern, said):
            message = plain.format(*found.groups())
            break
    opened = "not closed" in message and error.context_mark is not None
    mark = error.context_mark if opened else error.problem_mark or error.context_mark
    if mark is None:
        return Fault((), message)
    line = min(mark.line, text.count("\n"))
    return Fault((), message, line + 1, mark.column + 1)

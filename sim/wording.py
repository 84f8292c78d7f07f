"""How names and values of others are shown to a reader, and which name she may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

NAME = r"^[A-Za-z][A-Za-z0-9_ -]*$"
IDENTIFIER = r"^[a-z][a-z0-9_]*$"
LONGEST_VALUE = 60
SHORTEST_PART = 3
"""Letters of a name that say which one is meant."""


def visible(text: str) -> str:
    """Text with every character that a terminal would obey, or not show, escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(value: Any) -> str:
    """A value as a reader of the file would write it, shortened."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list" if len(value) > 4 else f"[{', '.join(shown(v) for v in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > 10**LONGEST_VALUE:
        return "a huge number"
    if not isinstance(value, str):
        return visible(str(value))
    short = value if len(value) <= LONGEST_VALUE else value[: LONGEST_VALUE - 3] + "..."
    return f"'{visible(short)}'"


def did_you_mean(name: str, allowed: Iterable[str]) -> str:
    """A hint at the closest allowed name, at those that hold it, or at all where there are none."""
    names = list(allowed)
    if not names:
        return ""
    close = closest(name, names)
    if close:
        return f"; did you mean '{visible(close)}'?"
    part = name.strip().lower()
    holding = [one for one in names if part in one.lower()] if len(part) >= SHORTEST_PART else []
    if holding:
        return f"; did you mean {listed(holding).replace(', ', ' or ')}?"
    return f"; there is {listed(names)}"


def closest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name that looks most like this one, if any does."""
    names = {candidate.lower(): candidate for candidate in allowed}
    found = difflib.get_close_matches(name[:LONGEST_VALUE].lower(), names, n=1, cutoff=0.6)
    return names[found[0]] if found else None


def listed(names: Sequence[str], most: int = 12) -> str:
    """Names in quotes, joined by commas, a long list cut."""
    quoted = [f"'{visible(name)}'" for name in names[:most]]
    return ", ".join([*quoted, "..."] if len(names) > most else quoted)

"""Where text goes, and the one shape that it takes: paragraphs, indented or beside a name."""

from __future__ import annotations

import functools
import json
import sys
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

WIDEST = 110
"""Lines longer than this are hard to read, however wide the terminal is."""


def console(*, stderr: bool = False, widest: int = WIDEST) -> Console:
    """A console that shows texts as they are: no markup, no colors by guess."""
    made = _screen_class()(stderr=stderr, markup=False, emoji=False, highlight=False)
    made.width = min(made.width, widest)
    return made


@functools.cache
def _screen_class() -> type[Console]:
    from rich.console import Console

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            """Nobody reads any more: the program decides what that means, not rich."""
            raise BrokenPipeError

    return Screen


def say(text: str, *, to: TextIO | None = None) -> None:
    """Write lines as they are, unwrapped."""
    stream = to or sys.stdout
    stream.write(text + "\n")
    stream.flush()


def complain(text: str) -> None:
    """Write lines to stderr; what a terminal would obey in names and values is escaped."""
    from sim.wording import visible

    say("\n".join(map(visible, text.split("\n"))), to=sys.stderr)


def say_json(data: Any) -> None:
    """Write one JSON document; what is no number is null."""
    takes_all = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    say(json.dumps(data, indent=2, ensure_ascii=not takes_all, allow_nan=False))


def put(screen: Console, text: str | Text, *, by: int = 0, lead: str | Text = "") -> None:
    """Write a paragraph that wraps inside its indentation.

    Parameters
    ----------
    screen
        Where.
    text
        What; line breaks in it stay.
    by
        How far it is indented.
    lead
        What stands in the indentation of its first line, such as the name of what is explained;
        one that is too long has a line of its own.
    """
    from rich.text import Text

    body = Text(text) if isinstance(text, str) else text
    body.plain = "".join(map(_harmless, body.plain))
    first = Text(lead) if isinstance(lead, str) else lead
    if first and len(first) >= by:
        screen.print(first, soft_wrap=True)
        first = Text()
    for line in body.wrap(screen, max(screen.width - by, 20)) if body else [Text()]:
        whole = Text(" " * (0 if first else by)) + first
        whole.append(" " * (by - len(whole)))
        whole.append_text(line)
        whole.rstrip()
        screen.print(whole, soft_wrap=True)
        first = Text()


def _harmless(character: str) -> str:
    """A character that a terminal shows instead of obeying it."""
    if character.isprintable() or character == "\n":
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"


def bold(text: str) -> Text:
    """A heading, or the name of what is explained."""
    from rich.text import Text

    return Text(text, style="bold")


def dim(text: str) -> Text:
    """What may be skipped."""
    from rich.text import Text

    return Text(text, style="dim")

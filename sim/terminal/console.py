"""Where text goes, and the few shapes that it takes: paragraphs, headings, tables without boxes."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

WIDEST = 110
"""Lines longer than this are hard to read, however wide the terminal is."""


def console(*, stderr: bool = False) -> Console:
    """A console that shows texts as they are: no markup, no colors by guess."""
    from rich.console import Console

    made = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    made.width = min(made.width, WIDEST)
    return made


def say(text: str, *, to: TextIO | None = None) -> None:
    """Write lines as they are, unwrapped."""
    stream = to or sys.stdout
    stream.write(text + "\n")
    stream.flush()


def complain(text: str) -> None:
    """Write lines to stderr, as they are."""
    say(text, to=sys.stderr)


def say_json(data: Any) -> None:
    """Write one JSON document; what is no number is null."""
    say(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


def heading(text: str) -> Text:
    """A heading of a part."""
    from rich.text import Text

    return Text(text, style="bold")


def indented(text: str | Text, by: int = 2) -> Padding:
    """A paragraph that wraps inside its indentation."""
    from rich.padding import Padding

    return Padding(text, (0, 0, 0, by), expand=False)


def table(*columns: str, right: tuple[str, ...] = (), header: bool = True) -> Table:
    """An empty table without boxes.

    Parameters
    ----------
    columns
        Headings.
    right
        Headings of columns that hold numbers.
    header
        Whether headings are shown.
    """
    from rich.table import Table

    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=header,
                 header_style="dim")
    for name in columns:
        made.add_column(name, justify="right" if name in right else "left", overflow="fold",
                        vertical="bottom" if name in right else "top")
    return made

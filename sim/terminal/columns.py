"""A small table in the terminal: a dim heading over rows in columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.terminal.console import dim

if TYPE_CHECKING:
    from rich.console import Console


def show_columns(
    screen: Console, head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1
) -> None:
    """Write a table; the first ``left`` columns stand at their left ends, numbers at their right.

    A column without any text takes no room.
    """
    widths = [max(len(row[c]) for row in [head, *rows]) for c in range(len(head))]
    for row in [head, *rows]:
        line = "  ".join(
            cell.ljust(width) if c < left else cell.rjust(width)
            for c, (cell, width) in enumerate(zip(row, widths, strict=True)) if width
        ).rstrip()
        screen.print(dim(line) if row is head else line, soft_wrap=True)

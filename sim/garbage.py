"""Python's garbage collector, kept from walking through all that a starting program imports.

Modules and classes stay until the end. While they are made the collector would go through them
several times, which takes a good part of the start, and through all of them again whenever
much else has been made since.
"""

from __future__ import annotations

import gc

OBJECTS_OF_A_START = 500_000  # about twice what importing everything makes

_before: list[tuple[int, int, int]] = []


def put_off() -> None:
    """Let the collector wait while a program starts; for programs only, the process is theirs."""
    often, young, old = gc.get_threshold()
    if often > 0 and not _before:  # nobody switched it off
        _before.append((often, young, old))
        gc.set_threshold(OBJECTS_OF_A_START, young, old)


def resume() -> None:
    """Let it work as before, on what is made from now on, if it was put off."""
    if _before:
        gc.freeze()
        gc.set_threshold(*_before.pop())

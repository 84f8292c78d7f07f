"""What is said of work that was stopped and can go on: where it lies, and by which command."""

from __future__ import annotations

import shlex
from pathlib import Path

from sim.terminal.console import say, say_json
from sim.terminal.program import INTERRUPTED


def again(command: str, name: str, folder: Path, **options: str | float | bool | None) -> str:
    """The command that goes on in a folder, with all that decides what it does.

    Parameters
    ----------
    command, name
        Which, and of what.
    folder
        Where it goes on.
    options
        Further options as they were given; what is None or False was not.
    """
    words = ["counterpoise", command, name, "--out", str(folder)]
    for option, value in options.items():
        if value is not None and value is not False:
            words.append(f"--{option.replace('_', '-')}")
            words += [] if value is True else [str(value)]
    return shlex.join(words)


def stopped(folder: Path, command: str, *, as_json: bool) -> int:
    """Say by which command stopped work goes on; the exit code."""
    if as_json:
        say_json({"folder": str(folder), "resume": command})
    else:
        say(f"stopped; it goes on where it was by\n  {command}")
    return INTERRUPTED

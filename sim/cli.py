"""The command line: commands register themselves, a topic a file, in ``sim/commands/``."""

from __future__ import annotations

import io
import sys

from sim import garbage
from sim.commands.app import app
from sim.discovery import import_all
from sim.terminal import interruption
from sim.terminal.program import INTERRUPTED

ORDER = (
    "list", "show", "new", "validate", "schema",
    "run", "explain", "report", "compare", "value", "ablate", "verify",
    "sensitivity", "decide", "optimize", "tournament", "sweep", "status", "merge",
    "replicate", "laws", "calibrate", "export", "score",
    "studio", "lesson", "game", "replay",
)
"""Commands as ``--help`` lists them: begin, run, choose, trust, show."""

import_all("sim.commands")


def _place(name: str | None) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


app.registered_commands.sort(
    key=lambda command: _place(command.name or getattr(command.callback, "__name__", None))
)


def main() -> None:
    """Run the program as the command ``counterpoise``."""
    garbage.put_off()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a quotation mark must not end the program
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="counterpoise")
    except SystemExit as end:
        if end.code == INTERRUPTED:
            interruption.leave_at_once(INTERRUPTED)
        raise


interruption.leave_to_parent()

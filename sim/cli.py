"""The command line: commands register themselves, a topic a file, in ``sim/commands/``."""

from __future__ import annotations

import io
import sys

from sim.commands.app import app
from sim.discovery import import_all
from sim.terminal import interruption

import_all("sim.commands")


def main() -> None:
    """Run the program as the command ``counterpoise``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a quotation mark must not end the program
            stream.reconfigure(errors="replace")
    app(prog_name="counterpoise")


interruption.leave_to_parent()

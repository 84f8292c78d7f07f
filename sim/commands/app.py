"""The program that commands belong to, with the options that all of them share."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.terminal.program import Program

app = typer.Typer(
    cls=Program, add_completion=True, rich_markup_mode=None, no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="A market simulator in which customers push back.",
    epilog="Begin with: counterpoise list, counterpoise run first_lesson",
)


def _version(asked: bool) -> None:
    if asked:
        from sim import __version__
        from sim.terminal.console import say

        say(f"counterpoise {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where an error comes from.")
    ] = False,
) -> None:
    """Options of the program as a whole; ``Program`` reads ``debug``."""

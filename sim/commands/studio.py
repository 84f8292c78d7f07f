"""Open the live page."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.commands.app import app
from sim.commands.options import AllowCode, Assignments, Quiet, Seed, Strategy
from sim.terminal.completing import scenarios


@app.command()
def studio(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="FILE_OR_ID", help="Scenario to open first.", autocompletion=scenarios,
        ),
    ] = "first_lesson",
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, metavar="N", help="Port; else a free one."),
    ] = None,
    host: Annotated[
        str,
        typer.Option(metavar="NAME", help="Where to listen; others than loopback need a token."),
    ] = "127.0.0.1",
    seed: Seed = 0,
    strategy: Strategy = None,
    assignments: Assignments = None,
    shown: Annotated[
        int, typer.Option(min=1, max=5_000, metavar="N", help="Most customers on the stage.")
    ] = 2_000,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address.")
    ] = False,
    allow_code: AllowCode = False,
    quiet: Quiet = False,
) -> None:
    """Open the live page: see a market and steer it.

    It runs until Ctrl-C, on this computer alone unless --host says otherwise.
    """
    from sim.terminal import studying

    studying.open_studio(scenario, studying.Asked(
        port=port, host=host, seed=seed, strategy=strategy, assignments=assignments or [],
        shown=shown, browser=not no_browser, allow_code=allow_code, quiet=quiet,
    ))

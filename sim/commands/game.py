"""Play team rounds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands.app import app
from sim.commands.options import MOST_WEEKS, AllowCode, Assignments, Quiet, Seed
from sim.terminal.completing import scenarios

MOST_TEAMS = 8
MOST_ROUNDS = 52


@app.command()
def game(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="FILE_OR_ID", help="Whose market is played.", autocompletion=scenarios,
        ),
    ] = "first_lesson",
    teams: Annotated[
        int, typer.Option(min=1, max=MOST_TEAMS, metavar="N", help="How many teams.")
    ] = 4,
    rounds: Annotated[
        int, typer.Option(min=1, max=MOST_ROUNDS, metavar="N", help="How many rounds.")
    ] = 8,
    weeks: Annotated[
        int, typer.Option(min=1, max=MOST_WEEKS // MOST_ROUNDS, metavar="N",
                          help="Weeks of a round.")
    ] = 13,
    seed: Seed = 0,
    strategy: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Strategy to begin with; else the file without any."),
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, metavar="N", help="Port; else a free one.")
    ] = None,
    host: Annotated[
        str,
        typer.Option(metavar="NAME", help="Where to listen; others than loopback need a token."),
    ] = "127.0.0.1",
    assignments: Assignments = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the addresses.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="New CSV file for levers, results and worth of decisions, "
            "written after each round.",
        ),
    ] = None,
    allow_code: AllowCode = False,
    quiet: Quiet = False,
) -> None:
    """Play team rounds: each team steers a firm.

    With more teams than firms all get a copy of the first firm. It runs until Ctrl-C,
    on this computer alone unless --host says otherwise.
    """
    from sim.terminal import gaming

    gaming.play(scenario, gaming.Asked(
        teams=teams, rounds=rounds, weeks=weeks, seed=seed, strategy=strategy, port=port,
        host=host, assignments=assignments or [], browser=not no_browser, out=out,
        allow_code=allow_code, quiet=quiet,
    ))

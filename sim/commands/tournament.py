"""Let policies meet."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.commands.app import app
from sim.commands.options import (
    MOST_REPLICATIONS,
    MOST_WEEKS,
    AllowCode,
    AsJson,
    Assignments,
    Quiet,
    Seed,
    Workers,
)
from sim.terminal.completing import scenarios


@app.command()
def tournament(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="FILE_OR_ID", help="Whose market; its first firm is copied.",
            autocompletion=scenarios,
        ),
    ] = "first_lesson",
    policies: Annotated[
        list[str] | None,
        typer.Option(
            "--policy", metavar="NAME",
            help="Shipped policy, or module:Class of your own; may be repeated; else all shipped.",
        ),
    ] = None,
    outcome: Annotated[
        str, typer.Option(metavar="NAME", help="What they play for: an outcome by firm.")
    ] = "profit",
    goal: Annotated[
        str, typer.Option(metavar="GOAL", help="maximize or minimize the outcome.")
    ] = "maximize",
    firm: Annotated[
        str | None, typer.Option(metavar="NAME", help="Firm to copy instead of the first.")
    ] = None,
    replications: Annotated[
        int, typer.Option(min=1, max=MOST_REPLICATIONS, metavar="N", help="Markets a match.")
    ] = 20,
    weeks: Annotated[
        int | None, typer.Option(min=1, max=MOST_WEEKS, metavar="N", help="Else the scenario's.")
    ] = None,
    seed: Seed = 0,
    assignments: Assignments = None,
    allow_code: AllowCode = False,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Let policies meet in the same markets and rank them.

    All pairs on both seats, and all at once; with payoffs and who answers whom best. Events of the
    scenario are left out: they happen to firms that are not there.
    """
    from sim.terminal import tournaments

    tournaments.tournament(scenario, tournaments.Asked(
        policies=policies or [], outcome=outcome, goal=goal, firm=firm,
        replications=replications, weeks=weeks, seed=seed, assignments=assignments or [],
        allow_code=allow_code, workers=workers, quiet=quiet, as_json=as_json,
    ))

"""Hold a scenario against the regularities that science finds in most markets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands.app import app
from sim.commands.options import (
    MOST_REPLICATIONS,
    AllowCode,
    AsJson,
    Assignments,
    Quiet,
    Seed,
    Workers,
)
from sim.terminal.completing import scenarios

MOST_CUSTOMERS = 20_000_000


@app.command()
def laws(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="FILE_OR_ID", help="Scenario file, or id.", autocompletion=scenarios,
        ),
    ] = "first_lesson",
    replications: Annotated[
        int, typer.Option(min=1, max=MOST_REPLICATIONS, metavar="N", help="Markets a question.")
    ] = 20,
    customers: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_CUSTOMERS, metavar="N",
                     help="Customers; else the scenario's own, at least 10,000."),
    ] = None,
    seed: Seed = 0,
    assignments: Assignments = None,
    allow_code: AllowCode = False,
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder for index.html, written over; else runs/laws/ID.html."
        ),
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Hold a market against regularities of real ones.

    Laws are observations: the exit code is 0 whether they hold or not.
    """
    from sim.terminal import lawful

    lawful.check_laws(scenario, lawful.Asked(
        replications=replications, seed=seed, customers=customers, assignments=assignments or [],
        workers=workers, out=out, allow_code=allow_code, quiet=quiet, as_json=as_json,
    ))

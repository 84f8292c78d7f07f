"""Run scenarios and hold what they claim against what they show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

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
from sim.terminal.program import REFUTED


@app.command()
def run(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="FILE_OR_ID", help="Scenario files, or ids.")
    ],
    seed: Seed = 0,
    replications: Annotated[
        int, typer.Option(min=1, max=MOST_REPLICATIONS, metavar="N", help="Markets a strategy.")
    ] = 20,
    precision: Annotated[
        float | None,
        typer.Option(
            min=1e-6, max=10, metavar="SHARE",
            help="Add replications until 95% intervals are within so much of the level, as 0.01.",
        ),
    ] = None,
    most: Annotated[
        int,
        typer.Option(
            "--most", min=2, max=MOST_REPLICATIONS, metavar="N",
            help="Most replications for --precision.",
        ),
    ] = 1_000,
    weeks: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_WEEKS, metavar="N", help="Weeks; else the scenario's own."),
    ] = None,
    assignments: Assignments = None,
    strategies: Annotated[
        list[str] | None,
        typer.Option(
            "--strategy", metavar="NAME",
            help="Run this strategy, the first as baseline; may be repeated; else all.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="New folder of the run; for several files, the folder around."
        ),
    ] = None,
    workers: Workers = None,
    allow_code: AllowCode = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run scenarios and show outcomes, differences and claims.

    Exit code 1 says that a claim was refuted, 2 that something in the input is wrong.
    """
    from sim.terminal import running

    asked = running.Asked(
        seed=seed, replications=replications, weeks=weeks, assignments=assignments or [],
        strategies=list(dict.fromkeys(strategies or [])), out=out, workers=workers,
        quiet=quiet, as_json=as_json, allow_code=allow_code, precision=precision, most=most,
    )
    raise typer.Exit(running.run_all(scenarios, asked))


@app.command()
def verify(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Scenarios; else all shipped.")
    ] = None,
    worlds: Annotated[
        int | None,
        typer.Option(
            min=1, max=100_000, metavar="N",
            help="Ask in so many worlds, drawn over what is uncertain, instead of in one.",
        ),
    ] = None,
    replications: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_REPLICATIONS, metavar="N",
            help="Markets a strategy; 20, with --worlds 2 a world.", show_default=False,
        ),
    ] = None,
    seed: Seed = 0,
    workers: Workers = None,
    allow_code: AllowCode = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run scenarios and say which of their claims are shown.

    With --worlds: in how many plausible worlds the direction of each claim holds.
    """
    from sim.scenario.shipped import scenario_ids
    from sim.terminal import verifying

    settings: dict[str, Any] = {
        "seed": seed, "workers": workers, "quiet": quiet, "as_json": as_json,
        "allow_code": allow_code,
    }
    names = list(dict.fromkeys(ids or scenario_ids()))
    if worlds is None:
        refuted = verifying.verify(names, replications=replications or 20, **settings)
        raise typer.Exit(REFUTED if refuted else 0)
    verifying.verify_in_worlds(names, worlds, replications=replications or 2, **settings)

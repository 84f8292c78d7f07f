"""Search for the levers that do best."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands.app import app
from sim.commands.options import MOST_SEED, AllowCode, AsJson, Quiet, Workers
from sim.terminal.completing import experiments


@app.command()
def optimize(
    experiment: Annotated[
        str,
        typer.Argument(
            metavar="FILE_OR_ID", help="Experiment with an 'optimize' block.",
            autocompletion=experiments,
        ),
    ],
    trials: Annotated[
        int,
        typer.Option(min=2, max=100_000, metavar="N", help="Combinations of levers to try."),
    ] = 96,
    fresh_worlds: Annotated[
        int | None,
        typer.Option(
            min=2, max=100_000, metavar="N",
            help="Fresh worlds in which the best is held against the scenario as it is; else "
            "twice as many as the search has, at least 32.",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=MOST_SEED, metavar="N", help="Seed of all luck; else the file's."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder to begin or go on in; else runs/ID-optimization."),
    ] = None,
    workers: Workers = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Delete what an earlier call left in the folder.")
    ] = False,
    allow_code: AllowCode = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Search for levers that do well in many worlds.

    One goal or several; the best is lived again in fresh worlds, and only a gain that survives
    there is called one. A search that was stopped goes on.
    """
    from sim.terminal import optimizing

    raise typer.Exit(optimizing.optimize(experiment, optimizing.Asked(
        trials=trials, fresh_worlds=fresh_worlds, seed=seed, out=out, workers=workers, fresh=fresh,
        allow_code=allow_code, quiet=quiet, as_json=as_json,
    )))

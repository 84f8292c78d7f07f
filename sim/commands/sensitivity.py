"""Ask what an outcome depends on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands.app import app
from sim.commands.options import (
    MOST_REPLICATIONS,
    MOST_SEED,
    AllowCode,
    AsJson,
    Cluster,
    Quiet,
    Workers,
    check_cluster,
)
from sim.terminal.completing import either


@app.command()
def sensitivity(
    experiment: Annotated[
        str,
        typer.Argument(
            metavar="FILE_OR_ID",
            help="Experiment, or scenario: then over what it names uncertain.",
            autocompletion=either,
        ),
    ],
    method: Annotated[
        str, typer.Option(metavar="NAME", help="sobol, morris, efast, pawn, delta or dgsm.")
    ] = "sobol",
    n: Annotated[
        int | None,
        typer.Option(
            min=2, max=10_000_000, metavar="N",
            help="Base size of the sample; rows follow from it and the method.",
        ),
    ] = None,
    replications: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_REPLICATIONS, metavar="N",
            help="Markets a world and strategy; else the experiment's, for a scenario 2.",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=MOST_SEED, metavar="N", help="Seed of all luck; else the file's."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder to begin or go on in; else runs/ID-METHOD-N."),
    ] = None,
    workers: Workers = None,
    cluster: Cluster = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Delete what an earlier call left in the folder.")
    ] = False,
    allow_code: AllowCode = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Show which settings an outcome depends on.

    Indices with intervals, the part of chance, and whether the sample was large enough.
    """
    from sim.terminal import sensitivities

    check_cluster(cluster, workers)
    raise typer.Exit(sensitivities.sensitivity(experiment, sensitivities.Asked(
        method=method, n=n, replications=replications, seed=seed, out=out, workers=workers,
        cluster=cluster, fresh=fresh, allow_code=allow_code, quiet=quiet, as_json=as_json,
    )))

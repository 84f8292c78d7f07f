"""Choose a strategy although the world is uncertain."""

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
def decide(
    experiment: Annotated[
        str,
        typer.Argument(
            metavar="FILE_OR_ID",
            help="Experiment, or scenario: then over what it names uncertain.",
            autocompletion=either,
        ),
    ],
    worlds: Annotated[
        int | None,
        typer.Option(
            min=2, max=1_000_000, metavar="N",
            help="Worlds to draw; else the experiment's design, for a scenario 200.",
        ),
    ] = None,
    goal: Annotated[
        str | None,
        typer.Option(
            metavar="GOAL", help="maximize or minimize the first outcome; else as the file says.",
        ),
    ] = None,
    enough: Annotated[
        float | None,
        typer.Option(
            metavar="VALUE", help="Outcome that is good enough; else close to the best strategy's."
        ),
    ] = None,
    tolerated: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, metavar="SHARE",
            help="How much less than the best in the same world is good enough; else 0.1.",
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
        typer.Option(metavar="DIR", help="Folder to begin or go on in; else runs/ID-decision."),
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
    """Choose a strategy over uncertain worlds.

    Regret, worst cases, how often each is good enough, and under which conditions it fails.
    """
    from sim.terminal import deciding

    check_cluster(cluster, workers)
    raise typer.Exit(deciding.decide(experiment, deciding.Asked(
        worlds=worlds, goal=goal, enough=enough, tolerated=tolerated, replications=replications,
        seed=seed, out=out, workers=workers, cluster=cluster, fresh=fresh,
        allow_code=allow_code, quiet=quiet, as_json=as_json,
    )))

"""Sweep experiments, see how far sweeps are, and merge their chunks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands.app import app
from sim.commands.options import (
    MOST_SEED,
    AllowCode,
    AsJson,
    Cluster,
    Quiet,
    Workers,
    check_cluster,
)
from sim.terminal.completing import experiments

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of a sweep.")]


@app.command()
def sweep(
    experiment: Annotated[
        str,
        typer.Argument(
            metavar="FILE_OR_ID", help="Experiment file, or id.", autocompletion=experiments,
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to begin or go on in; else runs/ID.")
    ] = None,
    resume: Annotated[
        bool | None,
        typer.Option(
            "--resume/--fresh", help="Go on with the sweep in the folder, or delete it; else go on "
            "if there is one.", show_default=False,
        ),
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Live failed runs again.")
    ] = False,
    chunk: Annotated[
        str | None,
        typer.Option(metavar="I/N", help="Live only part I of N, such as 2/8; then merge."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=MOST_SEED, metavar="N", help="Seed of all luck; else the file's."),
    ] = None,
    workers: Workers = None,
    cluster: Cluster = None,
    allow_code: AllowCode = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Live all runs of an experiment.

    Each run is kept as it comes: stopped or killed, the same command goes on where it was. Exit
    code 1 says that runs failed, 130 that it was stopped before the end.
    """
    from sim.terminal import sweeping

    check_cluster(cluster, workers)
    raise typer.Exit(sweeping.sweep_one(experiment, sweeping.Asked(
        out=out, resume=resume, retry_failed=retry_failed, chunk=chunk, seed=seed,
        workers=workers, cluster=cluster, allow_code=allow_code, quiet=quiet, as_json=as_json,
    )))


@app.command()
def status(folder: Folder, as_json: AsJson = False) -> None:
    """Show how far a sweep is, and why runs failed.

    It may be asked while the sweep is being lived.
    """
    from sim.terminal import sweeping

    sweeping.show_status(folder, as_json=as_json)


@app.command()
def merge(
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER", help="Folders of chunks of one sweep.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="New folder for the whole.")],
    as_json: AsJson = False,
) -> None:
    """Merge the chunks of a sweep into the sweep that they are.

    Chunks may be missing: then it says which, and the sweep may go on in the new folder.
    """
    from sim.terminal import sweeping

    sweeping.merge_all(folders, out, as_json=as_json)

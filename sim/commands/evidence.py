"""Reproduce what is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands.app import app
from sim.commands.options import AsJson, Quiet, Seed, Workers
from sim.terminal.program import REFUTED


@app.command()
def replicate(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID", help="Replications, such as B4 or watts_cascades; else all."),
    ] = None,
    show_all: Annotated[bool, typer.Option("--list", help="List them and run nothing.")] = False,
    seed: Seed = 0,
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the page, written over; else replications."),
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Reproduce known results of the literature.

    Exit code 1 says that a number departs that should not, or does not that should.
    """
    from sim.terminal import replicating

    if show_all:
        replicating.show_list(as_json=as_json)
        return
    good = replicating.replicate(
        ids or [], seed=seed, workers=workers, out=out, quiet=quiet, as_json=as_json
    )
    raise typer.Exit(0 if good else REFUTED)

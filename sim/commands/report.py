"""Hand a run on: the whole report, and the replay that needs no network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands.app import app
from sim.commands.options import AllowCode, AsJson, Quiet, Strategy

MOST_SHOWN = 5_000


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="HTML file; else full_report.html in the run's folder."),
    ] = None,
    sensitivity: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of a sensitivity analysis to show in it."),
    ] = None,
    allow_code: AllowCode = False,
    quiet: Quiet = False,
) -> None:
    """Write the whole report of a run as one HTML page.

    It adds to report.html who has the power, value for, of and by customers, and the network.
    """
    from sim.terminal.reporting import write_report

    write_report(folder, out, sensitivity=sensitivity, allow_code=allow_code, quiet=quiet)


@app.command()
def replay(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    strategy: Strategy = None,
    replication: Annotated[int, typer.Option(min=0, metavar="N", help="Replication, from 0.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="HTML file; else replay.html in the run's folder."),
    ] = None,
    shown: Annotated[
        int,
        typer.Option(
            min=1, max=MOST_SHOWN, metavar="N",
            help="Customers shown at most; of a larger market a connected part.",
        ),
    ] = 2_000,
    allow_code: AllowCode = False,
    quiet: Quiet = False,
) -> None:
    """Write an HTML file that replays a run offline.

    To look at in any browser: play, go back to any week, click a customer for her story.
    """
    from sim.terminal.reporting import write_replay

    write_replay(
        folder, out, strategy=strategy, replication=replication, shown=shown,
        allow_code=allow_code, quiet=quiet,
    )


@app.command()
def compare(
    folders: Annotated[
        list[Path], typer.Argument(metavar="RUN RUN...", help="Folders of runs, the first first.")
    ],
    strategy: Annotated[
        str | None, typer.Option(metavar="NAME", help="Strategy; else all that the runs share.")
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Outcome to show, else those of claims; repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare runs: what was set otherwise, and what became of it.

    Runs under one seed share all luck, whatever was edited in between, so that differences to the
    first are paired by replication.
    """
    from sim.terminal.comparing import compare as show

    show(folders, strategy=strategy, outcomes=outcome or (), as_json=as_json)

"""Hand data out to estimate from, and score what was estimated against the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands.app import app
from sim.commands.options import MOST_WEEKS, AllowCode, AsJson, Quiet, Strategy


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    kind: Annotated[
        str,
        typer.Option(
            "--as", metavar="KIND",
            help="csv: the run's tables, for a spreadsheet. With the truth: clv: transactions and "
            "lifetime value; panel: household choices and prices; mmm: weekly sales and media.",
        ),
    ],
    strategy: Strategy = None,
    replication: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Replication, from 0; else the first.")
    ] = None,
    firm: Annotated[
        str | None, typer.Option(metavar="NAME", help="clv: whose customers; else the first.")
    ] = None,
    category: Annotated[
        str | None, typer.Option(metavar="NAME", help="panel: of what; else the first.")
    ] = None,
    customers: Annotated[
        int | None,
        typer.Option(
            "--customers", "--households", min=1, metavar="N",
            help="clv, panel: a sample, evenly spaced; else all.",
        ),
    ] = None,
    horizon: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_WEEKS, metavar="W", help="clv: weeks to foretell; else 52."
        ),
    ] = None,
    futures: Annotated[
        int | None,
        typer.Option(min=1, max=10_000, metavar="N", help="clv: futures lived for it; else 20."),
    ] = None,
    referrals: Annotated[
        int | None,
        typer.Option(
            min=0, max=10_000, metavar="N",
            help="clv: customers whose talk is taken away in turn; else 20.",
        ),
    ] = None,
    pulses: Annotated[
        int | None,
        typer.Option(
            min=0, max=MOST_WEEKS, metavar="N",
            help="mmm: weeks whose advertising is taken away in turn; else 8.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="New folder for the results; else a numbered one in exports."
        ),
    ] = None,
    allow_code: AllowCode = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Write a run's tables as CSV, or data together with the truth.

    Data are as a marketing scientist has them; for their truth the market is lived again, as it was
    and with one thing changed.
    """
    from sim.terminal import exporting

    exporting.export(folder, exporting.Asked(
        kind=kind, strategy=strategy, replication=replication, firm=firm, category=category,
        customers=customers, horizon=horizon, futures=futures, referrals=referrals, pulses=pulses,
        out=out, allow_code=allow_code, quiet=quiet, as_json=as_json,
    ))


@app.command()
def score(
    folder: Annotated[Path, typer.Argument(metavar="EXPORT", help="Folder of an export.")],
    estimates: Annotated[
        Path,
        typer.Argument(
            metavar="ESTIMATES",
            help="CSV: quantity, key, estimate, and perhaps low and high; see data/questions.csv.",
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Score estimates against the truth of an export."""
    from sim.terminal.exporting import show_scores

    show_scores(folder, estimates, as_json=as_json)

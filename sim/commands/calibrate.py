"""Fit scenarios to data."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim.commands.app import app
from sim.commands.options import (
    MOST_WEEKS,
    AllowCode,
    AsJson,
    Out,
    Quiet,
    Seed,
    Strategy,
    Workers,
)
from sim.terminal.completing import scenarios


class Method(StrEnum):
    """How to fit."""

    point = "point"
    bayes = "bayes"


@app.command()
def calibrate(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="FILE_OR_ID", help="Scenario file, or id.", autocompletion=scenarios,
        ),
    ],
    data: Annotated[
        Path,
        typer.Option(metavar="FILE", help="CSV or Parquet file; its columns tell what it holds."),
    ],
    fit: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH=LOW..HIGH",
            help="Setting to fit; may be repeated; else all that is declared uncertain.",
        ),
    ] = None,
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--as", metavar="DATA_NAME=OFFER",
            help="Offer, firm or category that a name in the data is; else of equal name.",
        ),
    ] = None,
    strategy: Strategy = None,
    period: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_WEEKS, metavar="WEEKS",
            help="Weeks in a period of the data; 52 for years, 1 for weeks; "
            "for a table of brands, weeks it covers.",
        ),
    ] = None,
    method: Annotated[
        Method,
        typer.Option(help="Nearest point with its error, or posterior by simulation."),
    ] = Method.point,
    trials: Annotated[
        int | None,
        typer.Option(
            min=10, max=1_000_000, metavar="N",
            help="Points to try; 200, with bayes 1000.", show_default=False,
        ),
    ] = None,
    replications: Annotated[
        int, typer.Option(min=1, max=10_000, metavar="N", help="Markets a point; bayes has one.")
    ] = 4,
    holdout: Annotated[
        int | None,
        typer.Option(
            min=0, max=MOST_WEEKS, metavar="N",
            help="Last periods kept to test the forecast; else a fifth.",
        ),
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option(
            min=1e-9, max=1e12, metavar="X",
            help="Units of the data for one simulated; else fitted to adoptions and sales.",
        ),
    ] = None,
    recover: Annotated[
        int,
        typer.Option(
            min=0, max=1_000, metavar="N",
            help="Also fit to so many simulated data sets with known settings.",
        ),
    ] = 0,
    seed: Seed = 0,
    workers: Workers = None,
    out: Out = None,
    allow_code: AllowCode = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Fit settings to data, with intervals and a forecast.

    Data are adoptions (year or week, adopters), purchases (customer, date, value), brands (brand,
    share, penetration, frequency) or weekly sales (week, offer, units, price).
    """
    from sim.terminal import calibrating

    calibrating.calibrate(scenario, calibrating.Asked(
        data=data, fit=fit or [], names=names or [], strategy=strategy, period=period,
        method=method.value, trials=trials, replications=replications, holdout=holdout, scale=scale,
        recover=recover, seed=seed, workers=workers, out=out, allow_code=allow_code, quiet=quiet,
        as_json=as_json,
    ))

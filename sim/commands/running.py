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
from sim.terminal.completing import scenarios
from sim.terminal.program import REFUTED

DEFAULT_REPLICATIONS, DEFAULT_MOST = 20, 1_000


@app.command()
def run(
    scenarios: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE_OR_ID", help="Scenario files, or ids.", autocompletion=scenarios,
        ),
    ],
    seed: Seed = 0,
    replications: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_REPLICATIONS, metavar="N", show_default=False,
            help="Markets a strategy; 20, with --precision the fewest.",
        ),
    ] = None,
    precision: Annotated[
        float | None,
        typer.Option(
            min=1e-6, max=10, metavar="SHARE",
            help="Add replications until 95% intervals are within so much of the level, as 0.01.",
        ),
    ] = None,
    most: Annotated[
        int | None,
        typer.Option(
            "--most", min=2, max=MOST_REPLICATIONS, metavar="N", show_default=False,
            help="Most replications for --precision; 1000.",
        ),
    ] = None,
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
            metavar="DIR", help="New folder of the run, else a numbered one in runs; for several "
            "files, the folder around.",
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

    if most is not None and precision is None:
        raise typer.BadParameter(
            "it caps what --precision adds, which is not given.", param_hint="--most"
        )
    if replications and precision is not None and replications > (most or DEFAULT_MOST):
        raise typer.BadParameter(
            f"{replications:,} are more than the {most or DEFAULT_MOST:,} of --most.",
            param_hint="--replications",
        )
    asked = running.Asked(
        seed=seed, replications=replications or DEFAULT_REPLICATIONS, weeks=weeks,
        assignments=assignments or [], strategies=list(dict.fromkeys(strategies or [])), out=out,
        workers=workers, quiet=quiet, as_json=as_json, allow_code=allow_code,
        precision=precision, most=most or DEFAULT_MOST,
    )
    raise typer.Exit(running.run_all(scenarios, asked))


@app.command()
def verify(
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE_OR_ID", help="Scenario files, or ids; else all shipped.",
            autocompletion=scenarios,
        ),
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

    Exit code 1 says that a claim was refuted. With --worlds: in how many plausible worlds the
    direction of each claim holds.
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

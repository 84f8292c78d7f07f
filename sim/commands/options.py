"""Options that several commands take, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

MOST_SEED = 2**63 - 1
MOST_REPLICATIONS = 1_000_000
MOST_WEEKS = 5_200


def _seed(value: int) -> int:
    if value > MOST_SEED:
        raise typer.BadParameter(f"{value} is above the largest seed, {MOST_SEED}.")
    return value


Seed = Annotated[
    int, typer.Option(min=0, callback=_seed, metavar="N", help="Seed of all luck.")
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1, metavar="N",
        help="Processes that live markets; the result does not depend on it.",
    ),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a setting; may be repeated."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
AllowCode = Annotated[
    bool,
    typer.Option(
        "--allow-code", help="Let scenarios run Python of your own: policies named module:Class."
    ),
]
Strategy = Annotated[str | None, typer.Option(metavar="NAME", help="Strategy; else the first.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]
Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="New folder for the results; else a numbered one in runs."),
]
Cluster = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Live on a dask scheduler, such as tcp://host:8786."),
]


def check_cluster(cluster: str | None, workers: int | None) -> None:
    """Refuse ``--workers`` for a cluster.

    Raises
    ------
    typer.BadParameter
        If both are given.
    """
    if cluster is not None and workers is not None:
        raise typer.BadParameter(
            "the cluster has workers of its own; leave it out", param_hint="--workers"
        )

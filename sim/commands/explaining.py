"""Explain results: one customer's life, what mechanisms contribute, what customers are worth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
    Strategy,
    Workers,
)
from sim.terminal.completing import scenarios


@app.command()
def explain(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    customer: Annotated[int, typer.Option(min=0, metavar="N", help="Number of one, from 0.")],
    strategy: Strategy = None,
    replication: Annotated[int, typer.Option(min=0, metavar="N", help="Replication, from 0.")] = 0,
    allow_code: AllowCode = False,
    as_json: AsJson = False,
) -> None:
    """Tell the life of one customer of a run.

    What she heard, bought, felt and did, week by week, and why.
    """
    from sim.results.store import load
    from sim.terminal.telling import show_biography

    run = load(folder, allow_code=allow_code)
    show_biography(run, customer, strategy, replication, as_json=as_json)


@app.command()
def ablate(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="FILE_OR_ID", help="Scenario file, or id.", autocompletion=scenarios,
        ),
    ],
    claim: Annotated[
        str | None, typer.Option(metavar="ID", help="Claim to explain; else the first.")
    ] = None,
    outcome: Annotated[
        str | None, typer.Option(metavar="NAME", help="Outcome to explain instead of a claim.")
    ] = None,
    firm: Annotated[
        str | None, typer.Option(metavar="NAME", help="Firm; else the claim's.")
    ] = None,
    weeks: Annotated[
        str | None, typer.Option(metavar="A-B", help="First and last week; else the claim's.")
    ] = None,
    strategy: Annotated[
        str | None, typer.Option(metavar="NAME", help="Strategy; else the claim's, or the last.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="NAME", help="Baseline strategy to compare with.")
    ] = None,
    mechanisms: Annotated[
        list[str] | None,
        typer.Option(
            "--mechanism", metavar="FAMILY",
            help="Switch off this one; may be repeated; else all at work but the books.",
        ),
    ] = None,
    shapley: Annotated[
        bool, typer.Option("--shapley", help="Divide what they do together into shares.")
    ] = False,
    orders: Annotated[
        int | None,
        typer.Option(
            min=10, max=100_000, metavar="N",
            help="Orders to sample for --shapley, an even number; else 24.",
        ),
    ] = None,
    replications: Annotated[
        int, typer.Option(min=1, max=MOST_REPLICATIONS, metavar="N", help="Markets a combination.")
    ] = 20,
    seed: Seed = 0,
    assignments: Assignments = None,
    allow_code: AllowCode = False,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Show what each mechanism contributes.

    Explained is the quantity of a claim, or an outcome; all markets share their luck.
    """
    from sim.terminal import ablating

    asked = ablating.Asked(
        claim=claim, outcome=outcome, firm=firm, weeks=weeks, strategy=strategy, against=against,
        mechanisms=mechanisms or [], shapley=shapley, orders=orders,
        replications=replications, seed=seed, assignments=assignments or [],
        allow_code=allow_code, workers=workers, quiet=quiet, as_json=as_json,
    )
    ablating.ablate(scenario, asked)


@app.command()
def value(
    what: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO_OR_RUN", help="Scenario file, id, or run folder.",
            autocompletion=scenarios,
        ),
    ],
    customers: Annotated[
        list[int] | None,
        typer.Option("--customer", min=0, metavar="N", help="Number, from 0; may be repeated."),
    ] = None,
    segment: Annotated[
        str | None, typer.Option(metavar="NAME", help="Instead: all customers of a segment.")
    ] = None,
    talkers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Instead: the N with most talk to give.")
    ] = None,
    cohort: Annotated[
        bool, typer.Option("--cohort", help="Instead: customers whom a firm won.")
    ] = False,
    bad_news: Annotated[
        bool, typer.Option("--bad-news", help="Instead: what bad news cost each firm.")
    ] = False,
    firm: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --cohort: whose; else the first firm.")
    ] = None,
    won: Annotated[
        str | None, typer.Option(
            metavar="W-W", help="With --cohort: weeks of the first purchase; else the first year."
        )
    ] = None,
    since: Annotated[
        int, typer.Option(min=1, max=MOST_WEEKS, metavar="W", help="First week that counts.")
    ] = 1,
    strategy: Strategy = None,
    discount: Annotated[
        float, typer.Option(min=0, max=10, metavar="RATE", help="Discount a year.")
    ] = 0.1,
    replications: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_REPLICATIONS, metavar="N", help="Else the run's, or 20."),
    ] = None,
    replication: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Only this one, from 0.")
    ] = None,
    seed: Seed = 0,
    assignments: Assignments = None,
    allow_code: AllowCode = False,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Show what customers are worth, and what bad news costs.

    Value by them is causal: the same market, with the same luck, in which nobody hears them.
    """
    from sim.terminal import valuing

    valuing.value(what, valuing.Asked(
        customers=customers or [], segment=segment, talkers=talkers, cohort=cohort,
        bad_news=bad_news, firm=firm, won=won, since=since,
        strategy=strategy, discount=discount, replications=replications, replication=replication,
        seed=seed, assignments=assignments or [], allow_code=allow_code,
        workers=workers, quiet=quiet, as_json=as_json,
    ))

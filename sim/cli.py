"""The command line: parse, call, show. How answers look is the business of ``sim/terminal/``."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.terminal import interruption
from sim.terminal.program import BAD_INPUT, REFUTED, Program

MOST_SEED = 2**63 - 1
MOST_REPLICATIONS = 1_000_000
MOST_WEEKS = 5_200

app = typer.Typer(
    cls=Program, add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="A market simulator in which customers push back.",
    epilog="Begin with: counterpoise list, counterpoise run first_lesson",
)


def _seed(value: int) -> int:
    if value > MOST_SEED:
        raise typer.BadParameter(f"{value} is above the largest seed, {MOST_SEED}.")
    return value


Seed = Annotated[
    int, typer.Option(min=0, callback=_seed, metavar="N", help="Seed of all luck.")
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Worker processes; the result does not depend on it."),
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


def main() -> None:
    """Run the program as the command ``counterpoise``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a quotation mark must not end the program
            stream.reconfigure(errors="replace")
    app(prog_name="counterpoise")


def _version(asked: bool) -> None:
    if asked:
        from sim import __version__
        from sim.terminal.console import say

        say(f"counterpoise {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where an error comes from.")
    ] = False,
) -> None:
    """Options of the program as a whole; ``Program`` reads ``debug``."""


@app.command()
def run(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="FILE_OR_ID", help="Scenario files, or ids.")
    ],
    seed: Seed = 0,
    replications: Annotated[
        int, typer.Option(min=1, max=MOST_REPLICATIONS, metavar="N", help="Markets a strategy.")
    ] = 20,
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
            metavar="DIR", help="New folder of the run; for several files, the folder around."
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

    asked = running.Asked(
        seed=seed, replications=replications, weeks=weeks, assignments=assignments or [],
        strategies=list(dict.fromkeys(strategies or [])), out=out, workers=workers,
        quiet=quiet, as_json=as_json, allow_code=allow_code,
    )
    raise typer.Exit(running.run_all(scenarios, asked))


@app.command("list")
def list_scenarios() -> None:
    """List the scenarios that come with the program."""
    from sim.scenario.shipped import headings
    from sim.terminal.catalog import show_headings

    show_headings(headings())


@app.command()
def show(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT", help="Id or file of a scenario, or: outcomes, mechanisms, mechanism."
        ),
    ],
    name: Annotated[
        str | None,
        typer.Argument(metavar="FAMILY/VARIANT", help="Which mechanism.", show_default=False),
    ] = None,
) -> None:
    """Show a scenario, all outcomes, all mechanisms, or one of them."""
    from sim.terminal import catalog

    if (name is not None) != (what == "mechanism"):
        raise typer.BadParameter(
            "name one, such as: counterpoise show mechanism choice/multinomial_logit"
            if name is None else "only 'show mechanism' takes a second name"
        )
    if name is not None:
        catalog.show_mechanism(name)
    elif what == "mechanisms":
        catalog.show_mechanisms()
    elif what == "outcomes":
        catalog.show_outcomes()
    else:
        from sim.scenario import load_scenario
        from sim.terminal.reading import show_scenario

        show_scenario(load_scenario(what))


@app.command()
def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Scenario files.")],
) -> None:
    """Check scenario files and say all that is wrong.

    Nothing is run.
    """
    from sim.terminal.console import complain, say
    from sim.terminal.inputs import load_each

    loaded = load_each(files)
    for file, scenario in loaded.items():
        if isinstance(scenario, Exception):
            complain(str(scenario))
        elif scenario.code:
            say(f"{file}: valid, but not imported: {', '.join(scenario.code)}; "
                "to run it, read that code and add --allow-code")
        else:
            say(f"{file}: valid")
    if any(isinstance(scenario, Exception) for scenario in loaded.values()):
        raise typer.Exit(BAD_INPUT)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Id of the scenario.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the new file.")] = Path(),
) -> None:
    """Write a new scenario file to begin with.

    The schema that editors understand goes next to it. Nothing is written over.
    """
    from sim.terminal.writing import write_new

    write_new(name, out)


@app.command()
def schema(
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File to write; else stdout.")
    ] = None,
) -> None:
    """Write the JSON Schema of scenario files, for editors."""
    from sim.terminal.writing import write_schema_to

    write_schema_to(out)


@app.command()
def explain(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    customer: Annotated[int, typer.Option(min=0, metavar="N", help="Number of one, from 0.")],
    strategy: Strategy = None,
    replication: Annotated[int, typer.Option(min=0, metavar="N", help="Replication, from 0.")] = 0,
    allow_code: AllowCode = False,
) -> None:
    """Tell the life of one customer of a run.

    What she heard, bought, felt and did, week by week, and why.
    """
    from sim.results.store import load
    from sim.terminal.telling import show_biography

    show_biography(load(folder, allow_code=allow_code), customer, strategy, replication)


@app.command()
def verify(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Scenarios; else all shipped.")
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

    With --worlds: in how many plausible worlds the direction of each claim holds.
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


@app.command()
def ablate(
    scenario: Annotated[
        str, typer.Argument(metavar="FILE_OR_ID", help="Scenario file, or id.")
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
    """Switch each mechanism off in turn and show what it contributes.

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
        str, typer.Argument(metavar="SCENARIO_OR_RUN", help="Scenario file, id, or run folder.")
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
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Show value for, of and by customers.

    Value by them is causal: the same market, with the same luck, in which nobody hears them.
    """
    from sim.terminal import valuing

    valuing.value(what, valuing.Asked(
        customers=customers or [], segment=segment, talkers=talkers, since=since,
        strategy=strategy, discount=discount, replications=replications, replication=replication,
        seed=seed, assignments=assignments or [], allow_code=allow_code, quiet=quiet,
        as_json=as_json,
    ))


interruption.leave_to_parent()

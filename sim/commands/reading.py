"""Read and check scenarios and experiments; begin scenario files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands.app import app
from sim.terminal.program import BAD_INPUT


@app.command("list")
def list_scenarios() -> None:
    """List the scenarios and experiments that come with the program."""
    from sim.scenario import shipped
    from sim.terminal.catalog import show_headings

    show_headings({
        "Scenarios": shipped.headings(), "Experiments": shipped.experiment_headings(),
    })


@app.command()
def show(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="Id or file of a scenario or an experiment, or: outcomes, mechanisms, mechanism.",
        ),
    ],
    name: Annotated[
        str | None,
        typer.Argument(metavar="FAMILY/VARIANT", help="Which mechanism.", show_default=False),
    ] = None,
) -> None:
    """Show a scenario, an experiment, outcomes or mechanisms."""
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
        from sim.scenario import Scenario
        from sim.terminal.inputs import load_either
        from sim.terminal.reading import show_experiment, show_scenario

        found = load_either(what)
        if isinstance(found, Scenario):
            show_scenario(found)
        else:
            show_experiment(found)


@app.command()
def validate(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE_OR_ID", help="Files or ids of scenarios and experiments."),
    ],
) -> None:
    """Check scenarios and experiments and say all that is wrong.

    Nothing is run.
    """
    from sim.terminal.checking import check_all

    if not check_all(files):
        raise typer.Exit(BAD_INPUT)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Id of the scenario.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the new file.")] = Path(),
) -> None:
    """Write a new scenario file to begin with.

    The schema that editors understand goes next to it. Nothing is written over, and the id of a
    shipped scenario or experiment is refused.
    """
    from sim.terminal.writing import write_new

    write_new(name, out)


@app.command()
def schema(
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File to write; else stdout.")
    ] = None,
    of_experiments: Annotated[
        bool, typer.Option("--experiment", help="That of experiment files instead.")
    ] = False,
) -> None:
    """Write the JSON Schema of scenario files, for editors."""
    from sim.terminal.writing import write_schema_to

    write_schema_to(out, of_experiments=of_experiments)

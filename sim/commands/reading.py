"""Read and check scenarios and experiments; begin files of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands.app import app
from sim.commands.options import AsJson
from sim.terminal.completing import either, shown
from sim.terminal.program import BAD_INPUT


@app.command("list")
def list_scenarios(as_json: AsJson = False) -> None:
    """List the shipped scenarios and experiments."""
    from sim.scenario import shipped
    from sim.terminal.catalog import show_headings

    sections = {"Scenarios": shipped.headings(), "Experiments": shipped.experiment_headings()}
    show_headings(sections, as_json=as_json)


@app.command()
def show(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="WHAT",
            help="Id or file of a scenario or an experiment, or: outcomes, levers, mechanisms, "
            "mechanism.",
            autocompletion=shown, show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Argument(metavar="FAMILY/VARIANT", help="Which mechanism.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a scenario, an experiment, outcomes, levers or mechanisms.

    Without WHAT: list what there is.
    """
    from sim.terminal import catalog

    if what == "mechanism" and name is None:
        raise typer.BadParameter(
            "name one, such as: counterpoise show mechanism choice/multinomial_logit"
        )
    if name is not None and what not in ("mechanism", "mechanisms"):
        raise typer.BadParameter(
            "a second name is one of a mechanism, such as: "
            "counterpoise show mechanism choice/multinomial_logit"
        )
    if name is not None:
        catalog.show_mechanism(name, as_json=as_json)
    elif what is None:
        catalog.show_topics(as_json=as_json)
    elif what == "levers":
        from sim.terminal.levers import show_levers

        show_levers(as_json=as_json)
    elif what == "mechanisms":
        catalog.show_mechanisms(as_json=as_json)
    elif what == "outcomes":
        catalog.show_outcomes(as_json=as_json)
    else:
        from sim.terminal.inputs import load_either
        from sim.terminal.reading import show_either

        catalog.check_topic(what)
        show_either(load_either(what), as_json=as_json)


@app.command()
def validate(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE_OR_ID", help="Files or ids of scenarios and experiments.",
            autocompletion=either,
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Check scenarios and experiments and say all that is wrong.

    Nothing is run.
    """
    from sim.terminal.checking import check_all

    if not check_all(files, as_json=as_json):
        raise typer.Exit(BAD_INPUT)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Id of the new file.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the new file.")] = Path(),
    of_experiments: Annotated[
        bool, typer.Option("--experiment", help="An experiment file instead.")
    ] = False,
) -> None:
    """Write a new scenario file, or experiment file, to begin with.

    The schema that editors understand goes next to it. Nothing is written over, and the id of a
    shipped scenario or experiment is refused.
    """
    from sim.terminal.writing import write_new

    write_new(name, out, of_experiments=of_experiments)


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

"""Read, check and begin scenario files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands.app import app
from sim.terminal.program import BAD_INPUT


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
    """Show a scenario, outcomes or mechanisms."""
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
    from sim.scenario.idle import idle_settings
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
        if not isinstance(scenario, Exception):
            for text in idle_settings(scenario):
                say(f"  note: {text}")
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

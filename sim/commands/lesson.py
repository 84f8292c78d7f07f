"""Teach with the lessons that come with the program."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.commands.app import app
from sim.commands.options import AsJson, Quiet, Seed
from sim.terminal.completing import lessons

IN_CLASS = {"port": "--port", "no_browser": "--no-browser", "quiet": "--quiet"}
"""What only a lesson that is taught has a use for."""
OF_THE_LIST = {"as_json": "--json"}


@app.command()
def lesson(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="Scenario with a lesson; none: list the lessons.",
                       show_default=False, autocompletion=lessons),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Run lessons from beginning to end and time them.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="With --check: processes that live them.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, metavar="N", help="Port; else a free one.")
    ] = None,
    seed: Seed = 0,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address.")
    ] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """List the lessons, or teach one: predict, run, explain.

    With an ID the studio opens in lesson mode.
    """
    from sim.terminal import lessons

    if workers is not None and not check:
        raise typer.BadParameter("only --check takes it.", param_hint="--workers")
    if check:
        _refuse(context, IN_CLASS | OF_THE_LIST, "for --check; leave it out")
        lessons.check_lessons(name, seed=seed, workers=workers)
    elif name is None:
        _refuse(context, {**IN_CLASS, "seed": "--seed"}, "for the list; name a lesson as well")
        lessons.show_lessons(as_json=as_json)
    else:
        from sim.terminal.studying import Asked

        _refuse(context, OF_THE_LIST, "for a lesson; it is of the list")
        lessons.teach(name, Asked(
            port=port, seed=seed, browser=not no_browser, quiet=quiet, lesson=True
        ))


def _refuse(context: typer.Context, options: dict[str, str], why: str) -> None:
    """Refuse options that would do nothing, rather than let somebody believe in them."""
    for parameter, option in options.items():
        source = context.get_parameter_source(parameter)
        if source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter(f"it does nothing {why}.", param_hint=option)

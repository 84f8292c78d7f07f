"""What ``counterpoise lesson`` does: list the lessons, or run them all and time them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import ScenarioError
from sim.terminal.console import bold, console, dim, put, say, say_json

if TYPE_CHECKING:
    from sim.studio.lesson import Checked
    from sim.terminal.studying import Asked

GAP = 2
LONGEST_SECONDS = 10.0
"""A class waits no longer."""


def show_lessons(*, as_json: bool) -> None:
    """List the lessons in the order of the course."""
    from sim.scenario.shipped import lesson_headings

    screen, found = console(), lesson_headings()
    if as_json:
        say_json([vars(one) for one in found])
        return
    by = GAP + max((len(one.id) for one in found), default=0)
    for place, one in enumerate(found):
        if place:
            say("")
        put(screen, f"{one.number}. {one.title}", by=by, lead=bold(one.id))
        put(screen, dim(one.prompt), by=by)
    say("\nTeach one: counterpoise lesson ID. Run all and time them: counterpoise lesson --check")


def teach(name: str, asked: Asked) -> None:
    """Open the studio in lesson mode.

    Raises
    ------
    CounterpoiseError
        If there is no such lesson, or the studio cannot be opened.
    """
    from sim.scenario.shipped import experiment_ids, lesson_ids, scenario_ids
    from sim.terminal.studying import open_studio
    from sim.wording import did_you_mean, visible

    shipped = (*scenario_ids(), *experiment_ids())
    if name.replace("_", "").isalnum() and name not in shipped and not Path(name).exists():
        raise ScenarioError(
            f"there is no lesson '{visible(name)}'{did_you_mean(name, lesson_ids())}"
        )
    open_studio(name, asked)


def check_lessons(name: str | None, *, seed: int, workers: int | None) -> None:
    """Run every lesson, or one, from beginning to end; show how long each takes and what it says.

    Raises
    ------
    ScenarioError
        If one takes longer than a class waits, or there is no such lesson.
    """
    from sim.scenario import load_scenario
    from sim.scenario.shipped import lesson_headings
    from sim.studio.lesson import check

    screen = console()
    names = [name] if name is not None else [one.id for one in lesson_headings()]
    by = GAP + max(len(one) for one in names)
    slow = []
    for one in names:
        checked = check(load_scenario(one), seed=seed, workers=workers)
        put(screen, _line(checked), by=by, lead=bold(one))
        if checked.seconds > LONGEST_SECONDS:
            slow.append(one)
    if slow:
        raise ScenarioError(
            f"longer than {LONGEST_SECONDS:.0f} seconds: {', '.join(slow)}"
        )


def _line(checked: Checked) -> str:
    return f"{checked.seconds:4.1f} s  {checked.truth.answer(None)['text']}"

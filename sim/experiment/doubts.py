"""What in a valid experiment is probably not meant: told as notes, never refused.

It holds what is doubtful in the scenario under it, and names factors that an event overwrites: from
then on all their values are the same, and an analysis would find that they matter little.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.report.page import plain
from sim.results.text import in_a_row, when_it_happens
from sim.scenario.doubts import doubts as doubts_of_scenario

if TYPE_CHECKING:
    from sim.experiment.loader import Study
    from sim.scenario.schema import Event


def doubts(study: Study) -> list[str]:
    """All that is doubtful in a valid experiment, a sentence each."""
    return [*doubts_of_scenario(study.scenario), *_overwritten(study)]


def _overwritten(study: Study) -> Iterator[str]:
    """Factors, and levers of a search, that events set as well."""
    varied = [("factor", one.path) for one in study.factors]
    varied += [("lever", one.path) for one in study.levers]
    for event in study.scenario.document.events:
        under = [name for name in study.strategies if event.is_under(name)]
        for kind, path in varied:
            if under and path in event.set:
                yield f"{kind} {path} {_until(event, path)}{_where(study, under)}"


def _until(event: Event, path: str) -> str:
    when = when_it_happens(event.model_copy(update={"strategies": None}))
    named, value = f"event “{event.name}” ({when})", plain(event.set[path])
    if event.week is None:  # which may never happen
        return f"acts only as long as {named} has not set it to {value}"
    return f"acts only until {named} sets it to {value}, whatever it was"


def _where(study: Study, under: list[str]) -> str:
    """Under which strategies, if not under all that are lived."""
    if len(under) == len(study.strategies):
        return ""
    return f", under {in_a_row([f'“{name}”' for name in under])} only"

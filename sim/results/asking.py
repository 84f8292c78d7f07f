"""What is asked for, held against what there is."""

from __future__ import annotations

from collections.abc import Iterable

from sim.errors import RunError, ScenarioError
from sim.scenario import Document
from sim.scenario.faults import did_you_mean, visible
from sim.scenario.schema import MOST_WEEKS
from sim.streams import is_whole


def known(name: str, allowed: Iterable[str], what: str) -> str:
    """The name, if there is such a thing.

    Raises
    ------
    ScenarioError
        If there is none.
    """
    names = list(allowed)
    if name not in names:
        raise ScenarioError(
            f"there is no {what} '{visible(name)[:60]}'{did_you_mean(name, names)}"
        )
    return name


def length_of(weeks: int | None, world: Document) -> int:
    """Weeks of a run: those asked for, else those of the scenario.

    Raises
    ------
    RunError
        If there are none, or more than a scenario may have.
    """
    length = world.weeks if weeks is None else weeks
    if not is_whole(length) or not 1 <= length <= MOST_WEEKS:
        raise RunError(f"weeks must be a whole number from 1 to {MOST_WEEKS:,}. Got {weeks!r}.")
    return int(length)


def share_between(confidence: float) -> float:
    """The confidence of an interval, if it is one.

    Raises
    ------
    RunError
        If it does not lie between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise RunError(f"confidence must lie between 0 and 1, as 0.95. Got {confidence}.")
    return confidence

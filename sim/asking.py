"""What is asked for, held against what there is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sim.errors import RequestError, RunError
from sim.scenario import Document
from sim.scenario.faults import did_you_mean, visible
from sim.scenario.schema import MOST_WEEKS
from sim.whole_numbers import is_whole


def known(name: str, allowed: Iterable[str], what: str) -> str:
    """The name, if there is such a thing.

    Raises
    ------
    RequestError
        If there is none.
    """
    names = list(allowed)
    if name not in names:
        raise RequestError(
            f"there is no {what} '{visible(str(name))[:60]}'{did_you_mean(str(name), names)}"
        )
    return name


def whole(name: str, number: Any, least: int, most: int) -> int:
    """A number that is asked for as a plain integer: manifests cannot hold those of NumPy.

    Raises
    ------
    RunError
        If it is no whole number within these bounds.
    """
    if not is_whole(number) or not least <= number <= most:
        raise RunError(f"{name} must be a whole number from {least} to {most:,}. Got {number!r}.")
    return int(number)


def length_of(weeks: int | None, world: Document) -> int:
    """Weeks of a run: those asked for, else those of the scenario.

    Raises
    ------
    RunError
        If there are none, or more than a scenario may have.
    """
    return whole("weeks", world.weeks if weeks is None else weeks, 1, MOST_WEEKS)


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

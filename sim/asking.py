"""What is asked for, held against what there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from numbers import Real
from typing import Any

from sim.errors import RequestError, RunError
from sim.scenario import Document
from sim.scenario.schema import MOST_WEEKS
from sim.whole_numbers import is_whole
from sim.wording import did_you_mean, visible


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


def names_of(strategies: Sequence[str] | None, allowed: Sequence[str]) -> list[str]:
    """The strategies that are asked for, each once; all of them if none is.

    Raises
    ------
    RunError
        If they are no list: a set has another order in every process, and the first strategy is
        the baseline.
    RequestError
        If there is no such strategy.
    """
    if isinstance(strategies, str):
        raise RunError(f"strategies are a list of names, as [{strategies!r}]")
    if isinstance(strategies, Set) or not isinstance(strategies, Iterable | None):
        raise RunError(f"strategies are a list of names, in order. Got {strategies!r}.")
    asked = list(allowed if strategies is None else strategies)
    names = [known(name, allowed, "strategy") for name in asked]
    return list(dict.fromkeys(names)) or list(allowed)


def first_and_last(weeks: Any) -> tuple[int, int]:
    """The first and the last of the weeks that are asked for.

    Raises
    ------
    RunError
        If they are not two whole numbers in order.
    """
    pair = tuple(weeks) if isinstance(weeks, Iterable) else ()
    if not (len(pair) == 2 and all(map(is_whole, pair)) and 1 <= pair[0] <= pair[1]):
        raise RunError(
            f"weeks are the first and the last, counted from 1, as (1, 26). Got {weeks!r}."
        )
    return pair


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
    if not (isinstance(confidence, Real) and 0 < confidence < 1):
        raise RunError(f"confidence must lie between 0 and 1, as 0.95. Got {confidence!r}.")
    return confidence

"""The contract of an observer: declared outcomes and a read-only look at the market each week."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.discovery import enter, import_all

if TYPE_CHECKING:
    from sim.market import Market

PACKAGE = "sim.observers"
KEYS = ("run", "strategy", "replication", "week", "firm", "offer")
"""Columns of tidy tables that say whose and when; no outcome is called so."""

REGISTRY: dict[str, type[Observer]] = {}

Measures: TypeAlias = Mapping[str, NDArray[Any] | float]
"""What an observer noted of one week, by name: arrays of any shape, or numbers."""

Weeks: TypeAlias = Mapping[str, NDArray[Any]]
"""The same of several weeks, in one array a name, weeks first."""


PARTS = ("0 to 1", "0 or 1", *(f"share of {whole}" for whole in (
    "buyers", "complaints", "customers", "customers/week", "expected demand", "firms",
    "firms' buyers", "purchases", "spending", "units",
)))
"""Units of parts of a whole."""


@dataclass(frozen=True)
class Outcome:
    """One observed quantity.

    Parameters
    ----------
    unit
        Unit of the weekly value.
    over_weeks
        How weeks are summarized: their sum, their mean, or the last of them.
    doc
        What it is, one sentence.
    per
        Whether there is one value a firm, one an offer, or one for the market. Claims and
        experiments ask for outcomes of firms and of the market.
    """

    unit: str
    over_weeks: Literal["sum", "mean", "last"]
    doc: str
    per: Literal["firm", "offer", "market"] = "firm"

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("over_weeks", self.over_weeks, ("sum", "mean", "last")),
            ("per", self.per, ("firm", "offer", "market")),
        ):
            if value not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}. Got {value!r}.")

    def unit_over_weeks(self, currency: str = "currency") -> str:
        """Unit of weeks summarized: a sum over weeks is no longer a week's."""
        unit = self.unit.replace("currency", currency)
        return unit.replace("/week", "") if self.over_weeks == "sum" else unit

    @property
    def bounds(self) -> tuple[float, float]:
        """What no value over weeks can pass: 0 and 1 for a part of a whole, else infinity."""
        is_part = self.unit in PARTS and self.over_weeks != "sum"
        return (0.0, 1.0) if is_part else (-math.inf, math.inf)


class Observer:
    """Reads a market after each week; draws nothing and changes nothing.

    Each week it only notes what will not be there later (``measure``); shares, means and sums by
    firm are made of it for all weeks at once (``derive``), which costs a fraction of it.
    """

    outcomes: ClassVar[dict[str, Outcome]] = {}

    def measure(self, market: Market) -> Measures:
        """What there is to note of the week just lived; no array that the market still changes."""
        raise NotImplementedError

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Each declared outcome of what was noted: weeks first, then firms or offers if it has any.

        Of the market it reads only what stays as it is: sizes, names, who sells what.
        """
        return weeks

    def observe(self, market: Market) -> dict[str, NDArray[np.float64] | float]:
        """Each declared outcome in the week just lived: ``(n_firms or n_offers,)`` or a number."""
        noted = {name: np.asarray(value)[None] for name, value in self.measure(market).items()}
        derived = self.derive(market, noted).items()
        return {name: np.asarray(values[0], dtype=np.float64) for name, values in derived}


Taken = TypeVar("Taken")


def once_a_week(take: Callable[[Market], Taken]) -> Callable[[Market], Taken]:
    """Let observers share what ``take`` reads of a market at the end of a week."""
    name = f"{take.__module__}.{take.__name__}"

    @wraps(take)
    def shared(market: Market) -> Taken:
        known = market.taken_of_week.get(name)
        if known is None or known[0] != market.week or known[1] is not market.purchases:
            known = market.week, market.purchases, take(market)
            market.taken_of_week[name] = known
        taken: Taken = known[2]
        return taken

    return shared


Observing = TypeVar("Observing", bound=Observer)


def observer(cls: type[Observing]) -> type[Observing]:
    """Register an observer under its file's name; one of one's own under its class's, too.

    Raises
    ------
    ValueError
        If another observer has that name already, or declares one of its outcomes; if the class is
        no observer, has no ``measure``, or declares what is no outcome.
    """
    if fault := _fault_of(cls):
        raise ValueError(f"{getattr(cls, '__module__', 'observer')}: {fault}")
    if not cls.__module__.startswith(PACKAGE):
        observers()  # those of the package come first
    name = cls.__module__.rsplit(".", 1)[-1]
    if not cls.__module__.startswith(PACKAGE):
        name = f"{name}.{cls.__qualname__}"  # a file or notebook of one's own may hold several
    for other, known in REGISTRY.items():
        if (known.__module__, known.__qualname__) == (cls.__module__, cls.__qualname__):
            continue  # the same class, loaded again
        shared = sorted(known.outcomes.keys() & cls.outcomes.keys())
        if other == name or shared:
            what = f"the outcome {shared[0]!r}" if shared else f"the name {name!r}"
            raise ValueError(f"{cls.__module__}: {known.__module__} has {what} already")
    enter(REGISTRY, name, cls)
    return cls


def _fault_of(cls: type[Any]) -> str | None:
    """The first thing that keeps a class from being an observer, and its mend; None if nothing."""
    name = cls.__qualname__
    if not issubclass(cls, Observer):
        return f"derive {name} from sim.observers.base.Observer: class {name}(Observer)"
    if cls.measure is Observer.measure:
        return f"{name} has no 'measure(self, market)'"
    if not isinstance(cls.outcomes, Mapping) or not cls.outcomes:
        return f'{name} declares no outcome: outcomes = {{"mine": Outcome(...)}}'
    for outcome, declared in cls.outcomes.items():
        if not isinstance(declared, Outcome):
            return f"{name}: outcomes[{outcome!r}] must be an Outcome. Got {declared!r}."
        if not re.fullmatch(r"[a-z][a-z0-9_]*", str(outcome)) or outcome in KEYS:
            return (
                f"{name}: an outcome cannot be called {outcome!r}; take small letters, digits and "
                f"'_', and none of {', '.join(KEYS)}"
            )
    return None


def observers() -> dict[str, type[Observer]]:
    """Every registered observer by name; imports the observer files at the first call."""
    import_all(PACKAGE)
    return REGISTRY


def outcomes() -> dict[str, Outcome]:
    """Every outcome that some observer declares."""
    return {name: o for cls in observers().values() for name, o in cls.outcomes.items()}

"""The contract of an observer: declared outcomes and a read-only look at the market each week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

from numpy.typing import NDArray

from sim.discovery import enter, import_all

if TYPE_CHECKING:
    import numpy as np

    from sim.market import Market

REGISTRY: dict[str, type[Observer]] = {}


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
        Whether there is one value a firm or one for the market.
    """

    unit: str
    over_weeks: Literal["sum", "mean", "last"]
    doc: str
    per: Literal["firm", "market"] = "firm"


class Observer:
    """Reads a market after each week; draws nothing and changes nothing."""

    outcomes: ClassVar[dict[str, Outcome]] = {}

    def observe(self, market: Market) -> dict[str, NDArray[np.float64] | float]:
        """Value of each declared outcome in the week just lived: ``(n_firms,)`` or a number."""
        raise NotImplementedError


Observing = TypeVar("Observing", bound=Observer)


def observer(cls: type[Observing]) -> type[Observing]:
    """Register an observer under its file's name."""
    enter(REGISTRY, cls.__module__.rsplit(".", 1)[-1], cls)
    return cls


def observers() -> dict[str, type[Observer]]:
    """Every registered observer by name; imports the observer files at the first call."""
    import_all("sim.observers")
    return REGISTRY


def outcomes() -> dict[str, Outcome]:
    """Every outcome that some observer declares."""
    return {name: o for cls in observers().values() for name, o in cls.outcomes.items()}

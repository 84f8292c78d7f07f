"""The contract of a policy: from what a firm can see to the levers it sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.discovery import import_all
from sim.parameters import Declared

REGISTRY: dict[str, type[Policy]] = {}


@dataclass(frozen=True)
class Observation:
    """What a firm can see: its own books and sensing, and what anybody sees on the market.

    Money is in currency units a week. ``own_prices`` and ``rival_prices`` map offers to prices;
    ``believed_needs`` is ``(n_attributes,)``.
    """

    week: int
    revenue: float
    profit: float
    cash: float
    units_sold: int
    n_complaints: int
    n_waiting: int
    believed_satisfaction: float
    believed_needs: NDArray[np.float32]
    own_prices: dict[str, float]
    own_unit_costs: dict[str, float]
    rival_prices: dict[str, float]


@dataclass(frozen=True)
class Decision:
    """New values of levers; what is left out stays as it is."""

    levers: dict[str, float]
    prices: dict[str, float]
    advertising: dict[str, float]

    @classmethod
    def nothing(cls) -> Decision:
        """Leave every lever as it is."""
        return cls(levers={}, prices={}, advertising={})


class Policy:
    """How a firm decides its levers at the start of a week."""

    class Parameters(Declared):
        """No parameters."""

    name: ClassVar[str]

    def decide(self, observation: Observation) -> Decision:
        """The levers that the firm changes this week."""
        raise NotImplementedError


P = TypeVar("P", bound=Policy)


def policy(cls: type[P]) -> type[P]:
    """Register a policy under its file's name."""
    cls.name = cls.__module__.rsplit(".", 1)[-1]
    REGISTRY[cls.name] = cls
    return cls


def policies() -> dict[str, type[Policy]]:
    """Every registered policy by name; imports the policy files at the first call."""
    import_all("sim.policies")
    return REGISTRY

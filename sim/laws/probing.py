"""Probes: markets that are lived so that laws can be measured, each a file in ``probes/``.

A probe lives one market, or a few twins of it that share its luck and differ in one thing, and
returns what its laws look at. The offer that probes change is the first one of the scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.discovery import enter, import_all
from sim.scenario import Document, Scenario

if TYPE_CHECKING:
    from sim.market import Market


@dataclass(frozen=True)
class Ground:
    """Where a probe lives its markets: one scenario, one luck.

    Attributes
    ----------
    scenario : as the file (with its overrides) says, without a strategy.
    seed : of one replication.
    replication : its number, from 0.
    """

    scenario: Scenario
    seed: int
    replication: int = 0

    def market(
        self, overrides: Mapping[str, Any] | None = None, *, observe: tuple[str, ...] = ()
    ) -> Market:
        """A market before week 1, changed by overrides."""
        from sim.market import Market

        return Market(
            self.scenario, seed=self.seed, overrides=overrides, observe=observe or False
        )

    @property
    def world(self) -> Document:
        """The scenario with its overrides."""
        return self.scenario.world()

    @property
    def offer_paths(self) -> dict[str, str]:
        """Where each offer stands in the scenario, in its order."""
        return {
            offer: f"firms.{name}.offers.{offer}"
            for name, firm in self.world.firms.items() for offer in firm.offers
        }

    @property
    def focal(self) -> str:
        """Name of the offer that probes change: the first one."""
        return next(iter(self.offer_paths))


Live = Callable[[Ground], Any]


@dataclass(frozen=True)
class Probe:
    """How to live what some laws need."""

    id: str
    markets: int
    live: Live


REGISTRY: dict[str, Probe] = {}


def probe(*, markets: int) -> Callable[[Live], Live]:
    """Register a probe that lives so many markets, under the name of its file."""
    def register(live: Live) -> Live:
        name = live.__module__.rsplit(".", 1)[-1]
        enter(REGISTRY, name, Probe(name, markets, live))
        return live

    return register


def probes() -> dict[str, Probe]:
    """All probes by id."""
    import_all("sim.laws")
    return REGISTRY

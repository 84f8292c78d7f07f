"""The arena: a market of equal firms with a seat for each policy that meets another.

Every seat holds a copy of the same firm, so that only policies differ. Seats differ in luck, which
follows names: therefore policies take turns on them.
"""

from __future__ import annotations

import copy
from typing import Any

from sim.errors import ScenarioError
from sim.scenario import Scenario

MOST_SEATS = 8


def seat(number: int) -> str:
    """Name of a seat, counted from 0."""
    return f"Seat {number + 1}"


def arena(scenario: Scenario, seats: int, firm: str | None = None) -> Scenario:
    """A market of equal firms.

    Parameters
    ----------
    scenario
        Where customers, network, mechanisms and the firm come from.
    seats
        How many firms there are.
    firm
        Which firm all are copies of; None is the first.

    Raises
    ------
    ScenarioError
        If there is no such firm, or too many seats.
    FaultyScenarioError
        If copies cannot stand for the firms of the scenario.
    """
    if not 2 <= seats <= MOST_SEATS:
        raise ScenarioError(f"from 2 to {MOST_SEATS} policies can meet. Got {seats}.")
    raw = scenario.resolved()
    firms: dict[str, Any] = raw["firms"]
    name = firm or next(iter(firms))
    if name not in firms:
        raise ScenarioError(f"no firm is called {name!r}; known: {', '.join(firms)}")
    for community in raw["communities"].values():
        if community["host"] in firms:  # a host among equals would not be one
            community["host"] = "customers"
        community["vendors"] = []
    raw["firms"] = {seat(number): _copied(firms[name], number) for number in range(seats)}
    raw["events"] = []
    return Scenario(
        raw, name=scenario.name, path=scenario.path, allow_code=scenario.allow_code
    )


def _copied(model: dict[str, Any], number: int) -> dict[str, Any]:
    """The firm with names of its own for its offers."""
    made = {**copy.deepcopy(model), "policy": "fixed"}
    made["offers"] = {
        f"{name[:36]} {number + 1}": offer for name, offer in made["offers"].items()
    }
    return made

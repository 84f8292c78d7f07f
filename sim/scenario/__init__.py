"""What a scenario is: its file, its checks, its strategies.

This package owns the way from a YAML file to a valid ``Document`` in memory: reading with line
numbers, the declared structure (``schema.py``), the checks across places (``check.py``,
``statements.py``), overrides by dotted path, and the wording of every fault. It decides what may
be run; running it belongs to ``market.py`` and ``experiment/``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.loader import load_scenario
    from sim.scenario.scenario import Scenario
    from sim.scenario.schema import Document

__all__ = ["Document", "Scenario", "load_scenario"]

_HOMES = {"Document": "schema", "Scenario": "scenario", "load_scenario": "loader"}


def __getattr__(name: str) -> Any:
    # Listing scenarios needs neither the schema nor numpy: import what is asked for.
    if name not in _HOMES:
        raise AttributeError(f"module 'sim.scenario' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"sim.scenario.{_HOMES[name]}"), name)

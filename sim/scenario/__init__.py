"""What a scenario is: its file, its checks, its strategies.

This package owns the way from a YAML file to a valid ``Document`` in memory: reading with line
numbers, the declared structure (``schema.py``), the checks across places (``check.py``,
``statements.py``), overrides by dotted path, and the wording of every fault. It decides what may
be run; running it belongs to ``market.py`` and ``experiment/``.
"""

from sim.scenario.loader import load_scenario
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Document

__all__ = ["Document", "Scenario", "load_scenario"]

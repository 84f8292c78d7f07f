"""Counterpoise: a market simulator in which customers push back.

>>> from sim import Market
>>> market = Market("first_lesson", "listen", seed=1)
>>> market.step()
>>> 0 <= market.outcome("market_share", "Nova") <= 1
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.market import Market
    from sim.network import Network
    from sim.results.run import RunResult, run
    from sim.scenario import Scenario, load_scenario

__all__ = ["Market", "Network", "RunResult", "Scenario", "__version__", "load_scenario", "run"]
__version__ = "0.2.0"

_HOMES = {
    "Market": "sim.market",
    "Network": "sim.network",
    "RunResult": "sim.results.run",
    "Scenario": "sim.scenario",
    "load_scenario": "sim.scenario",
    "run": "sim.results.run",
}


def __getattr__(name: str) -> Any:
    # Names are imported when they are asked for: `counterpoise --help` needs none of them.
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

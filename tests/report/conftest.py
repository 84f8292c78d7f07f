"""Results made of plain arithmetic, so that no market has to be lived to test a report."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from sim.observers.base import outcomes
from sim.results.run import RunResult
from sim.scenario import Scenario, load_scenario


def raw_scenario(**changes: Any) -> dict[str, Any]:
    raw = copy.deepcopy(dict(load_scenario("first_lesson").raw))
    return raw | changes


def many_firms(raw: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """The same document with these firms, each a copy of Nova."""
    pattern = raw["firms"]["Nova"]
    raw["firms"] = {}
    for number, name in enumerate(names):
        firm = copy.deepcopy(pattern)
        firm["offers"] = {f"offer_{number}": firm["offers"].pop("nova_one")}
        raw["firms"][name] = firm
    raw["strategies"] = {"as it is": {}}
    raw["claims"] = []
    return raw


def made_up(
    raw: dict[str, Any] | Scenario, *, replications: int = 5, weeks: int | None = None,
    strategies: list[str] | None = None, effect: float = 0.1, noise: float = 0.05,
    sales: bool = True,
) -> RunResult:
    """A result whose outcomes are about 0.4 a week, plus ``effect`` a strategy."""
    scenario = raw if isinstance(raw, Scenario) else Scenario.from_dict(raw)
    names = strategies or list(scenario.strategies)
    length = weeks or scenario.document.weeks
    shape = (len(names), replications, length)
    firms = len(scenario.document.firms)
    series = {}
    for number, (name, declared) in enumerate(outcomes().items()):
        full = (*shape, firms) if declared.per == "firm" else shape
        random = np.random.default_rng(number)
        lift = effect * np.arange(len(names)).reshape(-1, *(1,) * (len(full) - 1))
        size = 1.0 if declared.unit.startswith(("share", "0 to 1")) else 100.0
        series[name] = size * np.clip(0.4 + lift + noise * random.standard_normal(full), 0, 1)
    if not sales:
        for name in ("market_share", "satisfaction", "satisfied_share", "price_paid"):
            series[name][:] = np.nan
        for name in ("units", "revenue", "market_units", "good_news", "bad_news"):
            series[name][:] = 0.0
    history = {
        "run_id": "0123456789abcdef", "engine": "0.1.0", "scenarios": {}, "seed": 0,
        "replications": replications, "weeks": length, "scenario": scenario.id,
        "strategies": names, "overrides": dict(scenario.overrides),
        "versions": {"counterpoise": "0.1.0"}, "commit": None,
        "mechanisms": {
            "pricing/fixed": {"strategies": names, "parameters": {}, "cites": ["model.md M16"]},
        },
    }
    return RunResult(
        scenario=scenario, strategies=names, seed=0, replications=replications, weeks=length,
        series=series, history=history,
    )


@pytest.fixture(scope="session")
def result() -> RunResult:
    return made_up(raw_scenario())

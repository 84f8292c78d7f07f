"""Results made of plain arithmetic, so that no market has to be lived to test a report."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.observers.base import outcomes
from sim.report.html import render
from sim.results.run import RunResult
from sim.scenario import Scenario, load_scenario

UNSOLD = ("market_share", "satisfaction", "satisfied_share", "price_paid")
NOTHING = ("units", "revenue", "market_units", "good_news", "bad_news")


def first_lesson() -> dict[str, Any]:
    return copy.deepcopy(dict(load_scenario(Path(__file__).with_name("first_lesson.yaml")).raw))


def hostile_scenario() -> dict[str, Any]:
    """Three firms, five strategies, 260 weeks, events, dates, and text that is code."""
    raw = first_lesson()
    names = [f"strategy number {number} with a long name" for number in range(5)]
    advertising = "firms.Nova.offers.nova_one.advertising"
    raw["strategies"] = {
        name: {"title": f"<b>{name}</b> & more", "set": {advertising: 100 + number}}
        for number, name in enumerate(names)
    }
    claim = raw["claims"][0] | {"strategy": names[1], "against": names[0]}
    text = "Claim <i>with</i> a “tag” & more than one line of words, so that it has to be wrapped."
    raw["claims"] = [
        claim,
        claim | {"id": "too_much", "text": text, "at_least": 100.0},
        {"id": "plain", "text": "A share.", "outcome": "market_share", "firm": "Nova",
         "at_least": 0.3, "at_most": 0.9},
        {"id": "rivals", "text": "A gap.", "outcome": "satisfaction", "firm": "Nova",
         "against_firm": "Orbit", "by": "difference", "at_least": 0.0, "weeks": [1, 2]},
    ]
    price = {"firms.Nova.offers.nova_one.price": 70}
    raw["events"] = [
        {"name": "A <script>alert(1)</script> $x$", "week": 20, "set": price},
        {"name": "right after", "week": 21, "set": price},
        {"name": "if ever", "when": "market_share.Nova < 0.2", "set": price},
    ]
    third = copy.deepcopy(raw["firms"]["Orbit"])
    third["offers"] = {"third_go": third["offers"].pop("orbit_go")}
    raw["firms"]["Third"] = third
    return raw | {
        "title": "<script>alert('title')</script> & $more$", "weeks": 260,
        "start_date": "2026-01-05", "currency": "<script>$ & coins", "question": "<img src=x>?",
    }


@pytest.fixture
def raw() -> dict[str, Any]:
    """The first lesson as plain data, to be changed freely."""
    return first_lesson()


@pytest.fixture
def hostile() -> dict[str, Any]:
    """The hostile scenario, to be changed freely."""
    return hostile_scenario()


@pytest.fixture(scope="session")
def big() -> RunResult:
    """A result of the hostile scenario."""
    return made_up(hostile_scenario())


@pytest.fixture(scope="session")
def big_page(big: RunResult) -> str:
    """Its page."""
    return render(big)


@pytest.fixture
def many_firms(raw: dict[str, Any]) -> Callable[[int], dict[str, Any]]:
    """The first lesson with so many firms of long names, one strategy and no claim."""
    def change(count: int) -> dict[str, Any]:
        pattern = raw["firms"]["Nova"]
        raw["firms"] = {}
        for number in range(count):
            firm = copy.deepcopy(pattern)
            firm["offers"] = {f"offer_{number}": firm["offers"].pop("nova_one")}
            raw["firms"][f"The long company name number {number} Inc"] = firm
        return raw | {"strategies": {"as it is": {}}, "claims": []}

    return change


def made_up(
    raw: dict[str, Any], *, replications: int = 5, strategies: list[str] | None = None,
    effect: float = 0.1, noise: float = 0.05, sales: bool = True,
) -> RunResult:
    """A result whose outcomes are about 0.4 (or 40) a week, plus ``effect`` a strategy."""
    scenario = Scenario.from_dict(raw)
    names = strategies or list(scenario.strategies)
    weeks = scenario.document.weeks
    shape = (len(names), replications, weeks)
    series = {}
    for name, declared in outcomes().items():
        full = (*shape, len(scenario.document.firms)) if declared.per == "firm" else shape
        random = np.random.default_rng(zlib.crc32(name.encode()))
        lift = effect * np.arange(len(names)).reshape(-1, *(1,) * (len(full) - 1))
        size = 1.0 if declared.unit.startswith(("share", "0 to 1")) else 100.0
        series[name] = size * np.clip(0.4 + lift + noise * random.standard_normal(full), 0, 1)
    if not sales:
        for name in UNSOLD:
            series[name][:] = np.nan
        for name in NOTHING:
            series[name][:] = 0.0
    history = {
        "run_id": "0123456789abcdef", "engine": "0.1.0", "scenarios": {}, "seed": 0,
        "replications": replications, "weeks": weeks, "scenario": scenario.id,
        "strategies": names, "overrides": {}, "versions": {"counterpoise": "0.1.0"},
        "commit": None,
        "mechanisms": {
            "pricing/fixed": {"strategies": names, "parameters": {}, "cites": []},
        },
    }
    return RunResult(
        scenario=scenario, strategies=names, seed=0, replications=replications, weeks=weeks,
        series=series, history=history,
    )


@pytest.fixture
def make() -> Callable[..., RunResult]:
    return made_up

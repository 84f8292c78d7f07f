"""Checks of the search that an experiment asks for: levers, objectives, budget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sim.experiment.asked import asked_faults
from sim.experiment.factor_check import factor_of
from sim.experiment.factors import Factor
from sim.observers.base import outcomes
from sim.scenario import Scenario
from sim.scenario.faults import Fault, FaultyScenarioError
from sim.scenario.overrides import Setting, at
from sim.scenario.places import Path
from sim.scenario.statements import find_anywhere
from sim.wording import did_you_mean, shown, visible

ROOT: Path = ("optimize",)
OBJECTIVES: Path = (*ROOT, "objectives")


def levers_of(
    raw: Mapping[str, Any], scenario: Scenario
) -> tuple[tuple[Factor, ...], list[Fault]]:
    """The levers that may be set, and everything wrong with the search."""
    if not isinstance(raw.get("optimize"), Mapping):
        return (), []
    faults = list(_strategy_faults(raw, scenario))
    name = at(raw, *ROOT).get("strategy")
    under = (name,) if isinstance(name, str) and not faults else scenario.strategies
    levers: list[Factor] = []
    for path, written in at(raw, *ROOT, "levers").items():
        lever, more = _lever(raw, str(path), written, scenario, under)
        faults += more
        levers += [lever] if lever is not None else []
    if at(raw, *ROOT).get("levers") == {}:
        faults.append(Fault((*ROOT, "levers"), "levers is empty: nothing may be set", on_key=True))
    faults += asked_faults(raw, scenario, OBJECTIVES)
    faults += _objective_faults(raw)
    faults += _budget_faults(raw, scenario, levers)
    return tuple(levers), faults


def _strategy_faults(raw: Mapping[str, Any], scenario: Scenario) -> Iterator[Fault]:
    name = at(raw, *ROOT).get("strategy")
    if isinstance(name, str) and name not in scenario.strategies:
        yield Fault(
            (*ROOT, "strategy"), f"the scenario has no strategy '{visible(name)[:60]}'"
            f"{did_you_mean(name, scenario.strategies)}",
        )


def _lever(
    raw: Mapping[str, Any], path: str, written: Any, scenario: Scenario, strategies: Sequence[str]
) -> tuple[Factor | None, list[Fault]]:
    """A lever with a range, of a known value, that nothing else sets."""
    place: Path = (*ROOT, "levers", path)
    name = f'levers "{visible(path)}"'
    if not isinstance(written, Mapping) or not {"low", "high"} <= set(written):
        return None, []  # the structure says it
    lever, found = factor_of(raw, path, written, scenario, strategies, section=place[:-1])
    faults = [replace(one, message=one.message.replace(f"levers {visible(path)}", name, 1))
              for one in found]
    if path in at(raw, "factors"):
        faults.append(Fault(place, f"{name}: it is a factor too: what varies over worlds cannot be "
                            "set; take it out there", on_key=True))
    if faults or lever is None:
        return None, faults
    if lever.base != lever.base:
        return None, [Fault(place, f"{name} is no number in the scenario as it is", on_key=True)]
    return lever, list(_world_faults(lever, scenario, strategies, place, name))


def _world_faults(
    lever: Factor, scenario: Scenario, strategies: Sequence[str], place: Path, name: str
) -> Iterator[Fault]:
    """Both ends of its range make valid worlds."""
    for strategy in strategies:
        for key, cell in (("low", lever.low), ("high", lever.high)):
            try:
                scenario.varied({lever.path: lever.value(cell)}).world(strategy)
            except FaultyScenarioError as error:
                yield Fault((*place, key), f"{name}: {error.faults[0].message}")


def _objective_faults(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Every objective is one number of one firm."""
    written = at(raw, *ROOT).get("objectives")
    for number, one in enumerate(written if isinstance(written, list) else ()):
        name = one.get("name") if isinstance(one, Mapping) else None
        if name in outcomes() and outcomes()[name].per == "firm" and one.get("firm") is None:
            yield Fault(
                (*OBJECTIVES, number), f"objectives {number + 1}: '{name}' needs a 'firm'",
                on_key=True,
            )


def _budget_faults(
    raw: Mapping[str, Any], scenario: Scenario, levers: Sequence[Factor]
) -> Iterator[Fault]:
    """A budget adds up levers, each once, in one unit, and can be kept."""
    place: Path = (*ROOT, "budget")
    named = at(raw, *place).get("levers")
    if not isinstance(named, list):
        return
    if not named:
        yield Fault((*place, "levers"), "budget: it adds up no levers", on_key=True)
    known = [str(path) for path in at(raw, *ROOT, "levers")]
    for number, path in enumerate(named):
        spot: Path = (*place, "levers", number)
        if isinstance(path, str) and path not in known:
            yield Fault(spot, f"budget: {shown(path)} is no lever{did_you_mean(path, known)}")
        elif path in named[:number]:
            yield Fault(spot, f"budget: {shown(path)} stands there twice")
    yield from _unit_faults(place, scenario, [path for path in known if path in named])
    least = sum(one.low for one in levers if one.path in named)
    most = at(raw, *place).get("at_most")
    if isinstance(most, int | float) and not isinstance(most, bool) and least > most:
        yield Fault(
            (*place, "at_most"), f"budget.at_most = {shown(most)}: the lowest values of its levers "
            f"cost {least:g} already",
        )


def _unit_faults(place: Path, scenario: Scenario, paths: list[str]) -> Iterator[Fault]:
    units = {path: unit for path in paths if (unit := _unit(scenario, path))}
    for path, unit in units.items():
        first = paths[0]
        if unit != units.get(first, unit):
            yield Fault(
                (*place, "levers"), f"budget: it adds {first} ({units[first]}) and {path} "
                f"({unit}), which are different units", on_key=True,
            )
            return


def _unit(scenario: Scenario, path: str) -> str | None:
    setting = find_anywhere(scenario.raw, path)
    return str(setting.declared.get("unit")) if isinstance(setting, Setting) else None

"""Checks of an experiment against its scenario: names that exist, values that are possible.

They read the raw document and skip what is not there, so that they can speak beside structural
faults; what the structure already refuses is not said twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import ScenarioError
from sim.experiment import design
from sim.experiment.asked import asked_faults, spelled_out
from sim.experiment.base import base_scenario
from sim.experiment.factor_check import factor_of
from sim.experiment.factors import Cells, Factor, settings_of
from sim.experiment.group_check import group_faults
from sim.experiment.listing import as_factors, read_list
from sim.experiment.optimize_check import levers_of
from sim.experiment.schema import MOST_ROWS, Asked, Experiment
from sim.scenario import Scenario
from sim.scenario.check import first_at_each_place
from sim.scenario.faults import Fault, FaultyScenarioError
from sim.scenario.overrides import at
from sim.scenario.places import Path as Parts
from sim.scenario.structure import structural
from sim.wording import did_you_mean, listed, shown, visible

MOST_LISTED = 100
"""Values of a list that are tried one by one before anything runs."""


@dataclass(frozen=True)
class Found:
    """What a good document spells."""

    document: Experiment
    scenario: Scenario
    strategies: tuple[str, ...]
    factors: tuple[Factor, ...]
    asked: tuple[Asked, ...]
    listed: Cells | None
    levers: tuple[Factor, ...]


def check(
    raw: Mapping[str, Any], folder: Path, *, allow_code: bool = False
) -> tuple[Found | None, list[Fault]]:
    """The experiment that raw data spells, and everything wrong with it but its worlds."""
    document, faults = structural(Experiment, raw, (), raw)
    scenario, more = base_scenario(raw, folder, allow_code=allow_code)
    faults += more
    faults += _design_faults(raw)
    if scenario is None:
        return None, first_at_each_place(faults)
    strategies, more = _strategies(raw, scenario)
    faults += more
    factors: list[Factor] = []
    for path, written in at(raw, "factors").items():
        factor, more = factor_of(raw, path, written, scenario, strategies)
        faults += more
        factors += [factor] if factor is not None else []
    rows: Cells | None = None
    if document is not None and document.design.kind == "list" and document.design.file:
        factors, rows, more = _listed(document, folder, scenario, strategies)
        faults += more
    faults += group_faults(raw)
    faults += asked_faults(raw, scenario)
    levers, more = levers_of(raw, scenario)
    faults += more
    faults = first_at_each_place(faults)
    if document is None or faults:
        return None, faults
    faults += _size_faults(document, tuple(factors), rows, len(strategies))
    asked = spelled_out(document, scenario)
    found = Found(document, scenario, strategies, tuple(factors), asked, rows, levers)
    return (None if faults else found), faults


def _strategies(
    raw: Mapping[str, Any], scenario: Scenario
) -> tuple[tuple[str, ...], list[Fault]]:
    """The strategies to live, each once."""
    written = raw.get("strategies")
    if written == []:
        return scenario.strategies, [Fault(
            ("strategies",), "strategies is empty, so the design has no runs; leave it out for "
            f"all of them: {listed(scenario.strategies)}", on_key=True,
        )]
    if not isinstance(written, list):
        return scenario.strategies, []
    faults = []
    for number, name in enumerate(written):
        path: Parts = ("strategies", number)
        if isinstance(name, str) and name not in scenario.strategies:
            faults.append(Fault(
                path, f"the scenario has no strategy '{visible(name)[:60]}'"
                f"{did_you_mean(name, scenario.strategies)}",
            ))
        elif name in written[:number]:
            faults.append(Fault(path, f"the strategy {shown(name)} stands there twice"))
    known = tuple(name for name in written if name in scenario.strategies)
    return known or scenario.strategies, faults


def _design_faults(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """A design has what its kind needs, and nothing that would mean nothing."""
    written = at(raw, "design")
    kind = written.get("kind")
    if kind not in design.USES:
        return
    needed = design.NEEDS.get(str(kind))
    if needed is not None and written.get(needed) is None:
        yield Fault(("design",), f"design: kind '{kind}' needs a '{needed}'", on_key=True)
    if needed is not None and written.get(needed) == 0:
        yield Fault(("design", needed), f"design.{needed} = 0: the design has no runs")
    every = dict.fromkeys(name for names in design.USES.values() for name in names)
    for name in every:
        if written.get(name) is not None and name not in design.USES[str(kind)]:
            yield Fault(
                ("design", name), f"design: '{name}' means nothing to the kind '{kind}'; "
                "leave it out", on_key=True,
            )
    n = written.get("n")
    if kind in ("sobol", "saltelli") and type(n) is int and n > 0 and n & (n - 1):
        yield Fault(
            ("design", "n"), f"design.n = {n}: must be a power of 2, such as "
            f"{1 << n.bit_length()}; only then do Sobol points fill the space evenly",
        )
    levels = written.get("levels")
    if kind == "morris" and type(levels) is int and levels % 2:
        yield Fault(("design", "levels"), f"design.levels = {levels}: must be even for Morris")
    if kind != "list" and not at(raw, "factors"):
        yield Fault(
            ("factors",), "factors is empty: nothing varies; name the settings that do, or use "
            "`counterpoise run`", on_key=True,
        )
    if kind == "list" and at(raw, "factors"):
        yield Fault(
            ("factors",), "factors: in a list they are the columns of its file; leave them out",
            on_key=True,
        )


def _listed(
    document: Experiment, folder: Path, scenario: Scenario, strategies: tuple[str, ...]
) -> tuple[list[Factor], Cells | None, list[Fault]]:
    """Factors and rows of a list, or what is wrong with its file."""
    place: Parts = ("design", "file")
    file = folder / str(document.design.file)
    if "\0" in str(file):
        return [], None, [Fault(place, "design.file: no file can have this name; correct it")]
    if not file.resolve().is_relative_to(folder):
        return [], None, [Fault(place, "design.file: must lie in the experiment's folder")]
    try:
        names, values = read_list(file)
    except ScenarioError as error:
        return [], None, [Fault(place, f"design.file: {str(error).splitlines()[0]}")]
    factors, rows = as_factors(names, values)
    faults = []
    for factor in factors:
        levels = list(factor.levels or (factor.value(factor.low), factor.value(factor.high)))
        written = {"levels": list(dict.fromkeys(map(str, levels))) and levels}
        found = factor_of({}, factor.path, written, scenario, strategies, place=place)[1]
        faults += found[:1]
    return list(factors), rows, faults


def _size_faults(
    document: Experiment, factors: tuple[Factor, ...], rows: Cells | None, n_strategies: int
) -> Iterator[Fault]:
    """A design has runs, and not more than anybody can wait for."""
    n_rows = len(rows) if rows is not None else design.count(factors, document.design)
    runs = n_rows * n_strategies * document.replications
    if runs == 0:
        yield Fault(("design",), "the design has no runs", on_key=True)
    if n_rows > MOST_ROWS or runs > 10 * MOST_ROWS:
        yield Fault(
            ("design",), f"the design has {n_rows:,} rows and {runs:,} runs; at most "
            f"{MOST_ROWS:,} and {10 * MOST_ROWS:,} are possible", on_key=True,
        )


def faults_of_worlds(found: Found) -> Iterator[Fault]:
    """Values of factors that make no valid world: each extreme and level, then the corners.

    Rows in between are not tried; one that still makes none is recorded as failed.
    """
    wrong = False
    for k, factor in enumerate(found.factors):
        for cell, part in _cells_to_try(factor, found.listed, k):
            place: Parts = ("factors", factor.path, *part)
            if found.listed is not None:
                place = ("design", "file")
            for message in _problems(found, {factor.path: factor.value(cell)}):
                wrong = True
                yield Fault(place, f'factors "{visible(factor.path)}": {message}')
                break
    if not wrong and found.listed is None:
        for word, end in (("lowest", "low"), ("highest", "high")):
            corner = np.array([getattr(factor, end) for factor in found.factors])
            for message in _problems(found, settings_of(found.factors, corner)):
                yield Fault(
                    ("factors",), f"factors: with all of them at their {word}, {message}",
                    on_key=True,
                )


def _cells_to_try(factor: Factor, rows: Cells | None, k: int) -> Iterator[tuple[float, Parts]]:
    if rows is not None:
        for cell in np.unique(rows[:, k])[:MOST_LISTED]:
            yield float(cell), ()
        return
    if factor.levels is not None:
        for number in range(min(len(factor.levels), MOST_LISTED)):
            yield float(number), ("levels", number)
        return
    yield factor.low, ("low",)
    if factor.whole and factor.high - factor.low <= MOST_LISTED:
        for cell in range(int(factor.low) + 1, int(factor.high)):
            yield float(cell), ("low",)
    if factor.high != factor.low:
        yield factor.high, ("high",)


def _problems(found: Found, settings: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the world that settings make, under the first strategy that refuses."""
    for strategy in found.strategies:
        try:
            found.scenario.varied(settings).world(strategy)
        except FaultyScenarioError as error:
            for fault in error.faults[:1]:
                yield _plain(fault.message, settings)
            return


def _plain(message: str, settings: Mapping[str, Any]) -> str:
    for path in settings:
        message = message.removeprefix(f"given {visible(path)[:120]}: ")
    return message.removeprefix("the settings given: ")

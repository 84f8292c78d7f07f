"""Checks of one factor: a setting that exists, values that it may have, a range of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np

from sim.experiment.factors import Factor, by_levels, same
from sim.mechanisms.base import families
from sim.scenario import Scenario
from sim.scenario.faults import Fault, subject
from sim.scenario.overrides import Setting, at, try_apply
from sim.scenario.places import Path
from sim.scenario.shapes import Form, expected
from sim.scenario.statements import find_anywhere
from sim.wording import shown, visible

Answer = tuple[Factor | None, list[Fault]]


def factor_of(
    raw: Mapping[str, Any], path: str, written: Any, scenario: Scenario,
    strategies: Sequence[str], *, place: Path | None = None, section: Path = ("factors",),
) -> Answer:
    """The factor that a file writes, or what is wrong with it.

    Parameters
    ----------
    raw
        The experiment.
    path
        The setting.
    written
        What the file says of it: a range, levels, or nothing.
    scenario
        The scenario under the experiment.
    strategies
        Strategies that are lived.
    place
        Where faults belong, if not where the experiment writes the factor.
    section
        Where the experiment writes it.
    """
    where: Path = place or (*section, path)
    name = subject((section[-1], path))
    document, _ = try_apply(scenario.raw, scenario.overrides)
    setting = find_anywhere(document, path)
    if isinstance(setting, Fault):
        return None, [Fault(where, f"{name}: {setting.message}", on_key=place is None)]
    faults = [
        Fault(where, f"{name}: {reason}", on_key=place is None)
        for reason in _vain(raw, path, scenario, strategies)
    ]
    if written is None or written == {}:
        factor, more = _declared(path, setting, scenario, where, name)
    elif not isinstance(written, Mapping):
        return None, faults
    elif "levels" in written:
        factor, more = _levels(path, setting, written["levels"], where, name, place is not None)
    else:
        factor, more = _range(path, setting, written, where, name)
    return factor, faults + more


def _vain(
    raw: Mapping[str, Any], path: str, scenario: Scenario, strategies: Sequence[str]
) -> Iterator[str]:
    """Why it would change nothing."""
    if path in at(raw, "set"):
        yield "'set' fixes it too; take it out there"
    if path == "weeks" and raw.get("weeks") is not None:
        yield "'weeks' fixes it too; take it out there"
    own = at(scenario.raw, "strategies")
    if own and all(path in at(own, strategy, "set") for strategy in strategies):
        yield "every strategy that is lived sets it too, so it would change nothing"


def _form(setting: Setting) -> Form | None:
    return setting.number


def _base(setting: Setting) -> Any:
    return setting.value if isinstance(setting.value, (int, float, bool, str)) else None


def _declared(
    path: str, setting: Setting, scenario: Scenario, where: Path, name: str
) -> Answer:
    """The range that the scenario or the declaration gives; all variants of a mechanism."""
    span, form = scenario.document.uncertain.get(path), _form(setting)
    if span is not None:
        return _number(path, setting, span.low, span.high), []
    parts = path.split(".")
    if len(parts) == 2 and parts[0] == "mechanisms":
        return by_levels(path, tuple(families()[parts[1]]), _variant(setting)), []
    if any(form.type is bool for form in setting.forms):
        return by_levels(path, (False, True), _base(setting)), []
    if form is None or form.lowest is None or form.highest is None:
        why = "has no range of its own" if form is not None else "is not a number"
        return None, [Fault(
            where, f"{name} {why}; write {{low: ..., high: ...}} or {{levels: [...]}}", on_key=True,
        )]
    return _number(path, setting, form.lowest, form.highest), []


def _variant(setting: Setting) -> Any:
    value = setting.value
    return value.get("variant") if isinstance(value, Mapping) else value


def _number(path: str, setting: Setting, low: float, high: float, *, log: bool = False) -> Factor:
    form, base = _form(setting), _base(setting)
    known = isinstance(base, (int, float)) and not isinstance(base, bool)
    return Factor(
        path, float(low), float(high), log=log, whole=form is not None and form.type is int,
        base=float(base) if known else np.nan,
    )


def _range(
    path: str, setting: Setting, written: Mapping[str, Any], where: Path, name: str
) -> Answer:
    """A range of numbers that the setting may have."""
    form, low, high = _form(setting), written.get("low"), written.get("high")
    if form is None:
        return None, [Fault(where, f"{name} is not a number; write {{levels: [...]}}", on_key=True)]
    faults = []
    for key, value in (("low", low), ("high", high)):
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if is_number and not (form.holds(value) and form.within(cast(float, value))):
            got = shown(value)
            faults.append(Fault(
                (*where, key), f"{name}: {key} = {got}: must be {expected((form,))}. "
                f"Got {got} instead.",
            ))
        if not is_number:
            return None, []  # the structure says it
    assert low is not None and high is not None
    if low >= high:
        faults.append(Fault(
            (*where, "low"), f"{name}: low = {shown(low)} must be below high = {shown(high)}"
        ))
    log = written.get("scale") == "log"
    if log and low <= 0:
        faults.append(Fault(
            (*where, "low"), f"{name}: low = {shown(low)} must be above 0 on a log scale"
        ))
    return (None if faults else _number(path, setting, low, high, log=log)), faults


def _levels(
    path: str, setting: Setting, levels: Any, where: Path, name: str, in_file: bool
) -> Answer:
    """Values that the setting may have, each once."""
    if not isinstance(levels, list):
        return None, []
    if not levels:
        return None, [Fault(
            (*where, "levels"), f"{name} has no levels, so the design has no runs", on_key=True
        )]
    faults = []
    for number, level in enumerate(levels):
        spot: Path = where if in_file else (*where, "levels", number)
        if isinstance(level, (Mapping, list)):
            return None, []  # the structure says it
        if not _fits(setting, level):
            got = shown(level)
            faults.append(Fault(
                spot, f"{name}: {got} must be {expected(setting.forms)}. Got {got} instead."
            ))
        elif not in_file and any(same(level, other) for other in levels[:number]):
            faults.append(Fault(spot, f"{name}: the level {shown(level)} stands there twice"))
    base = _variant(setting) if visible(path).startswith("mechanisms.") else _base(setting)
    return (None if faults else by_levels(path, tuple(levels), base)), faults


def _fits(setting: Setting, level: Any) -> bool:
    return any(
        form.holds(level) and (not form.is_number or form.within(level)) for form in setting.forms
    )

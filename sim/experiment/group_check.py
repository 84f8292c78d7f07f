"""Checks of groups of factors: members that are factors, each in one group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.scenario.faults import Fault
from sim.scenario.overrides import at
from sim.scenario.places import Path
from sim.wording import did_you_mean, shown, visible


def group_faults(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with the groups of an experiment, beyond their structure."""
    factors = [path for path in at(raw, "factors") if isinstance(path, str)]
    home: dict[str, str] = {}
    for name, members in at(raw, "groups").items():
        place: Path = ("groups", name)
        what = f'groups "{visible(str(name))[:60]}"'
        if name in factors:
            yield Fault(place, f"{what}: a factor is called so; give the group another name",
                        on_key=True)
        if members == []:
            yield Fault(place, f"{what} is empty; name its factors, or leave it out", on_key=True)
        for number, path in enumerate(members if isinstance(members, list) else ()):
            if not isinstance(path, str):
                continue  # the structure says it
            reason = _reason(path, factors, home)
            if reason:
                yield Fault((*place, number), f"{what}: {reason}")
            home.setdefault(path, str(name))


def _reason(path: str, factors: list[str], home: Mapping[str, str]) -> str | None:
    """Why a path can be no member."""
    if path not in factors:
        return f"{shown(path)} is no factor{did_you_mean(path, factors)}"
    if path in home:
        return f"{shown(path)} stands in the group '{visible(home[path])[:60]}' already"
    return None

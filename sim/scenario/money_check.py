"""Checks amounts of money: they are counted in hundredths, and what is less would be nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.scenario.faults import Fault, dotted
from sim.scenario.overrides import at
from sim.wording import shown

COUNTED = ("price", "unit_cost", "penalty_fee", "wholesale_price")
"""Settings of offers that are kept in hundredths of the currency."""

LEAST = 0.005
"""Less than this is rounded to nothing."""


def money_faults(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Amounts in offers, strategies and events that would be rounded to nothing."""
    for firm in at(raw, "firms"):
        for offer in at(raw, "firms", firm, "offers"):
            path = ("firms", firm, "offers", offer)
            yield from _crumbs(at(raw, *path), path)
            yield from _crumbs(at(raw, *path, "supply"), (*path, "supply"))
    for strategy in at(raw, "strategies"):
        yield from _crumbs(at(raw, "strategies", strategy, "set"), ("strategies", strategy, "set"))
    events = raw.get("events")
    for number, event in enumerate(events if isinstance(events, list) else []):
        if isinstance(event, Mapping) and isinstance(event.get("set"), Mapping):
            yield from _crumbs(event["set"], ("events", number, "set"))


def _crumbs(settings: Mapping[str, Any], path: tuple[str | int, ...]) -> Iterator[Fault]:
    for name, value in settings.items():
        if not isinstance(name, str) or name.rpartition(".")[2] not in COUNTED:
            continue
        if type(value) is float and 0.0 < abs(value) < LEAST:
            yield Fault(
                (*path, name), f"{dotted((*path, name))} = {shown(value)}: money is counted in "
                "hundredths, so this would be 0; count it in a smaller unit, such as cents",
            )

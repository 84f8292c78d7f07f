"""Levers as sliders, switches and choices, made from the declarations of parameters.

Bounds of a declaration say what is possible; a slider reaches over what is sensible for the
scenario at hand. What the page sends is held against the declaration, as events are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

from sim.errors import ScenarioError
from sim.levers import offer_levers
from sim.parameters import Declared, declaration
from sim.policies.base import Policy, policies
from sim.policies.code import is_code
from sim.scenario.idle import idle_levers
from sim.scenario.overrides import at
from sim.scenario.schema import Defect, Document, Firm, Levers, Offer
from sim.scenario.shapes import forms_of_field
from sim.scenario.statements import event_faults
from sim.tables import Tariff

if TYPE_CHECKING:
    from sim.market import Market

FIRST_LONGEST = 100.0
"""A slider of a budget that nobody in the scenario spends reaches so far."""

STEPS = 100
TARIFFS = ("per_use", "subscription", "free")
EVENT = "lever"
Value = float | int | bool | str | None


def controls(market: Market) -> list[dict[str, Any]]:
    """One entry for each lever of each firm, as the page draws it."""
    values = values_of(market)
    written = _written(market.source.document, market.source.raw)
    idle = idle_levers(market.world)
    return [
        _control(path, group, name, value=values[path], others=written.get(_kind(path), []),
                 acts=name not in idle, dotted=path.split("."))
        for path, group, name in _levers(market.world)
    ]


def values_of(market: Market) -> dict[str, Value]:
    """The value of every lever now, by its path."""
    found: dict[str, Value] = {}
    for firm in market.firms:
        found[f"firms.{firm.name}.policy"] = firm.policy_name
        for name, value in firm.levers.items():
            found[f"firms.{firm.name}.levers.{name}"] = value
        for offer, settings in market.world.firms[firm.name].offers.items():
            o = market.offer_number(offer)
            for path in _offer_paths(settings, market.channel_names):
                where = ".".join(("firms", firm.name, "offers", offer, *path))
                found[where] = _read(market, o, path)
    return found


def fault(raw: Mapping[str, Any], path: str, value: Any) -> str | None:
    """What is wrong with a lever that somebody sets, in one sentence; None if nothing is.

    Parameters
    ----------
    raw
        The scenario as plain data.
    path, value
        As an event would set it.
    """
    if path.endswith(".policy") and is_code(value):
        return "a page cannot bring code of its own; choose one of the policies listed"
    lone = {**raw, "events": [{"name": EVENT, "week": 1, "set": {path: value}}]}
    found = next(event_faults(lone), None)
    return None if found is None else found.message.removeprefix(f'events "{EVENT}" sets ')


def check(raw: Mapping[str, Any], path: str, value: Any) -> None:
    """Refuse a lever that does not exist, or a value that it may not have.

    Raises
    ------
    ScenarioError
        In one sentence.
    """
    wrong = fault(raw, path, value)
    if wrong is not None:
        raise ScenarioError(wrong)


def _levers(world: Document) -> Iterator[tuple[str, type[Declared], str]]:
    """Path, declaring group and name of every lever of a scenario."""
    for firm_name, firm in world.firms.items():
        start = f"firms.{firm_name}"
        yield f"{start}.policy", Firm, "policy"
        for name in Levers.model_fields:
            yield f"{start}.levers.{name}", Levers, name
        for offer_name, offer in firm.offers.items():
            for path in _offer_paths(offer, list(world.channels)):
                group = Defect if path[0] == "defect" else Offer
                where = ".".join((start, "offers", offer_name, *path))
                yield where, group, path[-1] if path[0] == "defect" else path[0]


def _offer_paths(offer: Offer, channels: list[str]) -> list[tuple[str, ...]]:
    plain = [path for path, _ in offer_levers(offer) if path[0] != "channels"]
    return [*plain, *(("channels", channel) for channel in channels)]


def _control(
    path: str, group: type[Declared], name: str, *, value: Value, others: list[float],
    acts: bool, dotted: list[str],
) -> dict[str, Any]:
    """How one lever looks: its kind, where its slider begins and ends, and what it says."""
    said = group.model_fields[name].description or ""
    entry: dict[str, Any] = {
        "path": path, "firm": dotted[1], "offer": dotted[3] if dotted[2] == "offers" else None,
        "label": _label(name, dotted), "kind": "number", "low": None, "high": None, "step": None,
        "unit": declaration(group, name).get("unit", "1"), "doc": said.removeprefix("Lever: "),
        "value": value, "choices": None, "acts": acts,
        "optional": type(None) in get_args(group.model_fields[name].annotation),
    }
    if name == "policy":
        told = said.removeprefix("Lever: ").partition(". ")[0]  # the rest is about files
        return entry | {
            "kind": "choice", "choices": sorted(policies()), "doc": f"{told}.",
            "meanings": {known: _meaning(one) for known, one in sorted(policies().items())},
        }
    forms = forms_of_field(group, name)
    words = next((form for form in forms if form.type is Literal), None)
    if words is not None:
        return entry | {"kind": "choice", "choices": list(words.arguments)}
    if any(form.type is bool for form in forms):
        return entry | {"kind": "switch"}
    number = next((form for form in forms if form.is_number), None)
    low, high, whole = (
        (0.0, 1.0, False) if number is None  # a share by channel
        else (number.lowest or 0.0, number.highest or math.inf, number.type is int)
    )
    high = min(high, _reach(low, high, others))
    return entry | {"low": low, "high": high, "step": _step(low, high, whole=whole)}


def _meaning(policy: type[Policy]) -> str:
    """What a policy does, as it says itself in its first paragraph; names as the page has them."""
    first = " ".join((policy.__doc__ or "").strip().split("\n\n")[0].split())
    return re.sub("``(.*?)``", lambda name: name[1].replace("_", " "), first)


def _label(name: str, dotted: list[str]) -> str:
    if name == "channels":
        return f"service, {dotted[-1]}"
    return {"disclosed": "defect disclosed"}.get(name, name.replace("_", " "))


def _reach(low: float, high: float, others: list[float]) -> float:
    """Where a slider ends: at a small bound, else at a round number above twice what is common."""
    if high - low <= 1.0:
        return high
    most = max((abs(value) for value in others), default=0.0)
    if high <= 10.0 and most == 0.0:
        return min(high, 1.0)
    wanted = 2.0 * most if most > 0 else min(high, FIRST_LONGEST)
    size = 10.0 ** math.floor(math.log10(wanted))
    return min(high, next(size * part for part in (1, 2, 2.5, 5, 10) if size * part >= wanted))


def _step(low: float, high: float, *, whole: bool) -> float:
    step = (high - low) / STEPS
    if whole:
        return float(max(round(step), 1))
    size = 10.0 ** math.floor(math.log10(step))
    return float(size * min((1, 2, 5, 10), key=lambda part: abs(size * part - step)))


def _kind(path: str) -> str:
    """The lever without firm and offer: levers of one kind are of one size."""
    parts = path.split(".")
    return ".".join(parts[4:] if parts[2] == "offers" else parts[2:])


def _written(document: Document, raw: Mapping[str, Any]) -> dict[str, list[float]]:
    """All numbers that file, strategies and events give to each kind of lever."""
    found: dict[str, list[float]] = {}
    settings: list[tuple[str, Any]] = []
    for firm_name, firm in document.firms.items():
        for name, value in firm.levers.model_dump().items():
            settings.append((f"firms.{firm_name}.levers.{name}", value))
        for offer_name, offer in firm.offers.items():
            start = f"firms.{firm_name}.offers.{offer_name}"
            settings += [(".".join((start, *p)), value) for p, value in offer_levers(offer)]
    for strategy in at(raw, "strategies"):
        settings += at(raw, "strategies", strategy, "set").items()
    for event in document.events:
        settings += event.set.items()
    for path, value in settings:
        if path.startswith("firms.") and path.count(".") >= 3 and type(value) in (int, float):
            found.setdefault(_kind(path), []).append(float(value))
    return found


def _read(market: Market, o: int, path: tuple[str, ...]) -> Value:
    """What ``sim.levers.set_offer_lever`` wrote."""
    offers = market.tables.offers
    name = path[0]
    if name == "price":
        return float(offers.list_price_cents[o]) / 100
    if name == "penalty_fee":
        return float(offers.penalty_cents[o]) / 100
    if name == "tariff":
        return next(word for word in TARIFFS if getattr(Tariff, word.upper()) == offers.tariff[o])
    if name in ("defect", "data_required"):
        return bool((offers.defect_disclosed if name == "defect" else offers.data_required)[o])
    if name == "channels":
        return _short(offers.channel_quality[o, market.channel_names.index(path[1])])
    return _short(getattr(offers, name)[o])


def _short(value: Any) -> float | None:
    """A number as it was written: columns of four bytes hold no more than seven digits."""
    return None if math.isnan(value) else float(f"{float(value):.7g}")

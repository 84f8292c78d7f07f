"""Holds a decision against the levers that exist and what they may be."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np

from sim.parameters import Declared, declaration
from sim.policies.base import Decision
from sim.scenario.schema import Levers, Offer
from sim.scenario.shapes import Form, expected, forms_of_field
from sim.wording import LONGEST_VALUE, did_you_mean, shown, visible

PARTS = ("levers", "prices", "advertising", "offers", "development_focus")


def problem(
    decision: object, *, offers: Collection[str], attributes: Collection[str]
) -> str | None:
    """The first thing wrong with a decision, or None.

    Parameters
    ----------
    decision
        What a policy decided.
    offers
        The firm's own offers.
    attributes
        Attributes of all categories.
    """
    if not isinstance(decision, Decision):
        return f"decide must return a Decision. Got {type(decision).__name__} instead."
    for part in PARTS:
        if not isinstance(getattr(decision, part), Mapping):
            return f"{part} of a decision must be a mapping"
    return next(_problems(decision, offers, attributes), None)


def lever_problem(name: str, value: object, *, firm: str) -> str | None:
    """What is wrong with a value of a lever of a firm, or None."""
    return next(_lever(Levers, name, value, Levers.model_fields, f"firm {shown(firm)}"), None)


def offer_levers(decision: Decision) -> dict[str, dict[str, Any]]:
    """All levers of offers that a decision sets, by offer."""
    settings: dict[str, dict[str, Any]] = {o: dict(own) for o, own in decision.offers.items()}
    for name, values in (("price", decision.prices), ("advertising", decision.advertising)):
        for offer, value in values.items():
            settings.setdefault(offer, {})[name] = value
    return settings


def _problems(
    decision: Decision, offers: Collection[str], attributes: Collection[str]
) -> Iterator[str]:
    for name, value in decision.levers.items():
        yield from _lever(Levers, name, value, Levers.model_fields, "the firm")
    able = [name for name in Offer.model_fields if _is_lever(name)]
    for offer, settings in offer_levers(decision).items():
        if offer not in offers:
            yield f"it sells no offer {shown(offer)}{did_you_mean(str(offer), offers)}"
            continue
        for name, value in settings.items():
            yield from _lever(Offer, name, value, able, f"offer {shown(offer)}")
    for attribute, weight in decision.development_focus.items():
        if attribute not in attributes:
            yield f"there is no attribute {shown(attribute)}{did_you_mean(attribute, attributes)}"
        elif not _fits(Form(float, lowest=0.0), weight):
            yield f"development_focus of {shown(attribute)} = {weight}: must be a number from 0 on"


def _lever(
    group: type[Declared], name: str, value: Any, able: Collection[str], owner: str
) -> Iterator[str]:
    if not isinstance(name, str) or name not in able:
        yield f"{owner} has no lever {shown(name)}{did_you_mean(str(name), able)}"
        return
    forms = forms_of_field(group, name)
    if not any(_fits(form, value) for form in forms):
        given = visible(repr(_plain(value)))[:LONGEST_VALUE]
        yield f"{name} of {owner} = {given}: must be {expected(forms)}"


def _is_lever(name: str) -> bool:
    has_parts = any(form.type is dict for form in forms_of_field(Offer, name))
    return not has_parts and bool(declaration(Offer, name).get("lever"))


def _fits(form: Form, value: Any) -> bool:
    plain = _plain(value)
    if not form.is_number:
        return form.holds(plain)
    return form.holds(plain) and math.isfinite(plain) and form.within(plain)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value

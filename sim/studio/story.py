"""The glass box: a customer, her story and last choice; a firm, its beliefs and the truth."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.biography import follow, traits
from sim.errors import RunError
from sim.mechanisms.base import Happening
from sim.observers.base import observers
from sim.observers.needs import mean_needs
from sim.studio.levers import values_of
from sim.studio.steering import Steering

if TYPE_CHECKING:
    from sim.market import Market
    from sim.network.shown import Shown

FIRST = (
    "A", "Be", "Ca", "Da", "E", "Fe", "Gi", "Ha", "I", "Jo", "Ka", "Li", "Mi", "Ne", "O", "Po",
    "Ri", "Sa", "Te", "U", "Va", "We", "Yo", "Zi",
)
MIDDLE = ("", "la", "ma", "na", "ra", "de", "li", "mo", "no", "ri", "se", "vi", "lo", "du", "be")
LAST = ("la", "ma", "na", "ra", "sa", "va", "lia", "mi", "nia", "ri", "tia", "da", "lena", "vina")
FACTOR = 1_009
"""Neighbors on a ring get names that do not look alike."""

ROW = re.compile(r"\bcustomer (\d+)\b")


def name_of(row: int) -> str:
    """An invented first name; more than 5,000 customers share names."""
    short = len(FIRST) * len(LAST)
    at = row * FACTOR % short
    middle = MIDDLE[row // short % len(MIDDLE)]
    return FIRST[at % len(FIRST)] + middle + LAST[at // len(FIRST)]


def customer(
    steering: Steering, row: int, week: int, shown: Shown, *,
    wanted: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Who a customer is and what happened to her up to a week, as the page reads it.

    Parameters
    ----------
    steering
        The run; its market is lived again.
    shown
        Customers on the stage, among whom her friends are named.
    wanted
        Asked every week whether somebody still waits for the story.

    Raises
    ------
    RunError
        If there is no such customer.
    """
    happenings: list[tuple[int, str, Happening]] = []

    def prepare(market: Market) -> None:
        nonlocal happenings
        if not 0 <= row < market.n_customers:
            raise RunError(f"there is no customer {row}; there are {market.n_customers:,}, from 0")
        happenings = follow(market, row)

    market = steering.market(week, prepare=prepare, wanted=wanted)
    found = told(market, row, happenings, shown)
    return {
        "type": "customer", "id": row, "week": week, **found,
        "friend_names": [name_of(friend) for friend in found["friends"]],
    }


def told(
    market: Market, row: int, happenings: Sequence[tuple[int, str, Happening]], shown: Shown
) -> dict[str, Any]:
    """A customer and what happened to her so far, in words, as the page reads it."""
    friends = market.network.neighbors(row).astype(np.int64)
    return {
        "name": name_of(row),
        "traits": [_named(sentence) for sentence in traits(market, row)],
        "friends": friends[shown.places(friends) >= 0].tolist(),
        "story": [
            {"week": when, "stage": stage, "text": _named(_text(happening))}
            for when, stage, happening in happenings
        ],
        "choice": _last_choice(happenings),
    }


def _named(text: str) -> str:
    """Customers by their names instead of their numbers."""
    return ROW.sub(lambda found: name_of(int(found[1])), text)


def _text(happening: Happening) -> str:
    """A sentence; of a choice only what was chosen, because its terms are drawn as bars."""
    if "options" in happening.details:
        return happening.text.partition(": ")[0]
    return happening.text


def _last_choice(happenings: Sequence[tuple[int, str, Happening]]) -> dict[str, Any] | None:
    for week, _, happening in reversed(happenings):
        options = happening.details.get("options")
        if options:
            return {
                "week": week, "chosen": happening.details.get("chosen"),
                "options": [_option(name, terms) for name, terms in options.items()],
            }
    return None


def _option(name: str, terms: dict[str, float]) -> dict[str, Any]:
    """One option; what could not be had has no total."""
    return {
        "name": name, "terms": {term: _finite(value) for term, value in terms.items()},
        "total": _finite(math.fsum(terms.values())),
    }


def _finite(value: float) -> float | None:
    return round(float(value), 4) if math.isfinite(value) else None


def firm(market: Market, name: str) -> dict[str, Any]:
    """What a firm believes against what is true, and its levers, as the page reads it.

    Raises
    ------
    RunError
        If there is no such firm.
    """
    if name not in market.firm_names:
        raise RunError(f"there is no firm of this name; there are {', '.join(market.firm_names)}")
    f = market.firm_names.index(name)
    start = f"firms.{name}."
    values = values_of(market)
    return {
        "type": "firm", "name": name, "week": market.week, "beliefs": _beliefs(market, f),
        "satisfaction": {
            "believed": _finite(market.tables.firms.believed_satisfaction[f]),
            "true": _satisfied_share(market, f),
        },
        "levers": {path: v for path, v in values.items() if path.startswith(start)},
    }


def _beliefs(market: Market, f: int) -> list[dict[str, Any]]:
    """Believed and true weight of every attribute of the categories that the firm sells in."""
    offers, firms = market.tables.offers, market.tables.firms
    needs = mean_needs(market)
    found = []
    for k in sorted(set(offers.category[offers.firm == f].tolist())):
        inside = np.flatnonzero(market.attribute_category == k)
        believed, true = firms.believed_needs[f, inside].astype(np.float64), needs[inside]
        believed, true = believed / max(believed.sum(), 1e-12), true / max(true.sum(), 1e-12)
        found += [
            {"attribute": market.attribute_names[a], "believed": _finite(b), "true": _finite(t)}
            for a, b, t in zip(inside, believed, true, strict=True)
        ]
    return found


def _satisfied_share(market: Market, f: int) -> float | None:
    """Share of its buyers who are satisfied, as observers see it; None before anybody bought."""
    seen: Any = observers()["customers"]().observe(market)["satisfied_share"]
    return _finite(float(seen[f]))

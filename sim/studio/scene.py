"""What does not change while a run goes on: who is there, where they stand, what may be moved."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.network.layout import positions_of
from sim.network.shown import MOST, Shown, choose_shown
from sim.observers.base import outcomes
from sim.studio.levers import controls

if TYPE_CHECKING:
    from sim.market import Market
    from sim.scenario import Scenario

MOST_WEEKS = 1_040
"""Longest run of a page."""

SMALL_TIES = 65_536

CURVES: dict[str, tuple[str, ...]] = {
    "sales": (
        "market_share", "units", "revenue", "profit", "cash", "price_paid", "concentration",
    ),
    "feelings": (
        "satisfaction", "satisfied_share", "expectation", "loyalty", "trust", "reactance",
        "perception_gap", "quality", "awareness",
    ),
    "talk": (
        "good_news", "bad_news", "complaints", "complaints_answered", "exits", "defect_known",
        "units_by_friend", "units_by_advertising",
    ),
    "community": ("membership", "fan_share", "contributions", "member_advantage"),
    "power": (
        "customer_power", "power_information", "power_price", "power_exit", "power_voice",
        "power_surplus",
    ),
    "value": ("value_for", "consumer_surplus", "surplus_share", "contribution_value"),
}
"""Outcomes that the page draws, by group."""

GROUPS = {name: group for group, names in CURVES.items() for name in names}
RECORDED = tuple(GROUPS)
LABELS = {
    "market_share": "share of units", "value_for": "value for customers",
    "contribution_value": "value by customers", "surplus_share": "customers' share of surplus",
    "units_by_friend": "units through friends", "units_by_advertising": "units through advertising",
    "defect_known": "knows the defect", "fan_share": "fans",
}


@dataclass(frozen=True)
class Stage:
    """The customers shown and where they stand, (n, 2)."""

    shown: Shown
    positions: NDArray[np.uint16]


def set_stage(market: Market, *, most: int = MOST) -> Stage:
    """The stage of a market: the same for every market with the same ties."""
    shown = choose_shown(market.network, most=most)
    return Stage(shown, positions_of(shown))


def scene(market: Market, stage: Stage, *, lesson: dict[str, Any] | None = None) -> dict[str, Any]:
    """Everything about a market that stays, as the page and recordings read it.

    Parameters
    ----------
    market
        Before week 1, or later: only levers' values differ.
    lesson
        What lesson mode shows, if it is one.
    """
    world, shown = market.world, stage.shown
    tie_bytes = 2 if shown.n < SMALL_TIES else 4
    ties = np.column_stack([shown.source, shown.target]).astype(f"<u{tie_bytes}")
    segment = market.tables.customers.segment[shown.rows]
    return {
        "type": "scene",
        "id": world.id, "title": world.title, "question": world.question,
        "represents": world.represents, "currency": world.currency, "weeks": world.weeks,
        "seed": exact(market.seed),
        "strategy": market.strategy,
        "strategies": strategies(market.source), "scenarios": [],
        "firms": [{"name": f, "offers": list(firm.offers)} for f, firm in world.firms.items()],
        "offers": [
            {"name": offer, "firm": name, "category": settings.category}
            for name, firm in world.firms.items() for offer, settings in firm.offers.items()
        ],
        "segments": market.segment_names, "categories": market.category_names,
        "communities": list(world.communities),
        "shown": {
            "n": shown.n, "of": shown.of, "sampled": shown.n < shown.of,
            "ties": len(shown.source), "ties_of": shown.ties_of,
        },
        "positions": in_text(stage.positions.astype("<u2")),
        "ties": in_text(ties), "tie_bytes": tie_bytes,
        "strong": in_text(shown.strong.astype(np.uint8)),
        "segment": in_text(segment.astype(np.uint8)),
        "rows": in_text(shown.rows.astype("<u4")),
        "levers": controls(market), "outcomes": curves(world.currency), "events": events(market),
        "lesson": lesson, "limits": {"max_weeks": MOST_WEEKS},
    }


def exact(number: int) -> int | str:
    """A number for a page, whose own are exact up to 2**53; a text is copied digit by digit."""
    return number if number <= 2**53 else str(number)


def in_text(values: NDArray[Any]) -> str:
    """The bytes of an array as base64."""
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")


def strategies(scenario: Scenario) -> list[dict[str, str]]:
    """Name and title of each strategy, first the baseline."""
    return [
        {"name": name, "title": strategy.title or name}
        for name, strategy in scenario.document.strategies.items()
    ]


def curves(currency: str) -> list[dict[str, Any]]:
    """Name, label and unit of every outcome that the page draws."""
    declared = outcomes()
    return [
        {
            "name": name, "label": LABELS.get(name, name.replace("_", " ")),
            "unit": declared[name].unit.replace("currency", currency),
            "per": declared[name].per, "group": group, "doc": declared[name].doc,
            "percent": declared[name].unit.startswith("share"),
        }
        for name, group in GROUPS.items()
    ]


def events(market: Market) -> list[dict[str, Any]]:
    """Events of the scenario: the week of each, or null where it waits for a condition."""
    return [{"week": event.week, "name": event.name} for event in market.world.events]

"""A market so small that it can be fitted in a second, and data of every kind for it."""

from pathlib import Path
from typing import Any

from sim.scenario import Scenario

REACH = "mechanisms.advertising.reach_rate"
IMITATION = "mechanisms.word_of_mouth.imitation_rate"
OFF = ("advertising", "word_of_mouth", "experience", "response", "dialogue", "development")


def durable(**changes: Any) -> Scenario:
    """Everybody may come to own one of two durables within 16 weeks."""
    offer = {"category": "gear", "quality": {"use": 0.5}, "price": 1, "unit_cost": 0}
    raw: dict[str, Any] = {
        "id": "durable", "title": "t", "represents": "t", "does_not_represent": "t",
        "sources": ["t"], "question": "t", "weeks": 16,
        "customers": {
            "n": 600, "network": {"kind": "none"},
            "segments": {"all": {"price_sensitivity": 0, "purchase_rate": 0.3}},
        },
        "categories": {"gear": {"attributes": {"use": {}}}},
        "firms": {"Maker": {"offers": {"box": {**offer, "advertising": 1}}}},
        "mechanisms": {
            "choice": "durable_adoption",
            "advertising": {
                "variant": "adstock", "retention": 0, "half_saturation": 1e-9, "forget_prob": 0,
                "reach_rate": 0.02,
            },
            "word_of_mouth": {"variant": "bass", "imitation_rate": 0.4, "everybody": True},
            "experience": "none", "response": "none", "dialogue": "none", "development": "none",
        },
        "uncertain": {REACH: {"low": 0.002, "high": 0.2}, IMITATION: {"low": 0.1, "high": 1.0}},
    }
    return Scenario.from_dict({**raw, **changes})


def shelves() -> Scenario:
    """Two firms whose offers are bought again and again, weekly, by all who know them."""
    world = durable()
    offers = {
        name: {
            "category": "gear", "quality": {"use": 0.5}, "price": 2, "unit_cost": 0,
            "initial_awareness": 1,
        }
        for name in ("ours", "theirs")
    }
    segments = {"all": {"price_sensitivity": 0.5, "purchase_rate": 0.4, "outside_utility": 0}}
    return durable(
        id="shelves", customers={**world.raw["customers"], "segments": segments},
        firms={"We": {"offers": {"ours": offers["ours"]}},
               "They": {"offers": {"theirs": offers["theirs"]}}},
        mechanisms=dict.fromkeys(OFF, "none"),
        uncertain={},
    )


def table(folder: Path, text: str, name: str = "data.csv") -> Path:
    """A file of data."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path

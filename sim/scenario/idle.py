"""Settings that do nothing, because the family that they act through is off.

They are no faults: a file may hold them for a strategy, or for whoever switches the family on. But
who sets a lever and sees nothing happen should not have to guess why.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.parameters import Declared
from sim.scenario.mechanisms import chosen_mechanisms
from sim.scenario.schema import Document

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

MANAGED = ("sensing/experience_management",)
ACTS_THROUGH: dict[str, tuple[str, ...]] = {
    "sales_contact_rate": ("selling",), "sales_pressure": ("selling",),
    "voice_openness": ("response",), "support_capacity": ("dialogue",),
    "complaint_routing": ("dialogue",), "escalation_share": ("dialogue",),
    "information_sharing": ("search", "trust"), "data_payment": ("disclosure",),
    "data_misuse": ("disclosure",), "recommendation_rate": ("cross_selling",),
    "partner_commission": ("cross_selling",), "customer_facing_share": ("dialogue", *MANAGED),
    "survey_share": MANAGED, "panel_size": MANAGED, "study_size": MANAGED,
    "observation_share": MANAGED, "openness_to_contributions": ("co_creation",),
    "development_budget": ("development",), "release_cadence": ("development",),
    "reward_budget": ("rewards",), "reward_focus": ("rewards",), "club_investment": ("clubs",),
    "markup": ("pricing/cost_plus",), "shares_sales_data": ("supply",),
    "opens_knowledge": ("peer_support",),
    "advertising": ("advertising",), "advertised_claim": ("advertising",),
    "tariff": ("tariffs",), "fee_weeks": ("tariffs",), "income_per_use": ("tariffs",),
    "ad_load": ("tariffs",), "ad_income": ("tariffs",), "penalty_fee": ("tariffs",),
    "penalty_prob": ("tariffs",), "supply": ("supply",), "position": ("tailoring",),
    "personalization": ("tailoring", "disclosure"), "customization": ("tailoring",),
    "data_ask": ("disclosure",), "data_required": ("disclosure",), "channels": ("channels",),
    "localized": ("co_creation",), "brand_share": ("choice/dirichlet",),
}
"""Families, or variants, through which a setting of a firm or an offer acts: any one is enough."""


def idle_settings(scenario: Scenario) -> list[str]:
    """What is set beyond its default and acts in no strategy, a sentence each."""
    acting: set[str] = set()
    idle: dict[str, str] = {}
    for strategy in scenario.strategies:
        world = scenario.world(strategy)
        variants = _variants(world)
        for path, name in _set(world):
            needed = ACTS_THROUGH[name]
            if _any_on(needed, variants):
                acting.add(path)
            elif path not in idle:
                idle[path] = f"{path} does nothing: {_why(needed, variants)}"
    return [text for path, text in idle.items() if path not in acting]


def idle_levers(world: Document) -> frozenset[str]:
    """Names of settings of firms and offers that do nothing in a world, whatever they are."""
    variants = _variants(world)
    return frozenset(
        name for name, needed in ACTS_THROUGH.items() if not _any_on(needed, variants)
    )


def _set(world: Document) -> Iterator[tuple[str, str]]:
    """Paths and names of settings that are not what they are by default."""
    for firm_name, firm in world.firms.items():
        for name in _beyond_default(firm.levers):
            yield f"firms.{firm_name}.levers.{name}", name
        for offer_name, offer in firm.offers.items():
            for name in _beyond_default(offer):
                yield f"firms.{firm_name}.offers.{offer_name}.{name}", name


def _beyond_default(group: Declared) -> list[str]:
    fields = type(group).model_fields
    return [
        name for name in ACTS_THROUGH
        if name in fields and getattr(group, name) != fields[name].get_default()
    ]


def _variants(world: Document) -> dict[str, str]:
    return {family: name for family, (name, _) in chosen_mechanisms(world).items()}


def _any_on(needed: tuple[str, ...], variants: dict[str, str]) -> bool:
    pairs = (one.partition("/")[::2] for one in needed)
    return any(variants[f] == v if v else variants[f] != "none" for f, v in pairs)


def _why(needed: tuple[str, ...], variants: dict[str, str]) -> str:
    family, _, variant = needed[0].partition("/")
    if variant:
        return f"it acts through {needed[0]}, and {family} is {variants[family]}"
    return " and ".join(f"{one.partition('/')[0]} is {variants[one.partition('/')[0]]}"
                        for one in needed)

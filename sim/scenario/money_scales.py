"""Budgets far from where a mechanism's defaults have their effect, as in another currency.

How much money has half of an effect stands in a parameter in the scenario's money, and its default
suits amounts as in dollars. Who counts in won, and leaves it, saturates everything with any budget.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.scenario.mechanisms import chosen_mechanisms

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.schema import Document

FAR = 50.0
"""From so many times its scale on, another budget changes nothing: 98% of the effect is there."""

YEAR = 52
"""Weeks: development is an exponent a week, and judged by what a year of it closes."""

SCALES = {
    "advertising": ("advertising", "half_saturation"),
    "club_investment": ("clubs", "half_saturation"),
    "development_budget": ("development", "productivity"),
}
"""Family and parameter that say what a budget amounts to."""


def far_budgets(scenario: Scenario) -> Iterator[str]:
    """Budgets that have all or nothing of their effect by a default, a sentence a scale."""
    told: set[tuple[str, str]] = set()
    for strategy in scenario.strategies:
        world = scenario.world(strategy)
        chosen = chosen_mechanisms(world)
        for path, name, budget in _budgets(world):
            family, parameter = SCALES[name]
            variant, group = chosen[family]
            value = getattr(group, parameter, None)
            if value is None or parameter in group.model_fields_set or (family, name) in told:
                continue
            times = YEAR * budget * value if parameter == "productivity" else budget / value
            if 1 / FAR <= times <= FAR:
                continue
            told.add((family, name))
            yield (
                f"{path} = {budget:,g} {world.currency} has "
                f"{'all' if times > FAR else 'next to nothing'} of its effect: "
                f"mechanisms.{family}.{parameter} of {variant} is left at {value:g}, which suits "
                "other amounts of money; set it to what suits yours"
            )


def _budgets(world: Document) -> Iterator[tuple[str, str, float]]:
    """Path, name and amount of budgets that are spent."""
    for firm_name, firm in world.firms.items():
        for name in ("club_investment", "development_budget"):
            if (budget := getattr(firm.levers, name)) > 0:
                yield f"firms.{firm_name}.levers.{name}", name, budget
        for offer_name, offer in firm.offers.items():
            if offer.advertising > 0:
                path = f"firms.{firm_name}.offers.{offer_name}.advertising"
                yield path, "advertising", offer.advertising

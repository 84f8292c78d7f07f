"""What in a valid scenario is probably not meant: told as notes, never refused.

Strategies that come to the same, conditions that hold before their firm sells anything, ranges that
leave out the scenario's own value and budgets beyond all measure may each be wanted. Who did not
mean them would otherwise believe a comparison in which nothing was compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.scenario.idle import idle_settings
from sim.scenario.money_scales import far_budgets
from sim.scenario.overrides import Setting
from sim.scenario.statements import find_anywhere, parse_condition

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

NOTHING_BEFORE_LAUNCH = ("market_share", "units", "revenue")
"""Outcomes of a firm that are 0 as long as it sells nothing."""


def doubts(scenario: Scenario) -> list[str]:
    """All that is doubtful in a valid scenario, a sentence each."""
    return [
        *idle_settings(scenario), *_same_strategies(scenario), *_early_conditions(scenario),
        *_ranges_beside(scenario), *far_budgets(scenario),
    ]


def _same_strategies(scenario: Scenario) -> Iterator[str]:
    first: dict[str, str] = {}
    for name in scenario.strategies:
        other = first.setdefault(scenario.digest(name), name)
        if other != name:
            yield (
                f"strategies “{other}” and “{name}” come to the same: what they set differs in "
                "nothing, and no event is of one of them alone"
            )


def _early_conditions(scenario: Scenario) -> Iterator[str]:
    told: set[str] = set()
    for strategy in scenario.strategies:
        world = scenario.world(strategy)
        for event in world.events:
            if event.when is None or event.name in told:
                continue
            asked = parse_condition(event.when)
            if asked.firm is None or asked.outcome not in NOTHING_BEFORE_LAUNCH:
                continue
            first = min((one.launch_week for one in world.firms[asked.firm].offers.values()),
                        default=1)
            holds = {"<": asked.bound > 0, "<=": asked.bound >= 0}.get(asked.operator, False)
            if first > 1 and holds:
                told.add(event.name)
                yield (
                    f"event “{event.name}” can happen from week 2 on: {event.when} also holds as "
                    f"long as {asked.firm} sells nothing, and its first offer comes in week {first}"
                )


def _ranges_beside(scenario: Scenario) -> Iterator[str]:
    for path, span in scenario.document.uncertain.items():
        found = find_anywhere(scenario.raw, path)
        value = found.value if isinstance(found, Setting) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if not span.low <= value <= span.high:
            yield (
                f"uncertain {path}: the scenario's own value {value:g} is not in its plausible "
                f"range from {span.low:g} to {span.high:g}"
            )

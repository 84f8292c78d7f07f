"""The market that teams play in: the scenario's own firms as seats, or equal firms in an arena."""

from __future__ import annotations

import math
from typing import Any

from sim.errors import ScenarioError
from sim.scenario import Scenario
from sim.tournament.arena import MOST_SEATS, arena

FEWEST_TEAMS = 1


def seated(
    scenario: Scenario, teams: int, *, weeks: int, strategy: str | None = None
) -> tuple[Scenario, list[str]]:
    """A market for teams, and the firms that they steer.

    The first firms of the scenario are the seats; the others go on by their own policies. With more
    teams than firms all teams get a copy of the first firm.

    Parameters
    ----------
    scenario
        Where customers, mechanisms and firms come from.
    teams
        How many teams there are.
    weeks
        Length of the whole game.
    strategy
        Strategy that the market begins with; None: the file without any.

    Raises
    ------
    ScenarioError
        If there are too many teams, or the scenario cannot be played.
    """
    if not FEWEST_TEAMS <= teams <= MOST_SEATS:
        raise ScenarioError(f"from {FEWEST_TEAMS} to {MOST_SEATS} teams can play. Got {teams}.")
    raw = scenario.resolved(strategy)
    raw["weeks"] = weeks
    firms: list[str] = list(raw["firms"])[:teams]
    for name in firms:
        raw["firms"][name]["policy"] = "fixed"  # the team decides
    raw["events"] = [
        event for event in raw["events"]
        if (event["week"] or 0) <= weeks and not any(_moves(path, firms) for path in event["set"])
    ]
    made = Scenario(
        raw, name=scenario.name, path=scenario.path, allow_code=scenario.allow_code
    )
    if teams <= len(firms):
        return made, firms
    equal = arena(made, teams)
    return equal, list(equal.document.firms)


def _moves(path: str, firms: list[str]) -> bool:
    """Whether a path belongs to one of the firms: nobody else moves a team's levers."""
    return any(path.startswith(f"firms.{name}.") for name in firms)


def plain_sight(sight: Any) -> dict[str, Any]:
    """What a firm can see, as plain data; None for what it does not know."""
    believed = sight.believed_satisfaction
    needs = zip(sight.attributes, sight.believed_needs.tolist(), strict=True)
    return {
        "week": sight.week, "revenue": sight.revenue, "profit": sight.profit, "cash": sight.cash,
        "units": sight.units_sold, "complaints": sight.n_complaints, "waiting": sight.n_waiting,
        "believed_satisfaction": None if math.isnan(believed) else believed,
        "believed_needs": dict(needs), "own_prices": dict(sight.own_prices),
        "own_unit_costs": dict(sight.own_unit_costs), "own_quality": dict(sight.own_quality),
        "rival_prices": dict(sight.rival_prices), "rival_quality": dict(sight.rival_quality),
        "communities": {
            name: {"member_share": page.member_share, "ratings": dict(page.ratings)}
            for name, page in sight.communities.items()
        },
    }

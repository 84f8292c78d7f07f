"""Undercut the cheapest rival a little, but never sell below cost."""

from __future__ import annotations

from sim.parameters import Declared, param
from sim.policies.base import Decision, Observation, Policy, policy


@policy
class PriceFighter(Policy):
    """Sets every price a little under the cheapest rival of its category, at cost at the least.

    A fee for weeks is no price of a use: only offers that are paid in the same way are compared.

    References
    ----------
    Porter (1980), Competitive strategy: cost leadership; Rao, Bergen and Davis (2000), How to fight
    a price war.

    Not modeled
    -----------
    Costs that fall because it is a cost leader, signals, and truces.
    """

    class Parameters(Declared):
        """How far it undercuts."""

        undercut: float = param(
            0.02, unit="1", bounds=(0, 0.9), doc="Part of the cheapest price that it stays below."
        )

    sees_communities = False

    def decide(self, observation: Observation) -> Decision:
        """Follow the lowest rival price down, and up again when rivals retreat."""
        prices: dict[str, float] = {}
        for offer, cost in observation.own_unit_costs.items():
            rivals = [observation.rival_prices[one] for one in observation.rivals_of(offer)]
            if rivals:
                prices[offer] = max(min(rivals) * (1 - self.parameters.undercut), cost)
        return Decision(prices=prices)

"""Undercut the cheapest rival a little, but never sell below cost."""

from __future__ import annotations

from sim.policies.base import Decision, Observation, Policy, policy

UNDERCUT = 0.02


@policy
class PriceFighter(Policy):
    """Sets every price two percent under the cheapest rival in sight, at unit cost at the least."""

    def decide(self, observation: Observation) -> Decision:
        """Follow the lowest rival price down, and up again when rivals retreat."""
        if not observation.rival_prices:
            return Decision.nothing()
        target = min(observation.rival_prices.values()) * (1 - UNDERCUT)
        prices = {
            offer: max(target, observation.own_unit_costs[offer])
            for offer in observation.own_prices
        }
        return Decision(levers={}, prices=prices, advertising={})

"""Levers stay where the scenario, its strategy and its events put them."""

from __future__ import annotations

from sim.policies.base import Decision, Observation, Policy, policy


@policy
class Fixed(Policy):
    """Changes nothing.

    References
    ----------
    None: the baseline against which other policies are compared.

    Not modeled
    -----------
    Any reaction to the market.
    """

    sees_communities = False

    def decide(self, observation: Observation) -> Decision:
        """Leave every lever as it is."""
        return Decision.nothing()

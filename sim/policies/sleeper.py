"""Sleep until a community is too large to overlook, then turn to the customers."""

from __future__ import annotations

from sim.parameters import Declared, param
from sim.policies import customer_first
from sim.policies.base import Decision, Observation, Policy, policy


@policy
class Sleeper(Policy):
    """An incumbent that goes on as ever, wakes up late, and then acts as ``customer_first`` does.

    It wakes when the largest community has more than ``threshold`` of all customers as members,
    needs ``delay`` weeks to turn around, and never falls asleep again.

    References
    ----------
    Hannan and Freeman (1984), Structural inertia and organizational change; Kohli and Jaworski
    (1990), Market orientation.

    Not modeled
    -----------
    Half-hearted or failing turnarounds.
    """

    class Parameters(customer_first.CustomerFirst.Parameters):
        """When it wakes; the rest is what it does then."""

        threshold: float = param(
            0.2, unit="1", bounds=(0, 1),
            doc="Share of customers in the largest community above which it wakes.",
        )
        delay: int = param(
            8, unit="weeks", bounds=(0, 5200), doc="Weeks from waking to acting."
        )

    def __init__(self, parameters: Declared | None = None) -> None:
        super().__init__(parameters)
        self.woken_week: int | None = None

    def decide(self, observation: Observation) -> Decision:
        """Nothing; some weeks after waking, what puts customers first."""
        p = self.parameters
        largest = max((page.member_share for page in observation.communities.values()), default=0.0)
        if self.woken_week is None and largest > p.threshold:
            self.woken_week = observation.week
        if self.woken_week is None or observation.week < self.woken_week + p.delay:
            return Decision.nothing()
        return customer_first.CustomerFirst(p).decide(observation)

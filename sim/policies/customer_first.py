"""Open the doors, answer who waits, and let complaints shape the product."""

from __future__ import annotations

import math

from sim.parameters import Declared, param
from sim.policies.base import Decision, Observation, Policy, policy


@policy
class CustomerFirst(Policy):
    """Turns itself toward its customers.

    It is easy to reach, sends complaints on to development, and releases often. While complaints
    wait it adds the capacity that clears them in a few weeks. While it believes fewer customers
    satisfied than it wants, it moves money from advertising to answers.

    References
    ----------
    Kohli and Jaworski (1990), Market orientation; Narver and Slater (1990), The effect of a market
    orientation on business profitability; Fornell and Wernerfelt (1987), Defensive marketing
    strategy by customer complaint management.

    Not modeled
    -----------
    The time that a culture takes to change; staff as people; dismissing support staff again.
    """

    class Parameters(Declared):
        """How open it is and what it wants."""

        voice_openness: float = param(
            0.9, unit="1", bounds=(0, 1), doc="How easy it is to reach, at the least."
        )
        complaint_routing: float = param(
            0.9, unit="1", bounds=(0, 1),
            doc="Share of answered complaints that reach development, at the least.",
        )
        release_cadence: int = param(
            8, unit="weeks", bounds=(1, 520), doc="Weeks between releases, at the most."
        )
        clearing_weeks: int = param(
            4, unit="weeks", bounds=(1, 520), doc="Weeks in which added capacity clears who waits."
        )
        target: float = param(
            0.8, unit="1", bounds=(0, 1), doc="Share of its customers that it wants satisfied."
        )
        shift: float = param(
            0.05, unit="1/week", bounds=(0, 1),
            doc="Share of advertising that a week below target moves to answers.",
        )
        cost_of_answer: float = param(
            5.0, unit="currency", bounds=(0.01, 1e6), doc="What it reckons that an answer costs.",
            source="the default of dialogue/complaint_queue",
        )

    sees_communities = False

    def decide(self, observation: Observation) -> Decision:
        """Open up, release often, and add capacity for who waits and from what is saved."""
        p, now = self.parameters, observation.levers
        thousands = max(observation.n_customers, 1) / 1000
        added = observation.n_waiting / thousands / p.clearing_weeks
        advertising: dict[str, float] = {}
        # Not a number: it has not sensed yet. 0 is what records say of what is bought once.
        if 0 < observation.believed_satisfaction < p.target:
            moved = {o: p.shift * spent for o, spent in observation.own_advertising.items()}
            advertising = {o: observation.own_advertising[o] - less for o, less in moved.items()}
            added += math.fsum(moved.values()) / p.cost_of_answer
        levers: dict[str, float] = {
            "voice_openness": max(now["voice_openness"], p.voice_openness),
            "complaint_routing": max(now["complaint_routing"], p.complaint_routing),
            "release_cadence": min(int(now["release_cadence"]), p.release_cadence),
            "support_capacity": min(now["support_capacity"] + added, 1e6),
        }
        return Decision(levers=levers, advertising=advertising)

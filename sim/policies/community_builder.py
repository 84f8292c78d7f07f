"""Let customers gather, build on it while they do, and advertise less."""

from __future__ import annotations

import math

from sim.parameters import Declared, param
from sim.policies.base import Decision, Observation, Policy, policy

OPENNESS = ("voice_openness", "openness_to_contributions", "opens_knowledge")


@policy
class CommunityBuilder(Policy):
    """Moves money from advertising to clubs and opens up, as long as communities grow.

    Every review it compares the share of customers who belong to a community with the review
    before. Where it grew, the firm becomes easier to reach, opens its knowledge and its doors to
    contributions, and a part of its advertising goes to its club instead. Where it did not,
    everything stays.

    References
    ----------
    Hagel and Armstrong (1997), Net gain; Muniz and O'Guinn (2001), Brand community; McAlexander,
    Schouten and Koenig (2002), Building brand community.

    Not modeled
    -----------
    Founding a community, moderating one, and communities that turn against their builder.
    """

    class Parameters(Declared):
        """How fast it builds."""

        review_weeks: int = param(
            4, unit="weeks", bounds=(1, 520), doc="Weeks between looks at the communities."
        )
        step: float = param(
            0.1, unit="1", bounds=(0, 1), doc="Part of the way to full openness a review of growth."
        )
        shift: float = param(
            0.2, unit="1", bounds=(0, 1),
            doc="Share of advertising that a review of growth moves to the club.",
        )

    def __init__(self, parameters: Declared | None = None) -> None:
        super().__init__(parameters)
        self.share_before: float | None = None

    def decide(self, observation: Observation) -> Decision:
        """At a review after growth, open up and move money from advertising to the club."""
        p, now = self.parameters, observation.levers
        if observation.week % p.review_weeks:
            return Decision.nothing()
        share = math.fsum(page.member_share for page in observation.communities.values())
        before, self.share_before = self.share_before, share
        if before is None or share <= before:
            return Decision.nothing()
        moved = {offer: p.shift * spent for offer, spent in observation.own_advertising.items()}
        levers = {name: now[name] + p.step * (1 - now[name]) for name in OPENNESS}
        levers["club_investment"] = now["club_investment"] + math.fsum(moved.values())
        advertising = {o: observation.own_advertising[o] - less for o, less in moved.items()}
        return Decision(levers=levers, advertising=advertising)

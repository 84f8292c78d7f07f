"""Wait for others to find out what customers like, then copy it."""

from __future__ import annotations

from sim.parameters import Declared, param
from sim.policies.base import Decision, Observation, Policy, policy


@policy
class FastFollower(Policy):
    """Copies the best rival in sight of each category that it sells in.

    The best is the one rated highest on the pages of communities; where nobody wrote of any rival,
    the one whose released quality is worth most by the follower's own beliefs. Every review it
    takes over that rival's price, at unit cost at the least, if both are paid in the same way.
    Every week its development works where the best rivals are ahead; where none is, it follows its
    own beliefs.

    References
    ----------
    Lieberman and Montgomery (1988), First-mover advantages, on free riding and imitation; Levitt
    (1966), Innovative imitation; Schnaars (1994), Managing imitation strategies.

    Not modeled
    -----------
    Patents, the cheaper development of an imitator, and copies of what rivals have in development.
    """

    class Parameters(Declared):
        """How fast it follows."""

        review_weeks: int = param(
            4, unit="weeks", bounds=(1, 520), doc="Weeks between looks at prices."
        )

    def decide(self, observation: Observation) -> Decision:
        """Take over prices at a review; work where the best rivals are ahead."""
        best = {
            offer: rival for offer in observation.own_prices
            if (rival := _best_rival(observation, observation.category_of[offer])) is not None
        }
        prices: dict[str, float] = {}
        if observation.week % self.parameters.review_weeks == 0:
            prices = {
                offer: max(observation.rival_prices[rival], observation.own_unit_costs[offer])
                for offer, rival in best.items() if rival in observation.rivals_of(offer)
            }
        return Decision(prices=prices, development_focus=_gaps(observation, set(best.values())))


def _best_rival(observation: Observation, category: str) -> str | None:
    """The rival offer of a category to copy; the first by name among equals."""
    rivals = sorted(o for o in observation.rival_prices if observation.category_of[o] == category)
    rated = {o: rating for o in rivals if (rating := _rating(observation, o)) is not None}
    if rated:
        return max(rated, key=lambda offer: rated[offer])
    return max(rivals, key=lambda offer: _worth(observation, offer), default=None)


def _rating(observation: Observation, offer: str) -> float | None:
    """Mean rating over the pages that have one."""
    pages = observation.communities.values()
    ratings = [page.ratings[offer] for page in pages if offer in page.ratings]
    return sum(ratings) / len(ratings) if ratings else None


def _worth(observation: Observation, offer: str) -> float:
    """Quality of a rival's offer, weighed by what the firm believes that customers need."""
    weights = observation.believed_needs.tolist()
    needs: dict[str, float] = dict(zip(observation.attributes, weights, strict=True))
    return sum(needs[a] * quality for a, quality in observation.rival_quality[offer].items())


def _gaps(observation: Observation, rivals: set[str]) -> dict[str, float]:
    """How far rivals are ahead in each attribute where one is."""
    own = observation.own_quality
    ahead = {
        a: max((observation.rival_quality[rival].get(a, 0.0) for rival in rivals), default=0.0)
        - own[a] for a in own
    }
    return {attribute: gap for attribute, gap in ahead.items() if gap > 0}

"""Put money into the product, by one's own beliefs, and listen to nobody."""

from __future__ import annotations

from sim.parameters import Declared, param
from sim.policies.base import Decision, Observation, Policy, policy


@policy
class ProductFirst(Policy):
    """Believes that a better product sells itself, and that it knows what better is.

    It keeps the door for complaints nearly closed and sends none of them to development. It spends
    a share of its revenue on development. Every review it compares units with the review before;
    where they fell, it raises development, never what it does to learn why.

    References
    ----------
    Levitt (1960), Marketing myopia; Narver and Slater (1990), The effect of a market orientation on
    business profitability, whose opposite it is.

    Not modeled
    -----------
    Engineers who talk to customers on their own; cuts elsewhere to pay for development.
    """

    class Parameters(Declared):
        """How it spends and when it worries."""

        voice_openness: float = param(
            0.05, unit="1", bounds=(0, 1), doc="How easy it lets itself be reached, at the most."
        )
        review_weeks: int = param(
            13, unit="weeks", bounds=(1, 520), doc="Weeks between reviews of sales."
        )
        decline: float = param(
            0.05, unit="1", bounds=(0, 1), doc="Fall of units between two reviews that counts."
        )
        step: float = param(
            0.2, unit="1", bounds=(0, 10), doc="Part by which development rises after a decline."
        )
        lowest_share: float = param(
            0.05, unit="1", bounds=(0, 1), doc="Share of revenue that development gets at least."
        )
        highest_share: float = param(
            0.3, unit="1", bounds=(0, 1), doc="Share of revenue above which it raises no further."
        )

    sees_communities = False

    def __init__(self, parameters: Declared | None = None) -> None:
        super().__init__(parameters)
        self.n_weeks, self.units, self.revenue = 0, 0, 0.0
        self.units_before: int | None = None

    def decide(self, observation: Observation) -> Decision:
        """Close the channels; at a review, put more into the product."""
        p, now = self.parameters, observation.levers
        levers: dict[str, float] = {
            "voice_openness": min(now["voice_openness"], p.voice_openness),
            "complaint_routing": 0.0,
        }
        if observation.week > 1:  # before week 1 nothing was sold
            self.n_weeks += 1
            self.units += observation.units_sold
            self.revenue += observation.revenue
        if self.n_weeks == p.review_weeks:
            levers["development_budget"] = self._reviewed(observation)
            self.units_before = self.units
            self.n_weeks, self.units, self.revenue = 0, 0, 0.0
        return Decision(levers=levers)

    def _reviewed(self, observation: Observation) -> float:
        """The development budget after a review, a week and 1,000 customers."""
        p, budget = self.parameters, observation.levers["development_budget"]
        thousands = max(observation.n_customers, 1) / 1000
        revenue = max(self.revenue / p.review_weeks / thousands, 0.0)
        before = self.units_before
        if before is not None and self.units < (1 - p.decline) * before:
            budget = max(budget, min(budget * (1 + p.step), p.highest_share * revenue))
        return float(max(budget, p.lowest_share * revenue))

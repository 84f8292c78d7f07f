"""The image of a firm: what all customers expect of it, whoever made them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sim.observers import census
from sim.observers.base import Measures, Observer, Outcome, Weeks, observer

if TYPE_CHECKING:
    from sim.market import Market


@observer
class Image(Observer):
    """How many know a firm and how much they expect of it, in one number."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "image": Outcome(
            "0 to 1", "mean",
            "Mean expectation of all customers; who does not know the firm expects 0 of it.",
        ),
    }

    def measure(self, market: Market) -> Measures:
        """Expectations at the end of the week just lived."""
        return {"census": census.take(market)}

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Expectations over customers."""
        expected = weeks["census"][..., census.EXPECTATION]
        return {"image": expected / max(market.n_customers, 1)}

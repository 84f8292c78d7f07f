"""What customers tell each other and the firm."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
from sim.tables import Response

if TYPE_CHECKING:
    from sim.market import Market


@observer
class Voices(Observer):
    """Word of mouth by sign, complaints and their fate, exits."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "good_news": Outcome("tellings heard/week", "sum", "Good news heard about the firm."),
        "bad_news": Outcome("tellings heard/week", "sum", "Bad news heard about the firm."),
        "complaints": Outcome(
            "complaints/week", "sum", "Complaints voiced, those that peers solve included."
        ),
        "complaints_answered": Outcome("complaints/week", "sum", "Complaints answered."),
        "complaints_given_up": Outcome("complaints/week", "sum", "Complaints given up."),
        "complaints_waiting": Outcome("complaints", "mean", "Complaints waiting."),
        "exits": Outcome("customers/week", "sum", "Customers who left after a disappointment."),
    }

    def measure(self, market: Market) -> Measures:
        """Voices of the week just lived."""
        _, offers, firms = market.tables
        left = market.purchases.offer[market.purchases.response == Response.EXIT]
        return {
            "good_news": offers.n_told_good.copy(),
            "bad_news": offers.n_told_bad.copy(),
            "complaints": firms.n_complaints.copy(),
            "complaints_answered": firms.n_handled.copy(),
            "complaints_given_up": firms.n_expired.copy(),
            "complaints_waiting": firms.n_waiting.copy(),
            "exits": np.bincount(left, minlength=market.n_offers),
        }

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Sums over the offers of each firm."""
        of_offers = ("good_news", "bad_news", "exits")
        return {**weeks, **{name: weeks[name] @ market.sells.T for name in of_offers}}

"""What customers tell each other and the firm."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers.base import Observer, Outcome, observer
from sim.tables import Response

if TYPE_CHECKING:
    from sim.market import Market


@observer
class Voices(Observer):
    """Word of mouth by sign, complaints and their fate, exits."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "good_news": Outcome("tellings heard/week", "sum", "Good news heard about the firm."),
        "bad_news": Outcome("tellings heard/week", "sum", "Bad news heard about the firm."),
        "complaints": Outcome("complaints/week", "sum", "Complaints received."),
        "complaints_answered": Outcome("complaints/week", "sum", "Complaints answered."),
        "complaints_given_up": Outcome("complaints/week", "sum", "Complaints given up."),
        "complaints_waiting": Outcome("complaints", "mean", "Complaints waiting."),
        "exits": Outcome("customers/week", "sum", "Customers who left after a disappointment."),
    }

    def observe(self, market: Market) -> dict[str, NDArray[np.float64] | float]:
        """Voices of the week just lived."""
        _, offers, firms = market.tables
        left = market.purchases.offer[market.purchases.response == Response.EXIT]
        exits = np.bincount(left, minlength=market.n_offers)
        return {
            "good_news": market.sells @ offers.n_told_good,
            "bad_news": market.sells @ offers.n_told_bad,
            "complaints": firms.n_complaints.astype(np.float64),
            "complaints_answered": firms.n_handled.astype(np.float64),
            "complaints_given_up": firms.n_expired.astype(np.float64),
            "complaints_waiting": firms.n_waiting.astype(np.float64),
            "exits": market.sells @ exits,
        }

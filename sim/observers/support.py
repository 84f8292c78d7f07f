"""What support costs, and how much of it customers do for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers import census
from sim.observers.base import Observer, Outcome, observer
from sim.observers.customers import share

if TYPE_CHECKING:
    from sim.market import Market

CENT = 0.01


@observer
class Support(Observer):
    """Cost of the desk by customer served, and complaints that members solved."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "support_cost_per_customer": Outcome(
            "currency/week per buyer", "sum",
            "Cost of answering complaints, over everybody who ever bought from the firm.",
        ),
        "peer_answers": Outcome(
            "complaints/week", "sum", "Complaints that members of communities solved."
        ),
        "peer_solved_share": Outcome(
            "share of complaints", "mean",
            "Complaints of the week that members of communities solved.",
        ),
    }

    def observe(self, market: Market) -> dict[str, NDArray[np.float64] | float]:
        """Support in the week just lived."""
        firms = market.tables.firms
        solved = firms.n_peer_solved.astype(np.float64)
        return {
            "support_cost_per_customer": share(
                firms.support_cents * CENT, census.take(market)[:, census.BUYERS]
            ),
            "peer_answers": solved,
            "peer_solved_share": share(solved, firms.n_complaints.astype(np.float64)),
        }

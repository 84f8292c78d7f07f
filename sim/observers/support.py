"""What support costs, and how much of it customers do for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sim.observers import census
from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
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

    def measure(self, market: Market) -> Measures:
        """Support in the week just lived."""
        firms = market.tables.firms
        return {
            "cents": firms.support_cents.copy(), "census": census.take(market),
            "solved": firms.n_peer_solved.copy(), "complaints": firms.n_complaints.copy(),
        }

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Cost by customer, and the share that members solved."""
        solved = weeks["solved"]
        return {
            "support_cost_per_customer": share(
                weeks["cents"] * CENT, weeks["census"][..., census.BUYERS]
            ),
            "peer_answers": solved,
            "peer_solved_share": share(solved, weeks["complaints"]),
        }

"""What customers did for products: contributions, and the improvement that they caused."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.observers.base import Measures, Observer, Outcome, Weeks, observer

if TYPE_CHECKING:
    from sim.market import Market


@observer
class CoCreation(Observer):
    """Contributions, contributors, and released improvement by who caused it."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "contributions": Outcome("contributions", "last", "Contributions so far."),
        "contributors": Outcome("customers", "last", "Customers who ever contributed."),
        "value_per_contributor": Outcome(
            "currency per contributor", "last",
            "Worth of contributions so far, over the customers who ever contributed.",
        ),
        "released_improvement": Outcome(
            "quality", "last", "Quality released so far, all attributes and offers added up."
        ),
        "improvement_by_customers": Outcome(
            "quality", "last",
            "Its part that customers caused: by complaints that reached development, and by "
            "contributions.",
        ),
    }

    def measure(self, market: Market) -> Measures:
        """Releases and contributions so far."""
        firms = market.tables.firms
        return {
            "contributions": firms.n_contributed.copy(),
            "contributors": firms.n_contributors.copy(),
            "released_improvement": firms.released_improvement.copy(),
            "improvement_by_customers": firms.released_by_customers.copy(),
        }

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Worth of contributions for each contributor."""
        one = getattr(market.mechanisms["co_creation"].parameters, "contribution_value", np.nan)
        some = np.where(weeks["contributors"] > 0, weeks["contributors"], np.nan)
        return {**weeks, "value_per_contributor": weeks["contributions"] * one / some}

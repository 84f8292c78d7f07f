"""What customers did for products: contributions, and the improvement that they caused."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers.base import Observer, Outcome, observer

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

    def observe(self, market: Market) -> dict[str, NDArray[np.float64] | float]:
        """Releases and contributions so far."""
        firms = market.tables.firms
        one = getattr(market.mechanisms["co_creation"].parameters, "contribution_value", np.nan)
        some = np.where(firms.n_contributors > 0, firms.n_contributors, np.nan)
        return {
            "contributions": firms.n_contributed.astype(np.float64),
            "contributors": firms.n_contributors.astype(np.float64),
            "value_per_contributor": firms.n_contributed * one / some,
            "released_improvement": firms.released_improvement.copy(),
            "improvement_by_customers": firms.released_by_customers.copy(),
        }

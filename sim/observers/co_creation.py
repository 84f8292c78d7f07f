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
        return {
            "contributions": firms.n_contributed.astype(np.float64),
            "contributors": firms.n_contributors.astype(np.float64),
            "released_improvement": firms.released_improvement.copy(),
            "improvement_by_customers": firms.released_by_customers.copy(),
        }

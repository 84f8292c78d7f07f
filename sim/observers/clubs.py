"""How many customers firms have won as fans."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from numpy.typing import NDArray

from sim.observers import census
from sim.observers.base import Observer, Outcome, observer

if TYPE_CHECKING:
    import numpy as np

    from sim.market import Market


@observer
class Clubs(Observer):
    """Members of firms' clubs."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "fan_share": Outcome("share of customers", "last", "Customers who belong to its club."),
    }

    def observe(self, market: Market) -> dict[str, NDArray[np.float64] | float]:
        """Fans of the week just lived."""
        return {"fan_share": census.take(market)[:, census.FANS] / max(market.n_customers, 1)}

"""How many customers firms have won as fans."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers.base import Observer, Outcome, observer

if TYPE_CHECKING:
    from sim.market import Market


@observer
class Clubs(Observer):
    """Members of firms' clubs."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "fan_share": Outcome("share of customers", "last", "Customers who belong to its club."),
    }

    def observe(self, market: Market) -> dict[str, NDArray[np.float64] | float]:
        """Fans of the week just lived."""
        if market.mechanisms["clubs"].variant == "none":
            return {"fan_share": np.zeros(market.n_firms)}
        n_fans = market.tables.customers.fan.sum(axis=0, dtype=np.int64)
        return {"fan_share": n_fans / max(market.n_customers, 1)}

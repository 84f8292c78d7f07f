"""How many customers firms have won as fans."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sim.observers import census
from sim.observers.base import Measures, Observer, Outcome, Weeks, observer

if TYPE_CHECKING:
    from sim.market import Market


@observer
class Clubs(Observer):
    """Members of firms' clubs."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "fan_share": Outcome("share of customers", "last", "Customers who belong to its club."),
    }

    def measure(self, market: Market) -> Measures:
        """Fans of the week just lived."""
        return {"census": census.take(market)}

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Fans over customers."""
        return {"fan_share": weeks["census"][..., census.FANS] / max(market.n_customers, 1)}

"""What communities earn."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sim.observers.base import Measures, Observer, Outcome, observer

if TYPE_CHECKING:
    from sim.market import Market

CENT = 0.01


@observer
class Communities(Observer):
    """Income of all communities together, whoever hosts them."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "community_income": Outcome(
            "currency", "last", "What vendors paid to communities so far.", per="market"
        ),
    }

    def measure(self, market: Market) -> Measures:
        """Income up to the week just lived."""
        return {"community_income": sum(c.income_cents for c in market.communities) * CENT}

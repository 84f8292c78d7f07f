"""What is written in communities, and what they earn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from sim.observers.base import Measures, Observer, Outcome, observer

if TYPE_CHECKING:
    from sim.market import Market

CENT = 0.01


@observer
class Communities(Observer):
    """Posts and income of all communities together, whoever hosts them."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "community_posts": Outcome(
            "posts/week", "sum", "Ratings that members wrote.", per="market"
        ),
        "community_content": Outcome(
            "posts", "last", "Ratings still read, the old ones faded.", per="market"
        ),
        "community_income": Outcome(
            "currency", "last", "What vendors paid to communities so far.", per="market"
        ),
    }

    def measure(self, market: Market) -> Measures:
        """Posts of the week just lived, what is still read, and income so far."""
        places = market.communities
        return {
            "community_posts": math.fsum(n for c in places for n in c.posts),
            # Exact sums: the order of offers must not show.
            "community_content": math.fsum(n for c in places for n in c.content),
            "community_income": sum(c.income_cents for c in places) * CENT,
        }

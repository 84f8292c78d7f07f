"""How good the products are, as they are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers.base import Observer, Outcome, observer
from sim.observers.needs import SMALLEST, mean_needs, weights_by_offer

if TYPE_CHECKING:
    from sim.market import Market


@observer
class Products(Observer):
    """Quality weighted by what customers need, and what firms believe they need."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "quality": Outcome(
            "0 to 1", "last", "Released quality weighted by the mean needs of all customers."
        ),
        "belief_error": Outcome(
            "0 to 1", "last",
            "Half the sum of differences between believed and mean true needs.",
        ),
    }

    def __init__(self) -> None:
        self._weights: NDArray[np.float64] | None = None
        self._needs: NDArray[np.float64] = np.zeros(0)

    def observe(self, market: Market) -> dict[str, NDArray[np.float64] | float]:
        """Quality and beliefs as they are now."""
        _, offers, firms = market.tables
        if self._weights is None:  # needs are traits, and offers stay in their category
            needs = mean_needs(market)
            self._weights = weights_by_offer(market, needs)
            self._needs = needs / max(needs.sum(), SMALLEST)
        by_offer = (offers.quality * self._weights).sum(axis=1)
        n_offers = np.maximum(market.sells.sum(axis=1), 1.0)
        return {
            "quality": market.sells @ by_offer / n_offers,
            "belief_error": np.abs(firms.believed_needs - self._needs).sum(axis=1) / 2.0,
        }

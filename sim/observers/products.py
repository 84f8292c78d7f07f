"""How good the products are, as they are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
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
            "Half the sum of differences between believed and mean true needs, in the categories "
            "that the firm sells in.",
        ),
    }

    def __init__(self) -> None:
        self._weights: NDArray[np.float64] | None = None
        self._needs: NDArray[np.float64] = np.zeros(0)
        self._concerned: NDArray[np.float64] = np.zeros(0)

    def measure(self, market: Market) -> Measures:
        """Quality and beliefs as they are now."""
        _, offers, firms = market.tables
        if self._weights is None:  # needs are traits, and offers stay in their category
            needs = mean_needs(market)
            self._weights = weights_by_offer(market, needs)
            sells_in = np.zeros((market.n_firms, len(market.category_names)))
            sells_in[offers.firm, offers.category] = 1.0
            self._concerned = sells_in[:, market.attribute_category]
            self._needs = self._scaled(needs[None, :])
        return {"quality": offers.quality.copy(), "believed": firms.believed_needs.copy()}

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Quality as it is needed, and how far beliefs are from needs."""
        by_offer = (weeks["quality"] * self._weights).sum(axis=-1)
        n_offers = np.maximum(market.sells.sum(axis=1), 1.0)
        error = np.abs(self._scaled(weeks["believed"]) - self._needs)
        return {
            "quality": np.array([market.sells @ now for now in by_offer]) / n_offers,
            "belief_error": error.sum(axis=-1) / 2.0,
        }

    def _scaled(self, weights: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Weights of what concerns each firm, 1 in sum, (..., n_firms, n_attributes)."""
        inside = weights * self._concerned
        return np.asarray(inside / np.maximum(inside.sum(axis=-1, keepdims=True), SMALLEST))

"""How good the products are, as they are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers.base import Observer, Outcome, observer

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
        self._needs: NDArray[np.float64] | None = None

    def observe(self, market: Market) -> dict[str, NDArray[np.float64] | float]:
        """Quality and beliefs as they are now."""
        _, offers, firms = market.tables
        if self._needs is None:  # needs are traits: they do not change
            total = market.tables.customers.needs.sum(axis=0, dtype=np.float64)
            self._needs = total / max(market.n_customers, 1)
        needs = self._needs
        by_offer = (offers.quality * needs).sum(axis=1)
        inside = market.attribute_category[None, :] == offers.category[:, None]
        weight = (needs * inside).sum(axis=1)
        quality = np.bincount(
            offers.firm, weights=by_offer / np.maximum(weight, 1e-12), minlength=market.n_firms
        ) / np.maximum(np.bincount(offers.firm, minlength=market.n_firms), 1)
        true = needs / max(needs.sum(), 1e-12)
        return {
            "quality": quality,
            "belief_error": np.abs(firms.believed_needs - true).sum(axis=1) / 2.0,
        }

"""A community: customers who gather around a topic, and what they wrote there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.agents.customer import CustomerSet
    from sim.market import Market


class Community(mesa.Agent):
    """A place where customers meet; who belongs to it is a column of the customer table.

    Attributes
    ----------
    name : name in the scenario.
    number : column of ``customers.member``.
    content : posts still read, (n_offers,).
    rating : pooled rating of each offer, 0 to 1, (n_offers,).
    """

    model: Market

    def __init__(self, market: Market, *, name: str, number: int) -> None:
        super().__init__(market)
        self.name = name
        self.number = number
        self.content: NDArray[np.float64] = np.zeros(market.n_offers)
        self.rating: NDArray[np.float64] = np.zeros(market.n_offers)

    @property
    def members(self) -> CustomerSet:
        """Its members."""
        inside = self.model.tables.customers.member[:, self.number] == 1
        return self.model.customers.select(inside)

    def take_posts(self, posts: NDArray[np.float64], memory: float) -> None:
        """Add a week's posts, (n_offers, 2): number and sum of ratings."""
        old = self.content * memory
        self.content = old + posts[:, 0]
        total = old * self.rating + posts[:, 1]
        self.rating = np.divide(
            total, self.content, out=np.zeros_like(total), where=self.content > 0
        )

    def state(self) -> dict[str, Any]:
        """What a checkpoint must keep."""
        return {"content": self.content.copy(), "rating": self.rating.copy()}

    def restore(self, state: dict[str, Any]) -> None:
        """Put back what a checkpoint kept."""
        self.content, self.rating = state["content"].copy(), state["rating"].copy()

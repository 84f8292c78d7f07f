"""A community: customers who gather around a topic, and what they wrote there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.agents.customer import CustomerSet
    from sim.market import Market
    from sim.scenario.schema import Community as Settings


class Community(mesa.Agent):
    """A place where customers meet; who belongs to it is a column of the customer table.

    Attributes
    ----------
    name : name in the scenario.
    number : column of ``customers.member``.
    host : number of the firm that runs it, or -1: customers or a third party do.
    has_stalls : whether vendors are admitted by name and show members all they sell.
    admits : 1 for each offer that is talked of there, (n_offers,).
    posts : posts of the week, (n_offers,).
    content : posts still read, (n_offers,).
    rating : pooled rating of each offer, 0 to 1, (n_offers,).
    answers : answers to problems with each offer that still help, per 1,000 customers, (n_offers,).
    income_cents : what it has earned so far; a firm that hosts it books the same as revenue.
    """

    model: Market

    def __init__(self, market: Market, *, name: str, number: int) -> None:
        super().__init__(market)
        self.name = name
        self.number = number
        settings, firms = market.world.communities[name], market.firm_names
        self.host = firms.index(settings.host) if settings.host in firms else -1
        self.has_stalls = bool(settings.vendors)
        self.admits = self._admitted(settings)
        self.posts: NDArray[np.float64] = np.zeros(market.n_offers)
        self.content: NDArray[np.float64] = np.zeros(market.n_offers)
        self.rating: NDArray[np.float64] = np.zeros(market.n_offers)
        self.answers: NDArray[np.float64] = np.zeros(market.n_offers)
        self.income_cents = 0

    def _admitted(self, settings: Settings) -> NDArray[np.uint8]:
        market, offers = self.model, self.model.tables.offers
        by_vendor = [not settings.vendors or name in settings.vendors for name in market.firm_names]
        on_topic = [
            not settings.categories or name in settings.categories
            for name in market.category_names
        ]
        inside = np.array(by_vendor)[offers.firm] & np.array(on_topic)[offers.category]
        admits: NDArray[np.uint8] = inside.astype(np.uint8)
        return admits

    @property
    def members(self) -> CustomerSet:
        """Its members."""
        inside = self.model.tables.customers.member[:, self.number] == 1
        return self.model.customers.select(inside)

    def take_posts(self, posts: NDArray[np.float64], memory: float) -> None:
        """Add a week's posts, (n_offers, 2): number and sum of ratings."""
        self.posts = posts[:, 0]
        old = self.content * memory
        self.content = old + posts[:, 0]
        total = old * self.rating + posts[:, 1]
        self.rating = np.divide(
            total, self.content, out=np.zeros_like(total), where=self.content > 0
        )

    def __repr__(self) -> str:
        return f"<Community {self.name}: members {len(self.members):,}>"

    def state(self) -> dict[str, Any]:
        """What a checkpoint must keep."""
        return {
            "posts": self.posts.copy(), "content": self.content.copy(),
            "rating": self.rating.copy(), "answers": self.answers.copy(),
            "income_cents": self.income_cents,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Put back what a checkpoint kept."""
        self.posts, self.content = state["posts"].copy(), state["content"].copy()
        self.rating = state["rating"].copy()
        self.answers, self.income_cents = state["answers"].copy(), state["income_cents"]

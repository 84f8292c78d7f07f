"""A firm: its offers, its levers, its policy and what waits on its desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from sim.errors import ScenarioError
from sim.policies.base import Decision, Observation, policies
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market

NO_COMPLAINTS = np.zeros((0, 4), dtype=np.int32)


class Firm(mesa.Agent):
    """A seller; books and beliefs are its row of the firm table.

    Attributes
    ----------
    name : name in the scenario.
    number : row of the firm table.
    levers : current value of each lever of the firm.
    complaints : waiting complaints, (n, 4): customer, offer, attribute, week.
    """

    model: Market

    def __init__(self, market: Market, *, name: str, number: int) -> None:
        super().__init__(market)
        self.name = name
        self.number = number
        settings = market.world.firms[name]
        self.levers: dict[str, float] = dict(settings.levers.model_dump())
        self.policy_name: str = settings.policy
        self.policy = policies()[settings.policy]()
        self.complaints: Array = NO_COMPLAINTS

    @property
    def offers(self) -> list[str]:
        """Names of its offers."""
        return list(self.model.world.firms[self.name].offers)

    def follow(self, policy_name: str) -> None:
        """Change to another policy."""
        known = policies()
        if policy_name not in known:
            raise ScenarioError(f"no policy is called {policy_name!r}; known: {', '.join(known)}")
        self.policy_name = policy_name
        self.policy = known[policy_name]()

    def observe(self) -> Observation:
        """What the firm can see now: its books, its sensing, and price lists."""
        market, tables = self.model, self.model.tables
        offers, firms = tables.offers, tables.firms
        f = self.number
        prices = dict(zip(market.offer_names, offers.price_cents / 100.0, strict=True))
        costs = dict(zip(market.offer_names, offers.unit_cost_cents / 100.0, strict=True))
        own = {market.offer_names[o] for o in np.flatnonzero(offers.firm == f)}
        shown = {market.offer_names[o] for o in np.flatnonzero(offers.launch_week <= market.week)}
        sold = market.purchases.offer[market.purchases.offer >= 0]
        return Observation(
            week=market.week,
            revenue=float(firms.revenue_cents[f] / 100.0),
            profit=float(firms.profit_cents[f] / 100.0),
            cash=float(firms.cash_cents[f] / 100.0),
            units_sold=int(np.count_nonzero(offers.firm[sold] == f)),
            n_complaints=int(firms.n_complaints[f]),
            n_waiting=int(firms.n_waiting[f]),
            believed_satisfaction=float(firms.believed_satisfaction[f]),
            believed_needs=firms.believed_needs[f].copy(),
            own_prices={name: price for name, price in prices.items() if name in own},
            own_unit_costs={name: cost for name, cost in costs.items() if name in own},
            rival_prices={
                name: price for name, price in prices.items() if name in shown and name not in own
            },
        )

    def decide(self) -> None:
        """Let the policy set levers from what the firm can see."""
        if self.policy_name == "fixed":
            return
        decision: Decision = self.policy.decide(self.observe())
        self.levers.update(decision.levers)
        offers = self.model.tables.offers
        for name, price in decision.prices.items():
            offers.list_price_cents[self.model.offer_number(name)] = round(price * 100)
        for name, spending in decision.advertising.items():
            offers.advertising[self.model.offer_number(name)] = spending

    def state(self) -> dict[str, Any]:
        """What a checkpoint must keep."""
        return {
            "levers": dict(self.levers),
            "policy_name": self.policy_name,
            "complaints": self.complaints.copy(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Put back what a checkpoint kept."""
        self.levers = dict(state["levers"])
        self.follow(state["policy_name"])
        self.complaints = state["complaints"].copy()

"""Firms set the price that is best against their rivals', as a conjoint panel tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, uniform
from sim.tables import Array, DefectKnowledge

if TYPE_CHECKING:
    from sim.market import Market

WEIGHTS = (
    "experience_weight", "loyalty_weight", "trust_weight", "reactance_weight", "defect_aversion",
    "stealing_thunder",
)
TOLD_BY_FIRM = DefectKnowledge.TOLD_BY_FIRM
MOST_CENTS = 1e11


@mechanism
class LogitBertrand(Mechanism):
    """Each firm asks a panel what it would buy at which price, and moves to the best price.

    Equation
    --------
    Every ``interval`` weeks each firm draws a panel of about panel_size customers anew. With s_i
    the logit probability that panelist i buys the offer, among the offers that she knows and does
    not avoid and nothing, by the utility of the choice model at today's prices, and rate_i her
    purchase rate: D = sum rate_i s_i, D' = -sum rate_i beta_i s_i (1 - s_i),
    D'' = sum rate_i beta_i^2 s_i (1 - s_i) (1 - 2 s_i), beta_i her price sensitivity. The best
    price solves p = unit_cost - D / D' (for customers alike: unit_cost + 1 / (beta (1 - s))); the
    price moves by ``adjustment`` times one step of Newton's method towards it,
    (unit_cost - D / D' - p) / max(1, 2 - D D'' / D'^2), never below unit cost. A firm prices each
    offer as if it were its only one. The price stays where nobody in the panel may turn away.

    Reads / Writes
    --------------
    All that choice weighs, for panelists -> offers.price_cents (n_offers,).

    References
    ----------
    Anderson, de Palma and Thisse (1992), Discrete choice theory of product differentiation; Green
    and Srinivasan (1990), Conjoint analysis in marketing; Berry (1994).

    Not modeled
    -----------
    Joint pricing of the offers of one firm, pressure of sales contacts, discounts and terms of
    utility from other families, what a price does to later weeks, collusion, errors of panelists
    about themselves.
    """

    class Parameters(Declared):
        """How often and how well firms look."""

        interval: int = param(4, unit="weeks", bounds=(1, 520), doc="Weeks between reviews.")
        panel_size: int = param(
            500, unit="customers", bounds=(1, 1_000_000),
            doc="Customers whom each firm asks in a review.",
        )
        adjustment: float = param(
            0.5, unit="1", bounds=(0, 1), doc="Share of the step to the best price that is taken."
        )

    reads = (
        "customers.expectation", "customers.aware", "customers.trust", "customers.reactance",
        "customers.loyalty", "customers.knows_defect", "customers.avoid_until_week",
        "customers.last_offer", "customers.price_sensitivity", "customers.purchase_rate",
        "offers.launch_week", "offers.defect_severity", "offers.unit_cost_cents",
        "offers.supplier", "offers.wholesale_price_cents",
    )
    writes = ("offers.price_cents",)
    cites = (
        "Anderson, de Palma and Thisse (1992)", "Green and Srinivasan (1990)", "Berry (1994)",
    )

    def step(self, market: Market) -> None:
        """Print next week's price list, in the weeks of a review."""
        if market.week % self.parameters.interval or market.mechanisms["choice"].variant == "none":
            return
        offers = market.tables.offers
        demand, slope, curvature = self.estimate(market).T
        moves = slope < 0.0
        # Where demand does not react to the price there is nothing to move to.
        slope = np.where(moves, slope, -1.0)
        lowest = market.cost_to_seller()
        price, cost = offers.price_cents / 100.0, lowest / 100.0
        gap = cost - demand / slope - price
        change = self.parameters.adjustment * gap / np.maximum(
            1.0, 2.0 - demand * curvature / slope**2
        )
        cents = np.rint((price + np.where(moves, change, 0.0)) * 100.0)
        cents = np.minimum(np.maximum(cents, lowest), MOST_CENTS)
        offers.price_cents[:] = np.where(moves, cents, offers.price_cents)

    def estimate(self, market: Market) -> Array:
        """Demand of each offer in its firm's panel, and its two derivatives, (n_offers, 3)."""
        customers, offers, firms = market.tables
        choice = market.mechanisms["choice"]
        segments = market.world.customers.segments.values()
        context = np.array([
            [s.switching_cost, -np.inf if s.outside_utility is None else s.outside_utility]
            for s in segments
        ])
        estimates = np.zeros((market.n_blocks, market.n_offers, 3))
        market.sweep(
            ask, market.streams.key("pricing.panel", market.week), market.week,
            self.parameters.panel_size / max(market.n_customers, 1), customers.label,
            customers.segment, choice.by_segment(market, *WEIGHTS), context, firms.label,
            offers.firm, offers.category, offers.launch_week, offers.price_cents / 100.0,
            offers.defect_severity, customers.purchase_rate, customers.price_sensitivity,
            customers.expectation, customers.aware, customers.loyalty, customers.trust,
            customers.reactance, customers.knows_defect, customers.avoid_until_week,
            customers.last_offer, estimates,
        )
        total: Array = estimates.sum(axis=0)
        return total

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Which firms asked her what she would buy."""
        p, customers, firms = self.parameters, market.tables.customers, market.tables.firms
        if market.week % p.interval or market.mechanisms["choice"].variant == "none":
            return []
        key = market.streams.key("pricing.panel", market.week)
        state = np.uint64(address(key, int(customers.label[row])))
        asking = [
            name for f, name in enumerate(market.firm_names)
            if uniform(state, int(firms.label[f])) < p.panel_size / market.n_customers
        ]
        told = "was asked in a panel what she would buy at which price, by {}"
        return [Happening(told.format(" and ".join(asking)))] if asking else []


@kernel
def ask(
    start: int, stop: int, key: np.uint64, week: int, share: float, label: Array, segment: Array,
    weights: Array, context: Array, firm_label: Array, firm_of: Array, category: Array,
    launch_week: Array, price: Array, severity: Array, purchase_rate: Array, sensitivity: Array,
    expectation: Array, aware: Array, loyalty: Array, trust: Array, reactance: Array,
    knows_defect: Array, avoid_until_week: Array, last_offer: Array, estimates: Array,
) -> None:
    """Add up demand and its derivatives over panelists from ``start`` to ``stop``."""
    n_offers = category.size
    asks = np.empty(firm_label.size, dtype=np.uint8)
    value = np.empty(n_offers)
    for i in range(start, stop):
        state = address(key, label[i])
        n_asking = 0
        for f in range(firm_label.size):
            asks[f] = uniform(state, firm_label[f]) < share
            n_asking += asks[f]
        if n_asking == 0:
            continue
        s = segment[i]
        beta = sensitivity[i]
        for k in range(purchase_rate.shape[1]):
            rate = purchase_rate[i, k]
            if rate <= 0.0:
                continue
            highest = context[s, 1]
            for o in range(n_offers):
                value[o] = -np.inf
                if (
                    category[o] != k or aware[i, o] == 0 or launch_week[o] > week
                    or avoid_until_week[i, o] >= week
                ):
                    continue
                f = firm_of[o]
                v = weights[s, 0] * expectation[i, o] - beta * price[o]
                v += weights[s, 1] * loyalty[i, o] + weights[s, 2] * trust[i, f]
                v -= weights[s, 3] * reactance[i, f]
                if severity[o] > 0.0 and knows_defect[i, o] > 0:
                    told = knows_defect[i, o] == TOLD_BY_FIRM
                    v -= weights[s, 4] * severity[o] * (weights[s, 5] if told else 1.0)
                if last_offer[i, k] >= 0 and last_offer[i, k] != o:
                    v -= context[s, 0]
                value[o] = v
                highest = max(highest, v)
            if highest == -np.inf:
                continue
            total = np.exp(context[s, 1] - highest)
            for o in range(n_offers):
                total += np.exp(value[o] - highest) if value[o] > -np.inf else 0.0
            for o in range(n_offers):
                if value[o] == -np.inf or asks[firm_of[o]] == 0:
                    continue
                chance = np.exp(value[o] - highest) / total
                turn = rate * beta * chance * (1.0 - chance)
                estimates[i // BLOCK, o, 0] += rate * chance
                estimates[i // BLOCK, o, 1] -= turn
                estimates[i // BLOCK, o, 2] += turn * beta * (1.0 - 2.0 * chance)

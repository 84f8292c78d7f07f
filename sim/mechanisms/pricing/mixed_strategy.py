"""Firms draw their prices anew each week, so that no rival can undercut them for sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.mechanisms.base import Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import address, uniform
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market

MOST_CENTS = 1e11


@mechanism
class MixedStrategy(Mechanism):
    """The price list of next week is a draw from the equilibrium among customers who see little.

    Equation
    --------
    With mu the informed_share, n firms with an offer on sale in the category, c the unit cost and
    r the highest price that customers accept, each firm draws u ~ Uniform(0, 1) and asks
    p = c + (r - c) * (1 - mu) / (1 - mu + n * mu * u^(n - 1)),
    which is 1 - F(p) = [(1 - mu) (r - p) / (n mu (p - c))]^(1 / (n - 1)) solved for p. Without a
    search_cost r = valuation (Varian). With search_cost s, r = min(valuation, c + s / (1 - alpha)),
    alpha = integral over z from 0 to 1 of dz / (1 + n mu / (1 - mu) * z^(n - 1)) (Stahl). A firm
    alone in a category asks r.

    Reads / Writes
    --------------
    offers.unit_cost_cents, wholesale_price_cents, launch_week -> offers.price_cents (n_offers,).

    References
    ----------
    Varian (1980), A model of sales; Stahl (1989), Oligopolistic pricing with sequential consumer
    search; Diamond (1971) for mu = 0; science.md A8, B18.

    Not modeled
    -----------
    Differences between offers other than price; firms of unequal cost, each of which draws here as
    if all had its own; learning of the informed share from sales; several prices a firm and
    category.
    """

    class Parameters(Declared):
        """What firms take customers for."""

        informed_share: float = param(
            0.5, unit="1", bounds=(0, 1),
            doc="Share of customers whom firms believe to compare all prices.",
            source="Varian (1980)",
        )
        valuation: float = param(
            10.0, unit="currency", bounds=(0, 1e9), doc="Most that a customer pays for a unit."
        )
        search_cost: float | None = param(
            None, unit="currency", bounds=(0, 1e9),
            doc="What one more look costs customers; none: they do not look further.",
            source="Stahl (1989)",
        )

    reads = (
        "offers.unit_cost_cents", "offers.supplier", "offers.wholesale_price_cents",
        "offers.launch_week",
    )
    writes = ("offers.price_cents",)
    cites = ("Varian (1980)", "Stahl (1989)", "Diamond (1971)")

    def setup(self, market: Market) -> None:
        """Start with the same rule."""
        self.step(market)

    def step(self, market: Market) -> None:
        """Print next week's price list."""
        offers, mu = market.tables.offers, float(self.parameters.informed_share)
        n = self._n_firms(market)[offers.category]
        cost = market.cost_to_seller() / 100.0
        highest = self.highest_price(cost, n)
        unit = self._draw(market)
        weight = np.where(n > 1, n * mu * unit ** np.maximum(n - 1, 1), 0.0)
        # All informed: everybody buys at the lowest price, and nobody earns anything.
        share = np.divide(1.0 - mu, 1.0 - mu + weight, out=np.ones(len(n)), where=weight > 0.0)
        price = cost + (highest - cost) * share
        offers.price_cents[:] = np.minimum(np.rint(100.0 * price), MOST_CENTS)

    def highest_price(self, cost: Array, n: Array) -> Array:
        """Highest price that customers accept, by unit cost and number of firms, in currency."""
        p = self.parameters
        cap = np.maximum(float(p.valuation), cost)
        if p.search_cost is None:
            return cap
        alpha = np.array([self._alpha(int(each)) for each in n])
        margin = np.divide(p.search_cost, 1.0 - alpha, out=np.full(len(n), np.inf), where=alpha < 1)
        accepted: Array = np.minimum(cap, cost + margin)
        return accepted

    def _alpha(self, n: int) -> float:
        """Mean markup over the highest one, E[p - c] / (r - c), among ``n`` firms."""
        mu = float(self.parameters.informed_share)
        if n < 2 or mu == 0.0:
            return 1.0
        if mu == 1.0:
            return 0.0
        self.prepared = self.prepared or {}
        if n not in self.prepared:
            from scipy.integrate import quad

            odds = n * mu / (1.0 - mu)
            self.prepared[n] = float(quad(lambda z: 1.0 / (1.0 + odds * z ** (n - 1)), 0, 1)[0])
        alpha: float = self.prepared[n]
        return alpha

    def _n_firms(self, market: Market) -> Array:
        """Firms with an offer on sale next week, by category, (n_categories,)."""
        offers = market.tables.offers
        firm_of = np.where(offers.launch_week <= market.week + 1, offers.firm, -1)
        return np.array([
            len(np.unique(firm_of[(offers.category == k) & (firm_of >= 0)]))
            for k in range(len(market.category_names))
        ])

    def _draw(self, market: Market) -> Array:
        """One draw a firm and category, (n_offers,)."""
        key = market.streams.key("pricing.mixed", market.week)
        offers, firms = market.tables.offers, market.tables.firms
        return np.array([
            uniform(np.uint64(address(key, int(firms.label[f]))), int(k))
            for f, k in zip(offers.firm, offers.category, strict=True)
        ])

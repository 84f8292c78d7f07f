"""A panel of customers for what would be dear to ask of all: what each offer is worth to them.

Observers draw nothing, so the panel is no sample by chance: it holds the customers with evenly
spaced labels, at most ``LARGEST``. Labels say nothing about a customer, since every trait is drawn
under its own address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.streams import BLOCK
from sim.tables import Options

if TYPE_CHECKING:
    from sim.market import Market

Values = NDArray[np.float64]

LARGEST = 4096
WEIGHTS = (
    "experience_weight", "loyalty_weight", "trust_weight", "reactance_weight", "defect_aversion",
    "stealing_thunder",
)
TOLD_BY_FIRM = 3
CENT = 0.01


class Panel:
    """One occasion for each member in each category that she ever buys in.

    Attributes
    ----------
    customer, category : of each occasion, (n_occasions,), in the order of rows.
    rate : occasions a week of that customer in that category.
    scale : customers in the market for each member of the panel.
    """

    def __init__(self, market: Market) -> None:
        customers = market.tables.customers
        spacing = max(-(-customers.n // LARGEST), 1)
        rows = np.flatnonzero(customers.label % spacing == 0)
        who, category = np.nonzero(customers.purchase_rate[rows] > 0)
        self.customer = rows[who].astype(np.int32)
        self.category = category.astype(np.int32)
        self.rate: Values = customers.purchase_rate[self.customer, category].astype(np.float64)
        self.scale = customers.n / max(len(rows), 1)
        borders = np.arange(market.n_blocks + 1) * BLOCK
        self._starts = np.searchsorted(self.customer, borders).astype(np.int64)

    def on_sale(self, market: Market) -> NDArray[np.bool_]:
        """Which offers are sold in the category of each occasion, (n_occasions, n_offers)."""
        offers = market.tables.offers
        launched = offers.launch_week <= market.week
        return np.asarray((offers.category == self.category[:, None]) & launched)

    def outside(self, market: Market) -> Values:
        """Utility of buying nothing; 0 for those who always buy, (n_occasions,)."""
        segments = market.world.customers.segments.values()
        utility = np.array([s.outside_utility or 0.0 for s in segments], dtype=np.float64)
        return np.asarray(utility[market.tables.customers.segment[self.customer]])

    def utility(self, market: Market) -> Values | None:
        """What each offer is worth as the next choice finds it, (n_occasions, n_offers).

        The terms of ``choice/multinomial_logit`` and of all families that weigh, without luck and
        without the pressure of a sales contact, which is no worth to her. Minus infinity: not
        known, not on sale, avoided or not to be had. None: customers do not choose by utility.
        """
        choice = market.mechanisms["choice"]
        if not hasattr(choice.parameters, WEIGHTS[0]):
            return None
        customers, offers, _ = market.tables
        i = self.customer
        segment = customers.segment[i]
        e_weight, l_weight, t_weight, r_weight, aversion, thunder = (
            column[:, None] for column in choice.by_segment(market, *WEIGHTS)[segment].T
        )
        sensitivity = customers.price_sensitivity[i].astype(np.float64)[:, None]
        value: Values = e_weight * customers.expectation[i] + l_weight * customers.loyalty[i]
        value -= sensitivity * (offers.price_cents * CENT)
        value += t_weight * customers.trust[i][:, offers.firm]
        value -= r_weight * customers.reactance[i][:, offers.firm]
        knows = customers.knows_defect[i]
        share = np.where(knows == TOLD_BY_FIRM, thunder, 1.0)
        value -= np.where(knows > 0, aversion * offers.defect_severity * share, 0.0)
        value -= self._switching_cost(market)
        for utility, foreseen, discount_cents in self._terms_of_families(market):
            value += utility + e_weight * foreseen + sensitivity * (discount_cents * CENT)
        had = self.on_sale(market) & (customers.aware[i] > 0)
        return np.where(had & (customers.avoid_until_week[i] <= market.week), value, -np.inf)

    def _switching_cost(self, market: Market) -> Values:
        customers, segments = market.tables.customers, market.world.customers.segments.values()
        cost = np.array([s.switching_cost for s in segments], dtype=np.float64)
        last = customers.last_offer[self.customer, self.category][:, None]
        leaves = (last >= 0) & (last != np.arange(market.n_offers))
        return np.where(leaves, cost[customers.segment[self.customer]][:, None], 0.0)

    def _terms_of_families(self, market: Market) -> list[tuple[Values, Values, Values]]:
        """What other families weigh in: utility, foreseen experience, discount in cents."""
        if not market.weighing:
            return []
        shape = (len(self.customer), market.n_offers)
        options = Options(
            starts=self._starts, customer=self.customer,
            serial=np.zeros(len(self.customer), dtype=np.uint8), category=self.category,
            utility=np.zeros(shape, dtype=np.float32), foreseen=np.zeros(shape, dtype=np.float32),
            discount_cents=np.zeros(shape, dtype=np.int32),
        )
        for family in market.weighing:
            family.weigh(market, options)
        terms = (options.utility, options.foreseen, options.discount_cents)
        return [(terms[0].astype(np.float64), terms[1].astype(np.float64),
                 terms[2].astype(np.float64))]

"""A panel of customers for what would be dear to ask of all: what each offer is worth to them.

Observers draw nothing, so the panel is no sample by chance: it holds the customers with evenly
spaced labels, at most ``LARGEST``. Labels say nothing about a customer, since every trait is drawn
under its own address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.streams import BLOCK
from sim.tables import Array, Options

if TYPE_CHECKING:
    from sim.market import Market

Values = NDArray[np.float64]

LARGEST = 2048
WEIGHTS = (
    "experience_weight", "loyalty_weight", "trust_weight", "reactance_weight", "defect_aversion",
    "stealing_thunder",
)
TOLD_BY_FIRM = 3
CENT = 0.01


class Panel:
    """One occasion for each member in each category that she ever buys in.

    Parameters
    ----------
    market
        Whose customers.
    rows
        The members, in rising order; None: customers with evenly spaced labels.

    Attributes
    ----------
    customer, category : of each occasion, (n_occasions,), in the order of rows.
    rate : occasions a week of that customer in that category.
    outside : utility of buying nothing; 0 for those who always buy.
    price_sensitivity : of that customer.
    scale : customers in the market for each member of the panel.
    """

    def __init__(self, market: Market, rows: NDArray[np.int64] | None = None) -> None:
        customers = market.tables.customers
        if rows is None:
            spacing = max(-(-customers.n // LARGEST), 1)
            rows = np.flatnonzero(customers.label % spacing == 0)
        who, category = np.nonzero(customers.purchase_rate[rows] > 0)
        self.customer = rows[who].astype(np.int32)
        self.category = category.astype(np.int32)
        self.rate: Values = customers.purchase_rate[self.customer, category].astype(np.float64)
        self.scale = customers.n / max(len(rows), 1)
        # Traits: they stay as they are.
        segments = list(market.world.customers.segments.values())
        worth_of_nothing = np.array([s.outside_utility or 0.0 for s in segments], dtype=np.float64)
        self.outside: Values = worth_of_nothing[customers.segment[self.customer]]
        self.price_sensitivity = customers.price_sensitivity[self.customer]
        self._switching = np.array([s.switching_cost for s in segments], dtype=np.float64)
        borders = np.arange(market.n_blocks + 1) * BLOCK
        self._starts = np.searchsorted(self.customer, borders).astype(np.int64)

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
        added = self._terms_of_families(market)
        value = np.empty((len(self.customer), market.n_offers))
        appraise(
            self.customer, self.category, market.week, customers.segment,
            choice.by_segment(market, *WEIGHTS), self._switching, customers.expectation,
            customers.loyalty, customers.price_sensitivity, customers.trust, customers.reactance,
            customers.knows_defect, customers.last_offer, customers.aware,
            customers.avoid_until_week, offers.firm, offers.category, offers.launch_week,
            offers.price_cents * CENT, offers.defect_severity, bool(market.weighing),
            added.utility, added.foreseen, added.discount_cents, value,
        )
        return value

    def _terms_of_families(self, market: Market) -> Options:
        """What other families weigh in: utility, foreseen experience, discount in cents."""
        n = len(self.customer) if market.weighing else 0
        shape = (n, market.n_offers)
        options = Options(
            starts=self._starts, customer=self.customer,
            serial=np.zeros(n, dtype=np.uint8), category=self.category,
            utility=np.zeros(shape, dtype=np.float32), foreseen=np.zeros(shape, dtype=np.float32),
            discount_cents=np.zeros(shape, dtype=np.int32),
        )
        for family in market.weighing:
            family.weigh(market, options)
        return options


@kernel
def appraise(
    customer: Array, kind: Array, week: int, segment: Array, weights: Array, switching: Array,
    expectation: Array, loyalty: Array, price_sensitivity: Array, trust: Array, reactance: Array,
    knows_defect: Array, last_offer: Array, aware: Array, avoid_until_week: Array, firm_of: Array,
    category: Array, launch_week: Array, price: Array, severity: Array, weighed: bool,
    added: Array, foreseen: Array, discount_cents: Array, value: Array,
) -> None:
    """Write the utility of every offer on every occasion of the panel, without luck."""
    for e in range(customer.size):
        i, k = customer[e], kind[e]
        s = segment[i]
        sensitivity = np.float64(price_sensitivity[i])
        for o in range(firm_of.size):
            if (
                category[o] != k or aware[i, o] == 0 or launch_week[o] > week
                or avoid_until_week[i, o] > week
            ):
                value[e, o] = -np.inf
                continue
            f = firm_of[o]
            worth = weights[s, 0] * expectation[i, o] + weights[s, 1] * loyalty[i, o]
            worth += weights[s, 2] * trust[i, f] - weights[s, 3] * reactance[i, f]
            worth -= sensitivity * price[o]
            if knows_defect[i, o] > 0:
                told = weights[s, 5] if knows_defect[i, o] == TOLD_BY_FIRM else 1.0
                worth -= weights[s, 4] * severity[o] * told
            if last_offer[i, k] >= 0 and last_offer[i, k] != o:
                worth -= switching[s]
            if weighed:
                worth += added[e, o] + weights[s, 0] * foreseen[e, o]
                worth += sensitivity * CENT * discount_cents[e, o]
            value[e, o] = worth

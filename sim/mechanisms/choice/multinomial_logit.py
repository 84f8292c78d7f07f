"""Purchase occasions come by Poisson; each is a logit choice among known offers and none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import address, gumbel, poisson, uniform
from sim.tables import Array, Purchases

if TYPE_CHECKING:
    from sim.market import Market

WEIGHTS = (
    "experience_weight", "loyalty_weight", "loyalty_memory", "trust_weight", "reactance_weight",
    "push_weight", "defect_aversion", "stealing_thunder",
)
TOLD_BY_FIRM = 3
LAST_SERIAL = 255


@mechanism
class MultinomialLogit(Mechanism):
    """Customers buy what promises most, by price, expectation, loyalty and their own luck.

    Equation
    --------
    Occasions a week ~ Poisson(purchase_rate). On each occasion, over the offers of the category
    that are known, on sale and not avoided:
    U_o = experience_weight * e_o - price_sensitivity * price_o + loyalty_weight * L_o
    + trust_weight * trust - reactance_weight * reactance + push_weight * push
    - defect_aversion * severity (times stealing_thunder if the firm told her itself)
    - switching_cost (if not bought last) + Gumbel_o, against outside_utility + Gumbel_0.
    After a purchase L_o = memory * L_o + (1 - memory) * [bought o] over the category.

    Reads / Writes
    --------------
    Traits, expectation, trust ... -> market.purchases, customers.loyalty, purchase_count,
    last_purchase_week (n_customers, n_offers), last_offer, n_occasions (n_customers,
    n_categories), spend_cents (n_customers,).

    References
    ----------
    McFadden (1974); Guadagni and Little (1983); science.md A3. For defects told by the firm:
    Arpan and Roskos-Ewoldsen (2005), stealing thunder.

    Not modeled
    -----------
    Quantities above one a purchase, budgets across categories.
    """

    class Parameters(Declared):
        """Weights of the terms of utility."""

        experience_weight: float = param(
            4.0, unit="utility", bounds=(0, 100), by_segment=True,
            doc="Utility of a full expected experience against none.",
        )
        loyalty_weight: float = param(
            3.5, unit="utility", bounds=(0, 20), by_segment=True, doc="Utility of full loyalty.",
            source="A3",
        )
        loyalty_memory: float = param(
            0.75, unit="1", bounds=(0, 0.999), by_segment=True,
            doc="Share of loyalty carried over a purchase.", source="A3",
        )
        trust_weight: float = param(
            1.0, unit="utility", bounds=(0, 20), by_segment=True, doc="Utility of full trust."
        )
        reactance_weight: float = param(
            2.0, unit="utility", bounds=(0, 20), by_segment=True,
            doc="Utility lost to full reactance.",
        )
        push_weight: float = param(
            1.5, unit="utility", bounds=(0, 20), by_segment=True,
            doc="Utility added by full pressure in the week of a sales contact.",
        )
        defect_aversion: float = param(
            4.0, unit="utility", bounds=(0, 100), by_segment=True,
            doc="Utility lost per severity of a defect that she met or heard of.",
        )
        stealing_thunder: float = param(
            0.5, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of that loss when the firm told her itself.",
            source="Arpan and Roskos-Ewoldsen (2005)",
        )
        max_occasions: int = param(
            7, unit="1/week", bounds=(1, 50), doc="Most purchase occasions a category and week."
        )

    reads = (
        "customers.expectation", "customers.aware", "customers.trust", "customers.reactance",
        "customers.sales_push", "customers.knows_defect", "customers.avoid_until_week",
        "offers.price_cents", "offers.launch_week",
    )
    writes = (
        "customers.loyalty", "customers.purchase_count", "customers.last_purchase_week",
        "customers.last_offer", "customers.n_occasions", "customers.spend_cents",
    )
    cites = ("McFadden (1974)", "Guadagni and Little (1983)")
    is_default = True

    def step(self, market: Market) -> None:
        """Draw this week's occasions and decide each."""
        p, customers, offers = self.parameters, market.tables.customers, market.tables.offers
        segments = list(market.world.customers.segments.values())
        regular = np.array([s.regular_purchases for s in segments], dtype=np.uint8)
        counts = np.zeros(market.n_blocks, dtype=np.int64)
        market.sweep(
            count_occasions, market.block, market.streams.key("choice.occasions", market.week),
            market.week, customers.label, customers.segment, regular, customers.phase,
            customers.purchase_rate, p.max_occasions,
            customers.n_occasions, counts,
        )
        starts = np.zeros(market.n_blocks + 1, dtype=np.int64)
        np.cumsum(counts, out=starts[1:])
        market.purchases = Purchases.allocate(starts)
        if not starts[-1]:
            return
        weights = self.by_segment(market, *WEIGHTS)
        context = np.array(
            [[s.switching_cost, -np.inf if s.outside_utility is None else s.outside_utility]
             for s in segments], dtype=np.float64,
        )
        bought = market.purchases
        market.sweep(
            choose, market.block, market.streams.key("choice.luck", market.week), market.week,
            starts, customers.label, customers.segment, weights, context, customers.n_occasions,
            customers.price_sensitivity, customers.expectation, customers.aware,
            customers.knows_defect, customers.avoid_until_week, customers.trust,
            customers.reactance, customers.sales_push, offers.label, offers.firm,
            offers.category, offers.launch_week, offers.price_cents, offers.defect_severity,
            customers.loyalty, customers.purchase_count, customers.last_purchase_week,
            customers.last_offer, customers.spend_cents, bought.customer, bought.offer,
            bought.serial, bought.price_cents, bought.expected,
        )


@kernel
def count_occasions(
    start: int, stop: int, block: int, key: np.uint64, week: int, label: Array, segment: Array,
    regular: Array, phase: Array, rate: Array, most: int, n_occasions: Array, counts: Array,
) -> None:
    """Write how many purchase occasions each customer has this week."""
    for i in range(start, stop):
        state = address(key, label[i])
        total = 0
        for k in range(rate.shape[1]):
            if regular[segment[i]] == 1:
                done = int(rate[i, k] * (week - 1) + phase[i])
                count = min(int(rate[i, k] * week + phase[i]) - done, most)
            else:
                count = poisson(uniform(state, k), rate[i, k], most)
            n_occasions[i, k] = count
            total += count
        counts[i // block] += total


@kernel
def utility(
    i: int, o: int, week: int, weights: Array, context: Array, price_sensitivity: Array,
    expectation: Array, knows_defect: Array, trust: Array, reactance: Array, push: Array,
    firm: int, last: int, price: float, severity: float, loyalty: Array,
) -> float:
    """The known part of the utility of one offer for one customer; rows of her segment."""
    value = weights[0] * expectation[i, o] - price_sensitivity[i] * price
    value += weights[1] * loyalty[i, o]
    value += weights[3] * trust[i, firm] - weights[4] * reactance[i, firm]
    value += weights[5] * push[i, firm]
    if knows_defect[i, o] > 0:
        loss = weights[6] * severity
        value -= loss * weights[7] if knows_defect[i, o] == TOLD_BY_FIRM else loss
    if last >= 0 and last != o:
        value -= context[0]
    return value


@kernel
def choose(
    start: int, stop: int, block: int, key: np.uint64, week: int, starts: Array, label: Array,
    segment: Array, weights: Array, context: Array, n_occasions: Array, price_sensitivity: Array,
    expectation: Array, aware: Array, knows_defect: Array, avoid_until_week: Array, trust: Array,
    reactance: Array, push: Array, offer_label: Array, firm: Array, category: Array,
    launch_week: Array, price_cents: Array, severity: Array, loyalty: Array,
    purchase_count: Array, last_purchase_week: Array, last_offer: Array, spend_cents: Array,
    bought_customer: Array, bought_offer: Array, bought_serial: Array, bought_price: Array,
    bought_expected: Array,
) -> None:
    """Decide every occasion of customers from ``start`` to ``stop`` and write it down."""
    n_offers = offer_label.size
    at = starts[start // block]
    for i in range(start, stop):
        serial = 0
        s = segment[i]
        for k in range(n_occasions.shape[1]):
            for _ in range(n_occasions[i, k]):
                state = address(address(key, label[i]), serial)
                best = -1
                best_value = context[s, 1]
                if best_value > -np.inf:
                    best_value += gumbel(state, 0)
                for o in range(n_offers):
                    if (
                        category[o] != k or aware[i, o] == 0 or launch_week[o] > week
                        or avoid_until_week[i, o] >= week
                    ):
                        continue
                    value = utility(
                        i, o, week, weights[s], context[s], price_sensitivity, expectation,
                        knows_defect, trust, reactance, push, firm[o], last_offer[i, k],
                        price_cents[o] * 0.01, severity[o], loyalty,
                    ) + gumbel(state, offer_label[o] + 1)
                    if value > best_value:
                        best = o
                        best_value = value
                bought_customer[at] = i
                bought_offer[at] = best
                bought_serial[at] = min(serial, LAST_SERIAL)
                if best >= 0:
                    bought_price[at] = price_cents[best]
                    bought_expected[at] = expectation[i, best]
                    for o in range(n_offers):
                        if category[o] == k:
                            loyalty[i, o] *= weights[s, 2]
                    loyalty[i, best] += 1.0 - weights[s, 2]
                    purchase_count[i, best] += 1
                    last_purchase_week[i, best] = week
                    last_offer[i, k] = best
                    spend_cents[i] += price_cents[best]
                at += 1
                serial += 1

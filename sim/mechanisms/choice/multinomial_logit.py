"""Purchase occasions come by Poisson; each is a logit choice among known offers and none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.mechanisms.choice.account import tell
from sim.mechanisms.choice.occasions import (
    TermsOfWeek,
    clear,
    count_by_rate,
    list_occasions,
    weigh_options,
)
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, address_all, gumbel_all
from sim.tables import Array, DefectKnowledge

if TYPE_CHECKING:
    from sim.market import Market

WEIGHTS = (
    "experience_weight", "loyalty_weight", "loyalty_memory", "trust_weight", "reactance_weight",
    "push_weight", "defect_aversion", "stealing_thunder",
)
OF_FIRMS = ("customers.trust", "customers.reactance", "customers.sales_push")
TOLD_BY_FIRM, NOT_ON_SALE = DefectKnowledge.TOLD_BY_FIRM, -1
ZERO, ONE, CENT = np.float32(0), np.float32(1), np.float32(0.01)


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
    - switching_cost (if not bought last) + terms that other families weigh in (with what the
    customer foresees counting as expectation, and price after discounts) + Gumbel_o, against
    outside_utility + Gumbel_0.
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
        "offers.price_cents", "offers.launch_week", "offers.defect_severity",
        "customers.purchase_rate", "customers.phase", "customers.price_sensitivity",
    )
    writes = (
        "customers.loyalty", "customers.purchase_count", "customers.last_purchase_week",
        "customers.last_offer", "customers.n_occasions", "customers.spend_cents",
    )
    cites = ("McFadden (1974)", "Guadagni and Little (1983)")
    is_default = True

    def __init__(self, parameters: Declared | None = None) -> None:
        super().__init__(parameters)
        # What other families added this week, kept only while somebody listens.
        self._terms_of_week: TermsOfWeek = {}

    def step(self, market: Market) -> None:
        """Draw this week's occasions and decide each."""
        p, customers, offers = self.parameters, market.tables.customers, market.tables.offers
        weights, context, regular, sells_by_contact = self._prepare(market)
        count_by_rate(market, regular, p.max_occasions)
        bought = market.purchases
        if not bought.n:
            return
        options, self._terms_of_week = weigh_options(market, listed_later=True)
        market.sweep(
            choose, market.streams.key("choice.luck", market.week), market.week,
            bought.starts, *bought.pages, customers.n_occasions, bool(market.weighing),
            options.category,
            options.utility, options.foreseen, options.discount_cents, customers.label,
            customers.segment,
            weights, context, customers.price_sensitivity, customers.expectation,
            customers.aware, customers.knows_defect, customers.avoid_until_week, sells_by_contact,
            customers.trust, customers.reactance, customers.sales_push, offers.label, offers.firm,
            offers.category, offers.launch_week, offers.price_cents, offers.defect_severity,
            customers.loyalty, customers.purchase_count, customers.last_purchase_week,
            customers.last_offer, customers.spend_cents, bought.customer, bought.offer,
            bought.serial, bought.expected, bought.foreseen,
        )

    def _prepare(self, market: Market) -> tuple[Array, Array, Array, bool]:
        """By segment weights, (switching cost, outside utility), regularity; whether some sell."""
        if self.prepared is None:
            segments = list(market.world.customers.segments.values())
            context = [
                [s.switching_cost, -np.inf if s.outside_utility is None else s.outside_utility]
                for s in segments
            ]
            self.prepared = (
                self.by_segment(market, *WEIGHTS).astype(np.float32),
                np.array(context, dtype=np.float32),
                np.array([s.regular_purchases for s in segments], dtype=np.uint8),
                # Where nobody writes them they are zero: no need to read them.
                any(
                    column in other.writes
                    for other in market.mechanisms.values() for column in OF_FIRMS
                ),
            )
        made: tuple[Array, Array, Array, bool] = self.prepared
        return made

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Each occasion: the options, the terms of their utility with her luck, what she took."""
        return tell(self, market, row, before, self._terms_of_week)


@kernel
def draw_luck(
    key: np.uint64, label: Array, customer: Array, serial: Array, offer_label: Array,
    some_abstain: bool, luck: Array,
) -> None:
    """Gumbel luck of every occasion (columns) with nothing (row 0) and with each offer."""
    own_label = np.empty(customer.size, dtype=np.int32)
    for e in range(customer.size):
        own_label[e] = label[np.uint64(customer[e])]
    state = np.empty(customer.size, dtype=np.uint64)
    address_all(key, own_label, state)
    for e in range(customer.size):
        state[e] = address(state[e], serial[e])
    if some_abstain:
        gumbel_all(state, 0, luck[0])
    else:
        luck[0] = ZERO
    for o in range(offer_label.size):
        gumbel_all(state, offer_label[o] + 1, luck[o + 1])


@kernel
def choose(
    start: int, stop: int, key: np.uint64, week: int, starts: Array, amounts: Array,
    marks: Array, codes: Array, bought_price: Array, n_occasions: Array, weighed: bool,
    kinds: Array, added: Array, foreseen: Array, discount_cents: Array, label: Array,
    segment: Array, weights: Array, context: Array, price_sensitivity: Array, expectation: Array,
    aware: Array, knows_defect: Array, avoid_until_week: Array, sells_by_contact: bool,
    trust: Array, reactance: Array, push: Array, offer_label: Array,
    firm: Array, category: Array, launch_week: Array, price_cents: Array, severity: Array,
    loyalty: Array, purchase_count: Array, last_purchase_week: Array,
    last_offer: Array, spend_cents: Array, bought_customer: Array, bought_offer: Array,
    bought_serial: Array, bought_expected: Array, bought_foreseen: Array,
) -> None:
    """Decide every occasion of customers from ``start`` to ``stop`` and write it down."""
    n_offers = np.uint64(offer_label.size)
    shelf = np.where(launch_week <= week, category, NOT_ON_SALE)
    price = (price_cents / 100.0).astype(np.float32)
    some_abstain = False  # where all must buy, none has luck with buying nothing
    for s in range(context.shape[0]):
        some_abstain = some_abstain or context[s, 1] > -np.inf
    for begin in range(start, stop, BLOCK):
        first, last = starts[begin // BLOCK], starts[begin // BLOCK + 1]
        if first == last:
            continue
        if not weighed:
            clear(amounts, marks, codes, bought_price, first, last)
            list_occasions(
                begin, n_occasions[begin : min(begin + BLOCK, stop)], bought_customer[first:last],
                bought_serial[first:last], kinds[first:last],
            )
        luck = np.empty((offer_label.size + 1, last - first), dtype=np.float32)
        draw_luck(
            key, label, bought_customer[first:last], bought_serial[first:last], offer_label,
            some_abstain, luck,
        )
        for at in range(first, last):
            # Rows are unsigned, which spares the question whether they count from the end; what
            # cannot be had is weighed too, which spares a branch that nobody can foresee.
            e, j = np.uint64(at), np.uint64(at - first)
            i = np.uint64(bought_customer[e])
            s = segment[i]
            k = kinds[e]
            before = last_offer[i, np.uint64(k)]
            sensitivity, switching_cost = price_sensitivity[i], context[s, 0]
            by_experience, by_loyalty = weights[s, 0], weights[s, 1]
            best = np.int64(-1)
            best_value = context[s, 1] + luck[0, j]
            for o in range(n_offers):
                can_be_had = (
                    (shelf[o] == k) & (aware[i, o] != 0) & (avoid_until_week[i, o] < week)
                )
                value = luck[o + np.uint64(1), j] + by_experience * expectation[i, o]
                value += by_loyalty * loyalty[i, o] - sensitivity * price[o]
                if sells_by_contact:
                    f = np.uint64(firm[o])
                    value += weights[s, 3] * trust[i, f] - weights[s, 4] * reactance[i, f]
                    value += weights[s, 5] * push[i, f]
                if weighed:
                    value += added[e, o] + by_experience * foreseen[e, o]
                    value += sensitivity * CENT * np.float32(discount_cents[e, o])
                if severity[o] > ZERO and knows_defect[i, o] > 0:
                    told = knows_defect[i, o] == TOLD_BY_FIRM
                    value -= weights[s, 6] * severity[o] * (weights[s, 7] if told else ONE)
                value -= switching_cost if (before >= 0) & (before != np.int64(o)) else ZERO
                better = can_be_had & (value > best_value)
                best = np.int64(o) if better else best
                best_value = value if better else best_value
            bought_offer[e] = best
            if best >= 0:
                chosen = np.uint64(best)
                paid = price_cents[chosen]
                bought_expected[e] = expectation[i, chosen]
                if weighed:
                    paid -= discount_cents[e, chosen]
                    bought_foreseen[e] = foreseen[e, chosen]
                    bought_expected[e] += foreseen[e, chosen]
                bought_price[e] = paid
                memory = weights[s, 2]
                for o in range(n_offers):
                    if category[o] == k:
                        loyalty[i, o] *= memory
                loyalty[i, chosen] += ONE - memory
                purchase_count[i, chosen] += 1
                last_purchase_week[i, chosen] = week
                last_offer[i, np.uint64(k)] = best
                spend_cents[i] += paid

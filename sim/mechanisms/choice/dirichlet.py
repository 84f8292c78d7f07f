"""NBD-Dirichlet: each customer has brand probabilities of her own, and nothing changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.mechanisms.choice.occasions import count_by_rate, weigh_options
from sim.mechanisms.choice.recording import record
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, gamma, gumbel, uniform
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market

MOST_OCCASIONS = 50
SMALLEST = 1e-300


@mechanism
class Dirichlet(Mechanism):
    """Customers pick brands by steady probabilities of their own, as if by dice.

    Equation
    --------
    Occasions a week ~ Poisson(purchase_rate), gamma over customers if the segment says so. Over
    the offers o of a category her probabilities are p_i ~ Dirichlet(concentration * share_o), drawn
    once; share_o is the offer's ``brand_share`` over the sum of its category's. On each occasion
    she repeats her last brand with probability repeat_prob. Else she takes o with probability in
    proportion to p_io * exp(terms that other families weigh in), of the offers that she knows, on
    sale and not avoided.

    Reads / Writes
    --------------
    customers.aware, avoid_until_week, purchase_rate, phase, expectation -> market.purchases,
    customers.last_offer, n_occasions (n_customers, n_categories), purchase_count,
    last_purchase_week (n_customers, n_offers), spend_cents (n_customers,).

    References
    ----------
    Goodhardt, Ehrenberg and Chatfield (1984). science.md B15.

    Not modeled
    -----------
    Learning, price, satisfaction, and anything else that would change probabilities; buying nothing
    on an occasion.
    """

    class Parameters(Declared):
        """How unlike customers are, and how far they repeat."""

        concentration: float = param(
            1.3, unit="1", bounds=(0.01, 10_000), by_segment=True,
            doc="S of the Dirichlet: small, each has her brand; large, all are alike.",
            source="B15, toothpaste",
        )
        repeat_prob: float = param(
            0.0, unit="1", bounds=(0, 1), by_segment=True,
            doc="Probability to repeat the last brand without choosing; 0 is the NBD-Dirichlet.",
            source="B15",
        )

    reads = (
        "customers.aware", "customers.avoid_until_week", "customers.purchase_rate",
        "customers.phase", "customers.expectation", "offers.launch_week", "offers.price_cents",
    )
    writes = (
        "customers.last_offer", "customers.purchase_count", "customers.last_purchase_week",
        "customers.n_occasions", "customers.spend_cents",
    )
    cites = ("Goodhardt, Ehrenberg and Chatfield (1984)",)

    def step(self, market: Market) -> None:
        """Draw this week's occasions and throw the dice of each."""
        customers, offers = market.tables.customers, market.tables.offers
        regular, liking, repeat = self._prepare(market)
        count_by_rate(market, regular, MOST_OCCASIONS)
        bought = market.purchases
        if not bought.n:
            return
        options, _ = weigh_options(market)
        market.sweep(
            pick, market.streams.key("choice.luck", market.week),
            market.streams.key("choice.repeat", market.week), market.week, bought.starts,
            bool(market.weighing), options.category, options.utility, customers.label,
            customers.segment, repeat, liking, customers.aware, customers.avoid_until_week,
            offers.label, offers.category, offers.launch_week, customers.last_offer,
            bought.customer, bought.serial, bought.offer,
        )
        record(market, options)

    def _prepare(self, market: Market) -> tuple[Array, Array, Array]:
        """Regularity by segment, log of her brand weights, (n_customers, n_offers), repeating."""
        if self.prepared is None:
            customers, offers = market.tables.customers, market.tables.offers
            segments = market.world.customers.segments.values()
            regular = np.array([s.regular_purchases for s in segments], dtype=np.uint8)
            liking = np.empty((market.n_customers, market.n_offers), dtype=np.float32)
            market.sweep(
                draw_liking, market.streams.key("choice.brand_liking"), customers.label,
                customers.segment, self.by_segment(market, "concentration"), offers.label,
                shares(market), liking,
            )
            self.prepared = regular, liking, self.by_segment(market, "repeat_prob")
        made: tuple[Array, Array, Array] = self.prepared
        return made

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """What she bought, and how likely that was for her among all brands of the category."""
        bought, offers = market.purchases, market.tables.offers
        weight = np.exp(self._prepare(market)[1][row].astype(np.float64))
        told = []
        for o in (int(bought.offer[at]) for at in np.flatnonzero(bought.customer == row)):
            if o >= 0:
                chance = float(weight[o] / weight[offers.category == offers.category[o]].sum())
                name = market.offer_names[o]
                text = f"bought {name}, as she does {chance:.0%} of the times she chooses freely"
                told.append(Happening(text, {"offer": name, "probability": chance}))
        return told


def shares(market: Market) -> Array:
    """The share of each offer in its category, from the offers' ``brand_share``, (n_offers,)."""
    given = [o.brand_share for firm in market.world.firms.values() for o in firm.offers.values()]
    weight, category = np.array(given, dtype=np.float64), market.tables.offers.category
    total = np.bincount(category, weights=weight, minlength=len(market.category_names))
    return np.asarray(weight / np.maximum(total, SMALLEST)[category])


@kernel
def draw_liking(
    start: int, stop: int, key: np.uint64, label: Array, segment: Array, concentration: Array,
    offer_label: Array, share: Array, liking: Array,
) -> None:
    """Write the logarithm of gamma(concentration * share): brand weights before their sum is 1."""
    for i in range(start, stop):
        own = address(key, label[i])
        for o in range(share.size):
            weight = 0.0
            if share[o] > 0.0:
                shape = concentration[segment[i]] * share[o]
                weight = gamma(address(own, offer_label[o]), shape)
            liking[i, o] = np.log(max(weight, SMALLEST))


@kernel
def pick(
    start: int, stop: int, key: np.uint64, repeat_key: np.uint64, week: int, starts: Array,
    weighed: bool, kinds: Array, added: Array, label: Array, segment: Array, repeat: Array,
    liking: Array, aware: Array, avoid_until_week: Array, offer_label: Array, category: Array,
    launch_week: Array, last_offer: Array, bought_customer: Array, bought_serial: Array,
    bought_offer: Array,
) -> None:
    """Decide every occasion of customers from ``start`` to ``stop``."""
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        i = bought_customer[e]
        k = kinds[e]
        state = address(address(key, label[i]), bought_serial[e])
        repeats = False
        if repeat[segment[i]] > 0.0:
            luck = uniform(address(repeat_key, label[i]), bought_serial[e])
            repeats = luck < repeat[segment[i]]
        best = -1
        best_value = np.float32(-np.inf)
        for o in range(category.size):
            if (
                category[o] != k or aware[i, o] == 0 or launch_week[o] > week
                or avoid_until_week[i, o] >= week
            ):
                continue
            value = liking[i, o] + gumbel(state, np.uint64(offer_label[o] + 1))
            if weighed:
                value += added[e, o]
            if repeats and o == last_offer[i, k] and value > -np.inf:
                value = np.float32(np.inf)
            if value > best_value:
                best = o
                best_value = value
        bought_offer[e] = best
        if best >= 0:
            last_offer[i, k] = best

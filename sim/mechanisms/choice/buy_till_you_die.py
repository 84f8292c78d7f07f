"""Buy till you die: customers buy at their own rate until, after some purchase, they are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.mechanisms.choice.occasions import count_occasions, make_room, weigh_options
from sim.mechanisms.choice.recording import record
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, gamma, gumbel, uniform
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market

MOST_OCCASIONS = 50
SMALLEST = 1e-300


@mechanism
class BuyTillYouDie(Mechanism):
    """Customers buy by chance at a steady rate of their own, and drop out unseen.

    Equation
    --------
    Occasions a week ~ Poisson(purchase_rate), gamma over customers if the segment says so. On each
    she buys the offer of the category with the largest sum of terms that other families weigh in
    and Gumbel luck, of those that she knows, on sale and not avoided. After each purchase she
    leaves the category for good with probability p_ik, drawn once ~ Beta(dropout_a, dropout_b).
    Where customers own an offer from the start (initial_owners) this is the BG/NBD, whose first
    purchase lies before the weeks observed; who buys for the first time within them may leave at
    once, as in the MBG/NBD.
    With ``regular_purchases`` and a rate of 1 each week is the renewal of a contract.

    Reads / Writes
    --------------
    customers.aware, avoid_until_week, purchase_rate, phase, expectation -> market.purchases,
    customers.left, last_offer, n_occasions (n_customers, n_categories), purchase_count,
    last_purchase_week (n_customers, n_offers), spend_cents (n_customers,).

    References
    ----------
    Fader, Hardie and Lee (2005), the BG/NBD model; Batislam, Denizel and Filiztekin (2007), the
    MBG/NBD model; Fader and Hardie (2007), the shifted
    beta-geometric model of contracts. science.md A5, B12, B14.

    Not modeled
    -----------
    Price, satisfaction and loyalty as reasons to buy or to leave, and coming back.
    """

    class Parameters(Declared):
        """Who drops out."""

        dropout_a: float = param(
            0.793, unit="1", bounds=(0.001, 1e6), by_segment=True,
            doc="First parameter of the beta over customers of their probability to drop out.",
            source="Fader, Hardie and Lee (2005), CDNOW",
        )
        dropout_b: float = param(
            2.426, unit="1", bounds=(0.001, 1e6), by_segment=True,
            doc="Second parameter of that beta.", source="Fader, Hardie and Lee (2005), CDNOW",
        )

    reads = (
        "customers.aware", "customers.avoid_until_week", "customers.purchase_rate",
        "customers.phase", "customers.expectation", "offers.launch_week", "offers.price_cents",
    )
    writes = (
        "customers.left", "customers.last_offer", "customers.purchase_count",
        "customers.last_purchase_week", "customers.n_occasions", "customers.spend_cents",
    )
    cites = ("Fader, Hardie and Lee (2005)", "Fader and Hardie (2007)")

    def step(self, market: Market) -> None:
        """Draw occasions of who is still there; each buys and may be gone."""
        customers, offers = market.tables.customers, market.tables.offers
        self._come_to_buy(market)
        bought = market.purchases
        if not bought.n:
            return
        options, _ = weigh_options(market)
        market.sweep(
            buy, market.streams.key("choice.luck", market.week),
            market.streams.key("choice.dropout", market.week), market.week, bought.starts,
            bool(market.weighing), options.category, options.utility, customers.label,
            self._prepare(market)[1], customers.aware, customers.avoid_until_week, offers.label,
            offers.category, offers.launch_week, customers.left, bought.customer, bought.serial,
            bought.offer,
        )
        record(market, options)

    def _come_to_buy(self, market: Market) -> None:
        customers = market.tables.customers
        regular, _ = self._prepare(market)
        counts = np.zeros(market.n_blocks, dtype=np.int64)
        market.sweep(
            count_occasions, market.streams.key("choice.occasions", market.week), market.week,
            customers.label, customers.segment, regular,
            customers.phase, customers.purchase_rate, MOST_OCCASIONS, customers.n_occasions, counts,
        )
        market.sweep(pass_over_the_gone, customers.left, customers.n_occasions, counts)
        make_room(market, counts)

    def _prepare(self, market: Market) -> tuple[Array, Array]:
        """Regularity by segment, and each customer's p, (n_customers, n_categories)."""
        if self.prepared is None:
            customers = market.tables.customers
            segments = market.world.customers.segments.values()
            regular = np.array([s.regular_purchases for s in segments], dtype=np.uint8)
            dropout = np.empty((market.n_customers, len(market.category_names)))
            market.sweep(
                draw_dropout, market.streams.key("choice.dropout_prob"), customers.label,
                customers.segment, self.by_segment(market, "dropout_a", "dropout_b"), dropout,
            )
            self.prepared = regular, dropout
        made: tuple[Array, Array] = self.prepared
        return made

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """What she bought, and whether she has left."""
        bought, customers = market.purchases, market.tables.customers
        names = [
            market.offer_names[bought.offer[at]]
            for at in np.flatnonzero(bought.customer == row) if bought.offer[at] >= 0
        ]
        told = [Happening(f"bought {name}", {"offer": name}) for name in names]
        for k in np.flatnonzero(customers.left[row] > before["left"]):
            name = market.category_names[k]
            told.append(Happening(f"will never buy {name} again", {"left": name}))
        return told


@kernel
def pass_over_the_gone(
    start: int, stop: int, left: Array, n_occasions: Array, counts: Array
) -> None:
    """Take away the occasions of customers who have left."""
    for i in range(start, stop):
        for k in range(left.shape[1]):
            if left[i, k] == 1 and n_occasions[i, k] > 0:
                counts[i // BLOCK] -= n_occasions[i, k]
                n_occasions[i, k] = 0


@kernel
def draw_dropout(
    start: int, stop: int, key: np.uint64, label: Array, segment: Array, beta: Array,
    dropout: Array,
) -> None:
    """Draw each customer's probability to leave a category after a purchase, ~ Beta(a, b)."""
    for i in range(start, stop):
        state = address(key, label[i])
        for k in range(dropout.shape[1]):
            leaving = gamma(address(state, 2 * k), beta[segment[i], 0])
            staying = gamma(address(state, 2 * k + 1), beta[segment[i], 1])
            dropout[i, k] = leaving / max(leaving + staying, SMALLEST)


@kernel
def buy(
    start: int, stop: int, key: np.uint64, dropout_key: np.uint64, week: int, starts: Array,
    weighed: bool, kinds: Array, added: Array, label: Array, dropout: Array, aware: Array,
    avoid_until_week: Array, offer_label: Array, category: Array, launch_week: Array, left: Array,
    bought_customer: Array, bought_serial: Array, bought_offer: Array,
) -> None:
    """Decide the occasions of customers from ``start`` to ``stop``, and who leaves after each."""
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        i = bought_customer[e]
        k = kinds[e]
        if left[i, k] == 1:  # since an occasion earlier in this week
            continue
        state = address(address(key, label[i]), bought_serial[e])
        best = -1
        best_value = np.float32(-np.inf)
        for o in range(category.size):
            if (
                category[o] != k or aware[i, o] == 0 or launch_week[o] > week
                or avoid_until_week[i, o] >= week
            ):
                continue
            value = gumbel(state, np.uint64(offer_label[o] + 1))
            if weighed:
                value += added[e, o]
            if value > best_value:
                best = o
                best_value = value
        bought_offer[e] = best
        if best >= 0:
            luck = uniform(address(dropout_key, label[i]), bought_serial[e])
            if luck < dropout[i, k]:
                left[i, k] = 1

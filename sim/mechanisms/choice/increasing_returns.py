"""Increasing returns: newcomers choose one after the other, and what many own is worth more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.mechanisms.choice.occasions import count_ready, make_room, weigh_options
from sim.mechanisms.choice.recording import record
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, gumbel, uniform
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market

WEIGHTS = ("liking_weight", "exponent", "returns", "luck")


@mechanism
class IncreasingReturns(Mechanism):
    """Who owns nothing of a category chooses once, seeing how many own each offer by then.

    Equation
    --------
    Each week the customers who own nothing of category k, and know an offer of it that is on sale
    and that they do not avoid, choose one after the other in an order drawn anew; where more than
    arrivals_per_week are ready, the first of that order. With n_o = starting_base + owners of o
    at her turn:
    U_o = liking_weight * (expectation + foreseen) - price_sensitivity * (price - discount)
    + exponent * ln(n_o) + returns * n_o + terms that other families weigh in + luck * Gumbel_o,
    and the Gumbel draw alone decides between equals. Two published models are corners of it:
    luck 1 and returns 0 is the urn, P(o) in proportion to n_o^exponent (times
    exp of the other terms); luck 0 and exponent 0 is Arthur's choice by own liking plus returns.

    Reads / Writes
    --------------
    customers.aware, expectation, avoid_until_week, last_offer -> market.purchases,
    customers.n_occasions, last_offer (n_customers, n_categories), purchase_count,
    last_purchase_week (n_customers, n_offers), spend_cents (n_customers,).

    References
    ----------
    Arthur (1989), Competing technologies, increasing returns, and lock-in by historical events;
    Arthur, Ermoliev and Kaniovski (1983), the generalized urn problem; science.md A8, B10.

    Not modeled
    -----------
    Replacement, waiting for others to choose first, expectations of how many will own it, and
    returns that come from friends only.
    """

    class Parameters(Declared):
        """How the installed base counts."""

        liking_weight: float = param(
            4.0, unit="utility", bounds=(0, 100), by_segment=True,
            doc="Utility of a full expected experience against none.",
        )
        exponent: float = param(
            1.0, unit="1", bounds=(0, 10), by_segment=True,
            doc="Power of the installed base in the odds of an offer; 1 is the plain urn.",
            source="Arthur, Ermoliev and Kaniovski (1983)",
        )
        returns: float = param(
            0.0, unit="utility/customer", bounds=(-100, 100), by_segment=True,
            doc="Utility that each owner adds to an offer.", source="Arthur (1989)",
        )
        luck: float = param(
            1.0, unit="1", bounds=(0, 100), by_segment=True,
            doc="Factor on the Gumbel luck of each offer; 0: she takes what is best.",
        )
        starting_base: float = param(
            1.0, unit="customers", bounds=(0, 1e9),
            doc="What each offer counts for before anybody owns it.", source="B10",
        )
        arrivals_per_week: int | None = param(
            None, unit="customers/week", bounds=(1, 20_000_000),
            doc="Most customers a category and week who come to choose; none: all who are ready.",
        )

    reads = (
        "customers.aware", "customers.expectation", "customers.avoid_until_week",
        "customers.price_sensitivity", "offers.launch_week", "offers.price_cents",
    )
    writes = (
        "customers.last_offer", "customers.purchase_count", "customers.last_purchase_week",
        "customers.n_occasions", "customers.spend_cents",
    )
    cites = ("Arthur (1989)", "Arthur, Ermoliev and Kaniovski (1983)")

    def __init__(self, parameters: Declared | None = None) -> None:
        super().__init__(parameters)
        # Place in the order and installed base that each chooser saw, kept while somebody listens.
        self._turns: tuple[Array, Array] = (np.zeros(0), np.zeros((0, 0)))

    def step(self, market: Market) -> None:
        """Line up who is ready, and let one after the other choose."""
        customers, offers = market.tables.customers, market.tables.offers
        self._line_up(market)
        bought = market.purchases
        if not bought.n:
            return
        options, _ = weigh_options(market)
        arrival = np.empty(bought.n)
        key = market.streams.key("choice.arrival", market.week)
        draw_arrival(key, customers.label, bought.customer, options.category, arrival)
        order = np.argsort(arrival, kind="stable")
        seen = np.zeros((bought.n if market.listeners else 0, market.n_offers))
        # One after the other: no sweep, so that nobody's turn depends on the number of threads.
        take_turns(
            order, market.streams.key("choice.luck", market.week), market.week,
            *_by_category(market), bool(market.weighing), options.category, options.utility,
            options.foreseen, options.discount_cents, customers.label, customers.segment,
            self.by_segment(market, *WEIGHTS), customers.price_sensitivity, customers.aware,
            customers.expectation, customers.avoid_until_week, offers.label, offers.launch_week,
            offers.price_cents, self._base(market), seen, bought.customer, bought.serial,
            bought.offer,
        )
        record(market, options)
        if market.listeners:
            self._turns = (np.argsort(order, kind="stable"), seen)

    def _line_up(self, market: Market) -> None:
        """Give an occasion to who is ready, or to the first of them, and make room."""
        counts = count_ready(market)
        most = self.parameters.arrivals_per_week
        if most is not None and counts.sum() > most:
            for k in range(len(market.category_names)):
                self._send_home(market, k, most, counts)
        make_room(market, counts)

    def _send_home(self, market: Market, k: int, most: int, counts: Array) -> None:
        """Take the occasion from all but the first who came."""
        customers = market.tables.customers
        rows = np.flatnonzero(customers.n_occasions[:, k])
        if len(rows) <= most:
            return
        arrival = np.empty(len(rows))
        key = market.streams.key("choice.arrival", market.week)
        draw_arrival(key, customers.label, rows, np.full(len(rows), k), arrival)
        late = rows[np.argpartition(arrival, most)[most:]]
        customers.n_occasions[late, k] = 0
        counts -= np.bincount(late // BLOCK, minlength=len(counts))

    def _base(self, market: Market) -> Array:
        """What each offer counts for at the start of the week, (n_offers,)."""
        owned = market.tables.customers.last_offer
        owners = np.bincount(owned.ravel().astype(np.int64) + 1, minlength=market.n_offers + 1)
        base: Array = owners[1:] + float(self.parameters.starting_base)
        return base

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """When it was her turn, what others owned by then, and what she took."""
        bought, offers, told = market.purchases, market.tables.offers, []
        kinds = np.flatnonzero(market.tables.customers.n_occasions[row])
        for at, k in zip(np.flatnonzero(bought.customer == row), kinds, strict=True):
            turn, seen = int(self._turns[0][at]) + 1, self._turns[1][at]
            base = {
                name: float(seen[o]) for o, name in enumerate(market.offer_names)
                if offers.category[o] == k
            }
            stood = ", ".join(f"{name} {n:g}" for name, n in base.items())
            o = int(bought.offer[at])
            name = market.offer_names[o] if o >= 0 else "nothing"
            told.append(Happening(
                f"chose {name} as number {turn} of the week, when the installed base was {stood}",
                {"chosen": name, "turn": turn, "installed_base": base},
            ))
        return told


def _by_category(market: Market) -> tuple[Array, Array]:
    """Where the offers of each category begin, (n_categories + 1,), in the list of all offers."""
    category = market.tables.offers.category
    order = np.argsort(category, kind="stable")
    return np.searchsorted(category[order], np.arange(len(market.category_names) + 1)), order


@kernel
def draw_arrival(
    key: np.uint64, label: Array, customer: Array, kinds: Array, arrival: Array
) -> None:
    """When in the week each occasion has its turn, 0 to 1."""
    for e in range(customer.size):
        arrival[e] = uniform(address(key, label[customer[e]]), kinds[e])


@kernel
def take_turns(
    order: Array, key: np.uint64, week: int, first: Array, sold: Array, weighed: bool,
    kinds: Array, added: Array, foreseen: Array, discount_cents: Array, label: Array,
    segment: Array, weights: Array, price_sensitivity: Array, aware: Array, expectation: Array,
    avoid_until_week: Array, offer_label: Array, launch_week: Array, price_cents: Array,
    base: Array, seen: Array, bought_customer: Array, bought_serial: Array, bought_offer: Array,
) -> None:
    """Decide the occasions in their order; each choice counts for all who come later."""
    for at in range(order.size):
        e = order[at]
        i, k = bought_customer[e], kinds[e]
        s = segment[i]
        state = address(address(key, label[i]), bought_serial[e])
        if seen.shape[0] > 0:
            seen[e] = base
        best, best_value, best_luck = -1, -np.inf, -np.inf
        for o in sold[first[k] : first[k + 1]]:
            if aware[i, o] == 0 or launch_week[o] > week or avoid_until_week[i, o] >= week:
                continue
            value, paid = weights[s, 0] * expectation[i, o], float(price_cents[o])
            if weighed:
                value += weights[s, 0] * foreseen[e, o] + added[e, o]
                paid -= discount_cents[e, o]
            value += weights[s, 2] * base[o] - price_sensitivity[i] * paid * 0.01
            if weights[s, 1] > 0.0:
                value += weights[s, 1] * math.log(base[o]) if base[o] > 0.0 else -np.inf
            luck = float(gumbel(state, np.uint64(offer_label[o] + 1)))
            value += weights[s, 3] * luck
            if value > best_value or (value == best_value > -np.inf and luck > best_luck):
                best, best_value, best_luck = o, value, luck
        bought_offer[e] = best
        if best >= 0:
            base[best] += 1.0

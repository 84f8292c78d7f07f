"""Purchase occasions, shared by the variants of choice: how many, whose, and what others add.

A variant first says how often each customer comes to choose in a week (``n_occasions``); here these
occasions get their rows in ``market.purchases``, and all other families add their terms to them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from sim.compile import kernel
from sim.streams import BLOCK, address_all, poisson, uniform
from sim.tables import Array, Options, Purchases

if TYPE_CHECKING:
    from sim.market import Market

LAST_SERIAL = 255

TermsOfWeek: TypeAlias = dict[str, tuple[Array, Array, Array]]
"""What each other family added: utility, foreseen experience and discount, (n, n_offers) each."""


def count_by_rate(market: Market, regular: Array, most: int) -> None:
    """Draw this week's occasions by Poisson and make room for them.

    Parameters
    ----------
    regular
        Which segments buy at even intervals instead, (n_segments,).
    most
        Most occasions a customer and category.
    """
    customers = market.tables.customers
    counts = np.zeros(market.n_blocks, dtype=np.int64)
    market.sweep(
        count_occasions, market.streams.key("choice.occasions", market.week), market.week,
        customers.label, customers.segment, bool(regular.any()), regular, customers.phase,
        customers.purchase_rate, most, customers.n_occasions, counts,
    )
    make_room(market, counts)


def count_ready(market: Market) -> Array:
    """Give an occasion to who owns nothing of a category and knows an offer of it on sale.

    Returns how many occasions each block has, (n_blocks,), for ``make_room``.
    """
    customers, offers = market.tables.customers, market.tables.offers
    counts = np.zeros(market.n_blocks, dtype=np.int64)
    market.sweep(
        find_ready, market.week, customers.aware, customers.last_offer,
        customers.avoid_until_week, offers.category, offers.launch_week, customers.n_occasions,
        counts,
    )
    return counts


def make_room(market: Market, counts: Array) -> None:
    """Make room for as many occasions as blocks have: ``counts`` is (n_blocks,)."""
    starts = np.zeros(market.n_blocks + 1, dtype=np.int64)
    counts.cumsum(out=starts[1:])
    market.purchases = Purchases.allocate(starts)


def weigh_options(
    market: Market, *, listed_later: bool = False
) -> tuple[Options, TermsOfWeek]:
    """The options of the week with the terms of all other families.

    Without any such family there are no terms: the matrices then have no columns. What each family
    added is kept only while somebody listens.

    Parameters
    ----------
    listed_later
        Whether the variant lists the occasions itself where no family needs the list before.
    """
    bought, customers = market.purchases, market.tables.customers
    options = Options.allocate(bought, market.n_offers if market.weighing else 0)
    if listed_later and not market.weighing:
        return options, {}
    market.sweep(
        list_all, bought.starts, customers.n_occasions, options.customer, options.serial,
        options.category,
    )
    added: TermsOfWeek = {}
    for other in market.weighing:
        if not market.listeners:
            other.weigh(market, options)
            continue
        before = replace(
            options, utility=options.utility.copy(), foreseen=options.foreseen.copy(),
            discount_cents=options.discount_cents.copy(),
        )
        other.weigh(market, options)
        added[other.family] = (
            # What cannot be had already stays so, whatever else is added.
            np.subtract(
                options.utility, before.utility, out=np.zeros_like(before.utility),
                where=np.isfinite(before.utility),
            ),
            options.foreseen - before.foreseen,
            options.discount_cents - before.discount_cents,
        )
    return options, added


@kernel
def candidates(state: Array, rate: Array, k: int, unit: Array, who: Array) -> int:
    """List the customers of a block whose draw may mean a purchase: 1 - exp(-rate) <= rate."""
    for j in range(state.size):
        unit[j] = uniform(state[j], k)
    n = 0
    for j in range(state.size):
        who[n] = j
        n += int(unit[j] >= 1.0 - rate[j, k])
    return n


@kernel
def count_occasions(
    start: int, stop: int, key: np.uint64, week: int, label: Array, segment: Array,
    some_regular: bool, regular: Array, phase: Array, rate: Array, most: int, n_occasions: Array,
    counts: Array,
) -> None:
    """Write how many purchase occasions each customer has this week."""
    state = np.empty(BLOCK, dtype=np.uint64)
    unit = np.empty(BLOCK, dtype=np.float64)
    who = np.empty(BLOCK + 1, dtype=np.int32)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        address_all(key, label[begin:end], state)
        n_occasions[begin:end] = 0
        total = 0
        for k in range(rate.shape[1]):
            n = candidates(state[: end - begin], rate[begin:end], k, unit, who)
            for e in range(n):
                row = np.uint64(begin + who[e])
                count = poisson(unit[np.uint64(who[e])], rate[row, k], most)
                n_occasions[row, k] = count
                total += count
            if some_regular:
                for i in range(begin, end):
                    if regular[segment[i]] == 1:
                        done = int(rate[i, k] * (week - 1) + phase[i])
                        count = min(int(rate[i, k] * week + phase[i]) - done, most)
                        total += count - n_occasions[i, k]
                        n_occasions[i, k] = count
        counts[begin // BLOCK] = total


@kernel
def list_occasions(
    begin: int, n_occasions: Array, customer: Array, serial: Array, kind: Array
) -> None:
    """Write customer, number in her week and category of each occasion of a block, in order."""
    n_categories = n_occasions.shape[1]
    count = n_occasions.reshape(-1)
    cell = np.empty(count.size + 1, dtype=np.int32)
    n = 0
    for c in range(count.size):
        # Write first, count afterwards: no branch for the processor to guess wrong.
        cell[n] = c
        n += int(count[c] > 0)
    at, number, previous = 0, 0, -1
    for e in range(n):
        c = cell[e]
        j, k = c // n_categories, c % n_categories
        number = number if j == previous else 0
        previous = j
        for _ in range(count[c]):
            customer[at] = begin + j
            serial[at] = min(number, LAST_SERIAL)
            kind[at] = k
            at += 1
            number += 1


@kernel
def list_all(
    start: int, stop: int, starts: Array, n_occasions: Array, customer: Array, serial: Array,
    kind: Array,
) -> None:
    """List the occasions of customers from ``start`` to ``stop``."""
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        first, last = starts[begin // BLOCK], starts[begin // BLOCK + 1]
        list_occasions(
            begin, n_occasions[begin:end], customer[first:last], serial[first:last],
            kind[first:last],
        )


@kernel
def find_ready(
    start: int, stop: int, week: int, aware: Array, last_offer: Array, avoid_until_week: Array,
    category: Array, launch_week: Array, n_occasions: Array, counts: Array,
) -> None:
    """Give an occasion to who owns nothing of a category and knows an offer of it on sale."""
    for begin in range(start, stop, BLOCK):
        total = 0
        for i in range(begin, min(begin + BLOCK, stop)):
            for k in range(last_offer.shape[1]):
                n_occasions[i, k] = 0
            for o in range(category.size):
                k = category[o]
                if (
                    aware[i, o] == 1 and last_offer[i, k] < 0 and n_occasions[i, k] == 0
                    and launch_week[o] <= week and avoid_until_week[i, o] < week
                ):
                    n_occasions[i, k] = 1
                    total += 1
        counts[begin // BLOCK] = total

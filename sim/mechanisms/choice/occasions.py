"""Purchase occasions, shared by the variants of choice: how many, whose, and what others add.

A variant first says how often each customer comes to choose in a week (``n_occasions``); here these
occasions get their rows in ``market.purchases``, and all other families add their terms to them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from sim.compile import kernel
from sim.listing import list_flagged, total_of
from sim.streams import BLOCK, HALF, UNIT_SINGLE, address_all, bits_single, poisson, uniform
from sim.tables import Array, Options, Purchases

if TYPE_CHECKING:
    from sim.market import Market

LAST_SERIAL = 255
ONE, SIXTH = np.float32(1), np.float32(1 / 6)
SAFETY = np.float32(1e-5)  # far more than the rounding of a short series in single precision

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
        customers.label, customers.segment, regular, customers.phase,
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
    starts = np.empty(market.n_blocks + 1, dtype=np.int64)
    add_up(counts, starts)
    market.purchases = Purchases.allocate(starts, blank=False)


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
        list_all, bought.starts, *bought.pages, customers.n_occasions, options.customer,
        options.serial, options.category,
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
def add_up(counts: Array, starts: Array) -> None:
    """Where each block begins, (n_blocks + 1,); NumPy's own takes longer between kernels."""
    starts[0] = 0
    for block in range(counts.size):
        starts[block + 1] = starts[block] + counts[block]


@kernel
def count_by_draw(
    state: Array, index: int, rate: Array, most: int, count: Array, who: Array
) -> None:
    """Poisson quantiles ``count`` of number ``index`` of streams at ``rate``, at most ``most``.

    Arrays are (n,). exp(-rate) lies between its series cut off, which settles none and one for
    nearly all, in single precision on vector registers; only the few whom it leaves in doubt need
    all digits and the exponential. Above a rate of 2, where digits would be lost, it settles none.
    """
    bits = np.empty(state.size, dtype=np.int32)
    doubt = np.empty(state.size, dtype=np.uint8)
    for j in range(state.size):
        bits[j] = bits_single(state[j], index)
    for j in range(state.size):
        unit, r = (np.float32(bits[j]) + HALF) * UNIT_SINGLE, rate[j]
        above = ONE - r + HALF * r * r
        below = above - SIXTH * r * r * r
        some, one = unit > above + SAFETY, unit < (ONE + r) * below - SAFETY
        count[j] = some
        doubt[j] = (unit >= below - SAFETY) & ~(some & (one | (most == 1)))
    for e in range(list_flagged(doubt, 0, who)):
        row = np.uint64(who[e])
        count[row] = poisson(uniform(state[row], index), np.float64(rate[row]), most)


@kernel
def count_occasions(
    start: int, stop: int, key: np.uint64, week: int, label: Array, segment: Array,
    regular: Array, phase: Array, rate: Array, most: int, n_occasions: Array,
    counts: Array,
) -> None:
    """Write how many purchase occasions each customer has this week."""
    n_categories = rate.shape[1]
    some_regular = False
    for s in range(regular.size):
        some_regular = some_regular or regular[s] == 1
    state = np.empty(BLOCK, dtype=np.uint64)
    all_rates = np.empty(BLOCK, dtype=np.float32)
    all_counts = np.empty(BLOCK, dtype=np.uint8)
    who = np.empty(BLOCK + 1, dtype=np.int32)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        size = end - begin
        own_rate, count = all_rates[:size], all_counts[:size]
        address_all(key, label[begin:end], state)
        total = 0
        for k in range(n_categories):
            if n_categories == 1:  # then these columns are vectors themselves
                own_rate, count = rate[begin:end].reshape(-1), n_occasions[begin:end].reshape(-1)
            else:
                for j in range(size):
                    own_rate[j] = rate[begin + j, k]
            count_by_draw(state[:size], k, own_rate, most, count, who)
            if some_regular:
                for j in range(size):
                    i = begin + j
                    if regular[segment[i]] == 1:
                        done = int(rate[i, k] * (week - 1) + phase[i])
                        count[j] = min(int(rate[i, k] * week + phase[i]) - done, most)
            if n_categories > 1:
                for j in range(size):
                    n_occasions[begin + j, k] = count[j]
            total += total_of(count)
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
    if n_categories == 1 and n == customer.size:  # nobody comes twice
        for e in range(n):
            customer[e] = begin + cell[e]
        serial[:], kind[:] = 0, 0
        return
    at, number, previous = 0, 0, -1
    for e in range(n):
        c = cell[e]
        # Dividing takes as long as all the rest.
        j = c if n_categories == 1 else c // n_categories
        k = c - j * n_categories
        number = number if j == previous else 0
        previous = j
        for _ in range(count[c]):
            customer[at] = begin + j
            serial[at] = min(number, LAST_SERIAL)
            kind[at] = k
            at += 1
            number += 1


@kernel
def clear(amounts: Array, marks: Array, codes: Array, cents: Array, first: int, last: int) -> None:
    """Let nothing have happened yet on the occasions from ``first`` to ``last``."""
    amounts[:, first:last] = 0
    marks[:, first:last] = 0
    codes[:, first:last] = -1
    cents[first:last] = 0


@kernel
def list_all(
    start: int, stop: int, starts: Array, amounts: Array, marks: Array, codes: Array, cents: Array,
    n_occasions: Array, customer: Array, serial: Array, kind: Array,
) -> None:
    """List the occasions of customers from ``start`` to ``stop``, on which nothing happened yet."""
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        first, last = starts[begin // BLOCK], starts[begin // BLOCK + 1]
        clear(amounts, marks, codes, cents, first, last)
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

"""One pass over all customers that several observers share: counts and sums a firm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.observers.base import once_a_week
from sim.streams import BLOCK
from sim.tables import Array, Trigger

if TYPE_CHECKING:
    from sim.market import Market

SATISFIED = 0.6
"""A customer counts as satisfied from this satisfaction on."""

DELIGHTED = 0.8
"""A customer counts as having had a superior experience from this satisfaction on."""

ACTIVE_WEEKS = 26
"""A customer counts as active at a firm this many weeks after a purchase."""

(AWARE, BUYERS, ACTIVE, SATISFACTION, SATISFIED_BUYERS, EXPECTATION, LOYALTY, TRUST, REACTANCE,
 BY_ADVERTISING, BY_FRIEND, BY_SALES, KNOW_DEFECT, REPEATERS, BY_COMMUNITY,
 DELIGHTED_BUYERS, FANS, LAPSED) = range(18)
N_SUMS = 18
ADVERTISING, FRIEND = Trigger.ADVERTISING, Trigger.FRIEND
SALES, COMMUNITY = Trigger.SALES, Trigger.COMMUNITY
START, NOTHING = Trigger.START, Trigger.NONE


@once_a_week
def take(market: Market) -> NDArray[np.float64]:
    """Sums over customers, shape ``(n_firms, N_SUMS)``; taken once a week for all observers.

    Of offers that a customer knows: satisfaction and loyalty are those of the firm's offer that she
    bought last, expectation is that of the one she expects most of. What made her aware of the firm
    counts once: nothing that was lived if she knew one of its offers before week 1; else, since it
    is not noted which offer she got to know first, what made her aware of each in equal parts.
    """
    customers, offers, _ = market.tables
    sums = np.zeros((market.n_blocks, market.n_firms, N_SUMS))
    market.sweep(
        count, market.week, np.searchsorted(offers.firm, np.arange(market.n_firms + 1)),
        offers.label, customers.aware, customers.purchase_count,
        customers.last_purchase_week, customers.satisfaction, customers.expectation,
        customers.loyalty, customers.trust, customers.reactance, customers.trigger,
        customers.knows_defect, customers.fan, sums,
    )
    return np.asarray(sums.sum(axis=0))


@kernel
def count(
    start: int, stop: int, week: int, own: Array, offer_label: Array, aware: Array,
    purchase_count: Array, last_purchase_week: Array, satisfaction: Array, expectation: Array,
    loyalty: Array, trust: Array, reactance: Array, trigger: Array, knows_defect: Array,
    fan: Array, sums: Array,
) -> None:
    """Add customers from ``start`` to ``stop`` to the sums of their blocks, firm by firm.

    Whom an offer does not concern adds zeros: half of all branches here would be guessed wrong.
    """
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        for f in range(sums.shape[1]):
            first, last = own[f], own[f + 1]
            row = np.zeros(N_SUMS)
            if first == last:
                continue
            for j in range(begin, end):
                i = np.uint64(j)
                promising, most, purchases = np.uint64(first), -np.inf, np.int64(0)
                best, latest, bought, knows = np.uint64(first), np.int64(0), False, False
                warned, from_start, n_known = False, False, np.int64(0)
                advertised, told, visited, read = 0, 0, 0, 0
                for number in range(first, last):
                    o = np.uint64(number)
                    known = aware[i, o] != 0
                    hopes, later_label = np.float64(expectation[i, o]), offer_label[o]
                    more = known & (
                        (hopes > most) | ((hopes == most) & (later_label > offer_label[promising]))
                    )
                    promising = o if more else promising
                    most = hopes if more else most
                    knows |= known
                    warned |= known & (knows_defect[i, o] > 0)
                    cause = trigger[i, o] if known else NOTHING
                    n_known += known
                    from_start |= cause == START
                    advertised += cause == ADVERTISING
                    told += cause == FRIEND
                    visited += cause == SALES
                    read += cause == COMMUNITY
                    n = np.int64(purchase_count[i, o]) if known else np.int64(0)
                    purchases += n
                    when = np.int64(last_purchase_week[i, o])
                    newer = (n > 0) & (
                        (when > latest) | ((when == latest) & (
                            (not bought) | (later_label > offer_label[best])
                        ))
                    )
                    best = o if newer else best
                    latest = when if newer else latest
                    bought |= newer
                one = 1.0 if knows else 0.0
                row[AWARE] += one
                row[EXPECTATION] += one * expectation[i, promising]
                row[TRUST] += one * trust[i, f]
                row[REACTANCE] += one * reactance[i, f]
                row[FANS] += one * fan[i, f]
                row[KNOW_DEFECT] += 1.0 if warned else 0.0
                part = 1.0 / n_known if knows and not from_start else 0.0
                row[BY_ADVERTISING] += part * advertised
                row[BY_FRIEND] += part * told
                row[BY_SALES] += part * visited
                row[BY_COMMUNITY] += part * read
                one = 1.0 if bought else 0.0
                felt = satisfaction[i, best]
                row[BUYERS] += one
                row[SATISFACTION] += one * felt
                row[LOYALTY] += one * loyalty[i, best]
                row[SATISFIED_BUYERS] += one * (felt >= SATISFIED)
                row[DELIGHTED_BUYERS] += one * (felt >= DELIGHTED)
                row[ACTIVE] += one * (latest > week - ACTIVE_WEEKS)
                row[LAPSED] += one * (latest == week - ACTIVE_WEEKS)
                row[REPEATERS] += one * (purchases >= 2)
            sums[begin // BLOCK, f] = row

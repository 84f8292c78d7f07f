"""One pass over all customers that several observers share: counts and sums a firm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
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
 DELIGHTED_BUYERS) = range(16)
N_SUMS = 16
READER = Trigger.COMMUNITY


def take(market: Market) -> NDArray[np.float64]:
    """Sums over customers, shape ``(n_firms, N_SUMS)``; taken once a week for all observers.

    A firm's value for one customer is that of its offer that she bought last, else expects most.
    """
    if market.census_of_week[0] == market.week:
        return market.census_of_week[1]
    customers, offers, _ = market.tables
    sums = np.zeros((market.n_blocks, market.n_firms, N_SUMS))
    market.sweep(
        count, market.week, offers.firm, offers.label, customers.aware, customers.purchase_count,
        customers.last_purchase_week, customers.satisfaction, customers.expectation,
        customers.loyalty, customers.trust, customers.reactance, customers.trigger,
        customers.knows_defect, sums,
    )
    total: NDArray[np.float64] = sums.sum(axis=0)
    market.census_of_week = (market.week, total)
    return total


@kernel
def count(
    start: int, stop: int, week: int, firm_of: Array, offer_label: Array, aware: Array,
    purchase_count: Array, last_purchase_week: Array, satisfaction: Array, expectation: Array,
    loyalty: Array, trust: Array, reactance: Array, trigger: Array, knows_defect: Array,
    sums: Array,
) -> None:
    """Add customers from ``start`` to ``stop`` to the sums of their blocks."""
    n_offers = firm_of.size
    for i in range(start, stop):
        b = i // BLOCK
        for f in range(sums.shape[1]):
            best = -1
            latest = 0
            promising = -1
            purchases = 0
            for o in range(n_offers):
                if firm_of[o] != f or aware[i, o] == 0:
                    continue
                if (
                    promising < 0 or expectation[i, o] > expectation[i, promising]
                    or (expectation[i, o] == expectation[i, promising]
                        and offer_label[o] > offer_label[promising])
                ):
                    promising = o
                if purchase_count[i, o] > 0:
                    purchases += purchase_count[i, o]
                    later = last_purchase_week[i, o] > latest
                    tie = last_purchase_week[i, o] == latest
                    if later or (tie and (best < 0 or offer_label[o] > offer_label[best])):
                        latest = last_purchase_week[i, o]
                        best = o
            if promising < 0:
                continue
            row = sums[b, f]
            row[AWARE] += 1.0
            row[EXPECTATION] += expectation[i, promising]
            row[TRUST] += trust[i, f]
            row[REACTANCE] += reactance[i, f]
            how = trigger[i, promising]
            if 1 <= how <= 3:
                row[BY_ADVERTISING + how - 1] += 1.0
            elif how == READER:
                row[BY_COMMUNITY] += 1.0
            if knows_defect[i, promising] > 0:
                row[KNOW_DEFECT] += 1.0
            if best >= 0:
                row[BUYERS] += 1.0
                row[SATISFACTION] += satisfaction[i, best]
                row[LOYALTY] += loyalty[i, best]
                if satisfaction[i, best] >= SATISFIED:
                    row[SATISFIED_BUYERS] += 1.0
                if satisfaction[i, best] >= DELIGHTED:
                    row[DELIGHTED_BUYERS] += 1.0
                if latest > week - ACTIVE_WEEKS:
                    row[ACTIVE] += 1.0
                if purchases >= 2:
                    row[REPEATERS] += 1.0

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
 DELIGHTED_BUYERS, FANS) = range(17)
N_SUMS = 17
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
        count, market.week, np.searchsorted(offers.firm, np.arange(market.n_firms + 1)),
        offers.label, customers.aware, customers.purchase_count,
        customers.last_purchase_week, customers.satisfaction, customers.expectation,
        customers.loyalty, customers.trust, customers.reactance, customers.trigger,
        customers.knows_defect, customers.fan, sums,
    )
    total: NDArray[np.float64] = sums.sum(axis=0)
    market.census_of_week = (market.week, total)
    return total


@kernel
def count(
    start: int, stop: int, week: int, own: Array, offer_label: Array, aware: Array,
    purchase_count: Array, last_purchase_week: Array, satisfaction: Array, expectation: Array,
    loyalty: Array, trust: Array, reactance: Array, trigger: Array, knows_defect: Array,
    fan: Array, sums: Array,
) -> None:
    """Add customers from ``start`` to ``stop`` to the sums of their blocks, firm by firm."""
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        for f in range(sums.shape[1]):
            first, last = own[f], own[f + 1]
            row = np.zeros(N_SUMS)
            for i in range(begin, end):
                best, latest, promising, purchases = -1, 0, -1, 0
                for o in range(first, last):
                    if aware[i, o] == 0:
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
                row[AWARE] += 1.0
                row[EXPECTATION] += expectation[i, promising]
                row[TRUST] += trust[i, f]
                row[REACTANCE] += reactance[i, f]
                row[FANS] += fan[i, f]
                row[KNOW_DEFECT] += int(knows_defect[i, promising] > 0)
                how = trigger[i, promising]
                if 1 <= how <= 3:
                    row[BY_ADVERTISING + how - 1] += 1.0
                elif how == READER:
                    row[BY_COMMUNITY] += 1.0
                if best >= 0:
                    felt = satisfaction[i, best]
                    row[BUYERS] += 1.0
                    row[SATISFACTION] += felt
                    row[LOYALTY] += loyalty[i, best]
                    row[SATISFIED_BUYERS] += int(felt >= SATISFIED)
                    row[DELIGHTED_BUYERS] += int(felt >= DELIGHTED)
                    row[ACTIVE] += int(latest > week - ACTIVE_WEEKS)
                    row[REPEATERS] += int(purchases >= 2)
            sums[begin // BLOCK, f] = row

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
START = Trigger.START
# Two causes are counted in one number, in its lower and in its upper half: four counts by
# comparison took as long as all the rest.
HALF, LOWER_HALF = 32, 2**32 - 1
N_TRIGGERS = 1 + max(code for code in vars(Trigger).values() if isinstance(code, int))
COUNTED = np.zeros((2, N_TRIGGERS), dtype=np.int64)
COUNTED[0, Trigger.ADVERTISING], COUNTED[0, Trigger.FRIEND] = 1, 1 << HALF
COUNTED[1, Trigger.SALES], COUNTED[1, Trigger.COMMUNITY] = 1, 1 << HALF


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
        np.lexsort((offers.label, offers.firm)), customers.aware, customers.purchase_count,
        customers.last_purchase_week, customers.satisfaction, customers.expectation,
        customers.loyalty, customers.trust, customers.reactance, customers.trigger,
        customers.knows_defect, customers.fan, sums,
    )
    return np.asarray(sums.sum(axis=0))


@kernel
def count(
    start: int, stop: int, week: int, own: Array, in_order: Array, aware: Array,
    purchase_count: Array, last_purchase_week: Array, satisfaction: Array, expectation: Array,
    loyalty: Array, trust: Array, reactance: Array, trigger: Array, knows_defect: Array,
    fan: Array, sums: Array,
) -> None:
    """Add customers from ``start`` to ``stop`` to the sums of their blocks, firm by firm.

    Whom an offer does not concern adds zeros: half of all branches here would be guessed wrong.
    Offers come in the order of their labels: of two bought in one week the later one counts.
    """
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        for f in range(sums.shape[1]):
            first, last = own[f], own[f + 1]
            if first == last:
                continue
            # Local sums stay in registers; what is only counted is a whole number.
            n_aware, n_fans, n_warned, n_buyers, n_repeaters = 0, 0, 0, 0, 0
            n_active, n_lapsed, n_satisfied, n_delighted = 0, 0, 0, 0
            expected, trusted, pressed, satisfied, loyal = 0.0, 0.0, 0.0, 0.0, 0.0
            causes = np.zeros((last - first + 1, 2), dtype=np.int64)  # by offers known
            for j in range(begin, end):
                i = np.uint64(j)
                most, purchases = -np.inf, np.int64(0)
                best, latest = np.uint64(first), np.int64(0)
                warned, from_start, n_known = False, False, np.int64(0)
                one_cause, other_cause = np.int64(0), np.int64(0)
                for number in range(first, last):
                    o = np.uint64(in_order[number])
                    known = aware[i, o] != 0
                    hopes = np.float64(expectation[i, o])
                    most = max(most, hopes if known else -np.inf)
                    warned |= known & (knows_defect[i, o] > 0)
                    cause = np.uint64(trigger[i, o]) * np.uint64(known)
                    n_known += int(known)
                    from_start |= cause == START
                    one_cause += COUNTED[0, cause]
                    other_cause += COUNTED[1, cause]
                    n = np.int64(purchase_count[i, o]) * known
                    purchases += n
                    when = np.int64(last_purchase_week[i, o])
                    newer = (n > 0) & (when >= latest)
                    best = o if newer else best
                    latest = when if newer else latest
                knows = n_known > 0
                n_aware += int(knows)
                n_fans += int(knows & (fan[i, f] != 0))
                n_warned += int(warned)
                bought = purchases > 0
                one = 1.0 if knows else 0.0
                expected += most if knows else 0.0
                trusted += one * trust[i, f]
                pressed += one * reactance[i, f]
                learned = np.uint64(0 if from_start else n_known)
                causes[learned, 0] += one_cause
                causes[learned, 1] += other_cause
                one = 1.0 if bought else 0.0
                felt = satisfaction[i, best]
                satisfied += one * felt
                loyal += one * loyalty[i, best]
                n_buyers += int(bought)
                n_satisfied += int(bought & (felt >= SATISFIED))
                n_delighted += int(bought & (felt >= DELIGHTED))
                n_active += int(bought & (latest > week - ACTIVE_WEEKS))
                n_lapsed += int(bought & (latest == week - ACTIVE_WEEKS))
                n_repeaters += int(purchases >= 2)
            row = sums[begin // BLOCK, f]
            row[AWARE], row[FANS], row[KNOW_DEFECT] = n_aware, n_fans, n_warned
            row[BUYERS], row[REPEATERS], row[ACTIVE] = n_buyers, n_repeaters, n_active
            row[LAPSED], row[SATISFIED_BUYERS] = n_lapsed, n_satisfied
            row[DELIGHTED_BUYERS] = n_delighted
            row[EXPECTATION], row[TRUST], row[REACTANCE] = expected, trusted, pressed
            row[SATISFACTION], row[LOYALTY] = satisfied, loyal
            for n in range(1, len(causes)):
                row[BY_ADVERTISING] += (causes[n, 0] & LOWER_HALF) / n
                row[BY_FRIEND] += (causes[n, 0] >> HALF) / n
                row[BY_SALES] += (causes[n, 1] & LOWER_HALF) / n
                row[BY_COMMUNITY] += (causes[n, 1] >> HALF) / n

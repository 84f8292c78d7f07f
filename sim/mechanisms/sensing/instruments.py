"""What an instrument of sensing yields, and the kernels that let instruments look and ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.compile import kernel
from sim.streams import BLOCK, address, address_all, normal, to_unit, uniform
from sim.tables import Array


@dataclass
class Round:
    """What one instrument of one firm yields in a week.

    Attributes
    ----------
    asked : 1 where it can learn of an attribute, (n_attributes,).
    chance : probability that a customer takes part, for a survey a purchase.
    answers, counts : sum and number of stated weights by attribute, (n_attributes,).
    n_rating, n_satisfied, n_asked : customers who rated the firm, were satisfied, took part.
    """

    firm: int
    instrument: int
    chance: float
    asked: Array
    answers: Array
    counts: Array
    n_rating: float = 0.0
    n_satisfied: float = 0.0
    n_asked: float = 0.0

    def take(self, sums: Array) -> None:
        """Read what a kernel added up, (2 * n_attributes + 3,)."""
        n = len(self.asked)
        self.answers, self.counts = sums[:n], sums[n : 2 * n]
        self.n_rating, self.n_satisfied, self.n_asked = sums[2 * n :].tolist()


@kernel
def draw_units(key: np.uint64, label: int, unit: Array) -> None:
    """Uniform(0, 1) numbers of one label."""
    for index in range(unit.size):
        unit[index] = uniform(address(key, label), index)


@kernel
def draw_noise(key: np.uint64, label: int, instrument: int, noise: Array) -> None:
    """Standard normal errors of one instrument of one firm, by attribute."""
    state = address(address(key, label), instrument)
    for a in range(noise.size):
        noise[a] = normal(state, a)


@kernel
def follow_up(
    start: int, stop: int, key: np.uint64, starts: Array, customer: Array, offer: Array,
    serial: Array, felt: Array, label: Array, purchase_count: Array, needs: Array,
    offer_label: Array, firm: Array, category: Array, quality: Array, attribute_category: Array,
    share: Array, asked: Array, politeness: float, satisfied: float, sales: Array, answers: Array,
) -> None:
    """Record purchases of customers from ``start`` to ``stop``, and survey a share of them."""
    n = attribute_category.size
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        o = offer[p]
        if o < 0:
            continue
        i, f = customer[p], firm[o]
        b = i // BLOCK
        sales[b, o, 0] += 1
        purchases = int(purchase_count[i, o])
        if purchases < 2:
            for other in range(firm.size):
                if firm[other] == f and other != o:
                    purchases += purchase_count[i, other]
        sales[b, o, 1] += int(purchases >= 2)
        if share[f] <= 0.0:
            continue
        state = address(address(key, label[i]), offer_label[o] * 256 + serial[p])
        if uniform(state, 0) >= share[f]:
            continue
        row = answers[b, f]
        row[-1] += 1.0
        row[-3] += 1.0
        row[-2] += int(felt[p] + politeness * (1.0 - felt[p]) >= satisfied)
        total = 0.0
        praised = 0.0
        for a in range(n):
            if asked[f, a] and attribute_category[a] == category[o]:
                total += needs[i, a]
                praised += quality[o, a]
        for a in range(n):
            if total > 0.0 and asked[f, a] and attribute_category[a] == category[o]:
                said = needs[i, a] / total
                if praised > 0.0:
                    said += politeness * (quality[o, a] / praised - said)
                row[a] += said
                row[n + a] += 1.0


@kernel
def sample(unit: Array, offset: float, chance: float, who: Array) -> int:
    """List whose draw falls into an arc of length ``chance`` on the circle from 0 to 1."""
    n = 0
    for j in range(unit.size):
        turn = unit[j] - offset
        who[n] = j
        n += int(turn + (1.0 if turn < 0.0 else 0.0) < chance)
    return n


@kernel
def visit(
    start: int, stop: int, key: np.uint64, label: Array, chance: Array, offset: Array,
    visitor: Array, asked: Array, n_categories: int, attribute_category: Array, needs: Array,
    offer_label: Array, firm: Array, purchase_count: Array, last_purchase_week: Array,
    satisfaction: Array, satisfied: float, heard: Array,
) -> None:
    """Let visitors ask or watch a sample of the customers from ``start`` to ``stop``.

    One draw a customer serves all visitors: each has an arc of its own.
    """
    state = np.empty(BLOCK, dtype=np.uint64)
    unit = np.empty(BLOCK, dtype=np.float64)
    who = np.empty(BLOCK + 1, dtype=np.int32)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        address_all(key, label[begin:end], state)
        for j in range(end - begin):
            unit[j] = to_unit(state[j])
        for r in range(chance.size):
            row = heard[begin // BLOCK, r]
            for c in range(sample(unit[: end - begin], offset[r], chance[r], who)):
                i = begin + who[c]
                row[-1] += 1.0
                listen(i, n_categories, attribute_category, asked[r], needs, row)
                rate(
                    i, visitor[r], offer_label, firm, purchase_count, last_purchase_week,
                    satisfaction, satisfied, row,
                )


@kernel
def listen(
    i: int, n_categories: int, attribute_category: Array, asked: Array, needs: Array, row: Array
) -> None:
    """Add the weights that customer ``i`` states, 1 in sum over what is asked in a category."""
    n = attribute_category.size
    for k in range(n_categories):
        total = 0.0
        for a in range(n):
            if asked[a] and attribute_category[a] == k:
                total += needs[i, a]
        for a in range(n):
            if total > 0.0 and asked[a] and attribute_category[a] == k:
                row[a] += needs[i, a] / total
                row[n + a] += 1.0


@kernel
def rate(
    i: int, visitor: int, offer_label: Array, firm: Array, purchase_count: Array,
    last_purchase_week: Array, satisfaction: Array, satisfied: float, row: Array,
) -> None:
    """Add how customer ``i`` found what she bought last of the visitor, if she ever bought."""
    latest = -1
    for o in range(firm.size):
        if firm[o] != visitor or purchase_count[i, o] == 0:
            continue
        if latest < 0 or last_purchase_week[i, o] > last_purchase_week[i, latest] or (
            last_purchase_week[i, o] == last_purchase_week[i, latest]
            and offer_label[o] > offer_label[latest]
        ):
            latest = o
    if latest >= 0:
        row[-3] += 1.0
        row[-2] += int(satisfaction[i, latest] >= satisfied)

"""Satisfaction is experience judged against expectation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, address_all, normal_all, uniform
from sim.tables import Array, DefectKnowledge

if TYPE_CHECKING:
    from sim.market import Market

NONE, MET = DefectKnowledge.NONE, DefectKnowledge.MET
TOLD_BY_FIRM = DefectKnowledge.TOLD_BY_FIRM
EFFECTS = (
    "positive_gain", "negative_gain", "expectation_rate", "noise_sd", "warned_relief",
    "concealment_loss",
)


@mechanism
class ExpectancyDisconfirmation(Mechanism):
    """A buyer lives the offer, compares it with what she expected, and learns.

    Equation
    --------
    x = sum_a w_a * q_a - defect + service + Normal(0, noise_sd); d = x - e - foreseen;
    s = x + positive_gain * max(d, 0) - negative_gain * max(-d, 0), cut to 0..1;
    e moves towards x - foreseen by expectation_rate: it is about what she does not see beforehand.
    A defect is met with its rate and costs its severity; a
    buyer who was warned avoids the share warned_relief of it, one who meets a concealed defect
    unwarned loses concealment_loss of satisfaction besides.

    Reads / Writes
    --------------
    market.purchases with the service of other families, customers.needs (n_customers,
    n_attributes), offers.quality (n_offers, n_attributes) -> customers.satisfaction, expectation,
    knows_defect, foreseen (n_customers, n_offers); purchases: experienced, satisfaction,
    met_defect, lacking.

    References
    ----------
    Oliver (1980); Anderson and Sullivan (1993); science.md A4.

    Not modeled
    -----------
    Experience that builds up over several uses of one purchase. Removing a defect: it stays, and
    who met it names an attribute as lacking, as others do, so that development works on that.
    """

    class Parameters(Declared):
        """How experience turns into satisfaction and expectation."""

        positive_gain: float = param(
            0.5, unit="1", bounds=(0, 5), by_segment=True,
            doc="Satisfaction per unit of experience above expectation.", source="A4",
        )
        negative_gain: float = param(
            1.0, unit="1", bounds=(0, 5), by_segment=True,
            doc="Satisfaction lost per unit of experience below expectation.",
            source="A4: 1.5-2.5 times the positive gain",
        )
        expectation_rate: float = param(
            0.2, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of the way that an expectation moves to an experience.", source="A4: .1-.3",
        )
        noise_sd: float = param(
            0.1, unit="1", bounds=(0, 1), by_segment=True,
            doc="Standard deviation of experience from use to use.",
        )
        warned_relief: float = param(
            0.5, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of a defect's loss that a warned customer avoids.",
        )
        concealment_loss: float = param(
            0.2, unit="1", bounds=(0, 1), by_segment=True,
            doc="Satisfaction lost on finding out a concealed defect.",
        )

    reads = (
        "customers.needs", "offers.quality", "offers.defect_rate", "offers.defect_severity",
        "offers.defect_disclosed",
    )
    writes = (
        "customers.satisfaction", "customers.expectation", "customers.knows_defect",
        "customers.foreseen",
    )
    cites = ("Oliver (1980)", "Anderson and Sullivan (1993)")
    is_default = True

    def step(self, market: Market) -> None:
        """Warn those who know a disclosed defect, then live this week's purchases."""
        customers, offers, bought = market.tables.customers, market.tables.offers, market.purchases
        if not bought.n:
            return
        for other in market.serving:
            other.serve(market, bought)
        effects = self.by_segment(market, *EFFECTS)
        market.sweep(
            live, market.streams.key("experience.use", market.week), bought.starts,
            customers.label, customers.segment, effects, customers.needs, offers.label,
            offers.category, market.attribute_category, offers.quality, offers.defect_rate,
            offers.defect_severity, offers.defect_disclosed, customers.satisfaction,
            customers.expectation, customers.knows_defect,
            bool(market.weighing), customers.foreseen, bought.customer, bought.offer, bought.serial,
            bought.expected, bought.foreseen, bought.service, bought.experienced,
            bought.satisfaction, bought.met_defect, bought.lacking,
        )

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """What she lived against what she expected."""
        bought, told = market.purchases, []
        for p in np.flatnonzero((bought.customer == row) & (bought.offer >= 0)):
            expected, lived = float(bought.expected[p]), float(bought.experienced[p])
            name = market.offer_names[int(bought.offer[p])]
            text = f"{name}: expected {expected:.2f}, lived {lived:.2f}"
            if bought.met_defect[p]:
                text += ", met its defect"
            if bought.lacking[p] >= 0:
                text += f", found {market.attribute_names[int(bought.lacking[p])]} lacking"
            told.append(Happening(
                f"{text}; satisfaction {float(bought.satisfaction[p]):.2f}",
                {"offer": name, "expected": expected, "experienced": lived},
            ))
        return told


@kernel
def live(
    start: int, stop: int, key: np.uint64, starts: Array, label: Array,
    segment: Array, effects: Array, needs: Array, offer_label: Array, category: Array,
    attribute_category: Array, quality: Array, defect_rate: Array, severity: Array,
    disclosed: Array, satisfaction: Array, expectation: Array, knows_defect: Array,
    weighed: bool, foresaw: Array, customer: Array, offer: Array, serial: Array, expected: Array,
    foreseen: Array, service: Array, experienced: Array, felt: Array, met_defect: Array,
    lacking: Array,
) -> None:
    """Live the purchases of customers from ``start`` to ``stop``."""
    n_attributes = quality.shape[1]
    for block in range(start // BLOCK, (stop + BLOCK - 1) // BLOCK):
        first, last = starts[block], starts[block + 1]
        if first == last:
            continue
        state = np.empty(last - first, dtype=np.uint64)
        noise = np.empty(last - first)
        disappointed = np.empty(last - first + 1, dtype=np.int64)
        n_disappointed = 0
        address_uses(
            key, label, offer_label, customer[first:last], offer[first:last], serial[first:last],
            state,
        )
        normal_all(state, 0, noise)
        for at in range(first, last):
            if offer[at] < 0:
                continue
            # Rows are unsigned, which spares the question whether they count from the end.
            p, o, i = np.uint64(at), np.uint64(offer[at]), np.uint64(customer[at])
            s = segment[i]
            x = effects[s, 3] * noise[at - first]
            x += service[p]
            for a in range(n_attributes):
                x += needs[i, a] * quality[o, a]
            penalty = 0.0
            if defect_rate[o] > 0.0:
                if disclosed[o] == 1 and knows_defect[i, o] == NONE:
                    knows_defect[i, o] = TOLD_BY_FIRM
                if uniform(state[at - first], 1) < defect_rate[o]:
                    met_defect[p] = 1
                    if knows_defect[i, o] > 0:
                        x -= severity[o] * (1.0 - effects[s, 4])
                    else:
                        x -= severity[o]
                        penalty = effects[s, 5]
                        knows_defect[i, o] = MET
            gain, loss, rate = effects[s, 0], effects[s, 1], effects[s, 2]
            before = expectation[i, o]
            d = x - before - foreseen[p]
            value = x - penalty
            value += (gain if d > 0.0 else loss) * d
            value = min(max(value, 0.0), 1.0)
            satisfaction[i, o] = value
            if weighed:
                foresaw[i, o] = foreseen[p]
            expectation[i, o] = min(max(before + rate * d, 0.0), 1.0)
            experienced[p] = x
            felt[p] = value
            disappointed[n_disappointed] = at
            n_disappointed += int(x < expected[p])
        find_lacking(
            first, disappointed[:n_disappointed], customer, offer, category, attribute_category,
            needs, quality, state, lacking,
        )


@kernel
def find_lacking(
    first: int, disappointed: Array, customer: Array, offer: Array, category: Array,
    attribute_category: Array, needs: Array, quality: Array, state: Array, lacking: Array,
) -> None:
    """What the disappointed find lacking: an attribute, by weight times distance to the best.

    Only what offers of the category can have comes to mind.
    """
    for p in disappointed:
        i, o = np.uint64(customer[p]), np.uint64(offer[p])
        shortfall = 0.0
        for a in range(needs.shape[1]):
            if attribute_category[a] == category[o]:
                shortfall += needs[i, a] * (1.0 - quality[o, a])
        if shortfall > 0.0:
            left = uniform(state[p - first], 2) * shortfall
            for a in range(needs.shape[1]):
                if attribute_category[a] == category[o]:
                    lacking[p] = a
                    left -= needs[i, a] * (1.0 - quality[o, a])
                    if left < 0.0:
                        break


@kernel
def address_uses(
    key: np.uint64, label: Array, offer_label: Array, customer: Array, offer: Array,
    serial: Array, state: Array,
) -> None:
    """The stream of each use of an offer; of none where nothing was bought."""
    own_label = np.empty(state.size, dtype=np.int64)
    use = np.empty(state.size, dtype=np.int64)
    for e in range(state.size):
        own_label[e] = label[np.uint64(customer[e])]
        use[e] = offer_label[np.uint64(max(offer[e], 0))]
    address_all(key, own_label, state)
    for e in range(state.size):
        state[e] = address(state[e], use[e] * 256 + serial[e])

"""Trust follows experience, grows by answers and shared information, and wears off in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK
from sim.tables import Array, Response

if TYPE_CHECKING:
    from sim.market import Market

VOICE = Response.VOICE
LEAST_REMEDY = 1e-5  # an answer moves satisfaction by more than single precision can blur
TOLD_FROM = 0.02


@mechanism
class CommitmentTrust(Mechanism):
    """A customer trusts a firm as far as it served her, answered her and told her what it knows.

    Equation
    --------
    Trust starts at initial_trust. For every purchase of the week, with satisfaction s as felt then:
    trust += gain_rate * (s - trust) if s is above trust, else loss_rate * (s - trust); after that
    trust += sharing_gain * information_sharing * (1 - trust).
    Then, for every firm with a complaint of hers: if it was answered this week,
    trust += answer_gain * (1 - trust); if it still waits, trust *= 1 - silence_loss; if it was
    given up, nothing: the silence has done its work. A complaint that is closed was answered where
    satisfaction with the offer stands higher than before.

    Reads / Writes
    --------------
    market.purchases, firms' lever information_sharing, customers.satisfaction (n_customers,
    n_offers), customers.complaining -> customers.trust, customers.awaiting (n_customers, n_firms),
    customers.grievance (n_customers, n_offers).

    References
    ----------
    Morgan and Hunt (1994): communication, and the absence of opportunism, make trust; Slovic
    (1993): trust is lost faster than won. The gain by answers: science.md A5; by sharing: C02.

    Not modeled
    -----------
    Commitment as a state besides loyalty; shared values; trust passed on by others. Sharing
    information costs the firm nothing here but the advantage of knowing more.
    """

    class Parameters(Declared):
        """How trust moves."""

        initial_trust: float = param(
            0.3, unit="1", bounds=(0, 1), by_segment=True,
            doc="Trust in every firm before week 1.",
        )
        gain_rate: float = param(
            0.1, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of the way that trust moves up to a satisfaction.",
        )
        loss_rate: float = param(
            0.3, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of the way that trust moves down to a satisfaction.",
            source="Slovic (1993): lost faster than won",
        )
        answer_gain: float = param(
            0.15, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of the way to full trust that an answered complaint moves it.",
        )
        silence_loss: float = param(
            0.05, unit="1/week", bounds=(0, 1), by_segment=True,
            doc="Share of trust lost in a week without an answer to a complaint.",
        )
        sharing_gain: float = param(
            0.05, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of the way to full trust that a purchase moves it with a firm that shares "
            "all its information.",
        )

    reads = ("customers.satisfaction", "customers.complaining")
    writes = ("customers.trust", "customers.awaiting", "customers.grievance")
    cites = ("Morgan and Hunt (1994)", "Slovic (1993)")

    def setup(self, market: Market) -> None:
        """Give every customer the trust that she starts with."""
        customers = market.tables.customers
        start = self.by_segment(market, "initial_trust")
        if start.any():
            customers.trust[:] = start[customers.segment][:, None]

    def step(self, market: Market) -> None:
        """Judge firms by this week's purchases, answers and silence."""
        customers, bought = market.tables.customers, market.purchases
        sharing = np.array([firm.levers["information_sharing"] for firm in market.firms])
        rates = self.by_segment(
            market, "gain_rate", "loss_rate", "answer_gain", "silence_loss", "sharing_gain"
        )
        market.sweep(
            judge, bought.starts, customers.segment, rates, sharing, market.tables.offers.firm,
            customers.satisfaction, customers.complaining, bought.customer, bought.offer,
            bought.satisfaction, bought.response, customers.trust, customers.awaiting,
            customers.grievance,
        )

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """In which firms she trusts more or less than before the step."""
        customers, bought, told = market.tables.customers, market.purchases, []
        used = {int(o) for o in bought.offer[bought.customer == row] if o >= 0}
        for f, firm in enumerate(market.firms):
            old, new = float(before["trust"][f]), float(customers.trust[row, f])
            if abs(new - old) < TOLD_FROM:
                continue
            reasons = ["what she lived"] if any(
                market.tables.offers.firm[o] == f for o in used
            ) else []
            if customers.awaiting[row, f]:
                reasons.append("its silence")
            elif before["awaiting"][f]:
                reasons.append("the end of her complaint")
            told.append(Happening(
                f"came to trust {firm.name} {'more' if new > old else 'less'} for "
                f"{' and '.join(reasons)}: {old:.2f} -> {new:.2f}",
                {"firm": firm.name, "before": old, "after": new},
            ))
        return told


@kernel
def judge(
    start: int, stop: int, starts: Array, segment: Array, rates: Array, sharing: Array,
    firm_of: Array, satisfaction: Array, complaining: Array, customer: Array, offer: Array,
    felt: Array, response: Array, trust: Array, awaiting: Array, grievance: Array,
) -> None:
    """Move the trust of customers from ``start`` to ``stop``."""
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        o = offer[p]
        if o < 0:
            continue
        i, f = customer[p], firm_of[o]
        s = segment[i]
        step = felt[p] - trust[i, f]
        trust[i, f] += (rates[s, 0] if step > 0.0 else rates[s, 1]) * step
        trust[i, f] += rates[s, 4] * sharing[f] * (1.0 - trust[i, f])
        if response[p] == VOICE or (awaiting[i, f] == 1 and grievance[i, o] > 0.0):
            awaiting[i, f] = 1
            grievance[i, o] = 1.0 + felt[p]
    for i in range(start, stop):
        for f in range(awaiting.shape[1]):
            if awaiting[i, f] == 0:
                continue
            s = segment[i]
            if complaining[i, f] == 1:
                trust[i, f] -= rates[s, 3] * trust[i, f]
                continue
            awaiting[i, f] = 0
            for o in range(firm_of.size):
                if firm_of[o] == f and grievance[i, o] > 0.0:
                    if satisfaction[i, o] > grievance[i, o] - 1.0 + LEAST_REMEDY:
                        trust[i, f] += rates[s, 2] * (1.0 - trust[i, f])
                    grievance[i, o] = 0.0

"""Complaints wait for an answer, are answered within capacity, and may reach development."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import address, address_all, uniform
from sim.tables import Array, Response

if TYPE_CHECKING:
    from sim.agents.firm import Firm
    from sim.market import Market

NOTHING = np.zeros((0, 5), dtype=np.int32)
SMALLEST = 1e-9


@mechanism
class ComplaintQueue(Mechanism):
    """Escalated complaints first, then first come, first served; development hears of some.

    Equation
    --------
    A firm answers at most support_capacity complaints a week and 1,000 customers; parts of an
    answer add up over weeks, whole ones that nobody asks for are lost. An answer within fast_weeks
    moves satisfaction towards 1 by fast_remedy, a later one by remedy. After patience
    weeks a complaint is given up: satisfaction and loyalty lose neglect_loss of their value. An
    answered complaint reaches development with probability complaint_routing *
    customer_facing_share, an escalated one (every complaint is with probability escalation_share)
    for certain, and there adds to the signal of the attribute that it names, per 1,000 customers;
    otherwise the customer learned to live with the fault.

    Reads / Writes
    --------------
    market.purchases, firms' levers -> customers.satisfaction, customers.loyalty (n_customers,
    n_offers), customers.complaining (n_customers, n_firms), firms.routed_signal (n_firms,
    n_attributes), firms.support_cents, n_handled, n_expired, n_waiting, answer_begun
    (n_firms,).

    References
    ----------
    Fornell and Wernerfelt (1987); Homburg and Fürst (2005); de Matos, Henrique and Rossi (2007):
    recovery lifts satisfaction, not loyalty; science.md A5.

    Not modeled
    -----------
    Conversations of several turns.
    """

    class Parameters(Declared):
        """Worth of an answer and price of none."""

        remedy: float = param(
            0.4, unit="1", bounds=(0, 1), doc="Part of the way to full satisfaction.", source="A5"
        )
        fast_remedy: float = param(
            0.6, unit="1", bounds=(0, 1), doc="The same for a fast answer.", source="A5"
        )
        fast_weeks: int = param(
            0, unit="weeks", bounds=(0, 52), doc="Weeks within which an answer is fast."
        )
        patience: int = param(
            8, unit="weeks", bounds=(1, 520), doc="Weeks after which a complaint is given up."
        )
        neglect_loss: float = param(
            0.3, unit="1", bounds=(0, 1),
            doc="Share of satisfaction and loyalty lost without an answer.", source="A5",
        )
        support_cost: float = param(
            5.0, unit="currency", bounds=(0, 1e6), doc="Cost of one answer."
        )

    reads = ("customers.label", "firms.label")
    writes = (
        "customers.satisfaction", "customers.loyalty", "customers.complaining",
        "firms.routed_signal", "firms.support_cents", "firms.n_handled", "firms.n_expired",
        "firms.n_waiting", "firms.answer_begun",
    )
    cites = (
        "Fornell and Wernerfelt (1987)", "Homburg and Fürst (2005)",
        "de Matos, Henrique and Rossi (2007)",
    )
    is_default = True

    def step(self, market: Market) -> None:
        """Take in this week's complaints, then answer or lose."""
        bought = market.purchases
        voiced = np.flatnonzero(bought.response == Response.VOICE)
        if len(voiced):
            # Complaints of one week arrive in random order, whatever row a customer stands in.
            turn = np.empty(len(voiced), dtype=np.uint64)
            label = market.tables.customers.label[bought.customer[voiced]]
            address_all(market.streams.key("dialogue.turn", market.week), label, turn)
            voiced = voiced[np.argsort(turn, kind="stable")]
        firm_of = market.tables.offers.firm[bought.offer[voiced]]
        for number, firm in enumerate(market.firms):
            mine = voiced[firm_of == number]
            if len(mine):
                self._take_in(market, number, firm, mine)
            self._work_off(market, number, firm)

    def _take_in(self, market: Market, number: int, firm: Firm, mine: Array) -> None:
        """Put this week's complaints, given by their purchases, into the firm's queue."""
        bought, share = market.purchases, firm.levers["escalation_share"]
        queue = np.zeros((len(mine), 5), dtype=np.int32)
        queue[:, 0], queue[:, 1] = bought.customer[mine], bought.offer[mine]
        queue[:, 2], queue[:, 3] = bought.lacking[mine], market.week
        waiting = np.concatenate([firm.complaints, queue])
        if share > 0.0:
            key = market.streams.key("dialogue.escalation", market.week)
            new = waiting[len(firm.complaints):]
            customers, firms = market.tables.customers, market.tables.firms
            pass_down(key, customers.label, int(firms.label[number]), share, new)
            waiting = waiting[np.argsort(-waiting[:, 4], kind="stable")]
        firm.complaints = waiting

    def _work_off(self, market: Market, number: int, firm: Firm) -> None:
        p, firms, customers = self.parameters, market.tables.firms, market.tables.customers
        time = firms.answer_begun[number] + firm.levers["support_capacity"] * customers.n / 1000.0
        capacity = int(time + SMALLEST)  # tenths do not add up exactly
        firms.answer_begun[number] = max(time - capacity, 0.0)
        if not len(firm.complaints):
            for column in (
                firms.n_handled, firms.n_expired, firms.n_waiting, firms.support_cents
            ):
                column[number] = 0
            return
        answered, given_up = firm.complaints[:capacity], NOTHING
        firm.complaints = firm.complaints[capacity:]
        if len(firm.complaints):
            too_old = firm.complaints[:, 3] <= market.week - p.patience
            given_up, firm.complaints = firm.complaints[too_old], firm.complaints[~too_old]
        firms.n_handled[number] = len(answered)
        firms.n_expired[number] = len(given_up)
        firms.n_waiting[number] = len(firm.complaints)
        firms.support_cents[number] = round(
            len(answered) * p.support_cost * 100.0
        )
        if len(answered) or len(given_up):
            routed = np.zeros(market.n_attributes, dtype=np.int64)
            close(
                market.streams.key("dialogue.routing", market.week), market.week, number,
                int(firms.label[number]),
                firm.levers["complaint_routing"] * firm.levers["customer_facing_share"],
                np.array([p.fast_weeks, p.remedy, p.fast_remedy, p.neglect_loss]),
                answered, given_up, customers.label, customers.satisfaction, customers.loyalty,
                customers.complaining, routed,
            )
            firms.routed_signal[number] += routed * (1000.0 / customers.n)

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Whether a complaint of hers was answered or given up."""
        customers, told = market.tables.customers, []
        for o, name in enumerate(market.offer_names):
            old, new = float(before["satisfaction"][o]), float(customers.satisfaction[row, o])
            if new > old:
                told.append(Happening(
                    f"got an answer to her complaint about {name}; "
                    f"satisfaction {old:.2f} -> {new:.2f}"
                ))
            elif new < old:
                told.append(Happening(
                    f"gave up waiting for an answer about {name}; "
                    f"satisfaction {old:.2f} -> {new:.2f}"
                ))
        return told


@kernel
def pass_down(key: np.uint64, label: Array, firm_label: int, share: float, queue: Array) -> None:
    """Mark the new complaints of a queue that leaders pass down themselves."""
    for c in range(queue.shape[0]):
        queue[c, 4] = int(uniform(address(key, label[queue[c, 0]]), firm_label) < share)


@kernel
def close(
    key: np.uint64, week: int, firm: int, firm_label: int, routing: float, effects: Array,
    answered: Array,
    given_up: Array, label: Array, satisfaction: Array, loyalty: Array, complaining: Array,
    routed: Array,
) -> None:
    """Close complaints: rows of (customer, offer, attribute, week, 1 if escalated)."""
    for c in range(answered.shape[0]):
        i, o, a = answered[c, 0], answered[c, 1], answered[c, 2]
        fast = week - answered[c, 3] <= effects[0]
        remedy = effects[2] if fast else effects[1]
        satisfaction[i, o] += remedy * (1.0 - satisfaction[i, o])
        complaining[i, firm] = 0
        heard = answered[c, 4] == 1 or uniform(address(key, label[i]), firm_label) < routing
        if a >= 0 and heard:
            routed[a] += 1
    for c in range(given_up.shape[0]):
        i, o = given_up[c, 0], given_up[c, 1]
        satisfaction[i, o] *= 1.0 - effects[3]
        loyalty[i, o] *= 1.0 - effects[3]
        complaining[i, firm] = 0

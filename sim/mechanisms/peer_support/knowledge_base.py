"""Members answer each other's complaints, and what they answered can be found again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, probability_of, uniform
from sim.tables import Array, Response

if TYPE_CHECKING:
    from sim.agents.community import Community
    from sim.market import Market

VOICE, PEER = Response.VOICE, Response.PEER


@mechanism
class KnowledgeBase(Mechanism):
    """A member's complaint may be solved by experts among the members, or by an old answer.

    Equation
    --------
    Of a complaint that a member voiced this week about an offer that her community talks of,
    P(solved by an expert) = 1 - exp(-expert_rate * E) and P(solved at all) =
    1 - exp(-expert_rate * E - knowledge_rate * K / (K + knowledge_half)), where E is the expertise
    of the members together, per customer of the market, and K the stock of answers on the offer,
    per 1,000 customers: K = knowledge_memory * K + answers of experts this week + opened_answers *
    opens_knowledge of the firm. A solved complaint never reaches the firm's desk: satisfaction
    moves towards 1 by peer_remedy and the response becomes PEER. Each community of hers is a
    chance of its own.

    Reads / Writes
    --------------
    market.purchases, customers.expertise, member, muted -> customers.satisfaction (n_customers,
    n_offers), customers.complaining (n_customers, n_firms), firms.n_peer_solved (n_firms,),
    purchases.response; communities' answers.

    References
    ----------
    Wasko and Faraj (2005), Why should I share?; Hagel and Armstrong (1997), Net gain; sources.md
    M14 and C06 (Cisco opened its own systems to customers).

    Not modeled
    -----------
    Wrong answers, thanks and standing that answering earns, single authors of answers, the cost of
    opening the firm's systems. Development learns nothing from a complaint that peers solved.
    """

    class Parameters(Declared):
        """How well peers help."""

        expert_rate: float = param(
            5.0, unit="1", bounds=(0, 1000),
            doc="Rate of answers if all customers were members and full experts.", source="M14",
        )
        knowledge_rate: float = param(
            1.0, unit="1", bounds=(0, 100),
            doc="Rate of solutions from a stock of answers without end.", source="M14",
        )
        knowledge_half: float = param(
            50.0, unit="answers per 1,000 customers", bounds=(1e-6, 1e9),
            doc="Stock of answers that solves at half that rate.",
        )
        knowledge_memory: float = param(
            0.98, unit="1/week", bounds=(0, 1),
            doc="Share of answers that still help after a week.",
        )
        opened_answers: float = param(
            2.0, unit="answers/week per 1,000 customers", bounds=(0, 1e6),
            doc="Answers on each offer that a fully open firm adds.", source="M14: Cisco",
        )
        peer_remedy: float = param(
            0.5, unit="1", bounds=(0, 1), by_segment=True,
            doc="Part of the way to full satisfaction.", source="A5",
        )

    reads = ("customers.expertise", "customers.member", "customers.muted")
    writes = ("customers.satisfaction", "customers.complaining", "firms.n_peer_solved")
    cites = ("Wasko and Faraj (2005)", "Hagel and Armstrong (1997)")

    def step(self, market: Market) -> None:
        """Let each community solve what it can."""
        market.tables.firms.n_peer_solved[:] = 0
        open_to = np.array([firm.levers["opens_knowledge"] for firm in market.firms])
        opened = self.parameters.opened_answers * open_to[market.tables.offers.firm]
        some = bool((market.purchases.response == VOICE).any())
        for c, community in enumerate(market.communities):
            new = self._solve(market, c, community) if some else np.zeros(market.n_offers)
            old = self.parameters.knowledge_memory * community.answers
            community.answers = old + new + opened * community.admits

    def _solve(self, market: Market, c: int, community: Community) -> Array:
        """Solve this week's complaints in one community; returns new answers (n_offers,)."""
        customers, offers, firms = market.tables
        p, bought = self.parameters, market.purchases
        expertise = np.zeros(market.n_blocks)
        market.sweep(
            gather_expertise, c, customers.member, customers.expertise, market.some_muted,
            customers.muted, expertise,
        )
        by_experts = p.expert_rate * float(expertise.sum()) / market.n_customers
        known = p.knowledge_rate * community.answers / (community.answers + p.knowledge_half)
        solved = np.zeros((market.n_blocks, market.n_offers, 2), dtype=np.int64)
        market.sweep(
            solve, market.streams.key(f"peer_support.solve.{community.name}", market.week), c,
            bought.starts, customers.label, customers.segment,
            self.by_segment(market, "peer_remedy"), community.admits, by_experts, known,
            offers.label, offers.firm, customers.member, customers.satisfaction,
            customers.complaining, bought.customer, bought.offer, bought.response, solved,
        )
        total = solved.sum(axis=0)
        np.add.at(firms.n_peer_solved, offers.firm, total[:, 0])
        answers: Array = total[:, 1] * (1000.0 / market.n_customers)
        return answers

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Which problem of hers other customers solved."""
        customers, told = market.tables.customers, []
        for o, name in enumerate(market.offer_names):
            old, new = float(before["satisfaction"][o]), float(customers.satisfaction[row, o])
            f = int(market.tables.offers.firm[o])
            if new > old and before["complaining"][f] and not customers.complaining[row, f]:
                told.append(Happening(
                    f"other customers solved her problem with {name}; "
                    f"satisfaction {old:.2f} -> {new:.2f}"
                ))
        return told


@kernel
def gather_expertise(
    start: int, stop: int, c: int, member: Array, expertise: Array, some_muted: bool, muted: Array,
    total: Array,
) -> None:
    """Add up the expertise of members of community ``c`` from ``start`` to ``stop``."""
    for begin in range(start, stop, BLOCK):
        inside = 0.0
        for i in range(begin, min(begin + BLOCK, stop)):
            heard = 0 if some_muted and muted[i] == 1 else member[i, c]
            inside += heard * expertise[i]
        total[begin // BLOCK] = inside


@kernel
def solve(
    start: int, stop: int, key: np.uint64, c: int, starts: Array, label: Array, segment: Array,
    remedy: Array, admits: Array, by_experts: float, known: Array, offer_label: Array,
    firm_of: Array, member: Array, satisfaction: Array, complaining: Array, customer: Array,
    offer: Array, response: Array, solved: Array,
) -> None:
    """Solve complaints that members from ``start`` to ``stop`` voiced this week, where possible."""
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        if response[p] != VOICE:
            continue
        i, o = customer[p], offer[p]
        if member[i, c] == 0 or admits[o] == 0:
            continue
        unit = uniform(address(key, label[i]), offer_label[o])
        if unit >= probability_of(by_experts + known[o]):
            continue
        response[p] = PEER
        complaining[i, firm_of[o]] = 0
        satisfaction[i, o] += remedy[segment[i]] * (1.0 - satisfaction[i, o])
        solved[i // BLOCK, o, 0] += 1
        if unit < probability_of(by_experts):
            solved[i // BLOCK, o, 1] += 1

"""Tastes and designs lie on a circle; learned or specified tailoring closes the distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK
from sim.tables import Array, Options, Purchases

if TYPE_CHECKING:
    from sim.market import Market

FINER = 1000
"""Costs of a unit are whole numbers of this part of a cent, so that they add up in any order."""


@mechanism
class TasteCircle(Mechanism):
    """The farther a design is from her taste, the less she lives, unless it is made to fit.

    Equation
    --------
    Taste and position lie on a circle of length 1, so that mismatch m = 2 * (the shorter way
    between them) goes from 0 to 1. By what the firm knows, learned = personalization * known fits;
    if she specifies it herself, specified = customization * (1 - confusion * (1 - expertise)) fits,
    at an effort of effort_cost * customization. She specifies where
    fit_worth * mismatch_weight * m * (specified - learned) > effort; fit is what she has then.
    Experience loses mismatch_weight * m * (1 - fit). She foresees the share visible_share of this
    when she chooses, and weighs the effort of the offers that she would specify.
    A unit costs the firm customization_cost * customization of its unit cost besides if she
    specified it, else personalization_cost * personalization * known.

    Reads / Writes
    --------------
    customers.taste (n_customers, n_categories), known (n_customers, n_firms), effort_cost,
    expertise (n_customers,), offers.position, personalization, customization, unit_cost_cents
    (n_offers,) -> firms.tailoring_cents (n_firms,); options and purchases of the week.

    References
    ----------
    Salop (1979), the circle; Dellaert and Stremersch (2005), utility of mass customization against
    its complexity, which expertise lowers; science.md A4, A9.

    Not modeled
    -----------
    Tastes that change; designs that firms move; errors of the firm about what it knows. The effort
    is a cost in the choice and not in the experience.
    """

    class Parameters(Declared):
        """How much design matters and how tailoring works."""

        mismatch_weight: float = param(
            0.4, unit="1", bounds=(0, 1), by_segment=True,
            doc="Experience lost to a design on the other side of the circle.", source="A4",
        )
        visible_share: float = param(
            0.5, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of the loss that she foresees before she buys.",
        )
        confusion: float = param(
            0.3, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of a specification that goes wrong without expertise.",
            source="Dellaert and Stremersch (2005)",
        )
        fit_worth: float = param(
            4.0, unit="utility", bounds=(0, 100), by_segment=True,
            doc="Utility of a full experience, when she weighs fit against effort.",
            source="as experience_weight of choice",
        )
        customization_cost: float = param(
            0.2, unit="1", bounds=(0, 10),
            doc="Cost of a fully specified unit, as a share of its unit cost.",
        )
        personalization_cost: float = param(
            0.05, unit="1", bounds=(0, 10),
            doc="Cost of a fully personalized unit, as a share of its unit cost.",
        )

    reads = (
        "customers.taste", "customers.known", "customers.effort_cost", "customers.expertise",
        "offers.position", "offers.personalization", "offers.customization",
        "offers.unit_cost_cents",
    )
    writes = ("firms.tailoring_cents",)
    cites = ("Salop (1979)", "Dellaert and Stremersch (2005)")

    def _situation(self, market: Market) -> tuple[Array, ...]:
        """What all kernels need: effects by segment, customers' and offers' columns."""
        customers, offers = market.tables.customers, market.tables.offers
        effects = self.by_segment(
            market, "mismatch_weight", "visible_share", "confusion", "fit_worth"
        )
        return (
            customers.segment, effects, customers.taste, customers.known, customers.effort_cost,
            customers.expertise, offers.firm, offers.category, offers.position,
            offers.personalization, offers.customization,
        )

    def weigh(self, market: Market, options: Options) -> None:
        """Let visible misfit and the effort of specifying count in the choice."""
        market.sweep(
            foresee, options.starts, options.customer, options.category,
            *self._situation(market), options.utility, options.foreseen,
        )

    def serve(self, market: Market, uses: Purchases) -> None:
        """Take the misfit that is left from what buyers experience."""
        market.sweep(
            wear, uses.starts, uses.customer, uses.offer, *self._situation(market), uses.service,
        )

    def step(self, market: Market) -> None:
        """Book what making to measure costs."""
        p, firms, bought = self.parameters, market.tables.firms, market.purchases
        cost = np.zeros((market.n_blocks, market.n_firms), dtype=np.int64)
        if bought.n:
            market.sweep(
                make, bought.starts, bought.customer, bought.offer, *self._situation(market),
                p.customization_cost, p.personalization_cost, market.tables.offers.unit_cost_cents,
                cost,
            )
        firms.tailoring_cents[:] = np.rint(cost.sum(axis=0) / FINER)

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """How far what she bought was from her taste, and what was done about it."""
        bought, told, situation = market.purchases, [], self._situation(market)
        for p in np.flatnonzero((bought.customer == row) & (bought.offer >= 0)):
            o = int(bought.offer[p])
            m, fit, effort = tailor(row, o, *situation)
            text = f"{market.offer_names[o]} lies {m:.2f} from her taste"
            if effort >= 0:
                text += f", and she specified it herself, which fits {fit:.0%}"
            elif fit > 0:
                text += f", and what the firm knew of her made it fit {fit:.0%}"
            told.append(Happening(text, {"mismatch": float(m), "fit": float(fit)}))
        return told


@kernel
def tailor(
    i: int, o: int, segment: Array, effects: Array, taste: Array, known: Array,
    effort_cost: Array, expertise: Array, firm_of: Array, category: Array, position: Array,
    personalization: Array, customization: Array,
) -> tuple[float, float, float]:
    """Mismatch and fit of an offer for a customer, and her effort: -1 if she specifies nothing."""
    s = segment[i]
    way = abs(float(taste[i, category[o]]) - float(position[o]))
    m = 2.0 * min(way, 1.0 - way)
    fit = float(personalization[o]) * float(known[i, firm_of[o]])
    if customization[o] <= 0.0:
        return m, fit, -1.0
    specified = customization[o] * (1.0 - effects[s, 2] * (1.0 - expertise[i]))
    effort = float(effort_cost[i]) * float(customization[o])
    if effects[s, 3] * effects[s, 0] * m * (specified - fit) > effort:
        return m, specified, effort
    return m, fit, -1.0


@kernel
def foresee(
    start: int, stop: int, starts: Array, customer: Array, kind: Array, segment: Array,
    effects: Array, taste: Array, known: Array, effort_cost: Array, expertise: Array,
    firm_of: Array, category: Array, position: Array, personalization: Array,
    customization: Array, utility: Array, foreseen: Array,
) -> None:
    """Add misfit and effort to the options of customers from ``start`` to ``stop``."""
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        i = customer[e]
        s = segment[i]
        for o in range(position.size):
            if category[o] != kind[e]:
                continue
            m, fit, effort = tailor(
                i, o, segment, effects, taste, known, effort_cost, expertise, firm_of, category,
                position, personalization, customization,
            )
            foreseen[e, o] -= effects[s, 1] * effects[s, 0] * m * (1.0 - fit)
            if effort > 0.0:
                utility[e, o] -= effort


@kernel
def wear(
    start: int, stop: int, starts: Array, customer: Array, offer: Array, segment: Array,
    effects: Array, taste: Array, known: Array, effort_cost: Array, expertise: Array,
    firm_of: Array, category: Array, position: Array, personalization: Array,
    customization: Array, service: Array,
) -> None:
    """Take the misfit from the experience of customers from ``start`` to ``stop``."""
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        if offer[p] >= 0:
            i = customer[p]
            m, fit, _ = tailor(
                i, offer[p], segment, effects, taste, known, effort_cost, expertise, firm_of,
                category, position, personalization, customization,
            )
            service[p] -= effects[segment[i], 0] * m * (1.0 - fit)


@kernel
def make(
    start: int, stop: int, starts: Array, customer: Array, offer: Array, segment: Array,
    effects: Array, taste: Array, known: Array, effort_cost: Array, expertise: Array,
    firm_of: Array, category: Array, position: Array, personalization: Array,
    customization: Array, customization_cost: float, personalization_cost: float,
    unit_cost_cents: Array, cost: Array,
) -> None:
    """Add up by firm what tailoring from ``start`` to ``stop`` costs, in cents over ``FINER``."""
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        o = offer[p]
        if o < 0:
            continue
        i = customer[p]
        _, fit, effort = tailor(
            i, o, segment, effects, taste, known, effort_cost, expertise, firm_of, category,
            position, personalization, customization,
        )
        share = personalization_cost * fit
        if effort >= 0.0:
            share = customization_cost * customization[o]
        cost[i // BLOCK, firm_of[o]] += np.int64(np.rint(share * unit_cost_cents[o] * FINER))

"""Sales contacts serve or push; pressure sells now and builds reactance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address_all, hits_below_one, probability_of, uniform
from sim.tables import Array, Trigger

if TYPE_CHECKING:
    from sim.market import Market

SALES = Trigger.SALES


@mechanism
class Reactance(Mechanism):
    """Firms contact customers; a pushy contact persuades this week and is resented afterwards.

    Equation
    --------
    A contact happens with probability 1 - exp(-sales_contact_rate) and is let in with probability
    1 - reactance. Let in, it makes aware, pushes by ``pressure`` this week, and serves: trust moves
    towards 1 by trust_gain * (1 - pressure). Every contact moves reactance towards 1 by
    reactance_gain * pressure and takes trust_loss * pressure of the trust. Both fade by retention.

    Reads / Writes
    --------------
    firms' levers -> customers.trust, customers.reactance, customers.sales_push
    (n_customers, n_firms), customers.aware, customers.trigger (n_customers, n_offers),
    firms.selling_cents (n_firms,).

    References
    ----------
    Brehm (1966), A theory of psychological reactance; sources.md M31.

    Not modeled
    -----------
    Sales staff as people, with skills and incentives of their own.
    """

    class Parameters(Declared):
        """Effects of a sales contact."""

        trust_gain: float = param(
            0.1, unit="1", bounds=(0, 1), by_segment=True, doc="Trust won by a serving contact."
        )
        trust_loss: float = param(
            0.2, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of trust lost in a contact of full pressure.",
        )
        trust_retention: float = param(
            0.99, unit="1/week", bounds=(0, 1), by_segment=True, doc="Trust left after a week."
        )
        reactance_gain: float = param(
            0.25, unit="1", bounds=(0, 1), by_segment=True,
            doc="Reactance built by a contact of full pressure.",
        )
        reactance_retention: float = param(
            0.95, unit="1/week", bounds=(0, 1), by_segment=True,
            doc="Reactance left after a week.",
        )
        contact_cost: float = param(
            0.0, unit="currency", bounds=(0, 1e6), doc="Cost of one sales contact."
        )

    reads = ("customers.label", "customers.segment", "offers.firm", "offers.launch_week")
    writes = (
        "customers.trust", "customers.reactance", "customers.sales_push", "customers.aware",
        "customers.trigger", "firms.selling_cents",
    )
    cites = ("Brehm (1966)",)

    def step(self, market: Market) -> None:
        """Contact customers of every firm that sells by contact."""
        customers, offers, firms = market.tables
        chance = np.array([probability_of(f.levers["sales_contact_rate"]) for f in market.firms])
        pressure = np.array([f.levers["sales_pressure"] for f in market.firms])
        n_contacts = np.zeros((market.n_blocks, market.n_firms), dtype=np.int64)
        on_sale = (offers.launch_week <= market.week).astype(np.uint8)
        effects = self.by_segment(
            market, "trust_gain", "trust_loss", "trust_retention", "reactance_gain",
            "reactance_retention",
        )
        market.sweep(
            contact, market.streams.key("selling.contact", market.week),
            customers.label, customers.segment, firms.label, chance, pressure, effects,
            offers.firm, on_sale, customers.trust, customers.reactance, customers.sales_push,
            customers.aware, customers.trigger, n_contacts,
        )
        firms.selling_cents[:] = np.rint(
            n_contacts.sum(axis=0) * self.parameters.contact_cost * 100.0
        )

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Which firms contacted her, and how she took it."""
        customers = market.tables.customers
        told = [
            Happening(f"got to know {name} through a sales contact", {"offer": name})
            for o, name in enumerate(market.offer_names)
            if customers.aware[row, o] != before["aware"][o]
        ]
        kept = self.by_segment(market, "trust_retention", "reactance_retention")
        kept_trust, kept_reactance = kept[customers.segment[row]]
        for f, firm in enumerate(market.firms):
            trust, reactance = float(customers.trust[row, f]), float(customers.reactance[row, f])
            if reactance > before["reactance"][f] * kept_reactance + 1e-6:
                listened = customers.sales_push[row, f] > 0
                let_in = "let it work on her" if listened else "closed her ears"
                told.append(Happening(
                    f"was pressed by a sales contact of {firm.name} and {let_in}; "
                    f"reactance {before['reactance'][f]:.2f} -> {reactance:.2f}"
                ))
            elif trust > before["trust"][f] * kept_trust + 1e-6:
                told.append(Happening(
                    f"was served by a sales contact of {firm.name}; "
                    f"trust {before['trust'][f]:.2f} -> {trust:.2f}"
                ))
        return told


@kernel
def shrink(values: Array, kept: float) -> None:
    """Multiply by what is kept."""
    for j in range(values.size):
        values[j] *= kept


@kernel
def fade(segment: Array, effects: Array, trust: Array, reactance: Array, push: Array) -> None:
    """Let trust and reactance of a block fade, and last week's pressure end."""
    push[:] = 0.0
    if (effects[:, 2] == effects[0, 2]).all() and (effects[:, 4] == effects[0, 4]).all():
        # All segments alike: one stretch of memory that vector registers run through.
        shrink(trust.reshape(-1), effects[0, 2])
        shrink(reactance.reshape(-1), effects[0, 4])
        return
    for j in range(segment.size):
        trust_kept, reactance_kept = effects[segment[j], 2], effects[segment[j], 4]
        for f in range(trust.shape[1]):
            trust[j, f] *= trust_kept
            reactance[j, f] *= reactance_kept


@kernel
def contact(
    start: int, stop: int, key: np.uint64, label: Array, segment: Array,
    firm_label: Array, chance: Array, pressure: Array, effects: Array, firm_of: Array,
    on_sale: Array, trust: Array, reactance: Array, push: Array, aware: Array, trigger: Array,
    n_contacts: Array,
) -> None:
    """Let contacts of this week work on customers from ``start`` to ``stop``."""
    state = np.empty(BLOCK, dtype=np.uint64)
    who = np.empty(BLOCK + 1, dtype=np.int32)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        fade(
            segment[begin:end], effects, trust[begin:end], reactance[begin:end], push[begin:end]
        )
        address_all(key, label[begin:end], state)
        for f in range(firm_label.size):
            if chance[f] <= 0.0:
                continue
            n = hits_below_one(state[: end - begin], 2 * firm_label[f] + 1, chance[f], who)
            n_contacts[begin // BLOCK, f] += n
            for e in range(n):
                i = begin + who[e]
                gain, loss = effects[segment[i], 0], effects[segment[i], 1]
                if uniform(state[who[e]], 2 * firm_label[f] + 2) >= reactance[i, f]:
                    push[i, f] = pressure[f]
                    trust[i, f] += gain * (1.0 - pressure[f]) * (1.0 - trust[i, f])
                    for o in range(firm_of.size):
                        if firm_of[o] == f and on_sale[o] and aware[i, o] == 0:
                            aware[i, o] = 1
                            if trigger[i, o] == 0:
                                trigger[i, o] = SALES
                resent = effects[segment[i], 3]
                reactance[i, f] += resent * pressure[f] * (1.0 - reactance[i, f])
                trust[i, f] -= loss * pressure[f] * trust[i, f]

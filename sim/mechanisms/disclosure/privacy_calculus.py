"""Customers weigh what their data brings them against what it may cost them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address_all, hits_by_segment, probability_of, uniform
from sim.tables import Array, Options, Response

if TYPE_CHECKING:
    from sim.market import Market

EXIT = Response.EXIT


@mechanism
class PrivacyCalculus(Mechanism):
    """A buyer discloses where service and payment outweigh her concern; misuse is found out.

    Equation
    --------
    What disclosure is worth to her, for an offer that asks for data:
    net = benefit_weight * personalization + price_sensitivity * data_payment
    - privacy_concern * data_ask * (1 - trust).
    Before choice, an offer that requires data gains net in utility, good or bad; one that only asks
    gains max(net, 0), since she may decline. After the purchase she discloses where data are
    required or net > 0. Then known += learning_rate * data_ask * (1 - known), and the firm pays
    data_payment. The purchase after which she leaves the offer discloses nothing, and she takes
    what its firm knew along: known = 0. Purchases of a week count one after the other, so that one
    that comes after that lets the firm learn anew.
    A firm that misuses is found out with probability
    1 - exp(-discovery_rate * data_misuse * known) a week and customer, and loses the share
    misuse_loss of her trust.

    Reads / Writes
    --------------
    market.purchases, firms' levers data_payment and data_misuse, offers.data_ask, data_required,
    personalization (n_offers,), customers.privacy_concern, price_sensitivity (n_customers,) ->
    customers.known, customers.trust (n_customers, n_firms), firms.disclosure_cents (n_firms,).

    References
    ----------
    Dinev and Hart (2006), the privacy calculus; Acquisti, John and Loewenstein (2013): concern
    has two peaks; science.md A9.

    Not modeled
    -----------
    What a payment buys her: it is a cost of the firm that leaves the market. Income of the firm
    from advertisers or from selling data on. Data that others disclose about her. A gap between
    what she says of privacy and what she does.
    """

    class Parameters(Declared):
        """Worth and dangers of disclosure."""

        benefit_weight: float = param(
            0.5, unit="utility", bounds=(0, 20), by_segment=True,
            doc="Utility that she expects of disclosing to a fully personalized offer.",
            source="A9",
        )
        learning_rate: float = param(
            0.25, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of what it does not know yet that a firm learns from one full disclosure.",
            source="A9: learning by interaction",
        )
        discovery_rate: float = param(
            0.1, unit="1/week", bounds=(0, 10), by_segment=True,
            doc="Rate of finding out full misuse of full knowledge.",
        )
        misuse_loss: float = param(
            0.5, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of trust lost on finding out.", source="Morgan and Hunt (1994)",
        )

    reads = (
        "customers.privacy_concern", "customers.price_sensitivity", "offers.data_ask",
        "offers.data_required", "offers.personalization",
    )
    writes = ("customers.known", "customers.trust", "firms.disclosure_cents")
    cites = ("Dinev and Hart (2006)", "Acquisti, John and Loewenstein (2013)")

    def weigh(self, market: Market, options: Options) -> None:
        """Let what disclosure is worth count in the choice of offers that ask for it."""
        customers, offers = market.tables.customers, market.tables.offers
        if not offers.data_ask.any():
            return
        market.sweep(
            bargain, options.starts, options.customer, options.category, customers.segment,
            self.by_segment(market, "benefit_weight"), payments(market),
            customers.price_sensitivity, customers.privacy_concern, customers.trust, offers.firm,
            offers.category, offers.data_ask, offers.data_required, offers.personalization,
            options.utility,
        )

    def step(self, market: Market) -> None:
        """Learn from who disclosed, forget who left, and be found out."""
        customers, offers, firms = market.tables
        bought, paid = market.purchases, payments(market)
        n_disclosed = np.zeros((market.n_blocks, market.n_firms), dtype=np.int64)
        if bought.n and (offers.data_ask.any() or customers.known.any()):
            market.sweep(
                disclose, bought.starts, bought.customer, bought.offer, bought.response,
                customers.segment, self.by_segment(market, "benefit_weight", "learning_rate"), paid,
                customers.price_sensitivity, customers.privacy_concern, customers.trust,
                offers.firm, offers.data_ask, offers.data_required, offers.personalization,
                customers.known, n_disclosed,
            )
        cents = np.rint(paid * 100.0).astype(np.int64)
        firms.disclosure_cents[:] = n_disclosed.sum(axis=0) * cents
        misuse = np.array([firm.levers["data_misuse"] for firm in market.firms])
        if misuse.any():
            market.sweep(
                find_out, market.streams.key("disclosure.discovery", market.week), customers.label,
                customers.segment, firms.label, misuse,
                self.by_segment(market, "discovery_rate", "misuse_loss"), customers.known,
                customers.trust,
            )

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Which firms learned of her, forgot her, or were found out."""
        customers, told = market.tables.customers, []
        for f, firm in enumerate(market.firms):
            old, new = float(before["known"][f]), float(customers.known[row, f])
            if new > old:
                told.append(Happening(
                    f"let {firm.name} learn from her data; it knows {old:.2f} -> {new:.2f} of her"
                ))
            elif new < old:
                told.append(Happening(f"left, and {firm.name} lost what it knew of her"))
            trusted, trust = float(before["trust"][f]), float(customers.trust[row, f])
            if trust < trusted:
                told.append(Happening(
                    f"found out that {firm.name} misuses her data; "
                    f"trust {trusted:.2f} -> {trust:.2f}"
                ))
        return told


def payments(market: Market) -> Array:
    """What each firm pays for one disclosure, in currency, (n_firms,)."""
    return np.array([firm.levers["data_payment"] for firm in market.firms], dtype=np.float64)


@kernel
def worth(
    benefit: float, personalization: float, price_sensitivity: float, payment: float,
    concern: float, ask: float, trust: float,
) -> float:
    """What disclosing is worth to a customer, in utility."""
    return benefit * personalization + price_sensitivity * payment - concern * ask * (1.0 - trust)


@kernel
def bargain(
    start: int, stop: int, starts: Array, customer: Array, kind: Array, segment: Array,
    benefit: Array, payment: Array, price_sensitivity: Array, concern: Array, trust: Array,
    firm_of: Array, category: Array, ask: Array, required: Array, personalization: Array,
    utility: Array,
) -> None:
    """Add what disclosure is worth on occasions of customers from ``start`` to ``stop``."""
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        i = customer[e]
        for o in range(ask.size):
            if category[o] != kind[e] or ask[o] <= 0.0:
                continue
            f = firm_of[o]
            net = worth(
                benefit[segment[i]], personalization[o], price_sensitivity[i], payment[f],
                concern[i], ask[o], trust[i, f],
            )
            if required[o] == 1 or net > 0.0:
                utility[e, o] += net


@kernel
def disclose(
    start: int, stop: int, starts: Array, customer: Array, offer: Array, response: Array,
    segment: Array, effects: Array, payment: Array, price_sensitivity: Array, concern: Array,
    trust: Array, firm_of: Array, ask: Array, required: Array, personalization: Array,
    known: Array, n_disclosed: Array,
) -> None:
    """Let firms learn from the purchases of customers from ``start`` to ``stop``."""
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        o = offer[p]
        if o < 0:
            continue
        i, f = customer[p], firm_of[o]
        if response[p] == EXIT:
            known[i, f] = 0.0
            continue
        if ask[o] <= 0.0:
            continue
        s = segment[i]
        net = worth(
            effects[s, 0], personalization[o], price_sensitivity[i], payment[f], concern[i],
            ask[o], trust[i, f],
        )
        if required[o] == 1 or net > 0.0:
            known[i, f] += effects[s, 1] * ask[o] * (1.0 - known[i, f])
            n_disclosed[i // BLOCK, f] += 1


@kernel
def find_out(
    start: int, stop: int, key: np.uint64, label: Array, segment: Array, firm_label: Array,
    misuse: Array, effects: Array, known: Array, trust: Array,
) -> None:
    """Let customers from ``start`` to ``stop`` find out who misuses their data.

    Everybody draws against the chance of a customer who is fully known; only the few who fall
    below it are looked at.
    """
    state = np.empty(BLOCK, dtype=np.uint64)
    who = np.empty(BLOCK + 1, dtype=np.int32)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        address_all(key, label[begin:end], state)
        for f in range(firm_label.size):
            if misuse[f] <= 0.0:
                continue
            rate = effects[:, 0] * misuse[f]
            most = probability_of(rate)
            index = firm_label[f] + 1
            n = hits_by_segment(state[: end - begin], index, most, segment[begin:end], who)
            for e in range(n):
                i = begin + who[e]
                s = segment[i]
                chance = probability_of(rate[s] * known[i, f])
                if uniform(state[who[e]], index) < chance:
                    trust[i, f] -= effects[s, 1] * trust[i, f]

"""Advertising builds a stock that decays and makes customers aware; it may promise and remind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address_all, hits_by_segment
from sim.tables import Array, Options, Trigger

if TYPE_CHECKING:
    from sim.market import Market

ADVERTISING = Trigger.ADVERTISING


@mechanism
class Adstock(Mechanism):
    """Offers advertise; each unaware customer may notice; who never bought may forget.

    Equation
    --------
    S = retention * S + g(x), with g(x) = x^c / (d^c + x^c) for spending x a week and 1,000
    customers; P(notices in a week) = 1 - exp(-reach_rate * S), and who is unaware becomes aware;
    P(forgets) = forget_prob for customers who never bought the offer. Where advertising promises
    an experience, the claim c, whoever notices it moves her expectation e by
    persuasion * (c - e) / (1 + resistance * n), n being what she knows without the firm: her
    purchases of it, and what friends told her of it before she took it up. It reminds who knows
    the offer: the utility of choosing it rises by reminder * g(x) in the weeks in which the firm
    spends, and by nothing afterwards; what lasts of it is the habit of who bought.

    Reads / Writes
    --------------
    offers.advertising, offers.advertised_claim -> offers.adstock, ad_response (n_offers,),
    customers.aware, trigger, customers.expectation (n_customers, n_offers), firms.advertising_cents
    (n_firms,); terms of utility in choice.

    References
    ----------
    Vidale and Wolfe (1957); Little (1979), adstock after Broadbent; science.md A1. For promises:
    Boulding, Kalra and Staelin (1999), prior knowledge weakens a message; science.md A4. For
    reminders: Givon and Horsky (1990), advertising lasts by purchases that reinforce themselves
    more than by itself; Sethuraman, Tellis and Briesch (2011) for its strength.

    Not modeled
    -----------
    Media, copy wear-out and targeting. What friends say later than that does not harden her
    against a promise; it moves her expectation itself (word_of_mouth).
    """

    class Parameters(Declared):
        """Memory, response and reach of advertising."""

        retention: float = param(
            0.93, unit="1/week", bounds=(0, 0.999), doc="Share of the stock left after a week.",
            source="A1: 0.915-0.943",
        )
        half_saturation: float = param(
            100.0, unit="currency/week per 1,000 customers", bounds=(1e-9, 1e9),
            doc="Spending with half of the greatest effect.",
        )
        curvature: float = param(
            1.0, unit="1", bounds=(0.1, 5), doc="At most 1: concave; above: S-shaped.", source="A1"
        )
        reach_rate: float = param(
            0.02, unit="1/week", bounds=(0, 10), by_segment=True,
            doc="Rate of noticing per unit of stock.", source="A1",
        )
        persuasion: float = param(
            0.2, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of the way that a noticed promise moves who knows nothing else.",
            source="A4: weight of a claim before purchase",
        )
        resistance: float = param(
            1.0, unit="1", bounds=(0, 100), by_segment=True,
            doc="How much each purchase or telling of friends weakens a promise.", source="M15",
        )
        forget_prob: float = param(
            0.01, unit="1/week", bounds=(0, 1), by_segment=True,
            doc="Probability to forget an offer never bought.", source="A1: 0.01-0.05",
        )
        reminder: float = param(
            0.0, unit="utility", bounds=(0, 20), by_segment=True,
            doc="Utility that the strongest advertising adds to an offer that a customer knows.",
            source="A1: gives an elasticity of reminder * g * (1 - g) * (1 - share)",
        )

    reads = (
        "offers.advertising", "offers.advertised_claim", "offers.launch_week",
        "customers.purchase_count", "customers.last_offer", "customers.exposures",
    )
    writes = (
        "offers.adstock", "offers.ad_response", "customers.aware", "customers.trigger",
        "customers.expectation", "firms.advertising_cents",
    )
    cites = ("Vidale and Wolfe (1957)", "Little (1979)", "Boulding, Kalra and Staelin (1999)",
             "Givon and Horsky (1990)")
    is_default = True

    def step(self, market: Market) -> None:
        """Spend, build the stock, reach customers."""
        offers, customers = market.tables.offers, market.tables.customers
        on_sale = offers.launch_week <= market.week
        p, spending = self.parameters, np.where(on_sale, offers.advertising, 0.0)
        power = spending if p.curvature == 1.0 else spending**p.curvature
        offers.ad_response[:] = power / (p.half_saturation**p.curvature + power)
        offers.adstock[:] = p.retention * offers.adstock + offers.ad_response
        market.tables.firms.advertising_cents[:] = np.bincount(
            offers.firm, np.rint(spending * (customers.n / 10.0)), market.n_firms
        )
        rates = self.by_segment(market, "reach_rate")[:, None] * offers.adstock[None, :]
        reach = np.where(on_sale, -np.expm1(-rates), 0.0)
        forget = self.by_segment(market, "forget_prob")
        reaching, forgetting = bool(reach.any()), bool(forget.any())
        if reaching or forgetting:
            market.sweep(
                notice, market.streams.key("advertising.notice", market.week),
                market.streams.key("advertising.forget", market.week), customers.label,
                customers.segment, offers.label, reaching, reach, forgetting, forget,
                customers.purchase_count,
                customers.last_offer, customers.aware, customers.trigger,
            )
        promised = ~np.isnan(offers.advertised_claim)
        if reaching and promised.any():
            market.sweep(
                persuade, market.streams.key("advertising.notice", market.week), customers.label,
                customers.segment, offers.label, promised, offers.advertised_claim, reach,
                self.by_segment(market, "persuasion", "resistance"), customers.aware,
                customers.purchase_count, customers.exposures, customers.expectation,
            )

    def weighs(self, market: Market) -> bool:
        """Whether advertising reminds anybody."""
        return bool(self.by_segment(market, "reminder").any())

    def weigh(self, market: Market, options: Options) -> None:
        """Remind of what is advertised this week."""
        response = market.tables.offers.ad_response
        effect = self.by_segment(market, "reminder")[:, None] * response[None, :]
        if effect.any():
            market.sweep(
                remind, options.starts, options.customer, market.tables.customers.segment,
                effect.astype(np.float32), options.utility,
            )

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Which offers she noticed or forgot, and which promises she believed."""
        customers, claims = market.tables.customers, market.tables.offers.advertised_claim
        now = customers.aware[row]
        changed = [(o, now[o]) for o in range(market.n_offers) if now[o] != before["aware"][o]]
        told = [
            Happening(
                f"noticed advertising for {market.offer_names[o]}" if noticed
                else f"forgot {market.offer_names[o]}, which she never bought"
            )
            for o, noticed in changed
        ]
        for o, name in enumerate(market.offer_names):
            old, new = float(before["expectation"][o]), float(customers.expectation[row, o])
            if old != new:
                told.append(Happening(
                    f"advertising promised {float(claims[o]):.2f} of {name}: "
                    f"expectation {old:.2f} -> {new:.2f}", {"offer": name},
                ))
        return told


@kernel
def notice(
    start: int, stop: int, key: np.uint64, forget_key: np.uint64, label: Array, segment: Array,
    offer_label: Array, reaching: bool, reach: Array, forgetting: bool, forget: Array,
    purchase_count: Array, last_offer: Array, aware: Array, trigger: Array,
) -> None:
    """Make customers from ``start`` to ``stop`` aware or forgetful.

    Everybody draws, aware or not, and only the few hits are looked at: drawing is cheaper than
    asking first.
    """
    state = np.empty(BLOCK, dtype=np.uint64)
    forgetful = np.empty(BLOCK, dtype=np.uint64)
    who = np.empty(BLOCK + 1, dtype=np.int32)
    fresh = np.empty(BLOCK + 1, dtype=np.int64)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        size = end - begin
        kinds = segment[begin:end]
        if reaching:
            address_all(key, label[begin:end], state)
        if forgetting:
            address_all(forget_key, label[begin:end], forgetful)
        for o in range(offer_label.size):
            n_fresh = 0
            if reaching:
                n = hits_by_segment(state[:size], offer_label[o] + 1, reach[:, o], kinds, who)
                for e in range(n):
                    i = begin + who[e]
                    if aware[i, o] == 0:
                        aware[i, o] = 1
                        if trigger[i, o] == 0:
                            trigger[i, o] = ADVERTISING
                        fresh[n_fresh] = i
                        n_fresh += 1
            if forgetting:
                n = hits_by_segment(forgetful[:size], offer_label[o] + 1, forget, kinds, who)
                at = 0
                for e in range(n):
                    i = begin + who[e]
                    # Who noticed the offer this very week does not forget it at once.
                    while at < n_fresh and fresh[at] < i:
                        at += 1
                    kept = (at < n_fresh and fresh[at] == i) or purchase_count[i, o] > 0
                    for k in range(last_offer.shape[1]):
                        kept = kept or last_offer[i, k] == o
                    if not kept:
                        aware[i, o] = 0


@kernel
def persuade(
    start: int, stop: int, key: np.uint64, label: Array, segment: Array, offer_label: Array,
    promised: Array, claim: Array, reach: Array, effects: Array, aware: Array,
    purchase_count: Array, exposures: Array, expectation: Array,
) -> None:
    """Let promises work on those from ``start`` to ``stop`` who notice them, as ``notice`` drew."""
    state = np.empty(BLOCK, dtype=np.uint64)
    who = np.empty(BLOCK + 1, dtype=np.int32)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        address_all(key, label[begin:end], state)
        kinds = segment[begin:end]
        for o in range(offer_label.size):
            if not promised[o]:
                continue
            n = hits_by_segment(
                state[: end - begin], offer_label[o] + 1, reach[:, o], kinds, who
            )
            for e in range(n):
                i = begin + who[e]
                if aware[i, o] == 1:
                    s = segment[i]
                    known = np.float64(purchase_count[i, o]) + exposures[i, o]
                    weight = effects[s, 0] / (1.0 + effects[s, 1] * known)
                    expectation[i, o] += weight * (claim[o] - expectation[i, o])


@kernel
def remind(
    start: int, stop: int, starts: Array, customer: Array, segment: Array, effect: Array,
    utility: Array,
) -> None:
    """Add what advertising reminds of to the options of customers from ``start`` to ``stop``."""
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        s = segment[customer[e]]
        for o in range(effect.shape[1]):
            utility[e, o] += effect[s, o]

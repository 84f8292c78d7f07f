"""Advertising builds a stock that decays and makes customers aware; it may promise and remind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.listing import list_flagged, list_negative, total_of
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address_all, hits_by_segment, probability_of, uniform
from sim.tables import Array, Options, Trigger

if TYPE_CHECKING:
    from sim.market import Market

ADVERTISING = Trigger.ADVERTISING
FEW_IN = 5  # fewer than one in so many who do not know an offer are few


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
    against a promise; it moves her expectation itself (word_of_mouth). Reactance to selling closes
    her to sales contacts, not to advertising.
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
        p, offers, customers = self.parameters, market.tables.offers, market.tables.customers
        if self.prepared is None:
            forget = self.by_segment(market, "forget_prob")
            self.prepared = self.by_segment(market, "reach_rate"), forget, bool(forget.any())
        rate, forget, forgetting = self.prepared
        reach = np.empty((len(rate), market.n_offers))
        reaching, promising = spend(
            market.week, customers.n, offers.launch_week, offers.firm, offers.advertising,
            offers.advertised_claim, p.half_saturation, p.curvature, p.retention, rate,
            offers.ad_response, offers.adstock, market.tables.firms.advertising_cents, reach,
        )
        if reaching or forgetting:
            market.sweep(
                notice, market.streams.key("advertising.notice", market.week),
                market.streams.key("advertising.forget", market.week), customers.label,
                customers.segment, offers.label, reaching, reach, forgetting, forget,
                customers.purchase_count,
                customers.last_offer, customers.aware, customers.trigger,
            )
        if promising:
            market.sweep(
                persuade, market.streams.key("advertising.notice", market.week), customers.label,
                customers.segment, offers.label, offers.advertised_claim, reach,
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
def spend(
    week: int, n_customers: int, launch_week: Array, firm: Array, advertising: Array, claim: Array,
    half_saturation: float, curvature: float, retention: float, rate: Array, response: Array,
    stock: Array, spent_cents: Array, reach: Array,
) -> tuple[bool, bool]:
    """Spend what firms want to on offers on sale, and say how likely each is to be noticed.

    ``reach`` is (n_segments, n_offers). Returns whether anybody may notice an offer, and whether
    one that promises something. A kernel, because a dozen small steps of numpy cost more.
    """
    reaching = promising = False
    spent_cents[:] = 0
    half = half_saturation**curvature
    for o in range(advertising.size):
        on_sale = launch_week[o] <= week
        spending = advertising[o] if on_sale else 0.0
        power = spending if curvature == 1.0 else spending**curvature
        response[o] = power / (half + power)
        stock[o] = retention * stock[o] + response[o]
        spent_cents[firm[o]] += np.int64(np.rint(spending * (n_customers / 10.0)))
        for s in range(rate.size):
            reach[s, o] = probability_of(rate[s] * stock[o]) if on_sale else 0.0
            reaching = reaching or reach[s, o] > 0.0
            promising = promising or (reach[s, o] > 0.0 and not np.isnan(claim[o]))
    return reaching, promising


@kernel
def notice(
    start: int, stop: int, key: np.uint64, forget_key: np.uint64, label: Array, segment: Array,
    offer_label: Array, reaching: bool, reach: Array, forgetting: bool, forget: Array,
    purchase_count: Array, last_offer: Array, aware: Array, trigger: Array,
) -> None:
    """Make customers from ``start`` to ``stop`` aware or forgetful.

    Who is to forget is listed first: she knew the offer before, so nobody forgets what she noticed
    this very week.
    """
    n_offers = offer_label.size
    state = np.empty(BLOCK, dtype=np.uint64)
    who = np.empty(BLOCK + 1, dtype=np.int32)
    cells = np.empty(BLOCK * n_offers + 1, dtype=np.int32)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        own, known = slice(begin, end), aware[begin:end].reshape(-1)
        n_forgotten = 0
        if forgetting:
            address_all(forget_key, label[own], state)
            for o in range(n_offers):
                n = hits_by_segment(state[: end - begin], offer_label[o] + 1, forget, segment[own],
                                    who)
                for e in range(n):
                    j = who[e]
                    kept = known[j * n_offers + o] == 0 or purchase_count[begin + j, o] > 0
                    for k in range(last_offer.shape[1]):
                        kept = kept or last_offer[begin + j, k] == o
                    cells[n_forgotten] = j * n_offers + o
                    n_forgotten += int(not kept)
        if reaching:
            reach_block(
                key, label[own], segment[own], offer_label, reach, state, who, known,
                trigger[own].reshape(-1),
            )
        for e in range(n_forgotten):
            known[cells[e]] = 0


@kernel
def reach_block(
    key: np.uint64, label: Array, segment: Array, offer_label: Array, reach: Array, state: Array,
    who: Array, known: Array, trigger: Array,
) -> None:
    """Let the customers of a block notice what is advertised.

    Drawing for everybody on vector registers is cheaper than asking first who knows an offer
    already, until few are left who do not; the first of them tell well enough.
    """
    n_offers = offer_label.size
    first = known[: max(known.size // 8, 1)]
    if total_of(first) > first.size - first.size // FEW_IN:
        reach_listed(key, label, segment, offer_label, reach, known, trigger)
        return
    address_all(key, label, state)
    for o in range(n_offers):
        n = hits_by_segment(state[: label.size], offer_label[o] + 1, reach[:, o], segment, who)
        for e in range(n):
            become_aware(who[e] * n_offers + o, known, trigger)


@kernel
def reach_listed(
    key: np.uint64, label: Array, segment: Array, offer_label: Array, reach: Array, known: Array,
    trigger: Array,
) -> None:
    """Let those notice an offer who do not know it, with the draws of ``reach_block``."""
    cell = np.empty(known.size + 1, dtype=np.int32)
    n = list_flagged(known, 1, cell)
    own_label = np.empty(n, dtype=np.int32)
    draw = np.empty(n, dtype=np.int64)
    limit = np.empty(n)
    state = np.empty(n, dtype=np.uint64)
    who = np.empty(n + 1, dtype=np.int32)
    for e in range(n):
        j = np.uint64((cell[e] + 0.5) / offer_label.size)  # faster than dividing integers
        o = np.uint64(cell[e] - np.int64(j) * offer_label.size)
        own_label[e], draw[e] = label[j], offer_label[o] + 1
        limit[e] = reach[segment[j], o]
    address_all(key, own_label, state)
    for e in range(n):
        limit[e] = uniform(state[e], draw[e]) - limit[e]
    for e in range(list_negative(limit.view(np.int64), who)):
        become_aware(cell[who[e]], known, trigger)


@kernel
def become_aware(cell: int, known: Array, trigger: Array) -> None:
    """Make aware by advertising who is not."""
    if known[cell] == 0:
        known[cell] = 1
        if trigger[cell] == 0:
            trigger[cell] = ADVERTISING


@kernel
def persuade(
    start: int, stop: int, key: np.uint64, label: Array, segment: Array, offer_label: Array,
    claim: Array, reach: Array, effects: Array, aware: Array,
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
            if np.isnan(claim[o]):
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

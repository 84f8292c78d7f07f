"""A firm that knows a customer recommends her more, its own and its partners'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, address_all, hits_below, probability_of, uniform
from sim.tables import Array, Options, Trigger

if TYPE_CHECKING:
    from sim.market import Market

CROSS_SELLING = Trigger.CROSS_SELLING


@mechanism
class Recommendation(Mechanism):
    """What a firm knows of a customer brings her its other offers, and those of its partners.

    Equation
    --------
    A firm f is acquainted with a customer by what it learned of her, and with a buyer by her
    account: a = known + (1 - known) * account_knowledge * [she bought of f].
    Before choice, with probability 1 - exp(-recommendation_rate * a) a week, f recommends one offer
    that she does not know, its own or a partner's, on sale, in a category in which she never
    bought of f, each as likely: she becomes aware of it. A recommendation costs
    recommendation_cost.
    In choice, an offer of f gains knowledge_weight * a in a category in which she never bought of
    f. There a firm whose partner f is, and of which she never bought in that category either,
    counts with partner_share of its own a, if that is more than the a of f. And every offer of f
    gains scope_weight for each other category in which she bought of f.
    At the first purchase of an offer that a partner recommended, its firm pays partner_commission
    of the price to that partner, in the next week.

    Reads / Writes
    --------------
    firms' levers recommendation_rate and partner_commission, market.purchases of last week,
    customers.known (n_customers, n_firms), purchase_count (n_customers, n_offers), last_offer
    (n_customers, n_categories) -> customers.aware, trigger, referrer (n_customers, n_offers),
    firms.cross_selling_cents, firms.commission_cents (n_firms,).

    References
    ----------
    Kamakura, Ramaswami and Srivastava (1991), cross-selling by what customers have; Verhoef
    (2003), relations and customer share; science.md A9.

    Not modeled
    -----------
    Recommendations that pick what fits her best; customers who tire of them; lower costs of
    serving a known customer; the commission of the last week of a run; that who forgets a referred
    offer and hears of it elsewhere is no referral any more.
    """

    class Parameters(Declared):
        """Worth of an acquaintance."""

        account_knowledge: float = param(
            0.3, unit="1", bounds=(0, 1), by_segment=True,
            doc="What a firm knows of a buyer from her account alone.",
        )
        knowledge_weight: float = param(
            1.0, unit="utility", bounds=(0, 20), by_segment=True,
            doc="Utility added in a new category by a firm that knows her fully.", source="A9",
        )
        partner_share: float = param(
            0.5, unit="1", bounds=(0, 1),
            doc="Share of this that passes to an offer of a partner.", source="M18",
        )
        scope_weight: float = param(
            0.2, unit="utility", bounds=(0, 20), by_segment=True,
            doc="Utility added by each other category in which she bought of the firm.",
            source="A9: products held",
        )
        recommendation_cost: float = param(
            0.02, unit="currency", bounds=(0, 1e6), doc="Cost of one recommendation."
        )

    reads = (
        "customers.known", "customers.purchase_count", "customers.last_offer",
        "offers.launch_week",
    )
    writes = (
        "customers.aware", "customers.trigger", "customers.referrer", "firms.cross_selling_cents",
        "firms.commission_cents",
    )
    cites = ("Kamakura, Ramaswami and Srivastava (1991)", "Verhoef (2003)")

    def setup(self, market: Market) -> None:
        """Write down whose offers each firm recommends: (firm, firm of the offer)."""
        self.prepared = np.eye(market.n_firms, dtype=np.uint8)
        for f, name in enumerate(market.firm_names):
            for partner in market.world.firms[name].partners:
                self.prepared[f, market.firm_names.index(partner)] = 1

    def weigh(self, market: Market, options: Options) -> None:
        """Let acquaintance and scope count in the choice."""
        customers, offers = market.tables.customers, market.tables.offers
        effects = self.by_segment(market, "account_knowledge", "knowledge_weight", "scope_weight")
        market.sweep(
            acquaint, options.starts, options.customer, options.category, customers.segment,
            effects, self.parameters.partner_share, self.prepared, own_offers(market),
            customers.known, customers.purchase_count,
            customers.last_offer, offers.firm, offers.category, options.utility,
        )

    def step(self, market: Market) -> None:
        """Settle last week's commissions, then recommend."""
        self._settle(market)
        customers, offers, firms = market.tables
        rate = np.array([firm.levers["recommendation_rate"] for firm in market.firms])
        n_sent = np.zeros((market.n_blocks, market.n_firms), dtype=np.int64)
        on_sale = offers.launch_week <= market.week
        catalog = self.prepared[:, offers.firm] * on_sale.astype(np.uint8)
        if rate.any():
            market.sweep(
                recommend, market.streams.key("cross_selling.contact", market.week),
                market.streams.key("cross_selling.offer", market.week), customers.label,
                customers.segment, self.by_segment(market, "account_knowledge"), catalog,
                own_offers(market), rate, firms.label, np.argsort(firms.label, kind="stable"),
                offers.label, offers.firm, offers.category,
                customers.known, customers.purchase_count, customers.last_offer, customers.aware,
                customers.trigger, customers.referrer, n_sent,
            )
        firms.cross_selling_cents[:] = np.rint(
            n_sent.sum(axis=0) * self.parameters.recommendation_cost * 100.0
        )

    def _settle(self, market: Market) -> None:
        customers, offers, firms = market.tables
        bought = market.purchases
        share = np.array([firm.levers["partner_commission"] for firm in market.firms])
        balance = np.zeros((market.n_blocks, market.n_firms), dtype=np.int64)
        # Only a firm with another partner than itself refers customers to anybody.
        if bought.n and self.prepared.sum() > market.n_firms:
            market.sweep(
                settle, bought.starts, bought.customer, bought.offer, bought.price_cents, share,
                firms.label, offers.firm, customers.referrer, balance,
            )
        firms.commission_cents[:] = balance.sum(axis=0)

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """What was recommended to her, and by whom."""
        customers, offers, firms = market.tables
        told = []
        for o in np.flatnonzero(customers.aware[row] > before["aware"]):
            by = market.firm_names[int(offers.firm[o])]
            if customers.referrer[row, o]:
                label = int(customers.referrer[row, o])
                by = market.firm_names[int(np.flatnonzero(firms.label == label)[0])]
            told.append(Happening(f"was recommended {market.offer_names[o]} by {by}"))
        return told


def own_offers(market: Market) -> Array:
    """Where the offers of each firm begin; offers stand firm by firm, (n_firms + 1,)."""
    return np.searchsorted(market.tables.offers.firm, np.arange(market.n_firms + 1))


@kernel
def list_bought(
    i: int, first: int, last: int, category: Array, purchase_count: Array, last_offer: Array,
    had: Array,
) -> int:
    """Mark the categories in which a customer bought of the firm of these offers; count them."""
    for k in range(had.size):
        had[k] = 0
    n_had = 0
    for o in range(first, last):
        k = category[o]
        if had[k] == 0 and (purchase_count[i, o] > 0 or last_offer[i, k] == o):
            had[k] = 1
            n_had += 1
    return n_had


@kernel
def acquaintance(learned: float, account_knowledge: float, n_had: int) -> float:
    """How well a firm knows a customer who has bought of it in ``n_had`` categories."""
    return learned + (1.0 - learned) * account_knowledge if n_had > 0 else learned


@kernel
def acquaint(
    start: int, stop: int, starts: Array, customer: Array, kind: Array, segment: Array,
    effects: Array, partner_share: float, refers: Array, own: Array, known: Array,
    purchase_count: Array, last_offer: Array, firm_of: Array, category: Array, utility: Array,
) -> None:
    """Add knowledge and scope to the options of customers from ``start`` to ``stop``."""
    n_firms = refers.shape[0]
    had = np.zeros((n_firms, last_offer.shape[1]), dtype=np.uint8)
    n_had = np.zeros(n_firms, dtype=np.int64)
    by_firm = np.zeros(n_firms, dtype=np.float64)
    met = -1
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        i = customer[e]
        s = segment[i]
        if i != met:
            for f in range(n_firms):
                n_had[f] = list_bought(
                    i, own[f], own[f + 1], category, purchase_count, last_offer, had[f]
                )
                by_firm[f] = acquaintance(known[i, f], effects[s, 0], n_had[f])
            met = i
        for o in range(firm_of.size):
            if category[o] != kind[e]:
                continue
            g = firm_of[o]
            value = effects[s, 2] * (n_had[g] - had[g, kind[e]])
            if had[g, kind[e]] == 0:
                best = by_firm[g]
                for f in range(n_firms):
                    if refers[f, g] == 1 and f != g and had[f, kind[e]] == 0:
                        best = max(best, partner_share * by_firm[f])
                value += effects[s, 1] * best
            utility[e, o] += value


@kernel
def limits(rate: float, known: Array, account_knowledge: float, limit: Array) -> None:
    """Write what the chance of a recommendation is at most: 1 - exp(-x) <= x."""
    for j in range(known.size):
        limit[j] = rate * (known[j] + (1.0 - known[j]) * account_knowledge)


@kernel
def pick(
    state: np.uint64, i: int, catalog: Array, had: Array, offer_label: Array, category: Array,
    aware: Array,
) -> int:
    """The offer that a firm recommends to a customer; -1 if it has none that is new to her."""
    best, chosen = -1.0, -1
    for o in range(category.size):
        if catalog[o] == 0 or aware[i, o] == 1 or had[category[o]] == 1:
            continue
        luck = uniform(state, offer_label[o] + 1)
        if luck > best:
            best, chosen = luck, o
    return chosen


@kernel
def recommend(
    start: int, stop: int, key: np.uint64, offer_key: np.uint64, label: Array, segment: Array,
    account_knowledge: Array, catalog: Array, own: Array, rate: Array, firm_label: Array,
    turn: Array, offer_label: Array, firm_of: Array, category: Array, known: Array,
    purchase_count: Array, last_offer: Array, aware: Array, trigger: Array, referrer: Array,
    n_sent: Array,
) -> None:
    """Recommend offers to customers from ``start`` to ``stop``, firm by firm in ``turn``.

    Everybody draws as if she had bought of the firm; only the few who are reached are looked at.
    """
    state = np.empty(BLOCK, dtype=np.uint64)
    who = np.empty(BLOCK + 1, dtype=np.int32)
    limit = np.empty(BLOCK, dtype=np.float64)
    had = np.zeros(last_offer.shape[1], dtype=np.uint8)
    account = account_knowledge.max()
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        address_all(key, label[begin:end], state)
        for f in turn:
            if rate[f] <= 0.0:
                continue
            index = firm_label[f] + 1
            limits(rate[f], known[begin:end, f], account, limit)
            n = hits_below(state[: end - begin], index, limit, who)
            for e in range(n):
                i = begin + who[e]
                n_had = list_bought(
                    i, own[f], own[f + 1], category, purchase_count, last_offer, had
                )
                a = acquaintance(known[i, f], account_knowledge[segment[i]], n_had)
                if uniform(state[who[e]], index) >= probability_of(rate[f] * a):
                    continue
                luck = address(address(offer_key, label[i]), firm_label[f])
                o = pick(luck, i, catalog[f], had, offer_label, category, aware)
                if o < 0:
                    continue
                aware[i, o] = 1
                if trigger[i, o] == 0:
                    trigger[i, o] = CROSS_SELLING
                if firm_of[o] != f:
                    referrer[i, o] = firm_label[f]
                n_sent[begin // BLOCK, f] += 1


@kernel
def settle(
    start: int, stop: int, starts: Array, customer: Array, offer: Array, price_cents: Array,
    share: Array, firm_label: Array, firm_of: Array, referrer: Array, balance: Array,
) -> None:
    """Book commissions for the referred purchases of customers from ``start`` to ``stop``."""
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        o = offer[p]
        if o < 0 or referrer[customer[p], o] == 0:
            continue
        i, g = customer[p], firm_of[o]
        cents = np.int64(np.rint(share[g] * price_cents[p]))
        for f in range(firm_label.size):
            if firm_label[f] == referrer[i, o]:
                balance[i // BLOCK, g] += cents
                balance[i // BLOCK, f] -= cents
        referrer[i, o] = 0

"""Recency, frequency and money sort customers into tiers; rewards follow the tiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK
from sim.tables import N_TIERS, Array, Options, Purchases

if TYPE_CHECKING:
    from sim.market import Market

QUINTILES = 5
OLDEST, MOST = 255, 255  # weeks since a purchase and numbers of purchases: all above are alike
FEWEST_BITS = 127 << 23  # of the single 1.0: one cent
BITS_OF_A_BIN = 19  # 16 bins a doubling of money, each 6 percent wide or less
N_BINS = 640
RECENCY, FREQUENCY, MONEY = range(3)


@mechanism
class RfmTiers(Mechanism):
    """Firms sort their customers by their records and keep rewards ready for each tier.

    Equation
    --------
    At every review, a firm with a budget ranks its buyers by recency, by frequency and by money:
    quintile = 1 + floor(5 * (share of buyers below + half the share of equals)), so that equal
    records earn equal quintiles and no lot is drawn. Records are kept coarsely: sums of money are
    equal within one of 16 even steps a doubling, 3 to 6 percent wide, and so are all purchases from
    255 on and all that are 255 weeks old or older. Score R + F + M from 3 to 15: tier
    1 + [score >= good_score] + [score >= best_score], so that the lower of the two opens tier 2
    whichever it is. With w = (1 - reward_focus)^(3 - tier) and n customers a tier, each one has
    budget * w / sum(n * w) a week kept ready for her: her perk m. A firm with a tier to reward
    spends its budget, a fraction of a cent left out. Buying there is worth perk_worth * m of money
    to her (utility: times price sensitivity), and is served by
    service_gain * (1 - exp(-m / service_scale)) better.

    Reads / Writes
    --------------
    market.purchases, customers.last_purchase_week, purchase_count (n_customers, n_offers) ->
    customers.tier, customers.spent_cents (n_customers, n_firms), firms.n_tier, firms.perk
    (n_firms, n_tiers), firms.rewards_cents (n_firms,).

    References
    ----------
    Bult and Wansbeek (1995); Fader, Hardie and Lee (2005); Hughes (1994) for quintiles; science.md
    A5.

    Not modeled
    -----------
    Points that are saved up, envy of customers in lower tiers, and fees besides purchases in the
    record of money. Discounts and gifts are one thing here, the perk's worth in money, so the price
    paid stays the list's; priority is the better service, complaints keep their turn.
    """

    class Parameters(Declared):
        """How customers are sorted, and what a reward does."""

        interval: int = param(
            8, unit="weeks", bounds=(1, 520), doc="Weeks between two reviews of the tiers."
        )
        best_score: int = param(
            12, unit="1", bounds=(3, 16), doc="Lowest score of the best tier, of 15."
        )
        good_score: int = param(
            8, unit="1", bounds=(3, 16), doc="Lowest score of the second tier, of 15."
        )
        perk_worth: float = param(
            1.0, unit="weeks", bounds=(0, 100), by_segment=True,
            doc="Worth at a purchase of what is spent on her in a week, in weeks of it.",
        )
        service_gain: float = param(
            0.1, unit="1", bounds=(0, 1), by_segment=True,
            doc="Experience added by boundless spending on her.",
        )
        service_scale: float = param(
            1.0, unit="currency/week", bounds=(1e-6, 1e9),
            doc="Spending on a customer that adds 63% of that.",
        )

    reads = (
        "customers.last_purchase_week", "customers.purchase_count", "customers.price_sensitivity",
    )
    writes = (
        "customers.tier", "customers.spent_cents", "firms.n_tier", "firms.perk",
        "firms.rewards_cents",
    )
    cites = ("Bult and Wansbeek (1995)", "Fader, Hardie and Lee (2005)", "Hughes (1994)")

    def weigh(self, market: Market, options: Options) -> None:
        """Count the perk that waits for her as money."""
        customers, offers, firms = market.tables
        if firms.perk.any():
            market.sweep(
                count_perk, options.starts, options.customer, options.category, customers.segment,
                self.by_segment(market, "perk_worth"), customers.price_sensitivity, customers.tier,
                offers.firm, offers.category, firms.perk, options.utility,
            )

    def serve(self, market: Market, uses: Purchases) -> None:
        """Serve rewarded customers better."""
        customers, offers, firms = market.tables
        if firms.perk.any():
            market.sweep(
                serve_better, uses.starts, uses.customer, uses.offer, customers.segment,
                customers.tier, offers.firm,
                -np.expm1(-firms.perk / self.parameters.service_scale),
                self.by_segment(market, "service_gain"), uses.service,
            )

    def step(self, market: Market) -> None:
        """Record purchases, review tiers when it is time, and set aside next week's rewards."""
        customers, offers, firms = market.tables
        bought = market.purchases
        market.sweep(
            record, bought.starts, bought.customer, bought.offer, bought.price_cents, offers.firm,
            customers.spent_cents,
        )
        budget = np.array([f.levers["reward_budget"] for f in market.firms]) * customers.n / 1000.0
        if market.week % self.parameters.interval == 0:
            self._review(market, (budget > 0.0).astype(np.uint8))
        focus = np.array([f.levers["reward_focus"] for f in market.firms])
        weight = (1.0 - focus)[:, None] ** np.arange(N_TIERS - 1, -1, -1)
        weight[:, 0] = 0.0
        claims = (firms.n_tier * weight).sum(axis=1)
        share = np.divide(budget, claims, out=np.zeros(market.n_firms), where=claims > 0.0)
        firms.perk[:] = share[:, None] * weight
        firms.rewards_cents[:] = np.where(claims > 0.0, np.floor(budget * 100.0 + 1e-6), 0.0)

    def _review(self, market: Market, rewards: Array) -> None:
        customers, offers, firms = market.tables
        # Offers stand in the order of their firms: each firm's are a range.
        first = np.searchsorted(offers.firm, np.arange(market.n_firms + 1))
        records = (
            rewards, first, market.week, customers.last_purchase_week,
            customers.purchase_count, customers.spent_cents,
        )
        n_each = np.zeros((market.n_firms, 3, N_BINS), dtype=np.int32)
        # Reviews are rare: a histogram for every block of customers would cost more than it saves.
        count_records(0, customers.n, *records, n_each)
        n_sorted = np.zeros((market.n_blocks, market.n_firms, N_TIERS), dtype=np.int64)
        p = self.parameters
        market.sweep(
            sort_in, *records, quintiles(n_each), p.good_score, p.best_score, customers.tier,
            n_sorted,
        )
        firms.n_tier[:] = n_sorted.sum(axis=0)

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Into which tiers firms sorted her, and on which record."""
        customers, told = market.tables.customers, []
        for f, firm in enumerate(market.firms):
            tier = int(customers.tier[row, f])
            if tier == before["tier"][f]:
                continue
            own = market.tables.offers.firm == f
            n = int(customers.purchase_count[row, own].sum())
            week = int(customers.last_purchase_week[row, own].max(initial=0))
            spent = customers.spent_cents[row, f] / 100.0
            perk = float(market.tables.firms.perk[f, tier])
            kept = f"{perk:.2f} a week is" if perk else "nothing is"
            told.append(Happening(
                f"{firm.name} now counts her in tier {tier} of {N_TIERS - 1}: "
                f"{n} purchase{'' if n == 1 else 's'}, the last in week {week}, {spent:.2f} "
                f"spent; {kept} kept ready for her" if tier
                else f"{firm.name} rewards her no longer",
                {"firm": firm.name, "tier": tier, "perk": perk},
            ))
        return told


def quintiles(n_each: Array) -> Array:
    """Quintile of every bin by the middle rank of who is in it, (n_firms, 3, N_BINS).

    Parameters
    ----------
    n_each
        Buyers in each bin, (n_firms, 3, N_BINS).
    """
    below = np.cumsum(n_each, axis=2, dtype=np.int64) - n_each
    total = np.maximum(n_each.sum(axis=2, keepdims=True), 1)
    # Whole numbers, so that the middle of a bin never falls beside a border by rounding.
    middle: Array = 1 + (QUINTILES * (2 * below + n_each)) // (2 * total)
    found: Array = np.minimum(middle, QUINTILES).astype(np.uint8)
    return found


@kernel
def money_bin(cents: int) -> int:
    """The bin of a sum of money, 16 a doubling: exponent and first bits of its single."""
    bits = np.float32(max(cents, 1)).view(np.int32)
    return min(int((bits - FEWEST_BITS) >> BITS_OF_A_BIN), N_BINS - 1)


@kernel
def recency_bin(i: int, offers: range, week: int, last_purchase_week: Array) -> int:
    """The bin of the weeks since the latest purchase of any of these offers, the best one last."""
    latest = 0
    for o in offers:
        latest = max(latest, last_purchase_week[i, o])
    return OLDEST - min(week - latest, OLDEST)


@kernel
def count_records(
    start: int, stop: int, rewards: Array, first: Array, week: int, last_purchase_week: Array,
    purchase_count: Array, spent_cents: Array, n_each: Array,
) -> None:
    """Count the buyers of each firm by recency, frequency and money."""
    for i in range(start, stop):
        for f in range(rewards.size):
            if rewards[f] == 0:
                continue
            own = range(first[f], first[f + 1])
            n = 0
            for o in own:
                n += purchase_count[i, o]
            if n > 0:
                n_each[f, RECENCY, recency_bin(i, own, week, last_purchase_week)] += 1
                n_each[f, FREQUENCY, min(n, MOST)] += 1
                n_each[f, MONEY, money_bin(spent_cents[i, f])] += 1


@kernel
def sort_in(
    start: int, stop: int, rewards: Array, first: Array, week: int, last_purchase_week: Array,
    purchase_count: Array, spent_cents: Array, quintile: Array, good: int, best: int, tier: Array,
    n_sorted: Array,
) -> None:
    """Write the tiers of customers from ``start`` to ``stop``."""
    for i in range(start, stop):
        for f in range(rewards.size):
            tier[i, f] = 0
            if rewards[f] == 0:
                continue
            own = range(first[f], first[f + 1])
            n = 0
            for o in own:
                n += purchase_count[i, o]
            if n > 0:
                score = quintile[f, RECENCY, recency_bin(i, own, week, last_purchase_week)]
                score += quintile[f, FREQUENCY, min(n, MOST)]
                score += quintile[f, MONEY, money_bin(spent_cents[i, f])]
                t = 1 + int(score >= good) + int(score >= best)
                tier[i, f] = t
                n_sorted[i // BLOCK, f, t] += 1


@kernel
def record(
    start: int, stop: int, starts: Array, customer: Array, offer: Array, price_cents: Array,
    firm_of: Array, spent_cents: Array,
) -> None:
    """Add this week's purchases of customers from ``start`` to ``stop`` to the firms' records."""
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        if offer[p] >= 0:
            spent_cents[customer[p], firm_of[offer[p]]] += price_cents[p]


@kernel
def count_perk(
    start: int, stop: int, starts: Array, customer: Array, kind: Array, segment: Array,
    worth: Array, price_sensitivity: Array, tier: Array, firm_of: Array, category: Array,
    perk: Array, utility: Array,
) -> None:
    """Add the perks of customers from ``start`` to ``stop`` to their options."""
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        i = customer[e]
        for o in range(firm_of.size):
            t = tier[i, firm_of[o]]
            if t > 0 and category[o] == kind[e]:
                utility[e, o] += worth[segment[i]] * price_sensitivity[i] * perk[firm_of[o], t]


@kernel
def serve_better(
    start: int, stop: int, starts: Array, customer: Array, offer: Array, segment: Array,
    tier: Array, firm_of: Array, effect: Array, gain: Array, service: Array,
) -> None:
    """Add the service of their tier to purchases of customers from ``start`` to ``stop``."""
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        if offer[p] >= 0:
            f = firm_of[offer[p]]
            service[p] += gain[segment[customer[p]]] * effect[f, tier[customer[p], f]]

"""Lead users: expert customers whom a firm lets in work on what they themselves lack most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address_all, hits_below, probability_of, uniform
from sim.tables import Array, Options

if TYPE_CHECKING:
    from sim.market import Market

MOST_COUNTED = 65535  # what the column of a customer's contributions can hold


@mechanism
class LeadUsers(Mechanism):
    """Customers test, report, translate and design for a firm that is open to it.

    Equation
    --------
    A customer can contribute to the offer that she bought last in its category, within use_weeks,
    and test any offer that she knows of before its launch. Her rate for offer o of firm f is
    contribution_rate * expertise * openness_f * [1 - (1 - liking) * (1 - trust_f)], with liking
    her satisfaction, before the launch her expectation. With rates adding up to R she makes one
    contribution in a week with probability 1 - exp(-R), to an offer drawn in proportion to its
    rate. She works on the attribute a with the largest need * (1 - quality), tried in its latest
    version where she tests; where she lacks nothing, nothing comes of it. It is worth
    contribution_value of development effort and costs the firm handling_cost. Customers of a
    segment with entry_contributions cannot have offers of a firm that has received fewer, unless
    these are localized.

    Reads / Writes
    --------------
    customers.expertise (n_customers,), satisfaction, expectation, aware, last_purchase_week
    (n_customers, n_offers), last_offer (n_customers, n_categories), trust (n_customers, n_firms),
    needs (n_customers, n_attributes), firms' levers -> customers.n_contributions (n_customers,
    n_firms), offers.contributed_effort (n_offers, n_attributes), firms.co_creation_cents,
    contribution_value_cents, n_contributed, n_contributors (n_firms,).

    References
    ----------
    Von Hippel (1986), Lead users: a source of novel product concepts; Prahalad and Ramaswamy
    (2000), Co-opting customer competence; science.md A7.

    Not modeled
    -----------
    Ideas that differ in worth, rewards for contributors, and work that is done twice.
    """

    class Parameters(Declared):
        """How often customers contribute, and what it is worth."""

        contribution_rate: float = param(
            0.05, unit="1/week", bounds=(0, 10), by_segment=True,
            doc="Contributions of a full expert who is delighted with a fully open firm.",
        )
        use_weeks: int = param(
            26, unit="weeks", bounds=(1, 520),
            doc="Weeks after that of a purchase in which she uses it.",
        )
        contribution_value: float = param(
            50.0, unit="currency", bounds=(0, 1e6),
            doc="Worth of a contribution as development effort: hours times wage.", source="M12",
        )
        handling_cost: float = param(
            2.0, unit="currency", bounds=(0, 1e6),
            doc="Cost to the firm of taking up a contribution.", source="M12: little",
        )

    reads = (
        "customers.expertise", "customers.muted", "customers.last_offer",
        "customers.last_purchase_week", "customers.aware", "customers.satisfaction",
        "customers.expectation", "customers.trust", "customers.needs", "offers.launch_week",
        "offers.quality", "offers.development_quality", "offers.localized",
    )
    writes = (
        "customers.n_contributions", "offers.contributed_effort", "firms.co_creation_cents",
        "firms.contribution_value_cents", "firms.n_contributed", "firms.n_contributors",
    )
    cites = ("von Hippel (1986)", "Prahalad and Ramaswamy (2000)")

    def setup(self, market: Market) -> None:
        """Note what segments wait for."""
        segments = market.world.customers.segments.values()
        self._entry = np.array([s.entry_contributions for s in segments], dtype=np.float64)

    def step(self, market: Market) -> None:
        """Let this week's contributors work."""
        offers, firms, p = market.tables.offers, market.tables.firms, self.parameters
        work, newcomers = self._contribute(market)
        by_firm = np.bincount(
            offers.firm, weights=work.sum(axis=1), minlength=market.n_firms
        ).astype(np.int64)
        offers.contributed_effort[:] = work * (
            p.contribution_value * 1000.0 / max(market.n_customers, 1)
        )
        firms.contribution_value_cents[:] = np.rint(by_firm * p.contribution_value * 100.0)
        firms.co_creation_cents[:] = np.rint(by_firm * p.handling_cost * 100.0)
        firms.n_contributed += by_firm
        firms.n_contributors += newcomers

    def _contribute(self, market: Market, again: int | None = None) -> tuple[Array, Array]:
        """Contributions by offer and attribute, and first-time contributors by firm.

        With ``again`` nothing is counted: what this customer did this week is told once more.
        """
        customers, offers, _ = market.tables
        levers = np.array([firm.levers["openness_to_contributions"] for firm in market.firms])
        openness = levers[offers.firm]
        work = np.zeros((market.n_blocks, market.n_offers, market.n_attributes), dtype=np.int64)
        newcomers = np.zeros((market.n_blocks, market.n_firms), dtype=np.int64)
        if openness.any():
            testing = offers.launch_week > market.week
            tried = np.where(testing[:, None], offers.development_quality, offers.quality)
            # By label: she chooses the same in whatever order offers stand.
            order = market.offer_order
            tested = order[(testing & (openness > 0.0))[order]]
            most_open = openness[tested].sum() + sum(
                openness[offers.category == k].max(initial=0.0)
                for k in range(len(market.category_names))
            )
            counts = customers.n_contributions if again is None else (
                customers.n_contributions.copy()
            )
            arguments = (
                market.streams.key("co_creation.contribution", market.week), market.week,
                customers.label, customers.segment,
                self.by_segment(market, "contribution_rate"), most_open,
                self.parameters.use_weeks, customers.expertise, market.some_muted,
                customers.muted, tested, openness, offers.category, offers.firm,
                market.attribute_category, customers.last_offer, customers.last_purchase_week,
                customers.aware, customers.satisfaction, customers.expectation, customers.trust,
                customers.needs, tried, counts, work, newcomers,
            )
            if again is None:
                market.sweep(contribute, *arguments)
            else:
                contribute(again, again + 1, *arguments)
        return work.sum(axis=0), newcomers.sum(axis=0)

    def weigh(self, market: Market, options: Options) -> None:
        """Close the offers of a firm to segments that wait for others to translate."""
        if not self._entry.any():
            return
        customers, offers, firms = market.tables
        received = firms.n_contributed * (1000.0 / max(market.n_customers, 1))
        market.sweep(
            close, options.starts, options.customer, options.category, customers.segment,
            self._entry, np.where(offers.localized == 1, np.inf, received[offers.firm]),
            offers.category, options.utility,
        )

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """What she contributed to."""
        customers, offers, _ = market.tables
        if (customers.n_contributions[row] == before["n_contributions"]).all():
            return []
        work, _ = self._contribute(market, row)
        told = []
        for o, a in np.argwhere(work):
            verb = "tested" if offers.launch_week[o] > market.week else "worked on"
            name, lack = market.offer_names[o], market.attribute_names[a]
            told.append(Happening(
                f"{verb} {name} for {market.firm_names[offers.firm[o]]} and contributed to its "
                f"{lack}, which she lacks most",
                {"offer": name, "attribute": lack},
            ))
        return told


@kernel
def option(
    i: int, turn: int, week: int, use_weeks: int, tested: Array, last_offer: Array,
    last_purchase_week: Array, aware: Array,
) -> int:
    """The offer that customer ``i`` can work on in her ``turn``: one a category, then tests."""
    if turn >= last_offer.shape[1]:
        o = tested[turn - last_offer.shape[1]]
        return o if aware[i, o] == 1 else -1
    o = last_offer[i, turn]
    return o if o >= 0 and week - last_purchase_week[i, o] <= use_weeks else -1


@kernel
def drive(openness: float, liking: float, trust: float) -> float:
    """What moves a customer to contribute to an offer, 0 to 1."""
    return openness * (1.0 - (1.0 - liking) * (1.0 - trust))


@kernel
def lack(i: int, o: int, category: Array, attribute_category: Array, needs: Array,
         quality: Array) -> int:
    """The attribute of an offer that customer ``i`` lacks most; -1 if she lacks nothing."""
    lacking, largest = -1, 0.0
    for a in range(attribute_category.size):
        missed = float(needs[i, a]) * (1.0 - float(quality[o, a]))
        if attribute_category[a] == category[o] and missed > largest:
            lacking, largest = a, missed
    return lacking


@kernel
def candidates(
    key: np.uint64, label: Array, segment: Array, rate: Array, expertise: Array, most_open: float,
    state: Array, who: Array,
) -> int:
    """List the customers of a block whose draw may mean a contribution: 1 - exp(-r) <= r."""
    address_all(key, label, state)
    limit = np.empty(label.size, dtype=np.float64)
    for j in range(label.size):
        limit[j] = rate[segment[j]] * float(expertise[j]) * most_open
    return hits_below(state[: label.size], 0, limit, who)


@kernel
def contribute(
    start: int, stop: int, key: np.uint64, week: int, label: Array, segment: Array, rate: Array,
    most_open: float, use_weeks: int, expertise: Array, some_muted: bool, muted: Array,
    tested: Array, openness: Array, category: Array, firm: Array, attribute_category: Array,
    last_offer: Array, last_purchase_week: Array, aware: Array, satisfaction: Array,
    expectation: Array, trust: Array, needs: Array, quality: Array, n_contributions: Array,
    work: Array, newcomers: Array,
) -> None:
    """Let customers from ``start`` to ``stop`` contribute, each at most once."""
    n_categories = last_offer.shape[1]
    n_turns = n_categories + tested.size
    state = np.empty(BLOCK, dtype=np.uint64)
    who = np.empty(BLOCK + 1, dtype=np.int32)
    parts = np.empty(n_turns)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        b = begin // BLOCK
        n = candidates(
            key, label[begin:end], segment[begin:end], rate, expertise[begin:end], most_open,
            state, who,
        )
        for c in range(n):
            i = begin + who[c]
            if some_muted and muted[i] == 1:
                continue
            total = 0.0
            for turn in range(n_turns):
                parts[turn] = 0.0
                o = option(
                    i, turn, week, use_weeks, tested, last_offer, last_purchase_week, aware
                )
                if o >= 0 and openness[o] > 0.0:
                    liking = satisfaction[i, o] if turn < n_categories else expectation[i, o]
                    parts[turn] = drive(openness[o], float(liking), float(trust[i, firm[o]]))
                total += parts[turn]
            own = rate[segment[i]] * float(expertise[i])
            if uniform(state[who[c]], 0) >= probability_of(own * total):
                continue
            left = uniform(state[who[c]], 1) * total
            chosen = -1
            for turn in range(n_turns):
                if parts[turn] > 0.0 and left >= 0.0:
                    chosen = turn
                    left -= parts[turn]
            o = option(
                i, chosen, week, use_weeks, tested, last_offer, last_purchase_week, aware
            )
            a = lack(i, o, category, attribute_category, needs, quality)
            if a >= 0:
                work[b, o, a] += 1
                newcomers[b, firm[o]] += int(n_contributions[i, firm[o]] == 0)
                n_contributions[i, firm[o]] = min(n_contributions[i, firm[o]] + 1, MOST_COUNTED)


@kernel
def close(
    start: int, stop: int, starts: Array, customer: Array, category: Array, segment: Array,
    entry: Array, received: Array, offer_category: Array, utility: Array,
) -> None:
    """Take offers with too few contributions from occasions of customers ``start`` to ``stop``."""
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        needed = entry[segment[customer[e]]]
        if needed > 0.0:
            for o in range(received.size):
                if offer_category[o] == category[e] and received[o] < needed:
                    utility[e, o] = -np.inf

"""What customers weighed up when they chose: the true utilities and odds of a logit choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.export.replay import Counts, Numbers
from sim.market import Market
from sim.mechanisms.base import Mechanism
from sim.mechanisms.choice.multinomial_logit import WEIGHTS
from sim.tables import DefectKnowledge

if TYPE_CHECKING:
    from sim.tables import Options

TERMS = (
    "experience", "price_term", "loyalty", "relation", "defect", "switching", "others"
)
"""Terms of the utility of an offer; they add up to it."""


@dataclass
class Occasions:
    """Purchase occasions of one category, as the customers stood before them.

    Attributes
    ----------
    at : row among this week's purchases, (n,).
    customer : her row, (n,).
    rank : number of the occasion in her week and this category, from 0, (n,).
    state : what she knew and felt, by column, (n, n_options) each.
    last : offer bought last, as a column of the options, -1 none, -2 one that is none of them.
    """

    at: Counts
    customer: Counts
    rank: Counts
    state: dict[str, NDArray[Any]]
    last: Counts


class Witness(Mechanism):
    """Stands last among those who weigh options, adds nothing, and writes down what it sees.

    Parameters
    ----------
    offers
        Rows of the options' offers, all of one category.
    chosen
        Whose occasions are wanted, (n_customers,).
    """

    family, variant = "export", "witness"

    def __init__(self, offers: Counts, category: int, chosen: NDArray[np.bool_]) -> None:
        super().__init__()
        self.offers, self.category, self.chosen = offers, category, chosen
        self.seen: Occasions | None = None

    def weigh(self, market: Market, options: Options) -> None:
        """Copy what the week's occasions stand on."""
        if options.customer is not market.purchases.customer:
            return  # observers and prices ask a panel of their own what offers are worth
        at = np.flatnonzero((options.category == self.category) & self.chosen[options.customer])
        customer = options.customer[at].astype(np.int64)
        customers, offers, own = market.tables.customers, market.tables.offers, self.offers
        cells = np.ix_(customer, own)
        firm = np.ix_(customer, offers.firm[own])
        known = (
            (customers.aware[cells] == 1) & (offers.launch_week[own] <= market.week)
            & (customers.avoid_until_week[cells] < market.week)
        )
        state = {
            "known": known, "expectation": customers.expectation[cells],
            "loyalty": customers.loyalty[cells], "knows_defect": customers.knows_defect[cells],
            "trust": customers.trust[firm], "reactance": customers.reactance[firm],
            "push": customers.sales_push[firm], "added": options.utility[np.ix_(at, own)],
            "foreseen": options.foreseen[np.ix_(at, own)],
            "discount": options.discount_cents[np.ix_(at, own)] / 100.0,
            "price": np.repeat(offers.price_cents[own][None, :] / 100.0, customer.size, axis=0),
        }
        last = customers.last_offer[customer, self.category].astype(np.int64)
        self.seen = Occasions(at, customer, _ranks(customer), state, last)

    def take(self) -> Occasions | None:
        """The occasions of the week, once."""
        seen, self.seen = self.seen, None
        return seen


def _ranks(customer: Counts) -> Counts:
    """0, 1, ... for each run of equal customers."""
    if not customer.size:
        return customer
    begins = np.flatnonzero(np.append(True, customer[1:] != customer[:-1]))
    lengths = np.diff(np.append(begins, customer.size))
    return np.arange(customer.size) - np.repeat(begins, lengths)


@dataclass(frozen=True)
class Weights:
    """True weights of utility by segment, with the segments' own settings."""

    by_name: dict[str, Numbers]
    memory: Numbers
    switching: Numbers
    outside: Numbers

    @classmethod
    def of(cls, market: Market) -> Weights:
        """Those of a market whose choice is the multinomial logit."""
        choice = market.mechanisms["choice"]
        segments = list(market.world.customers.segments.values())
        outside = [-np.inf if s.outside_utility is None else s.outside_utility for s in segments]
        return cls(
            {name: choice.by_segment(market, name) for name in WEIGHTS},
            choice.by_segment(market, "loyalty_memory"),
            np.array([s.switching_cost for s in segments]), np.array(outside),
        )


@dataclass
class Weighed:
    """Utilities without luck, (n, n_options), and the odds that follow from them.

    Attributes
    ----------
    terms : by name of ``TERMS``.
    considered : known, on sale, not avoided, and to be had.
    available : on sale and to be had, known or not.
    price : what she would have paid.
    outside : utility of buying nothing, (n,).
    sensitivity : utility lost per unit of price, (n,).
    """

    terms: dict[str, Numbers]
    considered: NDArray[np.bool_]
    outside: Numbers
    sensitivity: Numbers
    price: Numbers
    available: NDArray[np.bool_]

    @property
    def utility(self) -> Numbers:
        """Sum of the terms; minus infinity for what is not considered."""
        total: Numbers = np.sum([self.terms[name] for name in TERMS], axis=0)
        return np.where(self.considered, total, -np.inf)

    @property
    def probability(self) -> Numbers:
        """Chance of each option before the luck of the occasion is drawn."""
        utility = self.utility
        best = np.maximum(utility.max(axis=1, initial=-np.inf), self.outside)
        best = np.where(np.isfinite(best), best, 0.0)
        odds = np.exp(utility - best[:, None])
        total = odds.sum(axis=1) + np.exp(self.outside - best)
        chance: Numbers = odds / np.maximum(total, 1e-300)[:, None]
        return chance


def weigh(
    market: Market, seen: Occasions, taken: Counts, offers: Counts, weights: Weights
) -> Weighed:
    """Utilities of the options on each occasion.

    Parameters
    ----------
    taken
        What was chosen, as a column of the options, -1 for nothing, (n,).
    """
    segment = market.tables.customers.segment[seen.customer]
    loyalty, last = _followed(seen, taken, offers, weights.memory[segment])
    own = {name: values[segment][:, None] for name, values in weights.by_name.items()}
    state, columns = seen.state, np.arange(offers.size)
    sensitivity = market.tables.customers.price_sensitivity[seen.customer].astype(np.float64)
    severity = market.tables.offers.defect_severity[offers].astype(np.float64)
    by_firm = state["knows_defect"] == DefectKnowledge.TOLD_BY_FIRM
    told = np.where(by_firm, own["stealing_thunder"], 1.0)
    moved = (last[:, None] != -1) & (last[:, None] != columns)
    can_be_had = np.isfinite(state["added"])
    terms = {
        "experience": own["experience_weight"] * (state["expectation"] + state["foreseen"]),
        "price_term": -sensitivity[:, None] * (state["price"] - state["discount"]),
        "loyalty": own["loyalty_weight"] * loyalty,
        "relation": own["trust_weight"] * state["trust"]
        - own["reactance_weight"] * state["reactance"] + own["push_weight"] * state["push"],
        "defect": -own["defect_aversion"] * severity * told * (state["knows_defect"] > 0),
        "switching": -weights.switching[segment][:, None] * moved,
        "others": np.where(can_be_had, state["added"], 0.0),
    }
    return Weighed(
        # Adding 0 makes a negative zero an ordinary one.
        {name: np.asarray(values, dtype=np.float64) + 0.0 for name, values in terms.items()},
        state["known"] & can_be_had, weights.outside[segment], sensitivity,
        state["price"] - state["discount"],
        can_be_had & (market.tables.offers.launch_week[offers] <= market.week),
    )


def _followed(
    seen: Occasions, taken: Counts, offers: Counts, memory: Numbers
) -> tuple[Numbers, Counts]:
    """Loyalty and latest offer before each occasion: several a week follow each other."""
    loyalty = seen.state["loyalty"].astype(np.float64)
    column_of = np.full(int(max(offers.max(initial=0), seen.last.max(initial=0))) + 2, -2)
    column_of[offers] = np.arange(offers.size)
    column_of[-1] = -1
    last = column_of[seen.last]
    for rank in range(1, int(seen.rank.max(initial=0)) + 1):
        now = np.flatnonzero(seen.rank == rank)  # the one before stands just before
        before = now - 1
        bought = taken[before] >= 0
        loyalty[now], last[now] = loyalty[before], last[before]
        rows, columns = now[bought], taken[before][bought]
        loyalty[rows] *= memory[rows, None]
        loyalty[rows, columns] += 1.0 - memory[rows]
        last[rows] = columns
    return loyalty, last

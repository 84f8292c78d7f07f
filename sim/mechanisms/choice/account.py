"""How a choice is told afterwards: the options on an occasion and the terms of their utility."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from sim.mechanisms.base import Happening, Mechanism
from sim.mechanisms.choice.occasions import TermsOfWeek
from sim.streams import address, gumbel
from sim.tables import DefectKnowledge

if TYPE_CHECKING:
    from sim.market import Market

WEIGHTS = (
    "experience_weight", "loyalty_weight", "trust_weight", "reactance_weight", "push_weight",
    "defect_aversion", "stealing_thunder",
)
Terms: TypeAlias = dict[str, float]


def tell(
    mechanism: Mechanism, market: Market, row: int, before: dict[str, Any], added: TermsOfWeek
) -> list[Happening]:
    """Tell each occasion of one customer: her options, their terms and luck, what she took."""
    customers, offers, bought = market.tables.customers, market.tables.offers, market.purchases
    s = int(customers.segment[row])
    outside = list(market.world.customers.segments.values())[s].outside_utility
    memory = float(mechanism.by_segment(market, "loyalty_memory")[s])
    loyalty, last = before["loyalty"].astype(np.float64), before["last_offer"].copy()
    own = np.uint64(
        address(market.streams.key("choice.luck", market.week), int(customers.label[row]))
    )
    told = []
    kinds = np.repeat(np.arange(len(market.category_names)), customers.n_occasions[row])
    for at, k in zip(np.flatnonzero(bought.customer == row), kinds, strict=True):
        state = np.uint64(address(own, int(bought.serial[at])))
        options = {
            market.offer_names[o]: {
                **own_terms(mechanism, market, row, o, loyalty[o], int(last[k])),
                **_terms_of_others(mechanism, market, row, int(at), o, added),
                "luck": float(gumbel(state, int(offers.label[o]) + 1)),
            }
            for o in range(market.n_offers)
            if offers.category[o] == k and customers.aware[row, o]
            and offers.launch_week[o] <= market.week
            and before["avoid_until_week"][o] < market.week
        }
        if outside is not None:
            options["nothing"] = {"base": outside, "luck": float(gumbel(state, 0))}
        o = int(bought.offer[at])
        chosen = market.offer_names[o] if o >= 0 else "nothing"
        text = _account(chosen, options, market.category_names[k])
        told.append(Happening(text, {"chosen": chosen, "options": options}))
        if o >= 0:
            loyalty[offers.category == k] *= memory
            loyalty[o] += 1.0 - memory
            last[k] = o
    return told


def own_terms(
    mechanism: Mechanism, market: Market, row: int, o: int, loyalty: float, last: int
) -> Terms:
    """Choice's own terms of the utility of one offer; those that are zero drop out."""
    customers, offers = market.tables.customers, market.tables.offers
    s, f = int(customers.segment[row]), int(offers.firm[o])
    weight = dict(zip(WEIGHTS, mechanism.by_segment(market, *WEIGHTS)[s].tolist(), strict=True))
    knows = int(customers.knows_defect[row, o])
    share = weight["stealing_thunder"] if knows == DefectKnowledge.TOLD_BY_FIRM else 1.0
    segment = list(market.world.customers.segments.values())[s]
    terms = {
        "experience": weight["experience_weight"] * float(customers.expectation[row, o]),
        "price": -float(customers.price_sensitivity[row]) * float(offers.price_cents[o]) / 100,
        "loyalty": weight["loyalty_weight"] * loyalty,
        "trust": weight["trust_weight"] * float(customers.trust[row, f]),
        "reactance": -weight["reactance_weight"] * float(customers.reactance[row, f]),
        "push": weight["push_weight"] * float(customers.sales_push[row, f]),
        "defect": -weight["defect_aversion"] * float(offers.defect_severity[o]) * share
        if knows else 0.0,
        "switching": -segment.switching_cost if last not in (-1, o) else 0.0,
    }
    return {name: value for name, value in terms.items() if value}


def _terms_of_others(
    mechanism: Mechanism, market: Market, row: int, at: int, o: int, added: TermsOfWeek
) -> Terms:
    """What other families added to the utility of one option; zeros drop out."""
    customers = market.tables.customers
    weight = float(mechanism.by_segment(market, "experience_weight")[customers.segment[row]])
    sensitivity = float(customers.price_sensitivity[row])
    terms = {}
    for family, (utility, foreseen, discount) in added.items():
        value = float(utility[at, o]) + weight * float(foreseen[at, o])
        value += sensitivity * float(discount[at, o]) / 100
        if value:
            terms[family.replace("_", " ")] = value
    return terms


def _account(chosen: str, options: dict[str, Terms], category: str) -> str:
    totals = {name: sum(terms.values()) for name, terms in options.items()}
    at_hand = [name for name in totals if math.isfinite(totals[name])]
    parts = []
    for name in sorted(at_hand, key=lambda n: -totals[n]):
        terms = ", ".join(f"{term} {value:+.2f}" for term, value in options[name].items())
        parts.append(f"{name} {totals[name]:.2f} ({terms})")
    for name in (name for name in totals if name not in at_hand):
        why = next(term for term, value in options[name].items() if not math.isfinite(value))
        parts.append(f"{name} could not be had ({why})")
    if set(options) <= {"nothing"}:
        return f"thought of buying in {category}, but knew no offer"
    verb = "bought nothing" if chosen == "nothing" else f"bought {chosen}"
    return f"{verb}: " + "; ".join(parts)

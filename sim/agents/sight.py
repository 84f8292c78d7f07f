"""What a firm can see of a market: the only way from the tables to a policy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.policies.base import Observation, Page
from sim.tables import Tariff

if TYPE_CHECKING:
    from sim.market import Market


def look(market: Market, f: int, *, communities: bool) -> Observation:
    """What firm ``f`` can see now.

    Parameters
    ----------
    communities
        Whether it looks at communities, whose members are counted then.
    """
    offers, firms = market.tables.offers, market.tables.firms
    names = market.offer_names
    own: list[int] = np.flatnonzero(offers.firm == f).tolist()
    on_sale = offers.launch_week <= market.week
    rivals: list[int] = np.flatnonzero((offers.firm != f) & on_sale).tolist()
    cost, paid = market.cost_to_seller(), _tariffs(market)
    sold = market.purchases.offer[market.purchases.offer >= 0]
    return Observation(
        week=market.week,
        n_customers=market.n_customers,
        revenue=float(firms.revenue_cents[f] / 100.0),
        profit=float(firms.profit_cents[f] / 100.0),
        cash=float(firms.cash_cents[f] / 100.0),
        units_sold=int(np.count_nonzero(offers.firm[sold] == f)),
        n_complaints=int(firms.n_complaints[f]),
        n_waiting=int(firms.n_waiting[f]),
        believed_satisfaction=float(firms.believed_satisfaction[f]),
        believed_needs=firms.believed_needs[f].copy(),
        attributes=tuple(market.attribute_names),
        levers=dict(market.firms[f].levers),
        own_prices={names[o]: float(offers.price_cents[o] / 100.0) for o in own},
        own_unit_costs={names[o]: float(cost[o] / 100.0) for o in own},
        own_advertising={names[o]: float(offers.advertising[o]) for o in own},
        own_quality=_own_quality(market, own),
        rival_prices={names[o]: float(offers.price_cents[o] / 100.0) for o in rivals},
        rival_quality={names[o]: _quality(market, o) for o in rivals},
        category_of={
            names[o]: market.category_names[offers.category[o]] for o in (*own, *rivals)
        },
        communities=_pages(market, {*own, *rivals}) if communities else {},
        tariff_of={names[o]: paid[o] for o in (*own, *rivals)},
        luck_seed=int(market.streams.key(f"policies.{market.firm_names[f]}", market.week)),
    )


def _tariffs(market: Market) -> list[str]:
    """How each offer is paid, in words that are the same where prices can be compared."""
    offers = market.tables.offers
    if market.mechanisms["tariffs"].variant == "none":
        return ["per use"] * market.n_offers
    return [
        f"every {weeks} weeks" if tariff == Tariff.SUBSCRIPTION
        else "free" if tariff == Tariff.FREE else "per use"
        for tariff, weeks in zip(offers.tariff.tolist(), offers.fee_weeks.tolist(), strict=True)
    ]


def _quality(market: Market, o: int) -> dict[str, float]:
    """Released quality of an offer, by the attributes of its category."""
    offers = market.tables.offers
    possible = np.flatnonzero(market.attribute_category == offers.category[o])
    return {market.attribute_names[a]: float(offers.quality[o, a]) for a in possible}


def _own_quality(market: Market, own: list[int]) -> dict[str, float]:
    # Exact sums: the order of offers must not show.
    by_attribute: dict[str, list[float]] = {}
    for o in own:
        for attribute, quality in _quality(market, o).items():
            by_attribute.setdefault(attribute, []).append(quality)
    return {a: math.fsum(values) / len(values) for a, values in by_attribute.items()}


def _pages(market: Market, seen: set[int]) -> dict[str, Page]:
    n = max(market.n_customers, 1)
    member = market.tables.customers.member
    return {
        community.name: Page(
            member_share=int(np.count_nonzero(member[:, community.number])) / n,
            ratings={
                market.offer_names[o]: float(community.rating[o])
                for o in np.flatnonzero(community.content > 0) if o in seen
            },
        )
        for community in market.communities
    }

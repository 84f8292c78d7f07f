"""Twins that part at half time: an offer leaves the channel that most of its buyers use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.laws.needs import World, sold_twice
from sim.laws.probing import Ground, probe
from sim.levers import set_offer_lever

if TYPE_CHECKING:
    from sim.market import Market

WEEKS_AFTER = 8

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Forced:
    """Owners of the offer who used the closed channel; arrays are ``(n_owners,)``.

    Attributes
    ----------
    loyalty : to the offer when the channel closed.
    satisfaction : with it some weeks later, minus that of the twin with the channel open.
    reactance : to the firm at that time, minus that of the twin.
    """

    loyalty: Values
    satisfaction: Values
    reactance: Values


@probe(markets=3)
def live(ground: Ground) -> Forced:
    """Live to half time, then with the channel open and with it closed."""
    from sim.market import Market

    first = ground.market()
    o = first.offer_number(sold_twice(World.of(ground.world)) or ground.focal)
    while first.week < first.world.weeks // 2:
        first.step()
    customers, offers = first.tables.customers, first.tables.offers
    category = int(offers.category[o])
    used = customers.last_channel[:, category]
    owns = (customers.last_offer[:, category] == o) & (used >= 0)
    is_open = offers.channel_quality[o] > 0
    if not owns.any() or is_open.sum() < 2:
        nothing = np.zeros(0)
        return Forced(nothing, nothing, nothing)
    closed = int(np.bincount(used[owns], minlength=len(is_open)).argmax())
    hit = np.flatnonzero(owns & (used == closed))
    loyalty, saved = customers.loyalty[hit, o].astype(np.float64), first.checkpoint()
    before, after = Market.resume(saved), Market.resume(saved)
    set_offer_lever(after, o, ("channels", after.channel_names[closed]), 0.0)
    calm, forced = _feel(before, hit, o), _feel(after, hit, o)
    return Forced(loyalty, forced[0] - calm[0], forced[1] - calm[1])


def _feel(market: Market, rows: NDArray[np.int64], o: int) -> tuple[Values, Values]:
    """Satisfaction with an offer and reactance to its firm, some weeks later."""
    last = min(market.week + WEEKS_AFTER, market.world.weeks)
    while market.week < last:
        market.step()
    customers, firm = market.tables.customers, int(market.tables.offers.firm[o])
    return (
        customers.satisfaction[rows, o].astype(np.float64),
        customers.reactance[rows, firm].astype(np.float64),
    )

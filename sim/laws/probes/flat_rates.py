"""Who subscribes at the end, and for whom it would be the cheaper way to pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.laws.probing import Ground, probe
from sim.tables import Tariff


@dataclass(frozen=True)
class Subscribed:
    """Shares of the customers who bought in a category with both tariffs.

    Attributes
    ----------
    share : who subscribe.
    cheaper : for whom the cheapest fee costs less than as many uses, one by one, as she has
        occasions.
    """

    share: float
    cheaper: float


@probe(markets=1)
def live(ground: Ground) -> Subscribed:
    """Live the scenario and count at its end."""
    market = ground.market()
    market.run_model()
    customers, offers = market.tables.customers, market.tables.offers
    buyers = subscribers = cheaper = 0
    for k in range(len(market.category_names)):
        here = (offers.category == k) & (offers.launch_week <= market.week)
        flat, used = here & (offers.tariff == Tariff.SUBSCRIPTION), here & (
            offers.tariff == Tariff.PER_USE
        )
        if not (flat.any() and used.any()):
            continue
        bought = customers.last_offer[:, k] >= 0
        fee = float((offers.price_cents[flat] / offers.fee_weeks[flat]).min())
        bill = customers.purchase_rate[bought, k] * float(offers.price_cents[used].min())
        buyers += int(bought.sum())
        subscribers += int((customers.subscription[bought, k] >= 0).sum())
        cheaper += int((bill > fee).sum())
    if not buyers:
        return Subscribed(np.nan, np.nan)
    return Subscribed(subscribers / buyers, cheaper / buyers)

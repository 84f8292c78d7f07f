"""Twins whose customers are informed less and more, and twins for whom search costs more and less.

Where customers look up what offers are like, they do so never, half as often as the scenario says,
as often, twice and four times as often, and a search costs much (it inspects one offer) or little
(it inspects a dozen). Where they look up prices, the share of those who compare all rises step by
step, and one more look costs a quarter of the first offer's price or a fortieth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.laws.needs import World
from sim.laws.probes.life import Log, Watch
from sim.laws.probing import Ground, probe

FACTORS = (0.0, 0.5, 1.0, 2.0, 4.0)
SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)
STEPS = np.arange(1, len(FACTORS) + 1)
ONE_OFFER, MANY_OFFERS = 1, 12
DEAR, CHEAP = 0.25, 0.025  # a look, in prices of the first offer

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Informed:
    """Prices paid in the second half.

    Attributes
    ----------
    price, spread : mean and standard deviation, currency, from least to best informed, (5,).
    dear, cheap : mean price paid where search costs much, and where it costs little.
    """

    price: Values
    spread: Values
    dear: float
    cheap: float


@probe(markets=len(FACTORS) + 2)
def live(ground: Ground) -> Informed:
    """Live all."""
    world = World.of(ground.world)
    if world.variants["search"] == "price_search":
        steps = [_paid(ground, {"mechanisms.search.informed_share": share}) for share in SHARES]
        cost, price = "mechanisms.search.search_cost", world.focal.price if world.focal else 1.0
        dear, cheap = _paid(ground, {cost: DEAR * price}), _paid(ground, {cost: CHEAP * price})
    else:
        steps = [_paid(ground, {}, factor) for factor in FACTORS]
        inspected = "mechanisms.search.n_inspected"
        dear, cheap = (_paid(ground, {inspected: n}) for n in (ONE_OFFER, MANY_OFFERS))
    return Informed(
        np.array([mean for mean, _ in steps]), np.array([spread for _, spread in steps]),
        dear[0], cheap[0],
    )


def _paid(ground: Ground, overrides: dict[str, Any], factor: float = 1.0) -> tuple[float, float]:
    """Mean and spread of prices paid in the second half."""
    market = ground.market(overrides)
    market.tables.customers.information_seeking[:] *= factor
    noted = Watch(np.zeros(market.n_customers, dtype=np.int64))
    while market.week < market.world.weeks:
        market.step()
        if market.week > market.world.weeks // 2:
            noted.at_end(market)
    paid = Log.of(noted.rows).price_cents / 100.0
    return (float(paid.mean()), float(paid.std())) if len(paid) else (np.nan, np.nan)

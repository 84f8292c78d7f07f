"""The first offer spreads by what friends own alone, over a ring and over a ring with rewired ties.

One friend who owns it is enough, or two are needed; friends are counted, not tellings. Noise is
off: only word of mouth and choice are at work, rivals are unknown, and who knows the offer adopts
it. At first one customer and her neighbors on the ring own it, as in Centola and Macy (2007).
What is left of the scenario are its customers, their ties and weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.laws.probing import Ground, probe
from sim.mechanisms.base import families
from sim.network import parameters_of
from sim.tables import Trigger

RING, REWIRED = 0.0, 0.5
SIMPLE, COMPLEX = 1.0, 2.0
AT_WORK = ("word_of_mouth", "choice")

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """Share of customers who know the offer by week, (weeks,)."""

    simple_ring: Values
    simple_rewired: Values
    complex_ring: Values
    complex_rewired: Values


@probe(markets=4)
def live(ground: Ground) -> Spread:
    """Live all four."""
    return Spread(
        _known(ground, RING, SIMPLE), _known(ground, REWIRED, SIMPLE),
        _known(ground, RING, COMPLEX), _known(ground, REWIRED, COMPLEX),
    )


def _known(ground: Ground, rewiring: float, friends: float) -> Values:
    overrides: dict[str, Any] = {
        "customers.network.rewiring_prob": rewiring,
        "mechanisms.word_of_mouth": {
            "variant": "threshold", "threshold_share": 0.0, "threshold_count": friends,
        },
        "mechanisms.choice": "durable_adoption",
        **{f"mechanisms.{family}": "none" for family in families() if family not in AT_WORK},
    }
    for path in ground.offer_paths.values():
        overrides |= {f"{path}.initial_awareness": 0.0, f"{path}.initial_owners": 0.0}
    market = ground.market(overrides)
    o, customers = market.offer_number(ground.focal), market.tables.customers
    seeds = np.arange(min(_neighbors(ground) + 1, market.n_customers))
    customers.aware[seeds, o] = 1
    customers.trigger[seeds, o] = Trigger.START
    customers.last_offer[seeds, market.tables.offers.category[o]] = o
    known = []
    while market.week < market.world.weeks:
        market.step()
        known.append(float(customers.aware[:, o].mean()))
    return np.array(known)


def _neighbors(ground: Ground) -> int:
    """Ties of a customer on the ring."""
    settings = ground.world.customers.network
    ties = parameters_of("watts_strogatz")(**(settings.model_extra or {}))
    return int(ties.model_dump()["neighbors"])

"""Many runs in one market: networks side by side without a tie between them, each with its seeds.

Contagion stays within ties, so that every network lives a run of its own, under its own luck; one
market of many networks spares the cost of many markets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market import Market
from sim.network import Network
from sim.scenario import Scenario
from sim.tables import Trigger


def side_by_side(networks: Sequence[Network]) -> Network:
    """One network of all customers of all networks, in order, with no other ties."""
    starts = np.cumsum([0, *(network.n for network in networks)])
    ends = np.cumsum([0, *(len(network.indices) for network in networks)])
    return Network(
        np.concatenate([
            np.zeros(1, dtype=np.int64),
            *(network.indptr[1:] + end for network, end in zip(networks, ends, strict=False)),
        ]),
        np.concatenate([
            network.indices + np.int32(start)
            for network, start in zip(networks, starts, strict=False)
        ]),
        np.concatenate([network.strong for network in networks]),
    )


def market_of(
    world: Scenario, networks: Sequence[Network], *, seed: int, overrides: dict[str, Any]
) -> Market:
    """A market of the scenario over these networks, in which nothing is recorded."""
    network = side_by_side(networks)
    return Market(
        world, seed=seed, overrides={"customers.n": network.n, **overrides}, observe=False,
        network=network,
    )


def give(market: Market, rows: NDArray[np.int64]) -> None:
    """Let customers own the first offer before week 1, as initial owners do."""
    customers = market.tables.customers
    customers.last_offer[rows, 0] = 0
    customers.aware[rows, 0] = 1
    customers.trigger[rows, 0] = Trigger.START
    customers.loyalty[rows, 0] = 1.0
    customers.satisfaction[rows, 0] = customers.expectation[rows, 0]


def live_out(market: Market) -> NDArray[np.bool_]:
    """Live until a week in which nobody adopts; who owns the offer then, (n_customers,).

    Where owners count for ever, or talk in the week after their purchase only, nobody adopts after
    such a week.
    """
    while True:
        market.step()
        if not (market.purchases.offer >= 0).any():
            return np.asarray(market.tables.customers.last_offer[:, 0] == 0)

"""What replications of diffusion share: one durable, and who has adopted it by when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market import Market
from sim.scenario import Scenario
from sim.streams import Streams

WEEKS_A_YEAR = 52

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """One market to be lived: its length, its seed, and what differs from the scenario."""

    world: Scenario
    seed: int
    weeks: int
    overrides: Mapping[str, Any] = field(default_factory=dict)


def spreads(
    world: Scenario, seed: int, n: int, weeks: int, overrides: Mapping[str, Any]
) -> list[Spread]:
    """The same market ``n`` times, each under a seed of its own."""
    streams = Streams(seed)
    return [Spread(world, streams.replication(r).seed, weeks, overrides) for r in range(n)]


def bass_rates(p: float, q: float) -> dict[str, float]:
    """Overrides that give the scenario the rates ``p`` and ``q`` a year."""
    # Advertising stands at its half saturation, so that its stock is one half.
    return {
        "mechanisms.advertising.reach_rate": 2 * p / WEEKS_A_YEAR,
        "mechanisms.word_of_mouth.imitation_rate": q / WEEKS_A_YEAR,
    }


def live(spread: Spread) -> Values:
    """Live a market: share of customers who have adopted, after weeks 0 to its last."""
    overrides = {**spread.overrides, "weeks": spread.weeks}
    market = Market(spread.world, seed=spread.seed, overrides=overrides, observe=False)
    adopted = np.zeros(spread.weeks + 1)
    for week in range(1, spread.weeks + 1):
        market.step()
        adopted[week] = np.count_nonzero(market.tables.customers.last_offer[:, 0] >= 0)
    return adopted / market.n_customers


def at_years(adopted: Values, years: Values) -> Values:
    """The shares at the end of whole years; weeks run along the last axis."""
    found: Values = adopted[..., np.asarray(years, dtype=np.int64) * WEEKS_A_YEAR]
    return found


def mean_and_error(values: Values) -> tuple[Values, Values]:
    """Mean over replications, which run along the first axis, and its standard error."""
    values = np.asarray(values)
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))

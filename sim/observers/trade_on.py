"""Trade-on: quality up while unit cost falls, where others trade the one for the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
from sim.observers.customers import share
from sim.observers.needs import by_firm, mean_needs, weights_by_offer

if TYPE_CHECKING:
    from sim.market import Market

Values = NDArray[np.float64]


def start_of(market: Market) -> tuple[Values, Values]:
    """Quality (n_offers, n_attributes) and unit cost in cents (n_offers,) as the scenario has them.

    For a market forked into another strategy they are those of that strategy.
    """
    offers = [offer for firm in market.world.firms.values() for offer in firm.offers.values()]
    quality = [[o.quality.get(a, 0.0) for a in market.attribute_names] for o in offers]
    shape = (len(offers), market.n_attributes)
    cost = np.array([round(o.unit_cost * 100) for o in offers], dtype=np.float64)
    # Through the type of the column, so that what nobody touched has not changed.
    return np.array(quality, dtype=np.float32).reshape(shape).astype(np.float64), cost


@observer
class TradeOn(Observer):
    """How far quality rose and unit cost fell since the start; means over a firm's offers."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "quality_gain": Outcome(
            "share of quality at the start", "last",
            "Rise of released quality, weighted by mean needs, since the start.",
        ),
        "cost_saving": Outcome(
            "share of unit cost at the start", "last", "Fall of unit cost since the start."
        ),
        "trade_on": Outcome(
            "share of the start", "last",
            "The smaller of quality gain and cost saving: above zero only if quality rose while "
            "unit cost fell.",
        ),
    }

    def __init__(self) -> None:
        self._start: tuple[Values, Values, Values] | None = None

    def measure(self, market: Market) -> Measures:
        """Qualities and unit costs as they are now."""
        offers = market.tables.offers
        if self._start is None:
            quality, cost = start_of(market)
            weights = weights_by_offer(market, mean_needs(market))
            self._start = weights, (quality * weights).sum(axis=1), cost
        return {"quality": offers.quality.copy(), "cost": offers.unit_cost_cents.copy()}

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Gains since the start."""
        assert self._start is not None  # weeks were measured
        weights, quality, cost = self._start
        gain = mean_change(market, (weeks["quality"] * weights).sum(axis=-1), quality)
        saving = -mean_change(market, weeks["cost"].astype(np.float64), cost)
        return {
            "quality_gain": gain, "cost_saving": saving, "trade_on": np.minimum(gain, saving),
        }


def mean_change(market: Market, now: Values, start: Values) -> Values:
    """Mean over a firm's offers of ``now / start - 1``; not a number where all started at zero."""
    known = start > 0
    change = np.where(known, now / np.where(known, start, 1.0) - 1.0, 0.0)
    n = by_firm(market, known.astype(np.float64))
    total = by_firm(market, change)
    return share(total, n)

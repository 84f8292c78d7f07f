"""Everything that happened to one customer, and why: told by living her market once more.

Draws are addressed, so a replay is the same to the bit; nothing has to be written down beforehand.
Each mechanism explains its own part in its own file (``Mechanism.explain``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import RunError
from sim.market import Market
from sim.mechanisms.base import Happening
from sim.scenario import Scenario
from sim.tables import CustomerTable, Trigger


@dataclass(frozen=True)
class Biography:
    """The story of one customer.

    Attributes
    ----------
    traits : who she is, one sentence each.
    happenings : (week, stage, happening) in order.
    """

    customer: int
    traits: list[str]
    happenings: list[tuple[int, str, Happening]]

    def sentences(self) -> list[str]:
        """Who she is and what happened, one sentence each."""
        told = [f"week {week}: {happening.text}" for week, _, happening in self.happenings]
        return [*self.traits, *(told or ["nothing happened to her"])]


def tell(
    scenario: Scenario,
    *,
    strategy: str | None,
    seed: int,
    customer: int,
    weeks: int | None = None,
    overrides: dict[str, Any] | None = None,
    units: NDArray[np.float64] | None = None,
) -> Biography:
    """Live a market again and write down what happens to one customer.

    Parameters
    ----------
    seed
        The market's own seed; for replication r of a run it is ``replication_seed(seed, r)``.
    customer
        Her row, from 0.
    weeks
        How many weeks; None is all.
    units
        Units that each firm sold in each week of the run that is told of, (weeks, n_firms); None:
        it is nobody's run.

    Raises
    ------
    RunError
        If there is no such customer, or the market sells other units than it did in the run.
    """
    observe = False if units is None else ("units",)
    market = Market(scenario, strategy, seed=seed, overrides=overrides, observe=observe)
    if not 0 <= customer < market.n_customers:
        raise RunError(
            f"there is no customer {customer}; customers are numbered from 0 to "
            f"{market.n_customers - 1}"
        )
    happenings = follow(market, customer)
    for _ in range(weeks or market.world.weeks):
        market.step()
    if units is not None and not np.array_equal(market.recorder.recorded()["units"], units):
        raise RunError(
            "this version does not live the market as the run did, and would tell a life that was "
            "not lived there; run again, or use the version that the run's manifest names"
        )
    return Biography(customer, traits(market, customer), happenings)


def follow(market: Market, customer: int) -> list[tuple[int, str, Happening]]:
    """What happens to a customer from now on: a list that grows while the market lives."""
    happenings: list[tuple[int, str, Happening]] = []
    before: dict[str, Any] = {}
    table = market.tables.customers

    def listener(lived: Market, stage: str, after: bool) -> None:
        if stage not in lived.mechanisms:
            return
        if not after:
            before.update({n: getattr(table, n)[customer].copy() for n in CustomerTable.columns})
            return
        told = lived.mechanisms[stage].explain(lived, customer, before)
        happenings.extend((lived.week, stage, happening) for happening in told)

    market.listeners.append(listener)
    return happenings


def traits(market: Market, row: int) -> list[str]:
    """Who a customer is, one sentence each."""
    customers = market.tables.customers
    needs = sorted(
        zip(customers.needs[row].tolist(), market.attribute_names, strict=True), reverse=True
    )
    wants = ", ".join(f"{name} {weight:.0%}" for weight, name in needs if weight > 0)
    rates = ", ".join(
        f"{rate * 52:.1f} purchase occasions a year in {name}"
        for rate, name in zip(
            customers.purchase_rate[row].tolist(), market.category_names, strict=True
        )
    )
    segment = market.segment_names[int(customers.segment[row])]
    friends = int(market.network.indptr[row + 1] - market.network.indptr[row])
    known = [
        name for o, name in enumerate(market.offer_names)
        if customers.trigger[row, o] == Trigger.START
    ]
    return [
        f"customer {row} belongs to {segment} and has {friends} friends",
        f"she needs {wants or 'nothing in particular'}",
        f"she has {rates}",
        f"before week 1 she knew {', '.join(known) or 'no offer'}",
    ]

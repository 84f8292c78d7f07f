"""A market between two weeks: taken, put back, and forked into another strategy."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.levers import offer_levers, set_offer_lever
from sim.network import Network
from sim.scenario import Document, Scenario
from sim.tables import Array, FirmTable, Purchases

if TYPE_CHECKING:
    from pydantic import BaseModel

    from sim.agents.customer import Customer
    from sim.market import Market


READ_EACH_WEEK = ("switching_cost", "outside_utility", "regular_purchases", "behavior")
"""Settings of segments that are read as markets live; others were drawn when they were built."""


@dataclass(frozen=True)
class Checkpoint:
    """A market between two weeks: enough to go on, or to fork into another strategy."""

    scenario: Scenario
    strategy: str | None
    overrides: dict[str, Any]
    seed: int
    week: int
    tables: dict[str, dict[str, Array]]
    purchases: dict[str, Array]
    firms: list[dict[str, Any]]
    communities: list[dict[str, Any]]
    calendar: dict[str, Any]
    observed: tuple[str, ...]
    record: dict[str, Array]
    assigned: dict[int, tuple[type[Customer], dict[str, Any]]]
    network: Network
    random: tuple[Any, dict[str, Any]]
    """Where Mesa's two generators stand, which own steps of customers may use."""

    def __repr__(self) -> str:
        return (
            f"<Checkpoint {self.scenario.id}: {_strategy(self.strategy)}, seed {self.seed}, "
            f"week {self.week}, customers {self.network.n:,}, firms {len(self.firms)}>"
        )


def take(market: Market) -> Checkpoint:
    """A copy of all that happened so far; ties are shared, since they do not change."""
    return Checkpoint(
        scenario=market.source,
        strategy=market.strategy,
        overrides=dict(market.overrides),
        seed=market.seed,
        week=market.week,
        tables={name: table.state() for name, table in market.tables._asdict().items()},
        purchases=market.purchases.state(),
        firms=[firm.state() for firm in market.firms],
        communities=[community.state() for community in market.communities],
        calendar=market.calendar.state(),
        observed=market.recorder.names,
        record=market.recorder.state(),
        assigned=market.customers.assigned_state(),
        network=market.network,
        random=(market.random.getstate(), market.rng.bit_generator.state),
    )


def checked(checkpoint: Checkpoint) -> Checkpoint:
    """What somebody goes on from, if it is a checkpoint.

    Raises
    ------
    TypeError
        If it is anything else.
    """
    if not isinstance(checkpoint, Checkpoint):
        raise TypeError(
            "a checkpoint is what market.checkpoint() returns, as it is or unpickled. "
            f"Got {type(checkpoint).__name__}."
        )
    return checkpoint


def in_one_line(market: Market) -> str:
    """What a market is and where it stands."""
    return (
        f"<{type(market).__name__} {market.source.id}: {_strategy(market.strategy)}, "
        f"seed {market.seed}, week {market.week} of {market.world.weeks}, "
        f"customers {market.n_customers:,}, firms {market.n_firms}>"
    )


def _strategy(name: str | None) -> str:
    return "no strategy" if name is None else f"strategy {name}"


def put_back(market: Market, checkpoint: Checkpoint) -> None:
    """Write a checkpoint into a market that was built from the same scenario and seed."""
    for name, table in market.tables._asdict().items():
        table.restore(checkpoint.tables[name])
    market.set_clock(checkpoint.week)
    market.purchases = Purchases(**{k: v.copy() for k, v in checkpoint.purchases.items()})
    for firm, state in zip(market.firms, checkpoint.firms, strict=True):
        firm.restore(state)
    for community, state in zip(market.communities, checkpoint.communities, strict=True):
        community.restore(state)
    market.calendar.restore(checkpoint.calendar)
    market.recorder.restore(checkpoint.record)
    market.customers.reassign(checkpoint.assigned)
    market.random.setstate(checkpoint.random[0])
    market.rng.bit_generator.state = checkpoint.random[1]
    market.running = market.week < market.world.weeks


def adopt_levers(market: Market, before: Document) -> None:
    """Set the levers in which the market's world differs from the one before."""
    kept = sorted(_beyond_levers(before, market.world))
    if kept:
        warnings.warn(
            f"a fork changes levers, policies and mechanisms; these stay as they came about: "
            f"{', '.join(kept)}", stacklevel=3,
        )
    for name, column in FirmTable.columns.items():
        family = market.mechanisms.get(column.owner)
        if column.books is not None and family is not None and family.variant == "none":
            getattr(market.tables.firms, name)[:] = 0  # it books nothing more from now on
    for firm in market.firms:
        old, new = before.firms[firm.name], market.world.firms[firm.name]
        old_levers, new_levers = old.levers.model_dump(), new.levers.model_dump()
        firm.levers.update({k: v for k, v in new_levers.items() if v != old_levers[k]})
        if old.policy != new.policy:
            firm.follow(new.policy)
        for name, offer in new.offers.items():
            was = dict(offer_levers(old.offers[name]))
            for path, value in offer_levers(offer):
                if path not in was or was[path] != value:
                    set_offer_lever(market, market.offer_number(name), path, value)


def _beyond_levers(old: Document, new: Document) -> Iterator[str]:
    """Settings in which two worlds differ and that only matter when a market is built."""
    for name, firm in new.firms.items():
        if old.firms[name].beliefs != firm.beliefs:
            yield f"firms.{name}.beliefs"
        for offer_name, offer in firm.offers.items():
            was = old.firms[name].offers[offer_name]
            levers = {path for one in (was, offer) for path, _ in offer_levers(one)}
            for field in {path[0] for path in _changed(was, offer) - levers}:
                yield f"firms.{name}.offers.{offer_name}.{field}"
    for name, segment in new.customers.segments.items():
        changed = {path[0] for path in _changed(old.customers.segments[name], segment)}
        for field in changed - set(READ_EACH_WEEK):
            yield f"customers.segments.{name}.{field}"
    if old.customers.network != new.customers.network:
        yield "customers.network"


def _changed(old: BaseModel, new: BaseModel) -> set[tuple[str, ...]]:
    """Paths of single values in which two settings of one kind differ."""
    before, after = dict(_flat(old.model_dump())), dict(_flat(new.model_dump()))
    return {path for path in before | after if before.get(path) != after.get(path)}


def _flat(settings: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from (((name, *path), inner) for path, inner in _flat(value))
        else:
            yield (name,), value

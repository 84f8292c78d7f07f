"""Whether code of one's own keeps the contract: a market with it is lived again and again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import RunError
from sim.market import Market
from sim.mechanisms.base import PACKAGE
from sim.scenario import Scenario
from sim.tables import Array
from sim.wording import listed

State = dict[str, Array]


def broken_rules(
    scenario: Scenario | str | Path, strategy: str | None = None, *, weeks: int = 12,
    seed: int = 1, overrides: Mapping[str, Any] | None = None,
) -> list[str]:
    """What code of one's own does in a market that it must not, a line each.

    Mechanisms are held to their ``writes`` and to the streams; mechanisms, observers, policies and
    networks to the same course under the same seed, from a checkpoint, and unobserved.

    The market is lived four times: watched, again, from a checkpoint half-way, and with nobody
    observing. A small one will do; what happens in none of these weeks is not seen.

    Parameters
    ----------
    scenario
        A scenario that uses them, its file, or the id of a shipped one.
    strategy
        Which of its strategies; None runs the file without one.
    weeks
        How many weeks of it, from 2.
    seed
        Of all luck.
    overrides
        Settings by path, over those of file and strategy.

    Returns
    -------
    list of str
        Empty where nothing was found.

    Raises
    ------
    RunError
        If there are fewer than 2 weeks.
    ScenarioError
        If the scenario or strategy cannot be run.
    """
    if weeks < 2:
        raise RunError(f"weeks must be at least 2: one before a checkpoint, one after. Got {weeks}")
    straight, again, quiet = (
        Market(scenario, strategy, seed=seed, overrides=overrides, observe=observe)
        for observe in (True, True, False)
    )
    watch = _Watch(straight)
    straight.listeners.append(watch)
    for market in (straight, again, quiet):
        _live(market, weeks // 2 if market is again else weeks)
    resumed = Market.resume(again.checkpoint())
    for market in (again, resumed):
        _live(market, weeks - weeks // 2)
    found = watch.found
    at_the_end = _state(straight)
    if names := _differing(at_the_end, _state(again)):
        found.append(
            f"the same seed gives another {listed(names, 4)}: draw from market.streams "
            "(sim/streams.py), not from numpy.random or random"
        )
    elif names := _differing(at_the_end, _state(resumed)):
        found.append(
            f"from a checkpoint of week {weeks // 2} on {listed(names, 4)} goes another way: a "
            "checkpoint keeps columns and agents, not what a mechanism or observer sets on itself"
        )
    if not found and (names := _differing(at_the_end, _state(quiet))):
        found.append(f"an observer changes {listed(names, 4)}: measure must only read")
    return found


class _Watch:
    """Holds each step of a mechanism of one's own to what it says it writes; a listener."""

    def __init__(self, market: Market) -> None:
        self.own = {
            family: mechanism for family, mechanism in market.mechanisms.items()
            if not type(mechanism).__module__.startswith(PACKAGE)
        }
        self.found: list[str] = []

    def __call__(self, market: Market, stage: str, after: bool) -> None:
        if stage not in self.own:
            return
        if not after:
            self.before, self.luck = _state(market), _luck(market)
            return
        mechanism = self.own[stage]
        name = f"{stage}/{mechanism.variant}"
        if names := sorted(set(_differing(self.before, _state(market))) - set(mechanism.writes)):
            self._add(f"{name} changes {listed(names, 4)} without naming it in its writes")
        if _luck(market) != self.luck:
            self._add(
                f"{name} draws from numpy.random, market.rng or market.random: strategies then "
                "share no luck; draw from market.streams (sim/streams.py)"
            )

    def _add(self, fault: str) -> None:
        if fault not in self.found:
            self.found.append(fault)


def _live(market: Market, weeks: int) -> None:
    for _ in range(weeks):
        market.step()


def _luck(market: Market) -> tuple[str, ...]:
    """Where generators that are drawn from in order stand."""
    # The old interface of NumPy is what a stranger draws from, hence the look at its state.
    shared = np.random.get_state()
    return repr(shared), repr(market.rng.bit_generator.state), repr(market.random.getstate())


def _state(market: Market) -> State:
    """A copy of every column, as ``customers.aware``."""
    return {
        f"{table}.{name}": values
        for table, rows in market.tables._asdict().items() for name, values in rows.state().items()
    }


def _differing(one: State, other: State) -> list[str]:
    """Names of the columns that are not the same bytes."""
    return [name for name in one if one[name].tobytes() != other[name].tobytes()]

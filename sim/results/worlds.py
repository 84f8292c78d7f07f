"""Many worlds that might be the true one: each uncertain setting at a value of its range.

A Latin hypercube (McKay, Beckman and Conover 1979): with n worlds the range of every setting falls
into n strata of equal width, and each stratum occurs once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.results.jobs import Job, Series, live_all
from sim.results.run import RunResult
from sim.results.verdicts import direction_holds
from sim.scenario import Scenario
from sim.scenario.overrides import Setting
from sim.scenario.schema import Claim
from sim.scenario.statements import find_anywhere
from sim.streams import Array, Streams, address, uniform

World = dict[str, float]
"""Values of the uncertain settings by path."""


@dataclass(frozen=True)
class ClaimInWorlds:
    """In which worlds the direction of a claim holds.

    Parameters
    ----------
    claim
        The claim.
    holds
        One answer a world, None where what it speaks of has no value.
    """

    claim: Claim
    holds: tuple[bool | None, ...]

    @property
    def decided(self) -> int:
        """Number of worlds in which what it speaks of has a value."""
        return sum(held is not None for held in self.holds)

    @property
    def share(self) -> float:
        """Share of these worlds in which it holds; not a number where there are none."""
        return sum(held is True for held in self.holds) / self.decided if self.decided else math.nan


def latin_hypercube(scenario: Scenario, n_worlds: int, seed: int = 0) -> list[World]:
    """Worlds over the uncertain settings of a scenario.

    A setting's values depend on its own path only, so declaring another one leaves them as they
    are. Whole numbers are rounded.
    """
    worlds: list[World] = [{} for _ in range(n_worlds)]
    for path, span in scenario.document.uncertain.items():
        order, within = np.empty(n_worlds), np.empty(n_worlds)
        draw(Streams(seed).key(f"worlds.{path}"), order, within)
        stratum = np.argsort(np.argsort(order, kind="stable"), kind="stable")
        positions = (stratum + within) / n_worlds
        is_whole = _is_whole(scenario, path)
        for world, position in zip(worlds, positions, strict=True):
            value = span.low + float(position) * (span.high - span.low)
            world[path] = round(value) if is_whole else value
    return worlds


def _is_whole(scenario: Scenario, path: str) -> bool:
    setting = find_anywhere(scenario.raw, path)
    form = setting.number if isinstance(setting, Setting) else None
    return form is not None and form.type is int


def survey(
    scenario: Scenario, n_worlds: int, *, replications: int = 4, seed: int = 0,
    workers: int | None = None, progress: Callable[[int], None] | None = None,
) -> list[ClaimInWorlds]:
    """Ask in many worlds whether the direction of each claim holds.

    Parameters
    ----------
    n_worlds
        Worlds of the Latin hypercube.
    replications
        Markets a strategy and world; worlds share no luck.
    seed
        Seed of worlds and markets.
    workers
        Worker processes; None decides by the work. The answer does not depend on it.
    progress
        Called with the number of markets just finished.
    """
    claims = scenario.document.claims
    names = claimed_strategies(scenario)
    observed = tuple(dict.fromkeys(claim.outcome for claim in claims))
    worlds = latin_hypercube(scenario, n_worlds, seed)
    jobs = [
        Job(
            name, number * replications + replication, seed, length_of(scenario, world),
            overrides=left_to(scenario, name, world), observe=observed,
        )
        for number, world in enumerate(worlds)
        for name in names
        for replication in range(replications)
    ]
    lived = live_all(scenario, jobs, workers=workers, progress=progress)
    size = len(names) * replications
    results = [
        _result(scenario, names, replications, seed, length_of(scenario, world),
                lived[number * size : (number + 1) * size])
        for number, world in enumerate(worlds)
    ]
    return [
        ClaimInWorlds(claim, tuple(direction_holds(result, claim) for result in results))
        for claim in claims
    ]


def claimed_strategies(scenario: Scenario) -> list[str]:
    """The strategies that claims speak of, in the scenario's order."""
    last = scenario.strategies[-1]
    named = {claim.strategy or last for claim in scenario.document.claims}
    named |= {claim.against for claim in scenario.document.claims if claim.against}
    return [name for name in scenario.strategies if name in named]


def length_of(scenario: Scenario, world: Mapping[str, Any]) -> int:
    """Weeks to live, which may themselves be uncertain."""
    weeks: Any = world.get("weeks", scenario.overrides.get("weeks", scenario.document.weeks))
    return int(weeks)


def left_to(scenario: Scenario, strategy: str, world: World) -> World:
    """The settings of a world that a strategy leaves open: what it decides is not uncertain."""
    decided = scenario.document.strategies[strategy].set

    def is_decided(path: str) -> bool:
        return any(f"{path}.".startswith(f"{own}.") for own in decided)

    return {path: value for path, value in world.items() if not is_decided(path)}


def _result(
    scenario: Scenario, names: list[str], replications: int, seed: int, weeks: int,
    lived: Sequence[Series],
) -> RunResult:
    series: dict[str, NDArray[np.float64]] = {}
    for outcome in lived[0]:
        stacked = np.stack([one[outcome] for one in lived])
        series[outcome] = stacked.reshape((len(names), replications, *stacked.shape[1:]))
    return RunResult(
        scenario=scenario, strategies=names, seed=seed, replications=replications, weeks=weeks,
        series=series, history={"run_id": "one of many worlds"},
    )


@kernel
def draw(key: np.uint64, order: Array, within: Array) -> None:
    """Two uniform numbers a world: its place in the order of strata, and inside its stratum."""
    for world in range(order.size):
        state = address(key, world)
        order[world] = uniform(state, 0)
        within[world] = uniform(state, 1)

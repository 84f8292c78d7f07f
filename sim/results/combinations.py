"""Markets without some of their mechanisms: which are to be lived, and those that have been."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.results.jobs import Job, Series, live_all
from sim.results.quantity import per_replication, strategies_of, weeks_of
from sim.results.run import RunResult
from sim.results.shapley import Game
from sim.results.statistics import Values
from sim.results.verdicts import Verdict, judge
from sim.scenario import Scenario
from sim.scenario.schema import Claim

NOTHING = "none"
"""The variant that does nothing."""

Off = frozenset[str]
"""Mechanisms that are switched off."""

EVERYTHING: Off = frozenset()


@dataclass(frozen=True)
class Plan:
    """What is switched off, what is measured, and how often.

    Parameters
    ----------
    scenario
        The scenario.
    quantity
        What is explained.
    mechanisms
        Families that are switched off, each with its variant.
    orders
        Orders to sample for Shapley shares, should there be too many combinations; None: no shares.
    game
        Which combinations are lived for shares.
    replications, seed
        As in a run: replication r has the same luck, whatever is switched off.
    """

    scenario: Scenario
    quantity: Claim
    mechanisms: Mapping[str, str]
    orders: int | None
    game: Game | None
    replications: int
    seed: int

    @property
    def in_turn(self) -> list[Off]:
        """Everything at work, then each mechanism off by itself."""
        return [EVERYTHING, *(frozenset({name}) for name in self.mechanisms)]

    @property
    def markets(self) -> int:
        """Markets to live before shares are asked for."""
        return self._per_combination * len(self.in_turn)

    @property
    def more_for_shares(self) -> int:
        """Markets to live for shares; fewer, if a mechanism turns out to have none."""
        if self.game is None:
            return 0
        everybody = frozenset(self.game.players)
        off = {everybody - coalition for coalition in self.game.coalitions}
        return self._per_combination * len(off - set(self.in_turn))

    @property
    def _per_combination(self) -> int:
        return self.replications * len(strategies_of(self.scenario, self.quantity))


class Lived:
    """Markets lived so far: each combination of mechanisms is lived once.

    Attributes
    ----------
    results : the run without some mechanisms, by what is off.
    """

    def __init__(
        self, made: Plan, workers: int | None, progress: Callable[[int], None] | None
    ) -> None:
        self.plan, self.workers, self.progress = made, workers, progress
        self.results: dict[Off, RunResult] = {}

    def live(self, combinations: Iterable[Off]) -> None:
        """Live those combinations that were not lived before."""
        new = [off for off in dict.fromkeys(combinations) if off not in self.results]
        jobs = [job for off in new for job in _jobs(self.plan, off)]
        series = live_all(self.plan.scenario, jobs, workers=self.workers, progress=self.progress)
        size = len(jobs) // max(len(new), 1)
        for number, off in enumerate(new):
            own = series[number * size : (number + 1) * size]
            self.results[off] = _result(self.plan, own)

    def __getitem__(self, off: Off) -> Values:
        """The quantity without these, one value a replication."""
        return per_replication(self.results[off], self.plan.quantity)

    def verdict(self, off: Off) -> Verdict | None:
        """What these markets say, if the quantity is that of a claim."""
        quantity = self.plan.quantity
        if quantity.at_least is None and quantity.at_most is None:
            return None
        return judge(self.results[off], quantity)


def _jobs(made: Plan, off: Off) -> list[Job]:
    weeks = weeks_of(made.scenario, made.quantity)
    return [
        Job(
            strategy, replication, made.seed, weeks, overrides=overrides_without(off),
            observe=(made.quantity.outcome,),
        )
        for strategy in strategies_of(made.scenario, made.quantity)
        for replication in range(made.replications)
    ]


def _result(made: Plan, lived: Sequence[Series]) -> RunResult:
    """Markets without some mechanisms, as the result of a run."""
    names, outcome = strategies_of(made.scenario, made.quantity), made.quantity.outcome
    stacked = np.stack([one[outcome] for one in lived])
    series: dict[str, NDArray[np.float64]] = {
        outcome: stacked.reshape((len(names), made.replications, *stacked.shape[1:]))
    }
    return RunResult(
        scenario=made.scenario, strategies=names, seed=made.seed, replications=made.replications,
        weeks=weeks_of(made.scenario, made.quantity), series=series,
        history={"run_id": "part of an ablation"},
    )


def overrides_without(off: Iterable[str]) -> dict[str, Any]:
    """The settings that switch mechanisms off."""
    return {f"mechanisms.{name}": NOTHING for name in sorted(off)}

"""What bad news cost each firm: lived again in a market where it weighs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.asking import known, length_of
from sim.errors import RunError, ScenarioError
from sim.results.jobs import Job, live_all
from sim.results.run import MOST_REPLICATIONS
from sim.results.statistics import Estimate, Values, difference
from sim.scenario import Document, Scenario, load_scenario
from sim.scenario.mechanisms import chosen_mechanisms

FAMILY, WEIGHT = "word_of_mouth", "negativity"


@dataclass(frozen=True)
class Damage:
    """Units and revenue lost to bad news over a run, by firm: one value a replication.

    Parameters
    ----------
    units, revenue
        What more each firm would have sold, (n_replications,) by firm; negative where it gained
        from the bad news of others.
    bad_news
        Bad tellings heard of it, (n_replications,) by firm.
    """

    units: dict[str, Values]
    revenue: dict[str, Values]
    bad_news: dict[str, Values]

    def estimate(self, quantity: str, firm: str, confidence: float = 0.95) -> Estimate:
        """Mean over replications with its interval, of ``units``, ``revenue`` or ``bad_news``."""
        values: Values = getattr(self, quantity)[firm]
        return difference(values, np.zeros_like(values), confidence)


def bad_news_damage(
    scenario: Scenario | str | Path,
    *,
    strategy: str | None = None,
    replications: int = 20,
    seed: int = 0,
    weeks: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Damage:
    """Live a market as it is and, under the same luck, with bad news of weight zero.

    In the second no telling lowers what a listener expects. It still makes an offer known, and a
    defect that friends give away is still known.

    Parameters
    ----------
    strategy
        Which of the scenario's strategies; None is the first.
    replications, seed, weeks, overrides, workers, progress
        As in ``sim.run``.

    Raises
    ------
    ScenarioError
        If the scenario cannot be run, or nobody talks in it.
    RunError
        If numbers are out of bounds, or a worker process dies.
    """
    if not 1 <= replications <= MOST_REPLICATIONS:
        raise RunError(f"replications must be from 1 to {MOST_REPLICATIONS:,}. Got {replications}.")
    source = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    name = known(strategy or next(iter(source.strategies)), source.strategies, "strategy")
    settings = dict(overrides or {})
    world = source.world(name, settings)
    length, observed = length_of(weeks, world), ("units", "revenue", "bad_news")
    jobs = [
        Job(name, replication, seed, length, overrides={**settings, **added}, observe=observed)
        for replication in range(replications) for added in ({}, weightless(world))
    ]
    lived = live_all(source, jobs, workers=workers, progress=progress)
    sums = {
        outcome: np.array([one[outcome].sum(axis=0) for one in lived]) for outcome in observed
    }
    lost = {outcome: values[1::2] - values[::2] for outcome, values in sums.items()}
    lost["bad_news"] = sums["bad_news"][::2]
    firms = list(world.firms)
    return Damage(**{
        outcome: {firm: values[:, f].copy() for f, firm in enumerate(firms)}
        for outcome, values in lost.items()
    })


def weightless(world: Document) -> dict[str, float]:
    """The overrides that take all weight from bad news, for everybody.

    Raises
    ------
    ScenarioError
        If nobody talks, so that there is no bad news.
    """
    _, parameters = chosen_mechanisms(world)[FAMILY]
    if not hasattr(parameters, WEIGHT):
        raise ScenarioError(f"nobody tells bad news in {world.id}: mechanisms.{FAMILY} is off")
    paths = [f"mechanisms.{FAMILY}.{WEIGHT}"]
    paths += [
        f"customers.segments.{name}.behavior.{FAMILY}.{WEIGHT}"
        for name, segment in world.customers.segments.items()
        if WEIGHT in segment.behavior.get(FAMILY, {})
    ]
    return dict.fromkeys(paths, 0.0)

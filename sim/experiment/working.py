"""What a worker does: live runs one after the other, and never fail as a whole."""

from __future__ import annotations

import gc
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.errors import CounterpoiseError
from sim.experiment.asked import Column
from sim.experiment.plan import Point
from sim.results.jobs import Job, live
from sim.results.unshared import unknown_to_workers
from sim.scenario import Scenario
from sim.scenario.faults import FaultyScenarioError
from sim.scenario.schema import Value

MOST_ERROR = 8_000
"""Characters of a traceback that are kept, counted from its end."""


@dataclass(frozen=True)
class Lived:
    """What became of a run.

    Parameters
    ----------
    number
        Its number.
    seconds
        How long it took.
    numbers
        Columns of one value, (n_numbers,); None if it failed.
    series
        Columns of a value a week.
    error
        Why it failed.
    """

    number: int
    seconds: float
    numbers: NDArray[np.float64] | None = None
    series: tuple[NDArray[np.float64], ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Laboratory:
    """All that runs of an experiment share; it travels to each worker once.

    Parameters
    ----------
    scenario
        The scenario with what the experiment sets.
    columns
        What is kept.
    seed
        Seed of all luck.
    levels
        Settings, path and value, that some of the runs have besides.
    """

    scenario: Scenario
    columns: tuple[Column, ...]
    seed: int
    levels: tuple[tuple[str, Value], ...] = ()
    _begun: list[bool] = field(default_factory=list)

    @property
    def unshared(self) -> str | None:
        """What worker processes would not know of, and how to mend it; None if they know all."""
        outcomes = [column.outcome for column in self.columns]
        return unknown_to_workers(self.scenario, outcomes, self.levels)

    def live(self, points: Sequence[Point]) -> list[Lived]:
        """Live runs; one that fails says why."""
        lived = [self._one(point) for point in points]
        if not self._begun:  # modules and kernels are there to stay: spare the collector the walk
            gc.collect()
            gc.freeze()
            self._begun.append(True)
        else:
            gc.collect()  # a market refers to itself; its tables would wait for the collector
        return lived

    def _one(self, point: Point) -> Lived:
        started = time.perf_counter()
        try:
            numbers, series = self._values(point)
        except FaultyScenarioError as error:
            told = "; ".join(fault.message for fault in error.faults)
            return Lived(point.number, time.perf_counter() - started, error=told[:MOST_ERROR])
        except CounterpoiseError as error:
            return Lived(point.number, time.perf_counter() - started, error=str(error))
        except Exception as error:
            told = traceback.format_exc()
            for note in getattr(error, "__notes__", ()):
                told = told.replace(f"\n{note}", f" {note}")  # tables show the last line only
            return Lived(point.number, time.perf_counter() - started, error=told[-MOST_ERROR:])
        return Lived(point.number, time.perf_counter() - started, numbers, series)

    def _values(
        self, point: Point
    ) -> tuple[NDArray[np.float64], tuple[NDArray[np.float64], ...]]:
        """Live a run exactly as ``counterpoise run --set`` does, and read its columns."""
        observed = tuple(dict.fromkeys(column.outcome for column in self.columns))
        scenario = self.scenario.varied(point.settings)
        job = Job(point.strategy, point.replication, self.seed, point.weeks, observe=observed)
        recorded = live(scenario, job)
        firms = list(self.scenario.document.firms)
        read = [column.read(recorded, firms) for column in self.columns]
        kept = [values.copy() for values, column in zip(read, self.columns, strict=True)
                if column.series]
        numbers = [values for values, column in zip(read, self.columns, strict=True)
                   if not column.series]
        return np.concatenate([np.zeros(0), *numbers]), tuple(kept)

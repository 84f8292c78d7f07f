"""All runs of an experiment as one table, of which no row is ever held: rows are made when needed.

A run is a row of the design, a strategy and a replication; its number counts replications fastest,
rows slowest. Runs are lived in another order: replication by replication, rows well mixed, the
strategies of a row together, so that whatever is there when a sweep is stopped is a fair sample.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import __version__
from sim.experiment.asked import Column, columns
from sim.experiment.factors import Cells, settings_of
from sim.results.jobs import replication_seed
from sim.scenario.schema import Value

if TYPE_CHECKING:
    from sim.experiment.loader import Study

MAKES_A_RUN = (
    "weeks", "customers", "categories", "firms", "channels", "communities", "mechanisms", "events",
)
MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


@dataclass(frozen=True)
class Point:
    """One run to live."""

    number: int
    strategy: str
    replication: int
    weeks: int
    settings: dict[str, Value]


@dataclass(frozen=True)
class Shape:
    """How many runs there are, and which number belongs to what."""

    rows: int
    strategies: int
    replications: int

    @property
    def runs(self) -> int:
        """Runs in all."""
        return self.rows * self.strategies * self.replications

    def split(self, numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
        """Row, strategy and replication of runs."""
        pairs, replication = np.divmod(numbers, self.replications)
        row, strategy = np.divmod(pairs, self.strategies)
        return row, strategy, replication

    def in_order(
        self, wanted: NDArray[np.bool_], chunk: tuple[int, int] | None = None
    ) -> Iterator[int]:
        """Numbers of the wanted runs, in the order in which they are lived.

        Parameters
        ----------
        wanted
            One answer a run, (n_runs,).
        chunk
            Which part of how many, counted from 1; None is all.
        """
        for replication in range(self.replications):
            for row in _mixed(self.rows):
                if chunk is not None and (replication * self.rows + row) % chunk[1] != chunk[0] - 1:
                    continue
                first = int(row) * self.strategies * self.replications + replication
                for number in range(first, first + self.strategies * self.replications,
                                    self.replications):
                    if wanted[number]:
                        yield number

    def of_chunk(self, chunk: tuple[int, int] | None) -> NDArray[np.bool_]:
        """Which runs belong to a chunk, (n_runs,)."""
        if chunk is None:
            return np.ones(self.runs, dtype=np.bool_)
        row, _, replication = self.split(np.arange(self.runs))
        mine: NDArray[np.bool_] = (replication * self.rows + row) % chunk[1] == chunk[0] - 1
        return mine


def _mixed(n: int) -> NDArray[np.int64]:
    """Numbers from 0 to n - 1, shuffled, the same in every version of every library."""
    state = (np.arange(n, dtype=np.uint64) + np.uint64(1)) * MIX[0]
    state = (state ^ (state >> np.uint64(30))) * MIX[1]
    state = (state ^ (state >> np.uint64(27))) * MIX[2]
    return np.argsort(state ^ (state >> np.uint64(31)), kind="stable")


class Plan:
    """Every run of an experiment, made when it is asked for.

    Parameters
    ----------
    study
        The experiment.
    cells
        Its design, (n_rows, n_factors).
    """

    def __init__(self, study: Study, cells: Cells) -> None:
        self.study, self.cells = study, cells
        document = study.document
        self.shape = Shape(len(cells), len(study.strategies), document.replications)
        self.columns: tuple[Column, ...] = columns(study.asked)
        self._keys = [self._key(strategy) for strategy in study.strategies]

    def point(self, number: int) -> Point:
        """The run of a number."""
        pairs, replication = divmod(number, self.shape.replications)
        row, strategy = divmod(pairs, self.shape.strategies)
        settings = settings_of(self.study.factors, self.cells[row])
        return Point(
            number, self.study.strategies[strategy], replication, self._weeks(settings), settings
        )

    def run_id(self, point: Point) -> str:
        """What makes a run what it is, hashed: engine, scenario, settings, luck, and what is kept.

        The scenario counts as it was resolved, once a strategy; the settings of the row are all
        that may differ from it.
        """
        own = json.dumps(
            [point.settings, point.weeks,
             replication_seed(self.study.document.seed, point.replication)],
            sort_keys=True,
        )
        key = self._keys[self.study.strategies.index(point.strategy)]
        return hashlib.blake2b(own.encode(), digest_size=10, key=key).hexdigest()

    @property
    def identity(self) -> str:
        """A hash of all runs together: two sweeps of one identity hold the same results."""
        hashed = hashlib.blake2b(digest_size=16)
        for part in (*self._keys, self.cells.tobytes(), repr(self.shape).encode(),
                     str(self.study.document.seed).encode(),
                     json.dumps([factor.path for factor in self.study.factors]).encode(),
                     json.dumps([factor.levels for factor in self.study.factors]).encode()):
            hashed.update(hashlib.blake2b(part).digest())
        return hashed.hexdigest()

    @property
    def longest(self) -> int:
        """Weeks of the longest run."""
        paths = [factor.path for factor in self.study.factors]
        if "weeks" not in paths:
            return self._weeks({})
        k = paths.index("weeks")
        cells = np.unique(self.cells[:, k]).tolist()
        return max(self._weeks({"weeks": self.study.factors[k].value(cell)} if cell == cell else {})
                   for cell in cells)

    def _key(self, strategy: str) -> bytes:
        """What all runs of a strategy have in common."""
        scenario, document = self.study.scenario, self.study.document
        common: dict[str, Any] = {
            "engine": __version__,
            "scenario": scenario.digest(strategy),
            "written": {part: scenario.raw.get(part) for part in MAKES_A_RUN},
            "set": scenario.overrides,
            "strategy": scenario.document.strategies[strategy].set,
            "weeks": document.weeks,
            "columns": [column.name for column in self.columns],
        }
        text = json.dumps(common, sort_keys=True, default=str)
        return hashlib.blake2b(text.encode(), digest_size=32).digest()

    def _weeks(self, settings: dict[str, Value]) -> int:
        scenario = self.study.scenario
        own: Any = settings.get("weeks") or scenario.overrides.get("weeks")
        return int(self.study.document.weeks or own or scenario.document.weeks)

"""Lives markets at points of the space of settings, here or on workers that stay for the next ones.

A market's luck depends on its replication only. Points that are compared use the same replications:
what then differs is the settings' doing.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import TracebackType
from typing import TypeAlias

import numpy as np

from sim import worker
from sim.calibration.distance import Numbers, Target, live_and_measure
from sim.calibration.space import Point, Space
from sim.errors import RunError
from sim.results.jobs import (
    SECONDS_WORTH_WORKERS,
    interrupts_held_back,
    main_script_left_alone,
    replication_seed,
)
from sim.results.unshared import check_known_to_workers, unknown_to_workers
from sim.team import cores
from sim.whole_numbers import is_whole

Report: TypeAlias = Callable[[int], None]
CHUNK_SECONDS = 0.25


@dataclass(frozen=True)
class Bench:
    """All that a market is made from but its settings and luck."""

    target: Target
    space: Space
    strategy: str | None
    seed: int

    def live(self, point: Point, replication: int) -> Numbers:
        """Live one market and measure it, (n_values,)."""
        from sim.market import Market

        market = Market(
            self.target.scenario, self.strategy, seed=replication_seed(self.seed, replication),
            overrides=self.space.values(point), observe=False,
        )
        return live_and_measure(self.target, market)


Order: TypeAlias = tuple[Point, int]
"""A point and the replication to live there."""

_BENCH: list[Bench] = []


def _start_worker(bench: Bench) -> None:
    worker.begin()
    _BENCH[:] = [bench]


def _work(orders: Sequence[Order]) -> list[Numbers]:
    return [_BENCH[0].live(*order) for order in orders]


class Laboratory:
    """Lives markets to order; what it finds does not depend on the number of workers.

    Parameters
    ----------
    bench
        What markets are made from.
    workers
        Worker processes; None takes as many as there are cores, if the work is worth them.
    expected
        About how many markets will be ordered in all.
    report
        Called with the number of markets just finished.

    Raises
    ------
    RunError
        If workers are no whole number from 1.
    """

    def __init__(
        self, bench: Bench, *, workers: int | None = None, expected: int = 0,
        report: Report | None = None,
    ) -> None:
        if workers is not None and (not is_whole(workers) or workers < 1):
            raise RunError(f"workers must be a whole number, at least 1. Got {workers!r} instead.")
        self.bench = bench
        self._workers, self._left = workers, expected
        self._report: Report = report or (lambda n: None)
        self._pool: ProcessPoolExecutor | None = None
        self._seconds = 0.0
        self._lived = 0

    def __enter__(self) -> Laboratory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def live(self, orders: Sequence[Order]) -> Numbers:
        """Live markets; rows in the order of ``orders``, (n_orders, n_values).

        Raises
        ------
        RunError
            If a worker process dies, or would not know what is registered in this one only.
        """
        rows: list[Numbers] = []
        while len(rows) < len(orders) and self._alone():
            started = time.perf_counter()
            rows.append(self.bench.live(*orders[len(rows)]))
            self._seconds = time.perf_counter() - started
            self._count(1)
        if len(rows) < len(orders):
            rows += self._live_on_workers(orders[len(rows):])
        return np.array(rows).reshape(len(orders), -1)

    def mean(self, points: Sequence[Point], replications: int) -> Numbers:
        """The mean over the first replications at each point, (n_points, n_values)."""
        orders = [(point, r) for point in points for r in range(replications)]
        found = self.live(orders)
        return np.asarray(found.reshape(len(points), replications, -1).mean(axis=1))

    def _count(self, n: int) -> None:
        self._lived += n
        self._left -= n
        self._report(n)

    def _alone(self) -> bool:
        """Whether the next market is lived here: the first two compile, and tell what one takes."""
        if self._pool is not None:
            return False
        if self._workers is not None:
            return self._workers == 1
        few = self._seconds * max(self._left, 1) <= SECONDS_WORTH_WORKERS
        if self._lived < 2 or few or cores() == 1:
            return True
        return unknown_to_workers(self.bench.target.scenario, ()) is not None

    def _live_on_workers(self, orders: Sequence[Order]) -> list[Numbers]:
        count = self._workers or cores()
        if self._pool is None:
            check_known_to_workers(self.bench.target.scenario, ())
            self._pool = ProcessPoolExecutor(
                count, multiprocessing.get_context("spawn"), initializer=_start_worker,
                initargs=(self.bench,),
            )
        size = max(1, min(int(CHUNK_SECONDS / max(self._seconds, 1e-3)), -(-len(orders) // count)))
        chunks = [orders[at : at + size] for at in range(0, len(orders), size)]
        rows: list[Numbers] = []
        try:
            with main_script_left_alone(), interrupts_held_back():
                futures = [self._pool.submit(_work, chunk) for chunk in chunks]
            for future in futures:
                found = future.result()
                self._count(len(found))
                rows += found
        except BrokenProcessPool as error:
            raise RunError(
                "a worker process died, perhaps for lack of memory; run again with --workers 1"
            ) from error
        return rows

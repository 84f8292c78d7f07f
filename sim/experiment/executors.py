"""Where runs are lived: in this process, or on worker processes that may die without harm.

An executor takes chunks of points from a ``Source`` and yields what became of them, in any order.
It may yield nothing for a while; it never loses a run: what it took, it answers.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Protocol

from sim import garbage, worker
from sim.errors import RunError
from sim.experiment.plan import Point
from sim.experiment.working import Laboratory, Lived
from sim.results.jobs import interrupts_held_back, main_script_left_alone
from sim.team import cores

SECONDS_A_CHUNK = 0.5
CHUNKS_A_WORKER = 2
MOST_TRIES = 3
GLANCE = 0.2
"""Seconds after which an executor yields, finished or not."""


class Source:
    """Points that are still to be lived; closed, it has no more.

    Parameters
    ----------
    points
        All of them, made as they are asked for.
    """

    def __init__(self, points: Iterator[Point]) -> None:
        self._points = points
        self._ended = False
        self.closed = False

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.closed or self._ended

    def take(self, most: int) -> list[Point]:
        """Up to so many points; none, when there are no more."""
        taken: list[Point] = []
        while not self.closed and len(taken) < most:
            point = next(self._points, None)
            if point is None:
                self._ended = True
                break
            taken.append(point)
        return taken


class Feed(Source):
    """Points that come bit by bit; it is over when it is closed.

    An executor may be asked for its next answer only while some points are not yet answered.
    """

    def __init__(self) -> None:
        self._waiting: deque[Point] = deque()
        super().__init__(iter(()))

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.closed

    def add(self, points: Iterable[Point]) -> None:
        """Have more points lived."""
        self._waiting.extend(points)

    def take(self, most: int) -> list[Point]:
        """Up to so many points of those that are there."""
        n = 0 if self.closed else min(most, len(self._waiting))
        return [self._waiting.popleft() for _ in range(n)]


class Executor(Protocol):
    """What lives points."""

    def live(self, source: Source) -> Iterator[Sequence[Lived]]:
        """Live what a source has, and everything taken when it was closed."""


class Pace:
    """How many runs make a chunk of about so many seconds, as they turn out."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._each: float | None = None

    def learn(self, lived: Sequence[Lived]) -> None:
        """Take note of how long runs took."""
        for one in lived:
            known = one.seconds if self._each is None else self._each
            self._each = 0.8 * known + 0.2 * one.seconds

    @property
    def size(self) -> int:
        """Runs in the next chunk."""
        return 1 if self._each is None else max(1, int(self.seconds / max(self._each, 1e-4)))


class Serial:
    """Lives one run after the other in this process.

    Parameters
    ----------
    laboratory
        What all runs share.
    """

    def __init__(self, laboratory: Laboratory) -> None:
        self._laboratory = laboratory

    def live(self, source: Source) -> Iterator[Sequence[Lived]]:
        """Live what a source has."""
        while points := source.take(1):
            yield self._laboratory.live(points)


_LABORATORY: list[Laboratory] = []


def _begin(laboratory: Laboratory) -> None:
    """Begin a worker: it lives on one thread, and not longer than the process that started it."""
    worker.begin()
    garbage.put_off()
    _LABORATORY[:] = [laboratory]


def _work(points: Sequence[Point]) -> list[Lived]:
    return _LABORATORY[0].live(points)


def _warm() -> None:
    """Import what a run needs, while another worker compiles what all of them use."""
    import sim.market  # noqa: F401


Flight = dict[Future[list[Lived]], list[Point]]


class Processes:
    """Lives runs on worker processes; one that dies takes nothing with it.

    What a dead worker was about is lived again, each run alone; a run under which three workers
    died is given up and recorded as failed.

    Parameters
    ----------
    laboratory
        What all runs share.
    workers
        Number of processes; None takes one a core.
    started
        Called with the numbers of the processes whenever some were started.

    Raises
    ------
    RunError
        If workers would not know what is registered in this process only.
    """

    def __init__(
        self, laboratory: Laboratory, workers: int | None = None,
        started: Callable[[list[int]], None] | None = None,
    ) -> None:
        if fault := laboratory.unshared:
            raise RunError(fault)
        self._laboratory, self._workers = laboratory, workers or cores()
        self._started = started or (lambda numbers: None)
        self._pace = Pace(SECONDS_A_CHUNK)
        self._deaths: dict[int, int] = {}
        self._suspects: list[Point] = []
        self._stillborn = 0

    def live(self, source: Source) -> Iterator[Sequence[Lived]]:
        """Live what a source has, over as many pools as it takes."""
        first = source.take(1)
        if not first:
            return
        self._suspects = first  # alone at first: it compiles what the others load
        while True:
            pool = ProcessPoolExecutor(
                self._workers, mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin, initargs=(self._laboratory,),
            )
            flight: Flight = {}
            try:
                with main_script_left_alone():
                    yield from self._on(pool, source, flight)
                return
            except BrokenProcessPool:
                yield self._bury([point for points in flight.values() for point in points])
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _on(
        self, pool: ProcessPoolExecutor, source: Source, flight: Flight
    ) -> Iterator[Sequence[Lived]]:
        """Live on one pool until nothing is left, first the suspects, one at a time."""
        while self._suspects:
            self._submit(pool, self._suspects[:1], flight)
            del self._suspects[:1]
            self._warm_others(pool)
            while flight:
                yield self._landed(flight)
        while flight or not source.over:
            while len(flight) < CHUNKS_A_WORKER * self._workers and (
                points := source.take(self._pace.size)
            ):
                self._submit(pool, points, flight)
            if flight:
                yield self._landed(flight)

    def _submit(self, pool: ProcessPoolExecutor, points: list[Point], flight: Flight) -> None:
        """Hand a chunk out; the pool may break at the very moment, so it is noted before."""
        lost: Future[list[Lived]] = Future()
        flight[lost] = points
        with interrupts_held_back():
            flight[pool.submit(_work, points)] = points
        del flight[lost]
        self._started(list(pool._processes))

    def _warm_others(self, pool: ProcessPoolExecutor) -> None:
        with interrupts_held_back():
            for _ in range(self._workers - len(pool._processes)):
                pool.submit(_warm)

    def _landed(self, flight: Flight) -> list[Lived]:
        finished, _ = wait(flight, timeout=GLANCE, return_when=FIRST_COMPLETED)
        landed: list[Lived] = []
        for future in finished:
            if future.exception() is None:
                landed += future.result()
                del flight[future]
        if finished and not landed:
            next(iter(finished)).result()  # says that all is lost
        self._pace.learn(landed)
        self._stillborn = 0
        return landed

    def _bury(self, lost: list[Point]) -> list[Lived]:
        """After a death: suspects for the next pool, and runs that are given up.

        Only a run that was alone is to blame.
        """
        given_up: list[Lived] = []
        suspects = {point.number: point for point in [*lost, *self._suspects]}
        for point in lost if len(lost) == 1 else ():
            self._deaths[point.number] = self._deaths.get(point.number, 0) + 1
            if self._deaths[point.number] >= MOST_TRIES:
                del suspects[point.number]
                given_up.append(Lived(
                    point.number, 0.0, error=f"{MOST_TRIES} worker processes died over this run, "
                    "perhaps for lack of memory",
                ))
        if not lost:
            self._stillborn += 1
            if self._stillborn > MOST_TRIES:
                raise RunError("worker processes die before they begin; try --workers 1")
            time.sleep(GLANCE)
        self._suspects = list(suspects.values())
        return given_up

"""One job is one market lived from week 1 to its end; jobs run here or on worker processes."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import garbage, worker
from sim.errors import RunError
from sim.scenario import Scenario
from sim.streams import Streams
from sim.team import cores
from sim.whole_numbers import is_whole

Series = dict[str, NDArray[np.float64]]
EVENT_WEEKS = "weeks of events"
"""Never the name of an outcome, which has no blanks."""

# Below so much work left, starting workers costs more than it saves: processes that import
# everything, the same while this one still imports, and copies of this one.
SECONDS_WORTH_WORKERS, SECONDS_WORTH_EARLY_WORKERS, SECONDS_WORTH_COPIES = 6.0, 2.0, 0.3
SECONDS_A_WEEK = 0.0007  # what a week with all observers costs at the least


@dataclass(frozen=True)
class Job:
    """One strategy in one replication of one world."""

    strategy: str | None
    replication: int
    seed: int
    weeks: int
    overrides: dict[str, Any] = field(default_factory=dict)
    observe: tuple[str, ...] = ()
    events: bool = False
    """Whether to tell when conditional events happened, as ``EVENT_WEEKS`` beside the outcomes."""


def replication_seed(seed: int, replication: int) -> int:
    """The seed of a replication, shared by all strategies."""
    return Streams(seed).replication(replication).seed


def live(scenario: Scenario, job: Job, threads: int = 1) -> Series:
    """Live one job and return its recorded outcomes.

    Raises
    ------
    ScenarioError
        If the scenario or the strategy cannot be run.
    NetworkError
        If the network cannot be built or read.
    """
    from sim.market import Market

    market = Market(
        scenario, job.strategy, seed=replication_seed(job.seed, job.replication),
        overrides=job.overrides, threads=threads, observe=job.observe,
    )
    while market.week < job.weeks:
        market.step()
    series = market.recorder.recorded()
    if job.events:
        series[EVENT_WEEKS] = market.calendar.weeks_of(scenario.document.conditional_events)
    return series


_SCENARIO: list[Scenario] = []


def _start_worker(scenario: Scenario) -> None:
    worker.begin()
    _SCENARIO[:] = [scenario]


def _wake(job: Job | None) -> None:
    """Get ready while the driver does the same: imports, and kernels from the cache."""
    if job is None:  # a copy is ready
        return
    garbage.put_off()
    from sim.compile import is_cached
    from sim.market import Market
    from sim.observers.census import count

    # Kernels that the driver is about to compile are left to it.
    if is_cached(count):
        Market(_SCENARIO[0], job.strategy, overrides=job.overrides, observe=job.observe).step()


def _work(jobs: Sequence[Job]) -> list[Series]:
    return [live(_SCENARIO[0], job) for job in jobs]


def live_all(
    scenario: Scenario,
    jobs: Sequence[Job],
    *,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Series]:
    """Live all jobs; the result is in the order of ``jobs`` and does not depend on ``workers``.

    Parameters
    ----------
    workers
        Processes at work, this one among them; None takes as many as there are cores, if the work
        is worth them. A single job is lived on so many threads instead.
    progress
        Called with the number of jobs just finished.

    Raises
    ------
    RunError
        If workers are no whole number from 1, would not know what is registered here only, or one
        of them dies.
    """
    if workers is not None and (not is_whole(workers) or workers < 1):
        raise RunError(f"workers must be a whole number, at least 1. Got {workers!r} instead.")
    report = progress or (lambda n: None)
    count = min(workers or cores(), len(jobs))
    threads = (workers or cores()) if len(jobs) == 1 else 1  # more than one: a process each
    at_least = SECONDS_A_WEEK * sum(job.weeks for job in jobs)
    copied = can_copy()
    if count > 1 and not copied:
        from sim.results.unshared import unknown_to_workers

        fault = unknown_to_workers(scenario, jobs[0].observe)
        if fault and workers is not None:
            raise RunError(fault)
        count = 1 if fault else count
    early = count > 1 and not copied and (
        workers is not None or at_least > SECONDS_WORTH_EARLY_WORKERS
    )
    worthwhile = SECONDS_WORTH_COPIES if copied else SECONDS_WORTH_WORKERS
    others = Workers(scenario, count - 1, jobs[0]) if early else None
    done: list[Series] = []
    try:
        for number, job in enumerate(jobs, start=1):
            # The first jobs run here: they compile what workers would compile again, and tell how
            # long a job takes.
            started = time.perf_counter()
            done.append(live(scenario, job, threads))
            report(1)
            seconds, left = time.perf_counter() - started, len(jobs) - number
            if others is None and left and count > 1:
                # The first job may have compiled: only what jobs take at the least is known then.
                known = seconds * left if number >= 2 else at_least * left / len(jobs)
                worth = workers is not None or known > worthwhile
                others = Workers(scenario, count - 1, job) if worth else None
            if others is not None:
                done.extend(others.share(jobs[number:], seconds, report))
                break
    except BaseException:
        if others is not None:
            others.leave(wait=False)
        raise
    if others is not None:
        others.leave()
    return done


def can_copy() -> bool:
    """Whether workers can be copies of this process, which have imported and compiled what it has.

    A copy has none of the process's threads, and would wait forever for a lock that one of them
    held; the one that moves the progress bar holds none that a worker needs.
    """
    if sys.platform != "linux":  # elsewhere libraries of the system do not survive a copy
        return False
    others = [one for one in threading.enumerate() if one is not threading.current_thread()]
    return all(type(one).__module__ == "rich.live" for one in others)


class Workers:
    """Processes that live jobs together with this one; they start at once.

    Parameters
    ----------
    scenario
        What markets are built from.
    count
        How many processes.
    example
        A job like those to come, for which processes that are no copies get ready.
    """

    def __init__(self, scenario: Scenario, count: int, example: Job) -> None:
        self._scenario, self._count = scenario, count
        way = "fork" if can_copy() else "spawn"
        self._pool = ProcessPoolExecutor(
            count, mp_context=multiprocessing.get_context(way),
            initializer=_start_worker, initargs=(scenario,),
        )
        with main_script_left_alone(), interrupts_held_back(), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads: see can_copy
            for _ in range(count):
                self._pool.submit(_wake, example if way == "spawn" else None)

    def share(
        self, jobs: Sequence[Job], seconds: float, report: Callable[[int], None]
    ) -> list[Series]:
        """Live all jobs: workers take chunks from the front, this process one by one from the back.

        Parameters
        ----------
        seconds
            How long a job takes, at most; jobs lived here tell better.

        Raises
        ------
        RunError
            If a worker process dies.
        """
        done: dict[int, Series] = {}
        waiting: dict[Future[list[Series]], int] = {}
        front, back = 0, len(jobs)
        try:
            while front < back or waiting:
                while front < back and len(waiting) < 2 * self._count:
                    size = _chunk(back - front, self._count + 1, seconds)
                    waiting[self._pool.submit(_work, jobs[front : front + size])] = front
                    front += size
                if front < back:
                    back -= 1
                    started = time.perf_counter()
                    done[back] = live(self._scenario, jobs[back])
                    seconds = min(seconds, time.perf_counter() - started)
                    report(1)
                finished = [future for future in waiting if future.done()]
                if front == back and not finished:
                    finished = list(wait(waiting, return_when=FIRST_COMPLETED).done)
                for future in finished:
                    first = waiting.pop(future)
                    lived = future.result()
                    done.update(enumerate(lived, start=first))
                    report(len(lived))
        except BrokenProcessPool as error:
            raise RunError(
                "a worker process died, perhaps for lack of memory; run again with --workers 1"
            ) from error
        return [done[number] for number in range(len(jobs))]

    def leave(self, *, wait: bool = True) -> None:
        """Let the processes end when they have finished what they are at."""
        self._pool.shutdown(wait=wait, cancel_futures=True)


def _chunk(left: int, processes: int, seconds: float) -> int:
    """Jobs to hand out at once: half a second of work, but so few that all end together."""
    return max(1, min(int(0.5 / max(seconds, 1e-3)), left // (2 * processes)))


@contextlib.contextmanager
def main_script_left_alone() -> Iterator[None]:
    """Keep new processes from running the caller's script again.

    A spawned process imports the main script, which then needs a guard that many scripts lack.
    Our workers need nothing from it, so it is hidden while they start.
    """
    main = sys.modules["__main__"]
    file = main.__dict__.pop("__file__", None)
    try:
        yield
    finally:
        if file is not None:
            main.__dict__["__file__"] = file


@contextlib.contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Let processes that start now never see Ctrl-C, not even while they import.

    They inherit the blocked signal; here it is only delayed until the process has started.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

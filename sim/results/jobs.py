"""One job is one market lived from week 1 to its end; jobs run here or on worker processes."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import RunError
from sim.scenario import Scenario
from sim.streams import Streams

Series = dict[str, NDArray[np.float64]]

SECONDS_WORTH_WORKERS = 6.0  # below so much work left, starting workers costs more than it saves


@dataclass(frozen=True)
class Job:
    """One strategy in one replication of one world."""

    strategy: str | None
    replication: int
    seed: int
    weeks: int
    overrides: dict[str, Any] = field(default_factory=dict)
    observe: tuple[str, ...] = ()


def replication_seed(seed: int, replication: int) -> int:
    """The seed of a replication, shared by all strategies."""
    return Streams(seed).replication(replication).seed


def live(scenario: Scenario, job: Job, threads: int = 1) -> Series:
    """Live one job and return its recorded outcomes."""
    from sim.market import Market

    market = Market(
        scenario, job.strategy, seed=replication_seed(job.seed, job.replication),
        overrides=job.overrides, threads=threads, observe=job.observe,
    )
    while market.week < job.weeks:
        market.step()
    return market.recorder.recorded()


_SCENARIO: list[Scenario] = []


def _start_worker(scenario: Scenario) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's to answer
    _SCENARIO[:] = [scenario]


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
        Worker processes; None takes as many as there are cores, if the work is worth them.
    progress
        Called with the number of jobs just finished.

    Raises
    ------
    RunError
        If a worker process dies.
    """
    if workers is not None and workers < 1:
        raise RunError(f"workers must be at least 1. Got {workers} instead.")
    done: list[Series] = []
    report = progress or (lambda n: None)
    slowest = 0.0
    for job in jobs:
        # The first jobs run here: they compile what workers would compile again, and tell how
        # long a job takes.
        started = time.perf_counter()
        done.append(live(scenario, job))
        report(1)
        slowest = time.perf_counter() - started
        left = len(jobs) - len(done)
        if len(done) >= 2 and workers != 1 and slowest * left > SECONDS_WORTH_WORKERS:
            break
        if workers is not None and workers > 1:
            break
    rest = jobs[len(done):]
    if rest:
        count = min(workers or cores(), len(rest))
        if count > 1:
            done.extend(_live_on_workers(scenario, rest, count, slowest, report))
        else:
            for job in rest:
                done.append(live(scenario, job))
                report(1)
    return done


def cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _live_on_workers(
    scenario: Scenario, jobs: Sequence[Job], count: int, seconds: float,
    report: Callable[[int], None],
) -> list[Series]:
    # About half a second of work a chunk, and at least two chunks a worker.
    size = max(1, min(int(0.5 / max(seconds, 1e-3)), len(jobs) // (2 * count)))
    chunks = [jobs[at : at + size] for at in range(0, len(jobs), size)]
    results: dict[int, list[Series]] = {}
    pool = ProcessPoolExecutor(
        count, mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_worker, initargs=(scenario,),
    )
    try:
        with main_script_left_alone():
            for number, series in _in_flight(pool, chunks, 2 * count):
                results[number] = series
                report(len(series))
    except BrokenProcessPool as error:
        raise RunError(
            "a worker process died, perhaps for lack of memory; run again with --workers 1"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return [series for number in range(len(chunks)) for series in results[number]]


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


def _in_flight(
    pool: ProcessPoolExecutor, chunks: list[Sequence[Job]], most: int
) -> Iterator[tuple[int, list[Series]]]:
    waiting: dict[Future[list[Series]], int] = {}
    to_come = list(enumerate(chunks))[::-1]
    while to_come or waiting:
        while to_come and len(waiting) < most:
            number, chunk = to_come.pop()
            with interrupts_held_back():
                waiting[pool.submit(_work, chunk)] = number
        finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in finished:
            yield waiting.pop(future), future.result()

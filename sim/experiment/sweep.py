"""Sweeps an experiment: plans all runs, lives those that are missing, keeps each as it comes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.errors import RunError
from sim.experiment.design import draw
from sim.experiment.executors import Executor, Processes, Serial, Source
from sim.experiment.exporting import export
from sim.experiment.folder import check_free, check_own, clear
from sim.experiment.ledger import Lock
from sim.experiment.loader import Study
from sim.experiment.manifest import MANIFEST, read_manifest
from sim.experiment.plan import Plan
from sim.experiment.reading import open_store
from sim.experiment.store import Store
from sim.experiment.working import Laboratory
from sim.team import cores

FEWEST_FOR_WORKERS = 4
"""Runs below which starting workers costs more than it saves."""

Begun = Callable[[int, int], None]
Progressed = Callable[[int, int], None]


@dataclass
class Stop:
    """Asks a sweep to end: what is being lived is finished and kept."""

    asked: bool = False


@dataclass(frozen=True)
class Swept:
    """What a sweep came to.

    Parameters
    ----------
    folder
        Where it is.
    runs
        Runs that belong here.
    done, failed
        How many of them have been lived, and how many failed.
    lived
        How many of them this time.
    seconds
        How long it took this time.
    results
        The Parquet file of all results, once nothing is missing.
    """

    folder: Path
    runs: int
    done: int
    failed: int
    lived: int
    seconds: float
    results: Path | None

    @property
    def missing(self) -> int:
        """Runs that are still to be lived."""
        return self.runs - self.done - self.failed


@dataclass(frozen=True)
class How:
    """How a sweep is lived; none of it changes a result.

    Parameters
    ----------
    workers
        Worker processes; None takes one a core, if the work is worth them.
    cluster
        Address of a dask scheduler to live on instead.
    chunk
        Which part of how many; None is all.
    resume
        True: go on with what is in the folder; False: begin anew; None: whichever fits.
    retry_failed
        Whether to live failed runs again.
    """

    workers: int | None = None
    cluster: str | None = None
    chunk: tuple[int, int] | None = None
    resume: bool | None = None
    retry_failed: bool = False


def sweep(
    study: Study, folder: str | Path, how: How | None = None, *, stop: Stop | None = None,
    begun: Begun | None = None, progress: Progressed | None = None,
) -> Swept:
    """Sweep an experiment into a folder, or go on with the sweep in it.

    Parameters
    ----------
    study
        The experiment.
    folder
        Where; made if it is not there.
    how
        How it is lived.
    stop
        Asks it to end early.
    begun
        Called with how many runs there are, and how many of them are there already.
    progress
        Called with how many runs were just finished, and how many of them failed.

    Raises
    ------
    RunError
        If the folder holds something else or is being written, or nothing can be lived.
    """
    folder, asked, stopping = Path(folder), how or How(), stop or Stop()
    _prepare(folder, asked.resume)
    started = time.perf_counter()
    plan = Plan(study, draw(study))
    store = Store(folder, plan, asked.chunk)
    try:
        if asked.retry_failed:
            store.ledger.forget_failed()
        total = int(store.belongs.sum())
        if begun is not None:
            begun(total, total - int(store.missing().sum()))
        lived = _live_all(plan, store, asked, stopping, progress or (lambda finished, failed: None))
    finally:
        store.close()
    reader = open_store(folder)
    counts = reader.counts()
    results = export(reader) if counts["missing"] == 0 and asked.chunk is None else None
    return Swept(
        folder, total, counts["done"], counts["failed"], lived,
        time.perf_counter() - started, results,
    )


def _prepare(folder: Path, resume: bool | None) -> None:
    """Begin anew or see that there is something to go on with, as asked."""
    if resume and not (folder / MANIFEST).exists():
        raise RunError(f"{folder}: there is no sweep to resume; leave --resume out to begin one")
    if resume is False and (folder / MANIFEST).exists():
        check_own(folder)
        read_manifest(folder)
        lock = Lock(folder)
        clear(folder)
        lock.release()
    check_free(folder)


def _live_all(
    plan: Plan, store: Store, how: How, stop: Stop, progress: Progressed
) -> int:
    """Live what is missing until nothing is, by the word of the store; how many were lived."""
    lived = 0
    while not stop.asked:
        missing = store.missing()
        left = int(missing.sum())
        if not left:
            break
        source = Source(map(plan.point, plan.shape.in_order(missing, how.chunk)))
        now = 0
        try:
            for finished in _executor(plan, how, left).live(source):
                store.add(finished)
                now += len(finished)
                progress(len(finished), sum(one.numbers is None for one in finished))
                source.closed = stop.asked
        finally:
            store.flush()
        lived += now
        if not now and not stop.asked:
            raise RunError("no run could be lived; try --workers 1")
    return lived


def _executor(plan: Plan, how: How, left: int) -> Executor:
    document = plan.study.document
    levels = tuple(
        (factor.path, level) for factor in plan.study.factors for level in factor.levels or ()
    )
    laboratory = Laboratory(plan.study.scenario, plan.columns, document.seed, levels)
    alone = laboratory.unshared
    if how.cluster is not None:
        from sim.experiment.cluster import Cluster

        if alone:
            raise RunError(alone)
        return Cluster(laboratory, how.cluster)
    workers = how.workers or (1 if alone or left < FEWEST_FOR_WORKERS else cores())
    return Serial(laboratory) if workers == 1 else Processes(laboratory, min(workers, left))

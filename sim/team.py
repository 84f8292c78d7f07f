"""Threads that share one kernel's rows with the caller.

Why not ``ThreadPoolExecutor``: at 100,000 customers a kernel takes a fraction of a millisecond, and
the pool's futures and conditions cost a tenth of the whole run. Waking a thread that sleeps costs
several times what handing over does, so threads look out for work for a moment before they sleep.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np

from sim.spinning import wait_for
from sim.streams import BLOCK
from sim.tables import Array

Work = tuple[Callable[..., None], tuple[Any, ...]]

PATIENCE = 1_000_000  # looks for a signal before a thread sleeps, under a millisecond
# Who gives a signal holds the interpreter a little longer: a caller until it is in its kernel, a
# thread that is done until it waits again. Looks that take ten and two microseconds.
GRACE_OF_CALLER, GRACE_OF_THREAD = 50_000, 10_000


def cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def parts(n_rows: int, threads: int) -> list[tuple[int, int]]:
    """Rows of each thread, start and stop; no block is split, so that its sums stay whole."""
    n_blocks = -(-n_rows // BLOCK)
    rows = -(-n_blocks // threads) * BLOCK
    return [(start, min(start + rows, n_rows)) for start in range(0, n_rows, rows)]


class Team:
    """The caller and ``n - 1`` threads that share work on rows; they end with the team.

    What is handed over goes through queues. The signals beside them, counts of what was handed over
    and of what is done, only say when it is worth looking there; where threads outnumber cores,
    they sleep at once instead of keeping others from work. What a thread has not begun when the
    caller is done with its own part, because other programs keep it from the cores, the caller
    takes back.
    """

    def __init__(self, n: int, n_rows: int) -> None:
        self._parts = parts(n_rows, n)
        self._inboxes: list[SimpleQueue[Work | None]] = [SimpleQueue() for _ in range(n - 1)]
        self._done: SimpleQueue[BaseException | None] = SimpleQueue()
        self._given = np.zeros(n - 1, dtype=np.int64)
        self._finished = np.zeros(n - 1, dtype=np.int64)
        self._wait: Callable[[Array, int, int, int, int], int] = wait_for.compiled
        self._wait(self._given, 0, 1, 1, 0)  # compile it before threads ask for it
        self._patience = PATIENCE if n <= cores() else 0
        for number, inbox in enumerate(self._inboxes):
            # A thread knows its queues, not the team: the team can then be collected.
            threading.Thread(
                target=_serve, daemon=True,
                args=(inbox, self._done, number, self._given, self._finished, self._wait,
                      self._patience),
            ).start()

    def run(self, kernel: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        """Call ``kernel(start, stop, *arguments)`` for every part, the first in this thread."""
        first, *others = self._parts
        finished = [int(self._finished[number]) for number in range(len(others))]
        for number, part in enumerate(others):
            self._inboxes[number].put((kernel, (*part, *arguments)))
            self._given[number] += 1
        errors: list[BaseException | None] = []
        try:
            kernel(*first, *arguments)
        finally:
            errors += [self._end(number, before) for number, before in enumerate(finished)]
        for error in errors:
            if error is not None:
                raise error

    def _end(self, number: int, before: int) -> BaseException | None:
        """Do what a thread has not begun, or wait until it is done; the error that came of it."""
        try:
            work = self._inboxes[number].get_nowait()
        except Empty:
            self._wait(self._finished, number, before, self._patience, GRACE_OF_THREAD)
            return self._done.get()
        return _error_of(work)

    def __del__(self) -> None:
        for inbox in self._inboxes:
            inbox.put(None)


def _serve(
    inbox: SimpleQueue[Work | None], done: SimpleQueue[BaseException | None], number: int,
    given: Array, finished: Array, wait: Callable[[Array, int, int, int, int], int], patience: int,
) -> None:
    seen = 0
    while True:
        wait(given, number, seen, patience, GRACE_OF_CALLER)
        in_vain = given[number] == seen
        seen = int(given[number])
        try:
            work = inbox.get(block=in_vain)
        except Empty:  # taken back
            continue
        if work is None:
            return
        done.put(_error_of(work))
        finished[number] += 1
        del work  # hold nothing of a market while waiting


def _error_of(work: Work | None) -> BaseException | None:
    """Do some work; what went wrong is handed to the caller, who raises it."""
    if work is not None:
        kernel, arguments = work
        try:
            kernel(*arguments)
        except BaseException as error:
            return error
    return None

"""Threads that share one kernel's rows with the caller.

Why not ``ThreadPoolExecutor``: at 100,000 customers a kernel takes a fraction of a millisecond, and
the pool's futures and conditions cost a tenth of the whole run. Waking a thread that sleeps costs
several times what handing over does, so threads look out for work for a moment before they sleep.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from itertools import pairwise
from queue import SimpleQueue
from time import perf_counter
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


def parts(n_rows: int, threads: int, first: int | None = None) -> list[tuple[int, int]]:
    """Rows of each thread, start and stop; no block is split, so that its sums stay whole.

    The first thread gets ``first`` blocks, or as many as the others, who share the rest evenly and
    have a block each where there are so many.
    """
    n_blocks = -(-n_rows // BLOCK)
    own = max(min(first or -(-n_blocks // threads), n_blocks - threads + 1), 1)
    each = max(-(-(n_blocks - own) // max(threads - 1, 1)), 1)
    starts = [0, *range(own, n_blocks, each), n_blocks]
    return [(start * BLOCK, min(stop * BLOCK, n_rows)) for start, stop in pairwise(starts)]


class Team:
    """The caller and ``n - 1`` threads that share work on rows; they end with the team.

    What is handed over goes through queues. The signals beside them, counts of what was handed over
    and of what is done, only say when it is worth looking there; where threads outnumber cores,
    they sleep at once instead of keeping others from work.

    Threads begin later than the caller, who hands over first, and cores differ: of each kernel the
    caller therefore takes a block more or less next time, until all are done at the same moment.
    """

    def __init__(self, n: int, n_rows: int) -> None:
        self._n, self._n_rows = n, n_rows
        self._shares: dict[Callable[..., None], list[tuple[int, int]]] = {}
        self._inboxes: list[SimpleQueue[Work | None]] = [SimpleQueue() for _ in range(n - 1)]
        self._done: SimpleQueue[BaseException | None] = SimpleQueue()
        self._given = np.zeros(n - 1, dtype=np.int64)
        self._finished = np.zeros(n - 1, dtype=np.int64)
        self._ended = [0.0] * (n - 1)  # when, in seconds of one clock
        self._wait: Callable[[Array, int, int, int, int], int] = wait_for.compiled
        self._wait(self._given, 0, 1, 1, 0)  # compile it before threads ask for it
        self._patience = PATIENCE if n <= cores() else 0
        for number, inbox in enumerate(self._inboxes):
            # A thread knows its queues, not the team: the team can then be collected.
            threading.Thread(
                target=_serve, daemon=True,
                args=(inbox, self._done, number, self._given, self._finished, self._ended,
                      self._wait, self._patience),
            ).start()

    def run(self, kernel: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        """Call ``kernel(start, stop, *arguments)`` for every part, the first in this thread."""
        shares = self._shares.get(kernel) or parts(self._n_rows, self._n)
        (start, stop), *others = shares
        for number, part in enumerate(others):
            self._inboxes[number].put((kernel, (*part, *arguments)))
            self._given[number] += 1
        errors: list[BaseException | None] = []
        began = perf_counter()
        try:
            kernel(start, stop, *arguments)
        finally:
            ended = perf_counter()
            for number in range(len(others)):
                before = int(self._given[number]) - 1
                self._wait(self._finished, number, before, self._patience, GRACE_OF_THREAD)
                errors.append(self._done.get())
        if others:
            ahead = max(self._ended[: len(others)]) - ended
            n_blocks = -(-(stop - start) // BLOCK)
            if abs(ahead) * n_blocks > ended - began:  # more than a block takes
                n_blocks += 1 if ahead > 0 else -1
                shares = parts(self._n_rows, self._n, n_blocks)
        self._shares[kernel] = shares
        for error in errors:
            if error is not None:
                raise error

    def __del__(self) -> None:
        for inbox in self._inboxes:
            inbox.put(None)


def _serve(
    inbox: SimpleQueue[Work | None], done: SimpleQueue[BaseException | None], number: int,
    given: Array, finished: Array, ended: list[float],
    wait: Callable[[Array, int, int, int, int], int], patience: int,
) -> None:
    seen = 0
    while True:
        wait(given, number, seen, patience, GRACE_OF_CALLER)
        work = inbox.get()
        if work is None:
            return
        seen += 1
        kernel, arguments = work
        try:
            kernel(*arguments)
        except BaseException as error:  # handed to the caller, who raises it
            done.put(error)
        else:
            done.put(None)
        ended[number] = perf_counter()
        finished[number] = seen
        del work, arguments  # hold nothing of a market while waiting

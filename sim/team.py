"""Threads that share one kernel's rows with the caller.

Why not ``ThreadPoolExecutor``: at 100,000 customers a kernel takes a fraction of a millisecond, and
the pool's futures and conditions cost a tenth of the whole run. Waking a thread that sleeps costs
several times what handing over does, so threads look out for work for a moment before they sleep.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from sim.errors import RunError
from sim.handing_over import (
    ASLEEP,
    FINE,
    OF_OTHER_TYPES,
    STOP,
    UNDONE,
    call_up,
    look_out,
    machine_code,
    new_board,
    share_out,
    wait_for_all,
)
from sim.streams import BLOCK
from sim.tables import Array

PATIENCE = 1_000_000  # looks at the board before a thread sleeps, some milliseconds
NAP = 1e-5
"""Seconds that a caller who has looked in vain leaves the core to those it waits for."""


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

    Where threads outnumber cores, they sleep as soon as there is nothing to do instead of keeping
    others from work.
    """

    def __init__(self, n: int, n_rows: int) -> None:
        self._parts, self._others = parts(n_rows, n), n - 1
        first, last = self._parts[0]
        self._board = new_board(len(self._parts), last - first, n_rows)
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._share, self._wait = share_out.compiled, wait_for_all.compiled
        self._codes: dict[Any, tuple[int, int]] = {}
        self._patience = PATIENCE if n <= cores() else 1
        look_out(self._board, 0, 0)  # compile it before threads ask for it
        self._board[ASLEEP] = self._others
        for number in range(1, n):
            # A thread knows the board and the bell, not the team: the team can then be collected.
            threading.Thread(
                target=_serve, daemon=True,
                args=(self._board, self._bell, number % len(self._parts), self._patience),
            ).start()

    def run(self, kernel: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        """Call ``kernel(start, stop, *arguments)`` for every part, machine code on all threads.

        Raises
        ------
        RunError
            If machine code failed that does not fail when it is called again.
        """
        if not hasattr(kernel, "overloads"):  # Python holds the interpreter, on any thread
            self._alone(kernel, arguments)
            return
        board = self._board
        if board[ASLEEP]:
            self._ring(call_up(board))
        address, kind = self._codes.get(kernel, (0, 0))
        state = self._share(board, address, kind, arguments, PATIENCE)
        if state == OF_OTHER_TYPES:
            address, kind = self._codes[kernel] = machine_code(kernel, arguments)
            state = self._share(board, address, kind, arguments, PATIENCE)
        try:
            while state == UNDONE:
                time.sleep(NAP)
                state = self._wait(board, PATIENCE)
        finally:  # who interrupts must not take the columns away from under the others
            while state == UNDONE:
                state = self._wait(board, PATIENCE)
        if state != FINE:  # machine code does not say why; called from Python it does
            self._alone(kernel, arguments)
            raise RunError("a kernel failed on some rows, but not when it was called again")

    def _alone(self, kernel: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        for part in self._parts:
            kernel(*part, *arguments)

    def _ring(self, times: int) -> None:
        for _ in range(times):
            self._bell.put(None)

    def __del__(self) -> None:
        self._board[STOP] = 1
        self._ring(self._others)


def _serve(board: Array, bell: SimpleQueue[None], own: int, patience: int) -> None:
    help_out = look_out.compiled
    while True:
        bell.get()
        if board[STOP]:
            return
        help_out(board, own, patience)

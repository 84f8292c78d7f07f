"""Threads that share one kernel's rows with the caller.

Why not ``ThreadPoolExecutor``: at 100,000 customers a kernel takes about a millisecond, and the
pool's futures and conditions cost a tenth of the whole run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

Work = tuple[Callable[..., None], tuple[Any, ...]]


class Team:
    """The caller and ``n - 1`` threads that wait for work; they end with the team."""

    def __init__(self, n: int) -> None:
        self._inboxes: list[SimpleQueue[Work | None]] = [SimpleQueue() for _ in range(n - 1)]
        self._done: SimpleQueue[BaseException | None] = SimpleQueue()
        for inbox in self._inboxes:
            # A thread knows its queues, not the team: the team can then be collected.
            threading.Thread(target=_serve, args=(inbox, self._done), daemon=True).start()

    def run(
        self, kernel: Callable[..., None], parts: Sequence[tuple[int, int]],
        arguments: tuple[Any, ...],
    ) -> None:
        """Call ``kernel(start, stop, *arguments)`` for every part, the first in this thread."""
        first, *others = parts
        for inbox, part in zip(self._inboxes, others, strict=False):
            inbox.put((kernel, (*part, *arguments)))
        errors: list[BaseException | None] = []
        try:
            kernel(*first, *arguments)
        finally:
            errors.extend(self._done.get() for _ in others)
        for error in errors:
            if error is not None:
                raise error

    def __del__(self) -> None:
        for inbox in self._inboxes:
            inbox.put(None)


def _serve(inbox: SimpleQueue[Work | None], done: SimpleQueue[BaseException | None]) -> None:
    while (work := inbox.get()) is not None:
        kernel, arguments = work
        try:
            kernel(*arguments)
        except BaseException as error:  # handed to the caller, who raises it
            done.put(error)
        else:
            done.put(None)
        del work, arguments  # hold nothing of a market while waiting

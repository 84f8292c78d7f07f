"""Ctrl-C: the program stops at once, takes its workers with it, and says one line."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

SECONDS_TO_ASK_AGAIN = 0.05


def leave_to_parent() -> None:
    """In a worker process: Ctrl-C reaches it too, but ending it is the parent's business."""
    import multiprocessing

    if multiprocessing.parent_process() is not None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def workers_end_too() -> Iterator[None]:
    """End worker processes on Ctrl-C instead of waiting for what they are doing."""
    try:
        before = signal.signal(signal.SIGINT, _answer)
    except ValueError:  # not the main thread: signals are somebody else's
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _answer(number: int, frame: FrameType | None) -> None:
    if _would_be_lost(frame):
        threading.Timer(SECONDS_TO_ASK_AGAIN, signal.raise_signal, [number]).start()
        return
    end_workers()
    raise KeyboardInterrupt


def leave_at_once(code: int) -> NoReturn:
    """End this process and its workers, when all that it was about is tidied up.

    The usual end of Python waits for threads of libraries, and these might wait for what was
    interrupted.
    """
    end_workers()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # nobody reads it any more
            stream.flush()
    os._exit(code)


def end_workers() -> None:
    """End all worker processes of this one, whatever they are doing."""
    import multiprocessing

    for worker in multiprocessing.active_children():
        worker.terminate()


def _would_be_lost(frame: FrameType | None) -> bool:
    """Whether an exception would end in a function that a C library has called.

    There Python drops it, and the compiler goes on with half a result.
    """
    while frame is not None:
        if str(frame.f_globals.get("__name__")).startswith("llvmlite."):
            return True
        frame = frame.f_back
    return False

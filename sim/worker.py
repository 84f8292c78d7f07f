"""What every worker process does first, so that it ends when it should and not before."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait as wait_for

GLANCE = 1.0  # seconds between two looks whether the parent is still there


def begin() -> None:
    """Leave Ctrl-C to the process that started this one, and end when that one is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        threading.Thread(
            target=_end_with, args=(parent.pid, parent.sentinel), daemon=True
        ).start()


def _end_with(parent: int, sentinel: int) -> None:
    # Copies of one process keep each other's sentinels open; there the parent's number tells.
    while os.getppid() == parent and not wait_for([sentinel], GLANCE):
        pass
    os._exit(1)  # nobody is left to take results

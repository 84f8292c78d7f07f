"""Ctrl-C where an exception would be lost: it is asked for again until it is heard."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from sim.terminal.interruption import workers_end_too
from tests.cli.conftest import environment

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")


def test_ctrl_c_ends_what_runs():
    with pytest.raises(KeyboardInterrupt), workers_end_too():
        signal.raise_signal(signal.SIGINT)
        time.sleep(5)


def test_ctrl_c_in_a_callback_of_the_compiler_is_heard_afterwards():
    seen = []
    # A function that the compiler's library calls is one of a module of that package.
    callback = {"__name__": "llvmlite.binding.example", "signal": signal, "seen": seen}
    body = "signal.raise_signal(signal.SIGINT); seen.append('whole')"
    exec(f"def called(): {body}", callback)
    with pytest.raises(KeyboardInterrupt), workers_end_too():
        callback["called"]()
        seen.append("back")
        time.sleep(5)
    assert seen == ["whole", "back"]


def test_the_old_answer_to_ctrl_c_comes_back():
    before = signal.getsignal(signal.SIGINT)
    with workers_end_too():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_leaving_at_once_loses_no_output_and_leaves_no_worker():
    code = """
import multiprocessing, time
from sim.terminal.interruption import leave_at_once

worker = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,))
worker.start()
print("said before", worker.pid)  # into a pipe, hence kept back until somebody flushes
leave_at_once(130)
"""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env=environment(PYTHONUNBUFFERED=""),
    )
    # The worker holds the pipe too: as long as it lives, nobody sees the end of the output.
    assert time.monotonic() - started < 50
    assert (done.returncode, done.stderr) == (130, "")
    assert done.stdout.startswith("said before ")

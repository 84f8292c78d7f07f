"""Ctrl-C where an exception would be lost: it is asked for again until it is heard."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

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


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are read from /proc")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_workers_end_with_the_program_however_it_ends(end, tmp_path):
    run = subprocess.Popen(
        [sys.executable, "-m", "sim", "run", "first_lesson", "--replications", "4000",
         "--workers", "2", "--quiet", "--out", str(tmp_path / "run")],
        env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        workers = _until(lambda: _children(run.pid))
    finally:
        run.send_signal(end)
        run.wait()
    assert workers
    assert _until(lambda: not any(Path(f"/proc/{one}").exists() for one in workers))


def _children(process):
    return Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8").split()


def _until(found, seconds=60):
    """What is found as soon as it is, or nothing after that time."""
    limit = time.monotonic() + seconds
    while not (value := found()) and time.monotonic() < limit:
        time.sleep(0.1)
    return value


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

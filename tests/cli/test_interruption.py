"""Ctrl-C where an exception would be lost: it is asked for again until it is heard."""

from __future__ import annotations

import os
import signal
import time

import pytest

from sim.terminal.interruption import workers_end_too

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

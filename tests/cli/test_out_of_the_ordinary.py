"""Where ``--out`` names what is no ordinary file."""

from __future__ import annotations

import os
import stat
import threading

import pytest

from sim.files import write_whole


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    there = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # so that a writer need not wait
    try:
        writer = threading.Thread(target=write_whole, args=(pipe, "told"), daemon=True)
        writer.start()
        writer.join(20)
        assert stat.S_ISFIFO(pipe.stat().st_mode)
        assert os.read(there, 10) == b"told"
    finally:
        os.close(there)

"""A team of threads does all parts, hands errors on, and ends when it is no longer needed."""

import contextlib
import gc
import os
import signal
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.compile import kernel
from sim.errors import RunError
from sim.instructions import load_now, store_now
from sim.streams import BLOCK
from sim.team import Team, cores, parts


@kernel
def add_rows(start, stop, total, amount):
    for row in range(start, stop):
        total[row] += amount


@kernel
def break_at(start, stop, bad):
    if start == bad:
        raise ValueError("this part")


@kernel
def break_once(start, stop, left):
    if left[0] > 0:
        left[0] -= 1
        raise ValueError("only now")


@kernel
def meet(start, stop, begun, met):
    """Note whether the other of two parts begins before this one ends."""
    own = min(start, 1)
    store_now(begun, own, 1)
    for _ in range(2_000_000_000):
        if load_now(begun, 1 - own) == 1:
            met[own] = 1
            break


@kernel
def linger(start, stop, looks, done):
    """Take long on all parts but the first."""
    for _ in range(looks if start > 0 else 0):
        load_now(done, 0)
    done[min(start, 1)] += 1


def rows(*blocks):
    return [(a * BLOCK, b * BLOCK) for a, b in blocks]


def test_python_is_called_for_every_part_once():
    done = []
    team = Team(3, 4 * BLOCK + 5)
    for _ in range(50):
        team.run(lambda a, b, more: done.append((a, b, more)), ("x",))
    stop = 4 * BLOCK + 5
    assert sorted(done) == sorted(
        [(a, min(b, stop), "x") for a, b in rows((0, 2), (2, 4), (4, 5))] * 50
    )


@pytest.mark.parametrize("threads", [1, 2, 3, 5])
def test_machine_code_does_every_row_once_a_job(threads):
    n_rows = 7 * BLOCK + 5
    team, total = Team(threads, n_rows), np.zeros(n_rows)
    for _ in range(2000):
        team.run(add_rows.compiled, (total, 1.0))
    assert total.min() == total.max() == 2000


def test_arguments_may_change_their_types():
    team, totals = Team(2, 2 * BLOCK), {}
    for job in range(20):
        kind = ("f8", "f4", "i8")[job % 3]
        total = totals.setdefault(kind, np.zeros(2 * BLOCK, dtype=kind))
        team.run(add_rows.compiled, (total, (1.0, np.float32(1), 1)[job % 3]))
    assert {kind: set(total) for kind, total in totals.items()} == {
        "f8": {7.0}, "f4": {7.0}, "i8": {6},
    }


def test_arguments_that_a_board_has_no_room_for_are_refused():
    team = Team(2, 2 * BLOCK)
    many = tuple((np.zeros(1),) * 600 for _ in range(2))
    with pytest.raises(TypeError, match="more arguments than a board has room for"):
        team.run(take_many.compiled, many)


@kernel
def take_many(start, stop, some, more):
    pass


@pytest.mark.skipif(cores() < 2, reason="needs two cores")
def test_parts_are_done_side_by_side():
    team = Team(2, 2 * BLOCK)
    begun, met = np.zeros(2, dtype=np.int64), np.zeros(2)
    meet(0, 0, np.ones(2, dtype=np.int64), met.copy())  # compiled before anybody waits
    for _ in range(3):
        begun[:] = 0
        team.run(meet.compiled, (begun, met))
    assert met.tolist() == [1, 1]


@pytest.mark.parametrize("bad", [0, BLOCK])
def test_an_error_in_any_part_reaches_the_caller_and_the_team_goes_on(bad):
    team, total = Team(2, 2 * BLOCK), np.zeros(2 * BLOCK)
    for _ in range(3):
        with pytest.raises(ValueError, match="this part"):
            team.run(break_at.compiled, (bad,))
        team.run(add_rows.compiled, (total, 1.0))
    assert set(total) == {3.0}


def test_an_error_that_does_not_come_again_is_told_too():
    team, left = Team(2, BLOCK), np.array([1])
    with pytest.raises(RunError, match="failed on some rows, but not when"):
        team.run(break_once.compiled, (left,))


def test_threads_end_with_their_team():
    before = set(threading.enumerate())
    team = Team(4, 4 * BLOCK)
    own = set(threading.enumerate()) - before
    assert len(own) == 3
    del team
    gc.collect()
    for thread in own:
        thread.join(timeout=5)
    assert not any(thread.is_alive() for thread in own)


def test_a_team_that_fell_asleep_wakes_up():
    team, total = Team(2, 2 * BLOCK), np.zeros(2 * BLOCK)
    for _ in range(3):
        time.sleep(0.05)  # far more than a thread waits awake
        team.run(add_rows.compiled, (total, 1.0))
    assert set(total) == {3.0}


def test_a_slow_part_is_waited_for(monkeypatch):
    monkeypatch.setattr("sim.team.PATIENCE", 10)
    team, done = Team(2, 2 * BLOCK), np.zeros(2, dtype=np.int64)
    for _ in range(3):
        before = done.copy()
        team.run(linger.compiled, (2_000_000, done))
        assert (done - before).tolist() == [1, 1]


@pytest.mark.skipif(cores() < 2, reason="needs two cores")
def test_who_interrupts_waits_until_nobody_writes_any_more(monkeypatch):
    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.team.PATIENCE", 10)
    monkeypatch.setattr("sim.team.time.sleep", interrupt)
    team, done = Team(2, 2 * BLOCK), np.zeros(2, dtype=np.int64)
    linger(0, 0, 0, done.copy())  # compiled
    for _ in range(20):
        before = done.copy()
        with contextlib.suppress(KeyboardInterrupt):
            team.run(linger.compiled, (200_000, done))
        assert (done - before).tolist() == [1, 1]


def test_more_threads_than_cores_share_the_work_too(monkeypatch):
    monkeypatch.setattr("sim.team.cores", lambda: 1)
    team, total = Team(3, 3 * BLOCK), np.zeros(3 * BLOCK)
    for _ in range(200):
        team.run(add_rows.compiled, (total, 1.0))
    assert set(total) == {200.0}


def test_more_threads_than_parts_do_no_harm():
    team, total = Team(5, BLOCK + 1), np.zeros(BLOCK + 1)
    for _ in range(200):
        team.run(add_rows.compiled, (total, 1.0))
    assert set(total) == {200.0}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs copies of processes")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_copy_of_the_process_has_no_threads_and_works_on():
    team, total = Team(3, 3 * BLOCK), np.zeros(3 * BLOCK)
    team.run(add_rows.compiled, (total, 1.0))
    copy = os.fork()
    if copy == 0:
        team.run(add_rows.compiled, (total, 1.0))
        os._exit(0 if set(total) == {2.0} else 1)
    deadline = time.monotonic() + 60
    ended, status = 0, None
    while ended == 0 and time.monotonic() < deadline:
        ended, status = os.waitpid(copy, os.WNOHANG)
        time.sleep(0.01)
    if ended == 0:
        os.kill(copy, signal.SIGKILL)
        os.waitpid(copy, 0)
    assert (ended, status) == (copy, 0)


@given(n_rows=st.integers(1, 100_000), threads=st.integers(1, 9))
def test_parts_hold_every_row_once_and_split_no_block(n_rows, threads):
    shared = parts(n_rows, threads)
    assert len(shared) <= threads
    assert [row for part in shared for row in part[:1]] == [0, *[stop for _, stop in shared[:-1]]]
    assert shared[-1][1] == n_rows
    assert all(start % BLOCK == 0 and start < stop for start, stop in shared)

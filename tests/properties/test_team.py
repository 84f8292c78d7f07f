"""A team of threads does all parts, hands errors on, and ends when it is no longer needed."""

import gc
import os
import signal
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.streams import BLOCK
from sim.team import Team, parts


def rows(*blocks):
    return [(a * BLOCK, b * BLOCK) for a, b in blocks]


def test_every_part_is_done_once():
    done = []
    team = Team(3, 4 * BLOCK + 5)
    for _ in range(50):
        team.run(lambda a, b, more: done.append((a, b, more)), ("x",))
    stop = 4 * BLOCK + 5
    assert sorted(done) == sorted(
        [(a, min(b, stop), "x") for a, b in rows((0, 2), (2, 4), (4, 5))] * 50
    )


@pytest.mark.parametrize("bad", [0, BLOCK])
def test_an_error_in_any_part_reaches_the_caller_and_the_team_goes_on(bad):
    def work(start, stop):
        if start == bad:
            raise ValueError(f"part {start}")

    team = Team(2, 2 * BLOCK)
    for _ in range(3):
        with pytest.raises(ValueError, match=f"part {bad}"):
            team.run(work, ())
    team.run(lambda start, stop: None, ())


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
    done = []
    team = Team(2, 2 * BLOCK)
    for _ in range(3):
        time.sleep(0.05)  # far more than a thread waits awake
        team.run(lambda a, b: done.append((a, b)), ())
    assert sorted(done) == [(0, BLOCK)] * 3 + [(BLOCK, 2 * BLOCK)] * 3


def test_a_slow_part_is_waited_for():
    done = []

    def work(start, stop):
        time.sleep(0.05 if start else 0)
        done.append(start)

    team = Team(2, 2 * BLOCK)
    for _ in range(3):
        team.run(work, ())
        assert sorted(done[-2:]) == [0, BLOCK]


def kept_busy():
    """A team whose second thread does not come to work until the event is set."""
    team, held = Team(2, 2 * BLOCK), threading.Event()
    team._inboxes[0].put((lambda: held.wait(30), ()))
    while not team._inboxes[0].empty():
        time.sleep(0.001)
    return team, held


def test_the_caller_takes_back_what_nobody_began():
    (team, held), done = kept_busy(), []
    begun = time.monotonic()
    for _ in range(5):
        team.run(lambda a, b: done.append((a, b, threading.get_ident())), ())
    assert time.monotonic() - begun < 20
    held.set()
    me = threading.get_ident()
    assert sorted(done) == sorted([(*part, me) for part in rows((0, 1), (1, 2))] * 5)


def test_an_error_in_what_was_taken_back_reaches_the_caller_too():
    team, held = kept_busy()

    def work(start, stop):
        if start:
            raise ValueError("the second part")

    with pytest.raises(ValueError, match="the second part"):
        team.run(work, ())
    held.set()


def test_a_thread_whose_work_was_taken_back_does_the_next():
    done, slow = [], []
    team = Team(2, 2 * BLOCK)

    def work(start, stop):
        if start == 0 and slow:
            time.sleep(0.01)  # long enough for the other to wake up
        done.append((start, threading.get_ident()))

    for _ in range(300):
        team.run(work, ())
    slow.append(True)
    for _ in range(20):
        team.run(work, ())
    assert sorted(start for start, _ in done) == sorted([0, BLOCK] * 320)
    assert any(who != threading.get_ident() for _, who in done[-40:])


def test_more_threads_than_cores_share_the_work_too(monkeypatch):
    monkeypatch.setattr("sim.team.cores", lambda: 1)
    done = []
    team = Team(3, 3 * BLOCK)
    for _ in range(3):
        team.run(lambda a, b: done.append((a, b)), ())
    assert sorted(done) == sorted(rows((0, 1), (1, 2), (2, 3)) * 3)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs copies of processes")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_copy_of_the_process_has_no_threads_and_works_on():
    team, done = Team(3, 3 * BLOCK), []
    team.run(lambda a, b: done.append(a), ())
    copy = os.fork()
    if copy == 0:
        team.run(lambda a, b: done.append(a), ())
        os._exit(0 if sorted(done) == sorted([0, BLOCK, 2 * BLOCK] * 2) else 1)
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

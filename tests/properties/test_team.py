"""A team of threads does all parts, hands errors on, and ends when it is no longer needed."""

import gc
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


def test_more_threads_than_cores_share_the_work_too(monkeypatch):
    monkeypatch.setattr("sim.team.cores", lambda: 1)
    done = []
    team = Team(3, 3 * BLOCK)
    for _ in range(3):
        team.run(lambda a, b: done.append((a, b)), ())
    assert sorted(done) == sorted(rows((0, 1), (1, 2), (2, 3)) * 3)


@given(n_rows=st.integers(1, 100_000), threads=st.integers(1, 9))
def test_parts_hold_every_row_once_and_split_no_block(n_rows, threads):
    shared = parts(n_rows, threads)
    assert len(shared) <= threads
    assert [row for part in shared for row in part[:1]] == [0, *[stop for _, stop in shared[:-1]]]
    assert shared[-1][1] == n_rows
    assert all(start % BLOCK == 0 and start < stop for start, stop in shared)

"""A team of threads does all parts, hands errors on, and ends when it is no longer needed."""

import gc
import threading

import pytest

from sim.team import Team


def test_every_part_is_done_once():
    done = []
    team = Team(3)
    for _ in range(50):
        team.run(lambda a, b, more: done.append((a, b, more)), [(0, 2), (2, 4), (4, 5)], ("x",))
    assert sorted(done) == sorted([(0, 2, "x"), (2, 4, "x"), (4, 5, "x")] * 50)


@pytest.mark.parametrize("bad", [0, 2])
def test_an_error_in_any_part_reaches_the_caller_and_the_team_goes_on(bad):
    def work(start, stop):
        if start == bad:
            raise ValueError(f"part {start}")

    team = Team(2)
    for _ in range(3):
        with pytest.raises(ValueError, match=f"part {bad}"):
            team.run(work, [(0, 2), (2, 4)], ())
    team.run(work, [(5, 6), (6, 7)], ())


def test_threads_end_with_their_team():
    before = set(threading.enumerate())
    team = Team(4)
    own = set(threading.enumerate()) - before
    assert len(own) == 3
    del team
    gc.collect()
    for thread in own:
        thread.join(timeout=5)
    assert not any(thread.is_alive() for thread in own)

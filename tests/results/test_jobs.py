"""Jobs lived here and on workers: the same results in the same order, however they are shared."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from rich.console import Console
from rich.progress import Progress

from sim import load_scenario
from sim.errors import RunError
from sim.results import jobs
from sim.results.jobs import Job, Workers, live_all

JOBS = [
    Job(strategy, replication, 0, 4, observe=("units", "price_paid_by_all"))
    for replication in range(5) for strategy in ("shout", "listen")
]


@pytest.fixture(scope="module")
def lesson():
    return load_scenario("first_lesson")


@pytest.fixture
def lived_here(monkeypatch):
    """The jobs that this process lives, each with its number of threads."""
    found = []

    def live(scenario, job, threads=1, live=jobs.live):
        found.append((job, threads))
        return live(scenario, job, threads)

    monkeypatch.setattr(jobs, "live", live)
    return found


def told(lived):
    return [{name: values.tolist() for name, values in series.items()} for series in lived]


@pytest.mark.parametrize(("workers", "n_jobs"), [(2, 10), (3, 10), (8, 2)])
def test_workers_change_no_result_and_each_job_is_reported_once(lesson, workers, n_jobs):
    reports = []
    together = live_all(lesson, JOBS[:n_jobs], workers=workers, progress=reports.append)
    alone = live_all(lesson, JOBS[:n_jobs], workers=1)
    np.testing.assert_equal(told(together), told(alone))
    assert sum(reports) == n_jobs


def test_a_single_job_is_lived_on_threads_and_comes_out_the_same(lesson, lived_here):
    job = Job("listen", 0, 0, 4, {"customers.n": 31_000}, ("units", "satisfaction"))
    alone = live_all(lesson, [job], workers=1)
    np.testing.assert_equal(told(live_all(lesson, [job], workers=2)), told(alone))
    live_all(lesson, [job, job], workers=1)
    assert [threads for _, threads in lived_here] == [1, 2, 1, 1]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux only")
def test_workers_that_are_copies_change_no_result_either():
    code = """
import numpy as np
from sim import load_scenario
from sim.results import jobs

lesson = load_scenario("first_lesson")
todo = [jobs.Job(name, r, 0, 4, observe=("units",)) for r in range(5) for name in lesson.strategies]
alone = jobs.live_all(lesson, todo, workers=1)
for workers in (2, 3):
    assert jobs.can_copy()  # earlier workers are gone, with the threads that served them
    np.testing.assert_equal(jobs.live_all(lesson, todo, workers=workers), alone)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_this_process_works_too(lesson, lived_here):
    others = Workers(lesson, 1, JOBS[0])
    try:
        shared = others.share(JOBS, 0.2, lambda n: None)
    finally:
        others.leave()
    assert 1 <= len(lived_here) < len(JOBS)
    assert all(job in JOBS for job, _ in lived_here)
    np.testing.assert_equal(told(shared), told(live_all(lesson, JOBS, workers=1)))


def test_a_process_with_threads_of_its_own_is_not_copied():
    idle = threading.Event()
    thread = threading.Thread(target=idle.wait, daemon=True)
    thread.start()
    try:
        assert not jobs.can_copy()
    finally:
        idle.set()
        thread.join()


def test_the_progress_bar_does_not_keep_a_process_from_being_copied(monkeypatch):
    before = threading.enumerate()
    with Progress(console=Console(file=io.StringIO(), force_terminal=True)):
        bars = [thread for thread in threading.enumerate() if thread not in before]
        monkeypatch.setattr(
            threading, "enumerate", lambda: [threading.current_thread(), *bars]
        )
        assert bars
        assert jobs.can_copy() == (sys.platform == "linux")


def test_little_work_starts_no_worker(lesson, monkeypatch):
    def refused(*_):
        raise AssertionError("a worker was started")

    monkeypatch.setattr(jobs, "Workers", refused)
    assert len(live_all(lesson, JOBS[:4])) == 4


def test_a_worker_that_dies_is_told_in_one_line(lesson, monkeypatch):
    others = Workers(lesson, 1, JOBS[0])
    others._pool.submit(os._exit, 1)
    try:
        with pytest.raises(RunError, match="a worker process died"):
            others.share(JOBS, 0.2, lambda n: None)
    finally:
        others.leave()


def test_no_worker_at_all_is_refused(lesson):
    with pytest.raises(RunError, match="workers must be a whole number, at least 1"):
        live_all(lesson, JOBS, workers=0)

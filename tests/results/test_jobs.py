"""Jobs lived here and on workers: the same results in the same order, however they are shared."""

from __future__ import annotations

import os

import numpy as np
import pytest

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


def told(lived):
    return [{name: values.tolist() for name, values in series.items()} for series in lived]


@pytest.mark.parametrize(("workers", "n_jobs"), [(2, 10), (3, 10), (8, 2)])
def test_workers_change_no_result_and_each_job_is_reported_once(lesson, workers, n_jobs):
    reports = []
    together = live_all(lesson, JOBS[:n_jobs], workers=workers, progress=reports.append)
    alone = live_all(lesson, JOBS[:n_jobs], workers=1)
    np.testing.assert_equal(told(together), told(alone))
    assert sum(reports) == n_jobs


def test_this_process_works_too(lesson, monkeypatch):
    lived_here = []

    def live(scenario, job, threads=1, live=jobs.live):
        lived_here.append(job)
        return live(scenario, job, threads)

    monkeypatch.setattr(jobs, "live", live)
    others = Workers(lesson, 1, JOBS[0])
    try:
        shared = others.share(JOBS, 0.2, lambda n: None)
    finally:
        others.leave()
    assert 1 <= len(lived_here) < len(JOBS)
    assert all(job in JOBS for job in lived_here)
    np.testing.assert_equal(told(shared), told(live_all(lesson, JOBS, workers=1)))


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
    with pytest.raises(RunError, match="workers must be at least 1"):
        live_all(lesson, JOBS, workers=0)

"""Whatever is killed at whatever moment, the sweep goes on and comes to the same, byte for byte."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.experiment.executors import Processes, Source
from sim.experiment.loader import load_experiment
from sim.experiment.plan import Point
from sim.experiment.reading import open_store
from sim.experiment.sweep import How, sweep
from tests.cli.conftest import environment
from tests.experiment.conftest import SMALL
from tests.experiment.deadly import Deadly

LONGER = SMALL.replace("replications: 2", "replications: 10").replace("n: 60", "n: 300")
RUNS = 8 * 2 * 10

needs_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills by POSIX signals")
needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("whole")
    found = sweep(load_experiment(written(folder)), folder / "out", How(workers=1))
    assert found.results is not None
    return found.results.read_bytes()


def written(folder: Path) -> Path:
    path = folder / "small.yaml"
    path.write_text(LONGER, encoding="utf-8")
    return path


def begin(path: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "sim", "sweep", str(path), "--out", str(out), "--workers", "2",
         "--quiet"], env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )


def rows(out: Path) -> int:
    try:
        connection = sqlite3.connect(f"file:{out / 'runs.sqlite'}?mode=ro", uri=True, timeout=5)
        with contextlib.closing(connection):
            return int(connection.execute("select count(*) from runs").fetchone()[0])
    except sqlite3.Error:
        return 0


def workers_of(driver: int) -> list[int]:
    children = Path(f"/proc/{driver}/task/{driver}/children").read_text().split()
    return [int(child) for child in children
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def is_alive(number: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def killed_at(path: Path, out: Path, threshold: int, later: float) -> list[int]:
    """Kill a driver once so many runs are kept, and a little later; the workers that it had."""
    driver = begin(path, out)
    workers: list[int] = []
    try:
        while driver.poll() is None and rows(out) < threshold:
            time.sleep(0.02)
        time.sleep(later)
        with contextlib.suppress(OSError):
            workers = workers_of(driver.pid)
    finally:
        driver.kill()
        driver.communicate()
    return workers


def gone(workers: list[int], seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(map(is_alive, workers)):
            return True
        time.sleep(0.05)
    return False


@needs_kill
@needs_proc
def test_a_killed_driver_leaves_no_worker_and_loses_nothing(whole: bytes, tmp_path: Path) -> None:
    path, out = written(tmp_path), tmp_path / "out"
    workers = killed_at(path, out, threshold=20, later=0.05)
    kept = rows(out)
    assert 20 <= kept < RUNS and len(workers) == 2
    assert gone(workers)
    found = sweep(load_experiment(path), out, How(workers=1))
    assert found.lived == RUNS - kept
    assert (out / "results.parquet").read_bytes() == whole


@needs_kill
def test_killed_workers_take_nothing_with_them(whole: bytes, tmp_path: Path) -> None:
    chance, out = random.Random(5), tmp_path / "out"
    thresholds = sorted(chance.sample(range(1, RUNS - 20), 2))
    done = 0

    def kill(finished: int, failed: int) -> None:
        nonlocal done
        done += finished
        if thresholds and done >= thresholds[0]:
            del thresholds[0]
            workers = multiprocessing.active_children()
            os.kill(chance.choice(workers).pid or 0, signal.SIGKILL)

    found = sweep(load_experiment(written(tmp_path)), out, How(workers=2), progress=kill)
    assert not thresholds
    assert (found.done, found.failed, found.missing) == (RUNS, 0, 0)
    assert (out / "results.parquet").read_bytes() == whole


@needs_kill
def test_a_run_that_kills_its_workers_is_given_up_after_three(tmp_path: Path) -> None:
    study = load_experiment(written(tmp_path))
    points = (Point(number, "shout", 0, 1, {}) for number in range(20))
    executor = Processes(Deadly(study.scenario, (), 0), 2)
    lived = [one for some in executor.live(Source(points)) for one in some]
    assert sorted(one.number for one in lived) == list(range(20))
    (bad,) = [one for one in lived if one.error is not None]
    assert bad.number == 7 and bad.error is not None
    assert bad.error.startswith("3 worker processes died over this run")


@needs_kill
def test_ctrl_c_keeps_what_was_lived_and_prints_how_to_go_on(tmp_path: Path) -> None:
    path, out = written(tmp_path), tmp_path / "out"
    driver = subprocess.Popen(
        [sys.executable, "-m", "sim", "sweep", str(path), "--out", str(out), "--workers", "1"],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    while driver.poll() is None and rows(out) < 10:
        time.sleep(0.02)
    driver.send_signal(signal.SIGINT)
    said, complained = driver.communicate(timeout=60)
    assert driver.returncode == 130, complained
    assert f"sweep {path} --out {out} --resume" in said
    counts = open_store(out).counts()
    assert counts["done"] >= 10 and counts["missing"] == RUNS - counts["done"]


@pytest.mark.evidence
@needs_kill
@needs_proc
@pytest.mark.parametrize("seed", range(2))
def test_a_sweep_killed_five_times_comes_to_the_same(
    seed: int, whole: bytes, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    path, out = written(tmp_path), tmp_path / "out"
    for threshold in sorted(chance.sample(range(RUNS - 10), 5)):
        driver_or_worker = chance.random()
        if driver_or_worker < 0.6:
            assert gone(killed_at(path, out, threshold, chance.random()))
            continue
        driver = begin(path, out)
        while driver.poll() is None and rows(out) < threshold:
            time.sleep(0.02)
        with contextlib.suppress(OSError, IndexError):
            os.kill(chance.choice(workers_of(driver.pid)), signal.SIGKILL)
        time.sleep(chance.random())
        driver.kill()
        driver.communicate()
    found = sweep(load_experiment(path), out, How(workers=2))
    assert (found.done, found.missing) == (RUNS, 0)
    assert (out / "results.parquet").read_bytes() == whole

"""A sweep on a real scheduler with two worker processes; all of it listens on loopback only."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.errors import RunError
from sim.experiment.loader import load_experiment
from sim.experiment.sweep import How, sweep
from tests.cli.conftest import ROOT, environment
from tests.experiment.conftest import SMALL

LONGER = SMALL.replace("replications: 2", "replications: 6").replace("n: 60", "n: 300")

needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None,
    reason="dask.distributed is not installed: pip install 'counterpoise[cluster]'",
)
pytestmark = pytest.mark.filterwarnings("ignore")  # of dask's own threads and sockets


def begun(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]],
        env=environment(PYTHONPATH=os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """Address of a scheduler, and the processes of its two workers."""
    local = ("--host", "127.0.0.1", "--no-dashboard")
    scheduler = begun("scheduler", "--port", "0", *local)
    processes = [scheduler]
    try:
        assert scheduler.stderr is not None
        address = next(
            found[1] for line in scheduler.stderr
            if (found := re.search(r"Scheduler at:\s*(tcp://127\.0\.0\.1:\d+)", line))
        )
        processes += [
            begun("worker", address, *local, "--no-nanny", "--nthreads", "1") for _ in range(2)
        ]
        yield address, processes[1:]
    finally:
        for process in reversed(processes):
            process.kill()
            process.communicate()


@needs_dask
def test_a_worker_killed_on_the_cluster_loses_nothing(
    cluster: tuple[str, list[subprocess.Popen[str]]], tmp_path: Path
) -> None:
    address, workers = cluster
    path = tmp_path / "small.yaml"
    path.write_text(LONGER, encoding="utf-8")
    study = load_experiment(path)
    whole = sweep(study, tmp_path / "whole", How(workers=1))
    killed: list[int] = []
    done = 0

    def kill(finished: int, failed: int) -> None:
        nonlocal done
        done += finished
        if done >= 10 and not killed:
            killed.append(workers[0].pid)
            os.kill(workers[0].pid, signal.SIGKILL)

    found = sweep(study, tmp_path / "out", How(cluster=address), progress=kill)
    assert killed and workers[0].wait(10) == -signal.SIGKILL
    assert (found.done, found.failed, found.missing) == (96, 0, 0)
    assert whole.results is not None and found.results is not None
    assert found.results.read_bytes() == whole.results.read_bytes()


@needs_dask
def test_a_scheduler_that_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.experiment import cluster as module

    monkeypatch.setattr(module, "SECONDS_TO_CONNECT", 1)
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    with pytest.raises(RunError, match="no scheduler answers there"):
        sweep(load_experiment(path), tmp_path / "out", How(cluster="tcp://127.0.0.1:9"))


def test_without_dask_the_command_says_what_to_install(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    script = (
        "import sys; sys.modules['distributed'] = None\n"
        "from sim.cli import main\n"
        f"sys.argv = ['counterpoise', 'sweep', {str(path)!r}, '--out', {str(tmp_path / 'out')!r},"
        " '--cluster', 'tcp://127.0.0.1:9']\n"
        "main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "pip install 'counterpoise[cluster]'" in ended.stderr

"""``counterpoise merge`` says whether what it wrote is the whole sweep, and what is not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.cli import app
from sim.experiment.loader import load_experiment
from sim.experiment.sweep import How, Stop, sweep

Merge = Callable[..., Result]


@pytest.fixture
def chunks(small: Path) -> Path:
    """Chunks 1 to 3 of 3 beside the experiment, of 32 runs in all, chunk 2 not lived to its end."""
    study = load_experiment(small)
    for i in (1, 2, 3):
        stop = Stop()

        def live(finished: int, failed: int, i: int = i, stop: Stop = stop) -> None:
            stop.asked = i == 2

        folder = small.parent / f"chunk{i}"
        sweep(study, folder, How(workers=1, chunk=(i, 3)), stop=stop, progress=live)
    return small.parent


@pytest.fixture
def merged(chunks: Path, monkeypatch: pytest.MonkeyPatch) -> Merge:
    monkeypatch.chdir(chunks)

    def call(*words: str) -> Result:
        return CliRunner().invoke(app, ["merge", *words, "--out", "all"])

    return call


def plain(ended: Result) -> str:
    """What it says, however lines are broken."""
    return " ".join(ended.stdout.split())


def test_chunks_that_were_not_given_are_named(merged: Merge) -> None:
    ended = merged("chunk1")
    assert ended.exit_code == 0  # as of `status`
    assert plain(ended) == (
        "12 of 32 runs done, 0 failed, 20 missing: all this is not the whole sweep: 20 of 32 runs "
        "are not there, and no results.parquet; no folder of chunks 2 and 3 of 3 was given merge "
        "again with the folders that are missing, or live the runs by `counterpoise sweep`, the "
        "experiment, and --out all --resume"
    )
    assert not Path("all/results.parquet").exists()


def test_one_chunk_is_named_as_one(merged: Merge) -> None:
    assert "; no folder of chunk 2 of 3 was given" in plain(merged("chunk1", "chunk3"))


def test_a_chunk_that_is_not_done_is_named(merged: Merge) -> None:
    told = plain(merged("chunk1", "chunk2", "chunk3"))
    assert "this is not the whole sweep: 9 of 32 runs are not there" in told
    assert "; chunk2 lacks 9 of its 10 runs" in told
    assert "no folder of" not in told


def test_json_says_whether_it_is_complete(merged: Merge) -> None:
    told = json.loads(merged("chunk3", "chunk1", "--json").stdout)
    assert told == {
        "folder": "all", "runs": 32, "done": 22, "failed": 0, "missing": 10, "complete": False,
    }


def test_the_whole_is_not_called_anything_else(merged: Merge, small: Path) -> None:
    sweep(load_experiment(small), Path("chunk2"), How(workers=1, chunk=(2, 3), resume=True))
    assert merged("chunk1", "chunk2", "chunk3").stdout == (
        "32 of 32 runs done, 0 failed, 0 missing: all\n"
    )
    assert Path("all/results.parquet").exists()

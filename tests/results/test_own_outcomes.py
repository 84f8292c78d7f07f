"""A run folder that has outcomes of an observer which is not registered where it is loaded."""

from __future__ import annotations

import json
from typing import ClassVar

import numpy as np
import pytest

from sim import RunResult, run
from sim.errors import RunError
from sim.observers.base import Observer, Outcome, observer, observers

DECLARED = {
    "strangers": Outcome("share of customers", "last", "Who knows no offer.", per="market"),
    "liking": Outcome("points", "mean", "How much a firm is liked.", per="firm"),
}


@pytest.fixture
def written(tmp_path, monkeypatch):
    """The run, its folder, and no such observer any more."""
    with monkeypatch.context() as here:
        here.setattr("sim.observers.base.REGISTRY", dict(observers()))

        @observer
        class Own(Observer):
            """Counts weeks."""

            outcomes: ClassVar = DECLARED

            def measure(self, market):
                liking = market.week + np.arange(market.n_firms)
                return {"strangers": 1.0 / market.week, "liking": liking}

        result = run(
            "first_lesson", replications=2, weeks=4, workers=1, overrides={"customers.n": 100}
        )
        folder = result.save(tmp_path / "run")
    assert "strangers" not in {name for cls in observers().values() for name in cls.outcomes}
    return result, folder


def test_outcomes_are_there_with_what_they_mean(written):
    result, folder = written
    loaded = RunResult.load(folder)
    assert list(loaded.declared) == list(result.declared) == list(loaded.series)
    assert {name: loaded.declared[name] for name in DECLARED} == DECLARED
    assert loaded.market.equals(result.market) and loaded.firms.equals(result.firms)
    assert loaded.market.attrs["units"]["strangers"] == "share of customers"
    assert loaded.values("strangers", "listen").tolist() == [0.25, 0.25]
    assert loaded.estimate("strangers", "listen").high == 0.25
    assert loaded.difference("liking", "listen", "Nova").value == 0.0
    assert {"strangers", "liking"} <= set(loaded.summary()["outcome"])


def test_saving_again_writes_the_same_tables(written, tmp_path):
    _, folder = written
    again = RunResult.load(folder).save(tmp_path / "again")
    for name in ("firms.parquet", "market.parquet", "summary.json", "report.html"):
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name


@pytest.mark.parametrize("over_weeks", ["median", 5])
def test_what_no_program_writes_is_refused(written, over_weeks):
    _, folder = written
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["outcomes"]["strangers"]["over_weeks"] = over_weeks
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(RunError, match=r"manifest\.json: the file is damaged"):
        RunResult.load(folder)

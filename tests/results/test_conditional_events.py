"""Events with a condition: a run tells when they happened, and that they did not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import Market, RunResult, load_scenario, run
from sim.errors import RunError
from sim.report.html import render
from sim.results.conditions import in_words
from sim.results.jobs import replication_seed
from sim.results.run import extend
from sim.results.summary import summary_data
from sim.scenario import Scenario
from sim.terminal.answer import show_result


def written() -> Scenario:
    """The first lesson with events of which one comes at times of its own, and one never."""
    raw: Any = json.loads(json.dumps(load_scenario("first_lesson").raw, default=str))
    offer = next(iter(raw["firms"]["Nova"]["offers"]))
    path = f"firms.Nova.offers.{offer}.price"
    raw["customers"]["n"], raw["weeks"], raw["claims"] = 150, 20, []
    raw["lesson"] = None
    raw["events"] = [
        {"name": "A week", "week": 5, "set": {path: 24}},
        {"name": "Enough known", "when": "awareness.Nova > 0.3", "set": {path: 25}},
        {"name": "Nobody left", "when": "awareness.Nova < 0", "set": {path: 26}},
        {"name": "Known to listen", "when": "units.Nova >= 0", "set": {path: 27},
         "strategies": ["listen"]},
    ]
    return Scenario.from_dict(raw)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return written()


@pytest.fixture(scope="module")
def result(scenario: Scenario) -> RunResult:
    return run(scenario, replications=4, seed=3, workers=1)


def test_weeks_are_those_in_which_markets_met_the_events(
    scenario: Scenario, result: RunResult
) -> None:
    table = result.events
    assert set(table["event"]) == {"Enough known", "Nobody left", "Known to listen"}
    for strategy in result.strategies:
        market = Market(scenario, strategy, seed=replication_seed(3, 2))
        while market.week < 20:
            market.step()
        happened = {
            event.name: market.calendar.happened.get(repr(event)) for event in market.world.events
            if event.when is not None
        }
        rows = table[(table["strategy"] == strategy) & (table["replication"] == 2)]
        told = rows.set_index("event")["week"].astype(object)
        assert told.where(told.notna(), None).to_dict() == happened
        assert ("Known to listen" in happened) == (strategy == "listen")


def test_weeks_are_the_same_for_any_number_of_workers_and_when_extended(
    scenario: Scenario, result: RunResult
) -> None:
    assert result.event_weeks is not None and np.isfinite(result.event_weeks).any()
    shared = run(scenario, replications=4, seed=3, workers=2)
    longer = extend(run(scenario, replications=2, seed=3, workers=1), 4, workers=1)
    for other in (shared, longer):
        assert other.event_weeks is not None
        assert np.array_equal(other.event_weeks, result.event_weeks, equal_nan=True)


def test_weeks_come_back_from_the_folder(result: RunResult, tmp_path: Path) -> None:
    folder = result.save(tmp_path / "kept")
    again = RunResult.load(folder)
    assert result.event_weeks is not None and again.event_weeks is not None
    assert np.array_equal(again.event_weeks, result.event_weeks, equal_nan=True)
    assert again.events.equals(result.events)
    assert render(again) == render(result)
    (folder / "events.parquet").write_bytes(b"nothing")
    with pytest.raises(RunError, match="the file is damaged"):
        RunResult.load(folder)


def test_folders_from_before_still_load(result: RunResult, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(result.save(tmp_path / "kept"), tmp_path / "old"))
    (folder / "events.parquet").unlink()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["files"]["events.parquet"]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    old = RunResult.load(folder)
    assert old.event_weeks is None
    assert "not kept in this run" in render(old)
    assert summary_data(old)["events"] == []
    with pytest.raises(RunError, match="run it again"):
        _ = old.events


def test_a_scenario_without_conditions_has_no_table_of_events(tmp_path: Path) -> None:
    plain = run(
        "first_lesson", replications=1, weeks=2, workers=1, overrides={"customers.n": 60}
    )
    assert len(plain.events) == 0
    folder = plain.save(tmp_path / "plain")
    assert not (folder / "events.parquet").exists()
    assert len(RunResult.load(folder).events) == 0


def with_weeks(result: RunResult, weeks: list[list[float]]) -> RunResult:
    """A copy in which the first conditional event happened in other weeks."""
    kept = np.full((2, len(weeks[0]), 3), np.nan)
    kept[:, :, 0] = weeks
    return RunResult(
        scenario=result.scenario, strategies=result.strategies, seed=0,
        replications=len(weeks[0]), weeks=20, series={}, event_weeks=kept,
        history=result.provenance,
    )


def test_words_say_in_how_many_replications_and_in_which_weeks(result: RunResult) -> None:
    some, never, listening = result.scenario.document.conditional_events
    nan = float("nan")
    told = with_weeks(result, [[4, 9, nan, 7], [nan] * 4])
    assert in_words(told, some) == [
        "under “shout” happened in 3 of 4 replications, in weeks 4 to 9 (median 7)",
        "under “listen” never happened",
    ]
    assert in_words(told, never) == ["never happened"]
    assert in_words(with_weeks(result, [[8, 8], [8, 8]]), some) == [
        "happened in all 2 replications, in week 8"
    ]
    assert in_words(with_weeks(result, [[8], [8]]), some) == ["happened in week 8"]
    assert in_words(result, listening) == ["happened in all 4 replications, in week 2"]


def test_terminal_report_and_summary_say_it(
    result: RunResult, capsys: pytest.CaptureFixture[str]
) -> None:
    show_result(result)
    shown = " ".join(capsys.readouterr().out.split())
    assert "Event “Nobody left” (when awareness.Nova < 0): never happened" in shown
    assert "under listen only): happened in all 4 replications, in week 2" in shown
    assert "A week" not in shown
    page = render(result)
    assert "never happened</li>" in page
    rows = summary_data(result)["events"]
    assert [row["strategy"] for row in rows] == ["shout", "listen", "shout", "listen", "listen"]
    assert rows[-1] == {
        "event": "Known to listen", "when": "units.Nova >= 0", "strategy": "listen",
        "replications": 4, "first_week": 2.0, "median_week": 2.0, "last_week": 2.0,
    }
    assert rows[2]["replications"] == 0 and rows[2]["first_week"] is None

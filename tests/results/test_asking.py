"""What is asked of a run: whole numbers of any kind, and not more than there is room for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import load_scenario, run
from sim.errors import RunError
from sim.scenario import memory

TINY = {"customers.n": 20}


def test_numbers_of_numpy_reach_the_manifest_as_numbers() -> None:
    result = run(
        "first_lesson", overrides=TINY, replications=np.int64(1), seed=np.int64(3),
        weeks=np.int32(2), workers=1,
    )
    found = result.provenance
    assert [type(found[name]) for name in ("seed", "replications", "weeks")] == [int] * 3
    with pytest.raises(RunError, match="seed must be a whole number"):
        run("first_lesson", seed=1.5)  # type: ignore[arg-type]


def test_no_run_is_longer_than_a_scenario_may_be() -> None:
    with pytest.raises(RunError, match="weeks must be a whole number from 1 to 5,200"):
        run("first_lesson", weeks=10**9)


def test_results_that_cannot_fit_into_memory_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = load_scenario("first_lesson").document
    result = run("first_lesson", overrides=TINY, replications=2, weeks=3, workers=1)
    size = sum(series.nbytes for series in result.series.values())
    overhead = 2 * 4 * 128 * len(result.series)
    assert size < memory.results_needed(document, 4, 3) <= 2 * size + overhead
    monkeypatch.setattr(memory, "memory_of_machine", lambda: 1e9)
    with pytest.raises(RunError) as caught:
        run("first_lesson", replications=100_000, weeks=5_200)
    assert str(caught.value).startswith(
        "the results of 2 strategies, 100,000 replications and 5,200 weeks need about "
    )
    assert str(caught.value).endswith("this machine has 1 GB; use fewer replications or weeks")


def test_strategies_are_a_list_in_an_order() -> None:
    with pytest.raises(RunError, match="strategies are a list of names, in order"):
        run("first_lesson", strategies={"listen", "shout"})  # type: ignore[arg-type]
    with pytest.raises(RunError, match=r"names, in order\. Got 3"):
        run("first_lesson", strategies=3)  # type: ignore[arg-type]
    column: Any = pd.Series(["listen", "shout", "listen"])
    result = run("first_lesson", strategies=column, overrides=TINY, replications=1, weeks=2)
    assert result.strategies == ["listen", "shout"]


def test_plots_and_intervals_say_what_they_were_asked_for() -> None:
    result = run("first_lesson", overrides=TINY, replications=2, weeks=2, workers=1)
    with pytest.raises(RunError, match=r"strategies are a list of names, as \['listen'\]"):
        result.plot("units", strategies="listen")
    with pytest.raises(RunError, match="confidence must lie between 0 and 1"):
        result.estimate("units", "listen", "Nova", confidence="high")  # type: ignore[arg-type]

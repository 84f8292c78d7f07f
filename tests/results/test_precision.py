"""Replications until intervals are narrow, and what shared luck saves."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sim import run
from sim.errors import RunError
from sim.results import luck, precision
from sim.results.precision import Width, reached, run_until, widest, widths
from sim.results.run import extend


def test_a_run_extended_equals_one_with_as_many_replications_from_the_start():
    short = extend(run("first_lesson", replications=2, weeks=6, workers=1), 5, workers=1)
    whole = run("first_lesson", replications=5, weeks=6, workers=1)
    assert short.replications == 5
    for name, series in whole.series.items():
        assert np.array_equal(series, short.series[name], equal_nan=True)


def test_replications_are_added_until_intervals_are_narrow():
    coarse = run_until("first_lesson", 0.5, fewest=3, weeks=52, workers=1)
    assert coarse.replications == 3 and reached(coarse, 0.5)
    asked = widest(coarse).relative / 1.5
    fine = run_until("first_lesson", asked, fewest=3, most=40, weeks=52, workers=1)
    assert 3 < fine.replications <= 40
    assert reached(fine, asked) or fine.replications == 40
    assert widest(fine).relative < widest(coarse).relative


@pytest.mark.parametrize(("relative", "wanted"), [
    (0.15, 50),  # half as wide again takes 2.25 times as many, and a tenth more
    (0.101, 23), (0.1, 22), (1.0, 80),  # at most four times as many in a look
])
def test_replications_grow_by_the_square_of_what_is_too_wide(monkeypatch, relative, wanted):
    monkeypatch.setattr(precision, "widest", lambda result: Width("units", relative))
    assert precision._wanted(SimpleNamespace(replications=20), 0.1) == wanted


def test_the_cap_ends_it_and_is_told():
    result = run_until("first_lesson", 1e-6, fewest=2, most=4, weeks=52, workers=1)
    assert result.replications == 4
    assert not reached(result, 1e-6)


def test_without_claims_the_first_outcome_decides():
    one = run("first_lesson", strategies=["shout"], replications=3, weeks=4, workers=1)
    assert [width.name for width in widths(one)] == ["units"]
    two = run("first_lesson", replications=3, weeks=4, workers=1)
    (width,) = widths(two)
    gap = two.difference("units", "listen", "Nova")
    level = two.values("units", "shout", "Nova").mean()
    assert width.relative == pytest.approx((gap.high - gap.low) / 2 / level)


@pytest.mark.parametrize(("precision", "settings"), [
    (0.0, {}), (-1.0, {}), (float("nan"), {}), (0.1, {"fewest": 9, "most": 3}),
])
def test_what_cannot_be_asked_is_refused(precision, settings):
    with pytest.raises(RunError):
        run_until("first_lesson", precision, **settings)


def test_shared_luck_saves_replications_and_says_how_many():
    result = run("first_lesson", replications=6, weeks=12, workers=1)
    saved = luck.reduction(result, "units", "listen", "Nova")
    assert saved > 1
    assert "times as many replications" in luck.in_words(result)
    table = result.summary()
    row = table.query("strategy == 'listen' and firm == 'Nova' and outcome == 'units'").iloc[0]
    assert row.variance_reduction == pytest.approx(saved)


def test_one_strategy_or_one_replication_has_nothing_to_say_of_shared_luck():
    assert luck.in_words(run("first_lesson", replications=1, weeks=2)) == ""
    alone = run("first_lesson", strategies=["shout"], replications=2, weeks=2)
    assert luck.in_words(alone) == ""

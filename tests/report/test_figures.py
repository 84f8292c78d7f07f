"""Charts: labels with units, the same bytes, honest bands, names that stay apart."""

from __future__ import annotations

import re
import sys

import matplotlib
import numpy as np
import pytest

from sim.report import figures, forest
from sim.report.bands import band, weeks_a_point
from sim.report.chart import compact, distinct_names, pen, shortened
from sim.results.statistics import estimate


def words(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_charts_over_weeks_label_both_axes_with_units(make, raw):
    result = make(raw)
    assert {"Units sold (units/week)", "Week"} <= set(words(figures.main_chart(result).svg))
    said = [words(chart.svg) for chart in figures.small_charts(result)]
    labels = [next(word for word in group if "(" in word) for group in said]
    assert labels == [
        "Market share (% of units)", "Satisfaction (0 to 1)", "Awareness (% of customers)",
        "Profit (euro/week)", "Good news heard (tellings heard/week)",
        "Bad news heard (tellings heard/week)",
    ]
    assert all("Week" in group for group in said)


def test_charts_of_intervals_label_their_axis_with_units(make, raw):
    result = make(raw)
    labels = [words(chart.svg)[-2:] for chart in forest.difference_charts(result)]
    flat = [word for group in labels for word in group]
    units = ("units", "points", "euro")
    assert {f"Difference ({unit})" for unit in units} <= set(flat)
    chart = forest.claim_chart(result, result.verdicts()[0], 1)
    assert chart is not None and "Units sold (times)" in words(chart.svg)


def test_dates_stand_on_the_axis_if_the_scenario_has_them(big):
    said = words(figures.main_chart(big).svg)
    assert {"Week beginning", "2027", "2028"} <= set(said)


def test_events_are_numbered(big):
    assert figures.event_marks(big) == [(1, 20), (2, 21)]
    assert {"1", "2"} <= set(words(figures.main_chart(big).svg))


def test_same_result_gives_the_same_bytes(make, raw):
    one, other = make(raw), make(raw)
    assert figures.main_chart(one) == figures.main_chart(other)
    assert figures.share_charts(one) == figures.share_charts(other)


def test_text_of_the_scenario_is_neither_markup_nor_formula(big):
    for chart in [*figures.small_charts(big), *forest.difference_charts(big)]:
        assert "<script" not in chart.svg
    assert any("&lt;script&gt;$ &amp; coins" in chart.svg for chart in figures.small_charts(big))


def test_drawing_leaves_the_callers_matplotlib_alone(make, raw, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)  # an import of it would fail
    names = set(matplotlib.rcParams) - {"backend"}
    before = {name: matplotlib.rcParams[name] for name in names}
    figures.main_chart(make(raw))
    assert {name: matplotlib.rcParams[name] for name in names} == before


def test_alternative_text_says_where_the_lines_end(make, raw):
    svg = figures.main_chart(make(raw)).svg
    assert re.search(
        r'aria-label="Nova’s units sold by week over 104 weeks, one line a strategy\. '
        r'At the end: shout [\d.]+ units/week; listen [\d.]+ units/week\."', svg
    )


def test_band_is_the_interval_of_the_mean(make, raw):
    result = make(raw)
    found = band(result, "units", "listen", "Nova", most_points=200)
    values = result.series["units"][1, :, 41, 0]
    expected = estimate(values)
    got = (found.mean[41], found.low[41], found.high[41])
    np.testing.assert_allclose(got, (expected.value, expected.low, expected.high))
    assert found.weeks[41] == 42


def test_long_runs_are_shown_as_means_of_weeks(make, raw):
    result = make(raw)
    found = band(result, "units", "listen", "Nova", most_points=30)
    assert weeks_a_point(result, 30) == 4 and len(found.mean) == 26
    pooled = result.series["units"][1, :, :4, 0].mean(axis=1)
    np.testing.assert_allclose(found.mean[0], pooled.mean())
    assert figures.band_note(result, 30).startswith("Lines: means of 4 weeks over 5 replications.")


def test_weeks_without_a_value_leave_a_gap(make, raw):
    result = make(raw)
    result.series["market_share"][:, :, 10] = np.nan
    result.series["market_share"][:, 1:, 20] = np.nan
    found = band(result, "market_share", "listen", "Nova", most_points=200)
    assert np.isnan(found.mean[10]) and np.isfinite(found.mean[9])
    assert found.low[20] == found.mean[20] == found.high[20]


@pytest.mark.parametrize(("value", "text"), [
    (0, "0"), (0.25, "0.25"), (950, "950"), (2500, "2,500"), (12000, "12k"), (1.5e6, "1.5M"),
    (-2e9, "-2B"),
])
def test_tick_labels_are_short(value, text):
    assert compact(value) == text and len(text) <= 6


def test_shortened_names_stay_distinct():
    assert shortened("a" * 10 + "b" * 10, 9) == "aaaa…bbbb"
    assert distinct_names(["shout", "listen"], 16) == ["shout", "listen"]
    long = [f"strategy number {number} with a long name" for number in range(12)]
    short = distinct_names(long, 16)
    assert len(set(short)) == 12 and all(len(name) <= 16 for name in short)


def test_pens_are_distinct():
    assert len({pen(number) for number in range(28)}) == 28


def test_claim_without_a_value_has_no_chart(make, raw):
    result = make(raw, strategies=["shout"])
    assert forest.claim_chart(result, result.verdicts()[0], 1) is None
    assert forest.difference_charts(result) == []

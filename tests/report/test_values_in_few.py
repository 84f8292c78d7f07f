"""A mean over some of the replications says so, wherever it is shown."""

from __future__ import annotations

from sim import run
from sim.report.html import outcome_rows
from sim.results.key import known_in
from sim.terminal.answer import show_result


def test_outcomes_without_a_value_in_some_replications_say_in_how_many_they_have_one(capsys):
    # Twenty-five customers for three weeks: in some replications nobody has bought anything yet.
    result = run("first_lesson", replications=8, weeks=3, overrides={"customers.n": 25}, workers=1)
    counts = [result.estimate("satisfaction", name, "Nova").n for name in result.strategies]
    assert 0 < min(counts) < 8
    expected = f"a value in only {min(counts)} of 8 replications"
    assert known_in(result, "satisfaction", "Nova") == expected
    assert known_in(result, "units", "Nova") == ""
    assert expected in outcome_rows(result, "satisfaction", "Nova")["about"]
    show_result(result, None)
    assert expected in " ".join(capsys.readouterr().out.split())
    frame = result.summary()
    assert set(frame[frame.outcome == "units"].n) == {8}
    own = frame[(frame.outcome == "satisfaction") & (frame.firm == "Nova")]
    assert own.n.tolist() == counts

"""Runs beside each other: paired differences, settings that differ, and what is doubtful."""

import json

import numpy as np
import pytest
import worlds
from typer.testing import CliRunner

from sim import run
from sim.cli import app
from sim.errors import CounterpoiseError, RunError
from sim.results.comparing import ABSENT, Change, beside, changes, doubts, strategies_of
from sim.scenario import Scenario


def lived(seed=3, weeks=6, replications=4, strategies=("as_is",), **changed):
    world = worlds.changed(worlds.busy(40, 12), **changed)
    world["strategies"] = {name: {} for name in strategies}
    return run(
        Scenario.from_dict(world), seed=seed, weeks=weeks, replications=replications, workers=1
    )


@pytest.fixture(scope="module")
def pair():
    return {"old": lived(), "new": lived(firms__Ana__offers__tea__price=2.0)}


def test_a_difference_of_runs_is_paired_by_replication(pair):
    both = beside(pair, "as_is")
    assert both.strategies == ["old", "new"]
    gap = both.difference("units", "new", "Ana")
    old, new = (one.values("units", "as_is", "Ana") for one in pair.values())
    assert gap.value == pytest.approx(float((new - old).mean()))
    assert both.values("units", "new", "Ana").tolist() == new.tolist()
    assert both.estimate("customer_power", "old").value == pytest.approx(
        pair["old"].estimate("customer_power", "as_is").value
    )


def test_luck_is_shared_by_runs_as_by_the_strategies_of_one():
    as_strategies = worlds.changed(worlds.busy(40, 12))
    as_strategies["strategies"] = {
        "as_is": {}, "cheap": {"set": {"firms.Ana.offers.tea.price": 2.0}},
    }
    one = run(
        Scenario.from_dict(as_strategies), seed=3, weeks=6, replications=4, workers=1
    )
    both = beside(
        {"old": lived(), "new": lived(firms__Ana__offers__tea__price=2.0)}, "as_is"
    )
    for outcome, firm in [("units", "Ana"), ("satisfaction", "Bo"), ("customer_power", None)]:
        assert both.difference(outcome, "new", firm) == one.difference(outcome, "cheap", firm)


def test_settings_that_differ_are_listed_with_defaults(pair):
    found = changes(*pair.values(), "as_is")
    assert found == [Change("firms.Ana.offers.tea.price", found[0].before, 2.0)]
    assert changes(pair["old"], pair["old"], "as_is") == []
    muted = lived(mechanisms__response="none")
    paths = {one.path: one for one in changes(pair["old"], muted, "as_is")}
    assert any(path.startswith("mechanisms.response.") for path in paths)
    assert ABSENT in {one.after for one in paths.values()}


def test_what_only_one_run_has_is_left_out():
    three, two = lived(), lived()
    two.firm_names, names = [name for name in two.firm_names if name != "Bo"], two.firm_names
    kept = [names.index(name) for name in two.firm_names]
    two.series = {
        n: s[..., kept] if two.declared[n].per == "firm" else s for n, s in two.series.items()
    }
    two.series.pop("awareness")
    del two.declared["awareness"]
    both = beside({"three": three, "two": two}, "as_is")
    assert both.firm_names == two.firm_names
    assert "awareness" not in both.series
    np.testing.assert_array_equal(
        both.series["units"][0], three.series["units"][0][..., kept]
    )


def test_runs_of_other_lengths_count_as_far_as_both_go(pair):
    longer = lived(weeks=8, replications=5)
    both = beside({"old": pair["old"], "longer": longer}, "as_is")
    assert (both.weeks, both.replications) == (6, 4)
    assert both.difference("units", "longer", "Ana").value == 0
    assert doubts({"old": pair["old"], "longer": longer}) == [
        "of 4 and 5 replications the first 4 count", "of 6 and 8 weeks the first 6 count",
    ]


def test_other_seeds_and_versions_are_said(pair):
    other = lived(seed=4)
    other.provenance["engine"] = "9.9.9"
    told = doubts({"old": pair["old"], "other": other})
    assert told[0].startswith("seeds differ (3, 4)")
    assert told[1].startswith("versions differ (")
    assert doubts(pair) == []


def test_there_must_be_something_to_compare(pair):
    with pytest.raises(RunError, match="at least two"):
        beside({"old": pair["old"]}, "as_is")
    with pytest.raises(CounterpoiseError, match="there is no strategy 'other'"):
        beside(pair, "other")
    with pytest.raises(RunError, match=r"no strategy in common \(old: as_is; odd: odd\)"):
        strategies_of({"old": pair["old"], "odd": lived(strategies=("odd",))})


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_command_shows_settings_and_outcomes(pair, tmp_path):
    for name, one in pair.items():
        one.save(tmp_path / name)
    shown = call("compare", tmp_path / "old", tmp_path / "new")
    assert shown.exit_code == 0, shown.output
    assert "One setting differs in new:" in shown.output
    assert "firms.Ana.offers.tea.price: " in shown.output
    assert "against “old”" in shown.output
    data = json.loads(
        call("compare", tmp_path / "old", tmp_path / "new", "--json", "--outcome", "units").output
    )
    (units,) = data["strategies"]["as_is"]["outcomes"]
    gap = beside(pair, "as_is").difference("units", "new", units["of"])
    assert units["differences"]["new"]["value"] == gap.value
    assert data["strategies"]["as_is"]["changes"]["new"][0]["after"] == 2.0


@pytest.mark.parametrize("words, told", [
    (["old"], "at least two runs are compared. Got 1."),
    (["old", "old"], "name different runs to compare"),
    (["old", "nowhere"], "there is no such run folder"),
    (["old", "new", "--outcome", "unit"], "did you mean 'units'?"),
    (["old", "new", "--strategy", "as_it"], "there is no strategy 'as_it'"),
])
def test_mistakes_are_one_line(pair, tmp_path, monkeypatch, words, told):
    for name, one in pair.items():
        one.save(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    shown = call("compare", *words)
    assert shown.exit_code == 2
    assert told in shown.output
    assert "Traceback" not in shown.output

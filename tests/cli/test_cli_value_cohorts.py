"""``value --cohort`` and ``--bad-news``: what the library finds, in words and as JSON."""

from __future__ import annotations

import json
import math

import pytest

from sim.results.bad_news import bad_news_damage
from sim.results.lifetime import cohort_value
from sim.scenario import load_scenario

FEW = ("--replications", 3, "--quiet")


def test_a_cohort_is_told_as_the_library_finds_it(call, scenario):
    path = scenario("small")
    asked = ("--cohort", "--firm", "Orbit", "--won", "1-4", "--strategy", "listen")
    data = json.loads(call("value", path, *asked, "--json", *FEW).stdout)
    found = cohort_value(
        load_scenario(str(path)), "Orbit", won=(1, 4), strategy="listen", replications=3
    )
    assert (data["firm"], data["won"], data["discount"]) == ("Orbit", [1, 4], 0.1)
    assert found.n.sum() > 0
    for name in ("n", "revenue", "margin"):
        assert data[name]["mean"] == found.estimate(name).value
        assert data[name]["low"] == found.estimate(name).low
    assert math.isnan(found.expected().mean()) and data["expected"]["mean"] is None
    told = call("value", path, *asked, *FEW).stdout
    assert told.startswith("Customers whom Orbit won in weeks 1 to 4 under “listen”\n")
    assert "margin a customer, without end  no value" in told
    assert "--set weeks=N" in told


def test_who_stays_is_told_where_a_year_is_known(call):
    told = call(
        "value", "first_lesson", "--cohort", "--won", "1-8", "--set", "weeks=130", *FEW
    ).stdout
    stays = next(line for line in told.splitlines() if "still buying after a year" in line)
    assert "%" in stays
    assert "no value" not in told


def test_bad_news_is_told_as_the_library_finds_it(call, scenario):
    path = scenario("small")
    data = json.loads(call("value", path, "--bad-news", "--json", *FEW).stdout)
    found = bad_news_damage(load_scenario(str(path)), replications=3, workers=1)
    assert data["firms"].keys() == found.units.keys() == {"Nova", "Orbit"}
    for firm, rows in data["firms"].items():
        for name in ("bad_news", "units", "revenue"):
            assert rows[name]["mean"] == found.estimate(name, firm).value
    told = call("value", path, "--bad-news", *FEW).stdout
    assert told.startswith("What bad news cost each firm under “shout”\n")
    assert "\nOrbit\n" in told and "euro" in told
    assert max(map(len, told.splitlines())) <= 80


def test_a_run_is_asked_with_its_own_seed_and_weeks(call, scenario, place):
    path = scenario("small")
    call("run", path, "--replications", 3, "--seed", 7, "--out", place / "kept", "--quiet")
    of_run = json.loads(call("value", place / "kept", "--cohort", "--json", "--quiet").stdout)
    alone = call("value", path, "--cohort", "--seed", 7, "--json", *FEW).stdout
    assert of_run == json.loads(alone)


@pytest.mark.parametrize(("asked", "told"), [
    (("--cohort", "--bad-news"), "say whose value: --customer N"),
    (("--cohort", "--won", "4-x"), "--won: '4-x' must be weeks such as 1-52"),
    (("--cohort", "--won", "9-4"), "weeks 9 to 4 must be in order"),
    (("--cohort", "--firm", "Nobody"), "there is no firm 'Nobody'"),
    (("--cohort", "--since", 3), "--since does not go with --cohort"),
    (("--cohort", "--replication", 1), "use --replications instead"),
    (("--talkers", 3, "--firm", "Nova"), "--firm and --won belong to --cohort"),
    (("--bad-news", "--set", "mechanisms.word_of_mouth=none"), "nobody tells bad news"),
])
def test_what_cannot_be_asked_is_told_in_a_line(call, scenario, asked, told):
    ended = call("value", scenario("small"), *asked, "--quiet")
    assert ended.exit_code == 2
    (line,) = ended.stderr.strip().splitlines()
    assert told in line

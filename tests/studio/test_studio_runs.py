"""One simulator a page: steering, forking and looking back are exact; a closed page is free."""

from __future__ import annotations

import gc
import json
import threading
import time
import weakref

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.scenario import load_scenario
from sim.scenario.reading import read_yaml
from sim.scenario.scenario import Scenario
from sim.studio.levers import check, controls
from sim.studio.scene import RECORDED
from sim.studio.steering import Change, Steering
from tests import worlds
from tests.studio.desk import Line, Page, small

PRICE = "firms.Ana.offers.tea.price"
OPENNESS = "firms.Ana.levers.voice_openness"


@pytest.fixture
def page():
    made = Page(small())
    yield made
    made.close()


def is_state(**wanted):
    return lambda m: m["type"] == "state" and all(m[k] == v for k, v in wanted.items())


def test_a_page_that_plays_lives_what_a_market_lives_alone(page):
    page.open(seed=3)
    page.do({"type": "speed", "weeks_per_second": 0}, is_state(speed=0))
    page.do({"type": "play"}, is_state(finished=True))
    alone = worlds.lived(worlds.full(), page.market.strategy, seed=3, observe=RECORDED)
    assert not worlds.differing(page.market, alone)
    assert worlds.same_records(page.market, alone)


def test_levers_act_next_week_and_the_rebuilt_market_is_the_same(page):
    page.open()
    page.go(4)
    before = page.market.firms[0].levers["voice_openness"]
    page.do({"type": "lever", "path": PRICE, "value": 2.5}, is_state(week=4))
    page.do({"type": "lever", "path": OPENNESS, "value": 0.875}, is_state(week=4))
    assert page.market.firms[0].levers["voice_openness"] == before
    state = page.do({"type": "step"}, is_state(week=5))
    assert page.market.firms[0].levers["voice_openness"] == 0.875
    assert state["log"] == [[5, PRICE, 2.5], [5, OPENNESS, 0.875]]
    page.go(9)
    page.do({"type": "lever", "path": PRICE, "value": 9}, is_state(week=9))
    page.do({"type": "lever", "path": PRICE, "value": 8}, lambda m: m.get("log", [[]])[-1][-1] == 8)
    page.go(12)
    steering = page.session._sides[0].steering
    assert [change.week for change in steering.log] == [5, 5, 10]
    assert not worlds.differing(page.market, steering.market(12))


def test_the_exported_scenario_lives_the_same_market(page, tmp_path):
    page.open(seed=2)
    page.go(3)
    page.do({"type": "lever", "path": PRICE, "value": 2.5}, is_state(week=3))
    page.go(12)
    page.do({"type": "export", "what": "scenario"}, lambda m: m["type"] == "file")
    text = page.session._sides[0].steering.text()
    (tmp_path / "a_test.yaml").write_text(text, encoding="utf-8")
    alone = load_scenario(tmp_path / "a_test.yaml")
    assert read_yaml(text, "it")[0]["events"][-1] == {"name": "lever", "week": 4,
                                                      "set": {PRICE: 2.5}}
    assert not worlds.differing(page.market, Steering(alone, None, 2).market(12))


@pytest.mark.parametrize("at", [5, 8])
def test_a_fork_leaves_the_baseline_as_if_no_lever_had_moved(page, at):
    page.open(seed=1)
    page.do({"type": "lever", "path": PRICE, "value": 7}, is_state(week=0))
    page.go(8)
    state = page.do({"type": "fork", "week": at}, is_state(forked=True))
    assert state["week"] == at
    page.do({"type": "lever", "path": OPENNESS, "value": 0.99}, is_state(week=at))
    page.do({"type": "lever", "path": PRICE, "value": 1}, is_state(week=at))
    page.go(12)
    log = (Change(1, PRICE, 7),)
    plain = Steering(page.catalog.find(None), page.market.strategy, 1, None, log)
    alone = plain.market(12, observe=RECORDED)
    assert not worlds.differing(page.baseline, alone)
    other = plain.with_log((*log, Change(at + 1, OPENNESS, 0.99), Change(at + 1, PRICE, 1)))
    assert not worlds.differing(page.market, other.market(12))
    assert worlds.differing(page.market, alone)
    points = page.session._sides[1].points.values
    for name, series in alone.recorder.recorded().items():
        mine = np.array(points[name], dtype=np.float64)
        np.testing.assert_allclose(mine, series, rtol=1e-5, atol=1e-12)


def test_at_rest_both_sides_of_a_fork_show_the_same_week(page):
    page.open(seed=1)
    page.go(3)
    page.do({"type": "fork", "week": 3}, is_state(forked=True))
    page.do({"type": "speed", "weeks_per_second": 0}, is_state(speed=0))
    start = len(page.line.sent)
    page.say({"type": "play"})
    for side in (0, 1):
        page.line.wait(
            lambda m, s=side: m["type"] == "frame" and m["side"] == s and m["week"] == 12,
            start=start,
        )


def test_what_a_page_restores_is_what_it_left(page):
    page.open(seed=1)
    page.go(4)
    page.do({"type": "fork", "week": 4}, is_state(forked=True))
    page.do({"type": "lever", "path": PRICE, "value": 1}, is_state(week=4))
    left = page.go(9)
    here, there = page.market, page.baseline
    page.open(
        seed=1, strategy=here.strategy, levers=left["baseline_log"],
        fork={"week": 4, "levers": [entry for entry in left["log"] if entry[0] > 4]},
    )
    page.go(9)
    assert not worlds.differing(here, page.market)
    assert not worlds.differing(there, page.baseline)


def test_a_past_week_is_shown_as_it_was(page):
    page.open()
    seen = {}
    for _ in range(8):
        week = page.market.week
        frame = page.do({"type": "step"}, lambda m, w=week: m["type"] == "frame"
                        and m["week"] == w + 1)
        seen[frame["week"]] = frame["body"]
    for week in (5, 7, 2):
        again = page.do({"type": "seek", "week": week}, lambda m, w=week: m["type"] == "frame"
                        and m["week"] == w)
        assert again["body"] == seen[week]
    assert page.line.all("state")[-1]["viewing"] == 2 and page.market.week == 8


def test_playing_from_a_past_week_shows_again_what_was_and_lives_on(page):
    page.open(seed=1)
    page.go(8)
    lived = worlds.lived(worlds.full(), page.market.strategy, seed=1, weeks=8)
    page.do({"type": "seek", "week": 3}, lambda m: m["type"] == "state" and m["viewing"] == 3)
    start = len(page.line.sent)
    page.say({"type": "speed", "weeks_per_second": 50})
    page.say({"type": "play"})
    page.line.wait(lambda m: m["type"] == "state" and m["viewing"] == 6, 60, start)
    assert page.market.week == 8
    assert not worlds.differing(page.market, lived)
    page.line.wait(is_state(finished=True, playing=False))
    assert page.line.all("state")[-1]["viewing"] is None
    # A run that is over can be watched once more, and is over again at its end.
    page.do({"type": "seek", "week": 2}, lambda m: m["type"] == "state" and m["viewing"] == 2)
    start = len(page.line.sent)
    page.say({"type": "play"})
    page.line.wait(
        lambda m: m["type"] == "state" and m["viewing"] is None and not m["playing"], 60, start
    )
    alone = worlds.lived(worlds.full(), page.market.strategy, seed=1)
    assert not worlds.differing(page.market, alone)


def test_two_pages_do_not_disturb_each_other():
    one, other = Page(small()), Page(small())
    try:
        one.open(seed=1)
        other.open(seed=1)
        other.do({"type": "lever", "path": PRICE, "value": 1}, is_state(week=0))
        for page in (one, other):
            page.say({"type": "speed", "weeks_per_second": 0})
            page.say({"type": "play"})
        for page in (one, other):
            page.line.wait(is_state(finished=True))
        alone = worlds.lived(worlds.full(), one.market.strategy, seed=1)
        assert not worlds.differing(one.market, alone)
        assert worlds.differing(other.market, alone)
    finally:
        one.close()
        other.close()


def test_a_closed_page_frees_its_market(page):
    page.open()
    page.do({"type": "speed", "weeks_per_second": 0}, is_state(speed=0))
    page.say({"type": "play"})
    page.say({"type": "customer", "id": 3})
    market = weakref.ref(page.market)
    page.close()
    until = time.monotonic() + 20
    while market() is not None and time.monotonic() < until:
        gc.collect()
        time.sleep(0.05)
    assert market() is None
    assert not [t for t in threading.enumerate() if t is page.session._thread]


def test_pause_acts_within_half_a_second_at_full_speed():
    page = Page(small(n=2000, weeks=400))
    try:
        page.open()
        page.do({"type": "speed", "weeks_per_second": 0}, is_state(speed=0))
        page.do({"type": "play"}, lambda m: m["type"] == "frame" and m["week"] > 3)
        asked = time.monotonic()
        start = len(page.line.sent)
        page.say({"type": "pause"})
        _, when, _ = page.line.wait(is_state(playing=False), start=start)
        assert when - asked < 0.5
        week = page.market.week
        time.sleep(0.3)
        assert page.market.week == week < 400
    finally:
        page.close()


def test_a_page_that_draws_nothing_gets_three_frames_and_all_points():
    page = Page(small(), acknowledge=False)
    try:
        page.open()
        page.do({"type": "speed", "weeks_per_second": 0}, is_state(speed=0))
        page.do({"type": "play"}, is_state(finished=True))
        page.line.wait(lambda m: m["type"] == "points"
                       and m["from"] + len(m["values"]["units"]) == 13)
        assert len(page.line.all("frame")) <= 3
        points = page.line.all("points")
        sent = sum(len(message["values"]["units"]) for message in points)
        assert sent == 12
        last = page.line.all("frame")[-1]
        frame = page.do({"type": "ack", "frame": last["number"]}, lambda m: m["type"] == "frame")
        assert frame["week"] == 12
    finally:
        page.close()


def test_a_connection_that_takes_nothing_makes_no_queue():
    line = Line()
    page = Page(small(weeks=400), line=line)
    try:
        page.open()
        line.takes = False
        waiting = len(line.sent)
        page.say({"type": "speed", "weeks_per_second": 0})
        page.say({"type": "play"})
        time.sleep(1.0)
        assert page.market.week > 5
        assert len(line.sent) <= waiting + 6
    finally:
        page.close()


def test_the_glass_box_tells_a_story_and_what_a_firm_believes(page):
    page.open()
    page.go(10)
    told = page.do({"type": "customer", "id": 5}, lambda m: m["type"] == "customer")
    assert told["week"] == 10 and told["story"] and told["name"] in told["traits"][0]
    assert "customer " not in json.dumps(told["story"])
    choices = [page.do({"type": "customer", "id": row}, lambda m, r=row: m["type"] == "customer"
                       and m["id"] == r)["choice"] for row in range(6)]
    option = next(choice for choice in choices if choice)["options"][0]
    if option["total"] is not None:
        assert option["total"] == pytest.approx(sum(option["terms"].values()), abs=1e-3)
    firm = page.do({"type": "firm", "name": "Ana"}, lambda m: m["type"] == "firm")
    assert sum(b["true"] for b in firm["beliefs"]) == pytest.approx(
        len({o.category for o in page.market.world.firms["Ana"].offers.values()}), abs=1e-3
    )
    share = page.market.outcome("satisfied_share", "Ana")
    assert firm["satisfaction"]["true"] == pytest.approx(share, abs=1e-4)


def test_every_lever_of_the_scenario_has_a_control_that_takes_its_value_and_its_ends(page):
    scene = page.open()
    raw = page.catalog.find(None).raw
    paths = [control["path"] for control in scene["levers"]]
    assert len(set(paths)) == len(paths) and PRICE in paths and OPENNESS in paths
    assert "firms.Ana.policy" in paths and "firms.Ana.offers.tea.defect.disclosed" in paths
    for control in scene["levers"]:
        check(raw, control["path"], control["value"])
        assert control["doc"] and control["unit"]
        if control["kind"] == "number":
            assert control["low"] < control["high"] and control["step"] > 0
            whole = int if control["path"].endswith("cadence") else float
            check(raw, control["path"], whole(control["low"]))
            check(raw, control["path"], whole(control["high"]))
        for choice in control["choices"] or ():
            check(raw, control["path"], choice)


def test_a_lever_acts_exactly_where_a_mechanism_reads_it():
    alone = worlds.market(worlds.busy())
    acts = {c["path"].split(".")[-1]: c["acts"] for c in controls(alone)}
    assert acts["price"] and acts["support_capacity"]
    assert not acts["club_investment"]  # clubs are off in this world
    everything = worlds.market(worlds.full())
    assert {c["path"].split(".")[-1]: c["acts"] for c in controls(everything)}["club_investment"]


@pytest.mark.parametrize(("path", "value", "says"), [
    ("firms.Ana.offers.tea.price", -1.0, "from 0"),
    ("firms.Ana.offers.tea.price", "much", "must be a number"),
    ("firms.Ana.offers.tea.price", True, "must be a number"),
    ("firms.Ana.offers.tea.quality.taste", 1.0, "own decisions only"),
    ("firms.Nobody.levers.markup", 1.0, "Nobody"),
    ("customers.n", 10, "own decisions only"),
    ("firms.Ana.policy", "os:system", "code of its own"),
    ("firms.Ana.policy", "clever", "no such policy"),
    ("firms.Ana.levers", None, "own decisions only"),
    ("__class__", 1, "cannot be set"),
    ("", 1, "cannot be set"),
])
def test_a_lever_that_cannot_be_is_refused_in_one_line(path, value, says):
    with pytest.raises(ScenarioError, match=says) as refused:
        check(worlds.full(), path, value)
    assert "\n" not in str(refused.value)


def test_a_strategy_switches_no_levers_that_the_page_could_not_read(page):
    scene = page.open()
    state = page.line.wait(is_state(ready=True))[2]  # it may come after the scene
    assert set(state["levers"]) == {c["path"] for c in scene["levers"]}


def test_a_market_that_breaks_off_stops_its_own_page_only(page):
    page.open()

    def broken():
        raise ValueError("on purpose")

    page.market.stages.append(("broken", broken))
    error = page.do({"type": "step"}, lambda m: m["type"] == "error")
    assert "ValueError: on purpose" in error["message"]
    page.open()
    page.do({"type": "step"}, is_state(week=1))


def test_a_guess_in_a_lesson_is_answered_by_runs():
    from sim.studio.lesson import as_scene
    from sim.studio.telling import Answers

    scenario = load_scenario("reverse_market", {"customers.n": 100})
    assert as_scene(scenario) is not None
    told, came = [], threading.Event()

    def tell(message):
        told.append(message)
        came.set()

    answers, known = Answers(tell), {}
    for seed in (5, 5, 2**62, 0):
        came.clear()
        answers.ask(scenario, seed, 1e9)
        assert came.wait(120)
        told_last = told[-1]
        assert told_last["type"] == "truth" and told_last["guess"] == 1e9
        assert told_last["distance"] > 0 and told_last["seed"] == (seed if seed < 9 else str(seed))
        assert known.setdefault(seed, told_last) == told_last
    assert len({tuple(one["each"]) for one in known.values()}) == 3


def test_scenarios_are_named_by_id_only(page):
    for name in ("../../etc/passwd", "/etc/passwd", "scenarios/first_lesson.yaml", "nothing"):
        error = page.do({"type": "open", "scenario": name}, lambda m: m["type"] == "error")
        assert "there is no scenario" in error["message"]
    page.open(scenario="first_lesson", weeks=5)
    assert page.market.world.id == "first_lesson"
    assert page.go(5)["finished"]
    page.open(scenario="first_lesson", weeks=300)
    assert page.market.world.weeks == 300


def test_a_scenario_from_a_dictionary_is_given_first():
    page = Page(Scenario.from_dict(worlds.plain(n=0)))
    try:
        scene = page.open()
        assert scene["shown"]["n"] == 0 and scene["communities"] == []
        page.do({"type": "play"}, is_state(playing=True))
        page.go(12)
    finally:
        page.close()

"""The offline replay: what it holds, that it is small and the same, and that it plays from disk."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil

import numpy as np
import pytest

from sim.biography import follow
from sim.errors import RunError
from sim.scenario import load_scenario
from sim.studio import bundle, recording, stories
from sim.studio.frames import PLANES, Camera
from sim.studio.scene import set_stage
from sim.studio.steering import Change, Steering
from sim.studio.story import told

pytest.importorskip("uplot", reason="counterpoise[studio] is not installed")
CHROMIUM = shutil.which("chromium")
WEEKS = 12
SWITCHES = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)


def small(n=120, **changes):
    scenario = load_scenario("first_lesson", {"customers.n": n, **changes})
    return Steering(scenario, "listen", 7, WEEKS)


@pytest.fixture(scope="module")
def steering():
    price = Change(5, "firms.Nova.offers.nova_box.price", 9.0)
    return small().changed(price)


@pytest.fixture(scope="module")
def page(steering):
    return recording.page_of(steering, WEEKS)


@pytest.fixture(scope="module")
def held(page):
    return recording.read(page)


def unpacked(part):
    return gzip.decompress(base64.b64decode(part["data"]))


def test_every_week_of_the_stage_can_be_undone(steering, held):
    frames = held["frames"]
    changed = np.frombuffer(unpacked(frames), np.uint8).reshape(
        frames["weeks"], len(frames["planes"]), frames["n"]
    )
    assert frames["planes"] == list(PLANES) and changed.shape == (WEEKS, 5, 120)
    planes = np.bitwise_xor.accumulate(changed, axis=0)
    lit = np.frombuffer(unpacked(held["lit"]), "<u4")
    market = steering.market()
    camera = Camera(market, set_stage(market).shown)
    at = 0
    for week in range(WEEKS):
        market.step()
        camera.listen(market)
        frame = camera.frame(market)
        np.testing.assert_array_equal(planes[week], np.stack(frame.planes))
        n = int(lit[at])
        np.testing.assert_array_equal(lit[at + 1 : at + 1 + n], frame.lit)
        at += 1 + n
    assert at == len(lit) > WEEKS  # somebody heard somebody


def test_points_are_those_of_the_market(steering, held):
    points = held["points"]["0"]
    assert points["from"] == 1
    market = steering.market(WEEKS, observe=("units", "customer_power"))
    recorded = market.recorder.recorded()
    np.testing.assert_allclose(points["values"]["units"], recorded["units"], rtol=1e-5)
    power = points["values"]["customer_power"]
    np.testing.assert_allclose(power, recorded["customer_power"], rtol=1e-5)
    first = next((week for week, p in enumerate(power, start=1) if p > 0.5), None)
    assert held["state"]["reversal_week"] == first


def test_levers_as_moved_are_told(held):
    assert held["state"]["log"] == [[5, "firms.Nova.offers.nova_box.price", 9.0]]
    assert held["state"]["levers"]["firms.Nova.offers.nova_box.price"] == 9.0
    assert held["scene"]["weeks"] == WEEKS
    assert set(held["firms"]) == {"Nova", "Orbit"}


def test_stories_are_those_that_are_told_one_by_one(steering, held):
    kept = json.loads(unpacked(held["stories"]))
    assert len(kept) == held["stories"]["told"] == held["stories"]["of"] == 120
    for row in (0, 17, 119):
        market = steering.market()
        happenings = follow(market, row)
        for _ in range(WEEKS):
            market.step()
        expected = told(market, row, happenings, set_stage(market).shown)
        assert kept[str(row)] == json.loads(json.dumps(expected))
    assert any(story["story"] for story in kept.values())


def test_same_run_gives_the_same_bytes(steering, page):
    assert recording.page_of(steering, WEEKS) == page
    assert recording.page_of(small(), WEEKS) != page


def test_stories_that_find_no_room_are_those_of_who_talked_least(monkeypatch):
    monkeypatch.setattr(stories, "FIRST_TOLD", 10)
    monkeypatch.setattr(recording, "MOST_BYTES", 0)
    monkeypatch.setattr(recording, "FEWEST_FOR_STORIES", 14_000)
    run = recording.record(small(), WEEKS)
    kept = {int(row) for row in json.loads(unpacked(run.data["stories"]))}
    assert 10 < len(kept) == run.told < run.shown == 120
    assert len(run.data["stories"]["data"]) <= 14_000
    talk = np.zeros(120)
    market = small().market()
    camera = Camera(market, set_stage(market).shown)
    for _ in range(WEEKS):
        market.step()
        camera.listen(market)
        talk += camera.frame(market).talk > 0
    left_out = sorted(set(range(120)) - kept)
    assert talk[sorted(kept)].min() >= talk[left_out].max()


def test_large_market_shows_a_part(monkeypatch):
    monkeypatch.setattr(stories, "MOST_TOLD", 5)
    monkeypatch.setattr(stories, "FIRST_TOLD", 5)
    run = recording.record(small(n=400), 3, most=100)
    assert run.data["scene"]["shown"] | {"ties": 0, "ties_of": 0} == {
        "n": 100, "of": 400, "sampled": True, "ties": 0, "ties_of": 0,
    }
    assert run.data["frames"]["n"] == 100 and run.told == 5


def test_page_fetches_nothing(page):
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)
    assert "url(" not in re.sub(r"data:[^)]*", "", page.split("</style>")[0])
    assert page.count("<script") == 3
    assert "import " not in re.findall(r'<script type="module">(.*?)</script>', page, re.S)[0][:40]


def test_what_a_scenario_says_cannot_become_markup(steering):
    raw = dict(steering.scenario.raw) | {"title": "</script><script>alert(1)</script>"}
    from sim.scenario import Scenario

    hostile = Steering(Scenario.from_dict(raw), "listen", 0, 2)
    page = recording.page_of(hostile, 2)
    assert "alert(1)</script>" not in page
    assert recording.read(page)["scene"]["title"] == raw["title"]


def test_modules_become_one_script_without_imports():
    script = bundle.one_script(bundle.START)
    assert not re.search(r"^(import|export) ", script, re.MULTILINE)
    assert script.index("class RecordedSource") < script.index("// main.js")


def test_two_modules_with_one_name_are_refused(monkeypatch):
    texts = {
        "main.js": 'import { a } from "./other.js";\nconst b = a;\n',
        "other.js": "export const b = 1;\n",
    }
    monkeypatch.setattr(bundle, "_read", texts.__getitem__)
    with pytest.raises(RunError, match="both have a top-level name b"):
        bundle.one_script("main.js")


def test_without_uplot_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr(bundle, "find_spec", lambda name: None)
    with pytest.raises(RunError, match="counterpoise\\[studio\\]"):
        bundle.uplot("uPlot.iife.js")


def test_two_thousand_customers_over_two_years_stay_under_a_megabyte(monkeypatch):
    monkeypatch.setattr(stories, "MOST_TOLD", stories.FIRST_TOLD)  # how many fit is tested above
    steering = Steering(load_scenario("first_lesson", {"customers.n": 2000}), "listen", 0, 104)
    run = recording.record(steering, 104)
    size = len(run.page().encode())
    assert size < 1_000_000
    room = recording.MOST_BYTES - (size - len(run.data["stories"]["data"]))
    assert room > 100_000  # for stories


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_replay_plays_from_disk_without_a_network(page, tmp_path):
    pytest.importorskip("playwright", reason="playwright is not installed")
    from playwright.sync_api import expect, sync_playwright

    file = tmp_path / "replay.html"
    file.write_text(page, encoding="utf-8")
    with sync_playwright() as program:
        browser = program.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        context.set_offline(True)
        sheet = context.new_page()
        said, asked = [], []
        sheet.on("console", lambda message: said.append(message.text))
        sheet.on("pageerror", lambda error: said.append(str(error)))
        sheet.on("request", lambda request: asked.append(request.url))
        sheet.goto(file.as_uri())
        week = sheet.locator("#week")
        expect(week).to_contain_text("of 12")
        sheet.keyboard.press("Space")
        expect(week).to_contain_text("Week 12")
        sheet.locator("#scrub").evaluate(
            "node => { node.value = 6; node.dispatchEvent(new Event('input', {bubbles: true})); }"
        )
        expect(week).to_contain_text("Week 6")
        sheet.click("#panel-story")
        sheet.fill("#customer-number", "17")
        sheet.click("#find-customer button")
        expect(sheet.locator("#story")).to_contain_text("customer 17")
        expect(sheet.locator("#story")).to_contain_text("friends")
        sheet.fill("#customer-number", "4000")
        sheet.click("#find-customer button")
        expect(sheet.locator("#toast")).to_contain_text("There is no customer 4000; there are 120")
        lit = sheet.evaluate(
            """() => { const stage = document.querySelector('#stage');
            const dots = stage.getContext('2d').getImageData(0, 0, stage.width, stage.height).data;
            return new Set(new Uint32Array(dots.buffer)).size; }"""
        )
        browser.close()
    assert lit > 3  # the stage is drawn in several colors
    assert said == []
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [file.as_uri()]

"""The studio's page in a real Chromium: open, play, steer, fork, ask, scrub, take home."""

from __future__ import annotations

import csv
import io
import json
import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.studio.looking import ROOT, Looker, serving
from tests.studio.tiny_recording import tiny_recording

PAGE = ROOT / "sim" / "studio" / "page"
LEVER = "firms.Nova.offers.nova_box.price"
NAMED = re.compile(
    r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE
)
MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")
HOSTILE = "<img src=x onerror=\"document.title='broken'\">"


@pytest.fixture(scope="module")
def studio(browser: Any) -> Iterator[str]:
    with serving("first_lesson", "--port", "0") as address:
        yield address


@pytest.fixture
def opened(looker: Looker, studio: str) -> Looker:
    return looker.open(studio)


def test_it_opens_plays_pauses_and_draws(opened: Looker) -> None:
    opened.page.click("#play")
    opened.reach(20)
    week = opened.rest()
    time.sleep(0.4)
    assert opened.week == week
    assert opened.read("__studio.frames") >= 5
    assert len(set(opened.plane("brand"))) > 1
    colors = opened.read(
        "new Set(new Uint32Array(document.getElementById('stage').getContext('2d')"
        ".getImageData(0, 0, 500, 500).data.buffer)).size"
    )
    assert colors > 5
    assert opened.page.inner_text("#week") == f"Week {week} of 78"


def test_keys_step_scrub_and_fork(opened: Looker) -> None:
    keys = opened.page.keyboard
    opened.page.focus("#stage")
    for week in (1, 2, 3):
        keys.press("ArrowRight")
        opened.reach(week)
    keys.press("ArrowLeft")
    opened.until("__studio.page.state.week === 2 && __studio.page.state.head === 3")
    keys.press("f")
    opened.until("__studio.page.state.forked && __studio.page.state.fork_week === 2")
    keys.press("f")
    opened.until("!__studio.page.state.forked")
    keys.press(" ")
    opened.until("__studio.page.state.playing")
    keys.press(" ")
    opened.until("!__studio.page.state.playing")
    keys.press("r")
    opened.until("__studio.page.state.week === 0")


def test_scrubbing_back_shows_the_very_week_that_was(opened: Looker) -> None:
    for week in range(1, 7):
        opened.page.click("#step")
        opened.until("__studio.parts.stage.frames[0]?.week", lambda shown, w=week: shown == w)
    planes = {name: opened.plane(name) for name in ("brand", "satisfaction", "talk")}
    for _ in range(4):
        opened.page.click("#step")
    opened.reach(10)
    opened.seek(6)
    assert {name: opened.plane(name) for name in planes} == planes
    opened.seek(2)
    assert opened.plane("satisfaction") != planes["satisfaction"]


def test_a_key_counts_before_the_run_has_told_its_state(looker: Looker, studio: str) -> None:
    asked: list[str] = []

    def between(line: Any) -> None:
        server = line.connect_to_server()

        def told(message: str | bytes) -> None:
            is_state = isinstance(message, str) and json.loads(message)["type"] == "state"
            if not is_state or "step" in asked:
                line.send(message)

        def asks(message: str | bytes) -> None:
            asked.append(json.loads(message)["type"])
            server.send(message)

        server.on_message(told)
        line.on_message(asks)

    looker.page.route_web_socket("**/ws*", between)
    looker.open(studio)
    looker.page.keyboard.press("ArrowRight")
    looker.reach(1)
    assert looker.week == 1


def test_a_lever_acts_next_week_and_is_undone(opened: Looker) -> None:
    opened.page.click("#step")
    opened.reach(1)
    field = opened.page.locator(f"[data-path='{LEVER}'] .field")
    before = float(field.input_value())
    field.fill("4")
    field.press("Enter")
    opened.until(f"__studio.page.state.levers['{LEVER}']", lambda value: value == 4)
    assert opened.read("__studio.page.state.log") == [[2, LEVER, 4]]
    assert opened.page.locator(f"[data-path='{LEVER}'].moved").count() == 1
    for week in (2, 3):  # the price list of a week is printed at the end of the week before
        opened.page.click("#step")
        opened.reach(week)
    paid = opened.until("__studio.page.points.at(0, 'price_paid', 0, 3)")
    assert paid == pytest.approx(4)
    assert opened.page.locator(f"[data-path='{LEVER}'] .field").input_value() == "4"
    opened.page.click(f"[data-path='{LEVER}'] .undo")
    opened.until(f"__studio.page.state.levers['{LEVER}']", lambda value: value == before)


def test_who_looks_back_is_told_when_a_lever_acts(opened: Looker) -> None:
    for _ in range(3):
        opened.page.click("#step")
    opened.reach(3)
    field = opened.page.locator(f"[data-path='{LEVER}'] .field")
    field.fill("4")
    field.press("Tab")
    opened.until(f"__studio.page.state.levers['{LEVER}']", lambda value: value == 4)
    assert opened.page.is_hidden("#toast")
    opened.seek(1)
    field.fill("5")
    field.press("Tab")
    opened.page.wait_for_selector("#toast:has-text('from week 4 on. To try it from week 1, press')")


@pytest.mark.parametrize(("name", "refused", "said"), [
    ("levers.voice_openness", "2", "from 0 to 1"), ("offers.nova_box.price", "1e10", "from 0 to"),
])
def test_a_lever_that_is_refused_shows_what_the_run_has(opened, name, refused, said):
    path = f"firms.Nova.{name}"
    field = opened.page.locator(f"[data-path='{path}'] .field")
    before = field.input_value()
    for wrong in (refused, ""):
        field.fill(wrong)
        field.press("Tab")
        shown = f"document.querySelector(\"[data-path='{path}'] .field\").value"
        opened.until(shown, lambda value: value == before)
    assert said in opened.page.inner_text("#toast")
    assert opened.page.locator(f"[data-path='{path}'].moved").count() == 0


def test_a_claim_can_be_withdrawn(opened):
    path = "firms.Nova.offers.nova_box.advertised_claim"
    field = opened.page.locator(f"[data-path='{path}'] .field")
    for written, held in (("0.9", 0.9), ("", None)):
        field.fill(written)
        field.press("Tab")
        now = f"__studio.page.state.levers['{path}']"
        opened.until(now, lambda value, held=held: value == held)


@pytest.mark.parametrize(("address", "shown", "said"), [
    ("#s=nosuch", "first_lesson", "there is no scenario 'nosuch'"),
    ("#s=treo_battery&t=nope", "treo_battery", "there is no strategy 'nope'"),
    (f"#s=first_lesson&l=3~{LEVER}~999999999999", "first_lesson", "must be a number"),
    ("#s=nosuch&t=nope&seed=9999999999999999999&f=3", "first_lesson", "seed"),
])
def test_an_address_with_a_mistake_opens_what_it_can(looker, studio, address, shown, said):
    looker.open(studio.partition("#")[0] + address)
    assert looker.read("__studio.page.scene.id") == shown
    assert said in looker.read("__studio.errors[0]")


def test_seeds_beyond_the_numbers_of_a_page_stay_what_they_are(looker, studio):
    looker.open(studio.partition("#")[0] + "#seed=9007199254740993")
    assert looker.page.input_value("#seed") == "9007199254740993"
    looker.page.click("#step")
    looker.until("location.hash.includes('seed=9007199254740993')")
    looker.page.fill("#seed", "9223372036854775807")
    looker.page.press("#seed", "Tab")
    looker.until("__studio.page.scene.seed === '9223372036854775807'")


def test_a_fork_lays_the_baseline_behind_and_draws_the_difference(opened: Looker) -> None:
    opened.page.click("#step")
    opened.reach(1)
    opened.page.click("#fork")
    opened.until("__studio.page.state.forked")
    field = opened.page.locator(f"[data-path='{LEVER}'] .field")
    field.fill("2")
    field.press("Enter")
    opened.until("__studio.page.state.log.length === 1")
    opened.page.click("#play")
    opened.reach(8)
    week = opened.rest()
    opened.until(f"__studio.page.points.last[1] >= {week}")
    share = "__studio.page.points.at({side}, 'market_share', 0, 6)"
    assert opened.read(share.format(side=0)) > opened.read(share.format(side=1))
    assert "Difference to the baseline" in opened.page.inner_text("#curves")
    opened.page.select_option("#coloring", "changed")
    opened.until("__studio.parts.stage.changed.some(Boolean)")
    opened.page.select_option("#side", "1")
    assert opened.read("__studio.parts.stage.side") == 1
    opened.page.click("#fork")
    opened.until("!__studio.page.state.forked")
    assert "Difference to the baseline" not in opened.page.inner_text("#curves")


def test_a_click_opens_the_story_of_a_customer(opened: Looker) -> None:
    opened.page.click("#play")
    opened.reach(12)
    opened.rest()
    talker = opened.read("__studio.parts.stage.frames[0].brand.findIndex(brand => brand !== 255)")
    x, y = opened.read(
        f"[__studio.parts.stage.left[{talker}], __studio.parts.stage.top[{talker}]]"
    )
    box = opened.page.locator("#stage").bounding_box()
    opened.page.mouse.click(box["x"] + x, box["y"] + y)
    opened.page.wait_for_selector("#story .traits")
    assert opened.page.locator("#story .traits li").count() >= 3
    assert opened.page.locator("#story .friend").count() >= 1
    assert opened.read("__studio.parts.stage.chosen") >= 0
    row = opened.read(f"__studio.parts.stage.rows[{talker}]")  # the click may hit a neighbor
    opened.page.fill("#customer-number", str(row))
    opened.page.click("#find-customer button")
    opened.page.wait_for_selector("#story .happenings li")
    assert re.search(r"^week \d+", opened.page.inner_text("#story .happenings li"))


def test_a_firm_shows_what_it_believes(opened: Looker) -> None:
    opened.page.click(".firm-mark")
    opened.page.wait_for_selector("#story .pair")
    assert {"believed", "true"} <= set(opened.page.locator(".measure-name").all_inner_texts())


def test_the_address_restores_run_levers_and_week(opened: Looker, browser: Any) -> None:
    opened.page.click("#step")
    field = opened.page.locator(f"[data-path='{LEVER}'] .field")
    field.fill("3.5")
    field.press("Enter")
    opened.until("__studio.page.state.log.length === 1")
    opened.page.click("#step")
    opened.reach(2)
    address = opened.until("location.href", lambda href: "w=2" in href and "l=" in href)
    brands = opened.until("__studio.parts.stage.frames[0].week === 2") and opened.plane("brand")
    context = browser.new_context()
    other = Looker(context.new_page()).open(address)
    other.reach(2)
    other.until("__studio.parts.stage.frames[0]?.week === 2")
    assert other.plane("brand") == brands
    assert other.read("__studio.page.state.log") == [[2, LEVER, 3.5]]
    other.page.click("#reset")
    other.until("__studio.page.state.week === 0 && __studio.page.state.log.length === 0")
    context.close()
    assert not other.wrong


def downloaded(looker: Looker, what: str) -> bytes:
    looker.page.click("#share summary")
    with looker.page.expect_download() as given:
        looker.page.click(f"[data-export='{what}']")
    return Path(given.value.path()).read_bytes()


def test_figures_and_data_are_taken_home(opened: Looker) -> None:
    opened.page.click("#play")
    opened.reach(6)
    week = opened.rest()
    opened.until(f"__studio.page.points.last[0] >= {week}")
    rows = list(csv.DictReader(io.StringIO(downloaded(opened, "csv").decode())))
    shares = [r for r in rows if r["outcome"] == "market_share" and r["firm"] == "Nova"]
    assert [int(row["week"]) for row in shares] == list(range(1, week + 1))
    seen = opened.read("__studio.page.points.at(0, 'market_share', 0, 5)")
    assert float(shares[4]["value"]) == pytest.approx(seen)
    for picture in ("stage-png", "curves-png"):
        assert downloaded(opened, picture).startswith(b"\x89PNG")
    stage = ET.fromstring(downloaded(opened, "stage-svg"))
    circles = stage.findall(".//{http://www.w3.org/2000/svg}circle")
    assert len(circles) == opened.read("__studio.parts.stage.n")
    assert b"<path" in downloaded(opened, "curves-svg")
    assert b"first_lesson" in downloaded(opened, "scenario")
    assert downloaded(opened, "parquet").startswith(b"PAR1")


def test_what_the_server_refuses_is_said_and_harms_nobody(opened: Looker) -> None:
    opened.read("__studio.send({ type: 'seek', week: -1 })")
    opened.until("__studio.errors.length === 1")
    assert opened.page.is_visible("#toast")
    opened.page.click("#step")
    opened.reach(1)


def test_a_theme_is_remembered(opened: Looker, studio: str) -> None:
    for theme in ("dark", "projector"):
        opened.page.click("#view summary")
        opened.page.click(f"[data-theme-name={theme}]")
        assert opened.read("document.documentElement.dataset.theme") == theme
    opened.page.reload()
    opened.until("Boolean(window.__studio && __studio.ready)")
    assert opened.read("document.documentElement.dataset.theme") == "projector"


def test_a_lesson_is_predicted_run_and_revealed(opened: Looker) -> None:
    lesson = {
        "id": "shares", "question": f"Who wins? {HOSTILE}", "notes": "Ask for hands.",
        "predict": {"prompt": "Percent?", "outcome": "market_share", "firm": "Nova",
                    "unit": "%", "by": "value", "weeks": [1, 5]},
        "steps": [{"title": "Run", "text": "Five weeks.", "notes": "Point at the needle.",
                   "do": {"strategy": None, "levers": [], "weeks": 5}}],
        "explain": {"text": "Because.", "sources": ["A book"],
                    "look_at": [{"outcome": "satisfaction", "firm": None, "why": "rises"}]},
    }
    opened.page.evaluate(
        "lesson => { __studio.page.scene.lesson = lesson; __studio.parts.lesson.load(lesson); }",
        lesson,
    )
    opened.page.click("#panel-lesson")
    for guess in ("40", "61.5"):
        opened.page.fill("#guess", guess)
        opened.page.click("text=Add guess")
    assert opened.page.locator(".guesses li").count() == 2
    assert opened.read("__studio.page.guesses.values") == [0.4, pytest.approx(0.615)]
    opened.page.click("text=Speaker notes")
    assert opened.page.is_visible(".notes")
    opened.read("__studio.parts.lesson.load = () => {}")  # this server knows of no lesson
    opened.page.click("text=Run the first step")
    opened.until("__studio.page.state.week === 5 && !__studio.page.state.playing")
    opened.page.click("text=Reveal")
    told = opened.page.inner_text(".lesson-answer")
    assert "This run says" in told and "The nearest guess was" in told and "Because." in told
    assert opened.page.locator(".lesson-answer .strip-guess").count() == 2


def test_text_of_a_scenario_stays_text(looker: Looker, tmp_path: Path) -> None:
    raw = (ROOT / "scenarios" / "first_lesson.yaml").read_text()
    title = HOSTILE.replace("'", "''")
    raw = re.sub(r"^title: .*$", f"title: '{title}'", raw, flags=re.MULTILINE)
    raw = raw.replace("\nid: first_lesson", "\nid: hostile")
    path = tmp_path / "hostile.yaml"
    path.write_text(raw)
    with serving(str(path), "--port", "0") as address:
        looker.open(address)
        assert looker.page.inner_text("h1") == HOSTILE
        assert looker.page.locator("img").count() == 0
        assert "broken" not in looker.page.title().split("–")[0].replace(HOSTILE, "")


def test_a_recording_plays_without_a_server(looker: Looker, studio: str) -> None:
    page = (PAGE / "index.html").read_text()
    kept = json.dumps(tiny_recording(HOSTILE)).replace("<", "\\u003c")
    page = page.replace(
        "</body>", f'<script type="application/json" id="recording">{kept}</script></body>'
    )
    looker.page.route(
        re.compile(r"/\?recorded$"),
        lambda route: route.fulfill(body=page, content_type="text/html"),
    )
    looker.open(f"{urlsplit(studio)._replace(path='/', query='recorded', fragment='').geturl()}")
    assert looker.page.inner_text("h1") == HOSTILE and looker.page.locator("img").count() == 0
    looker.seek(3)
    assert looker.plane("brand") == [0, 255, 0]
    assert looker.plane("satisfaction") == [18, 255, 7]
    assert looker.read("Array.from(__studio.parts.stage.frames[0].lit)") == [1 << 31]
    looker.seek(2)
    assert looker.plane("brand") == [1, 255, 0]
    looker.page.click("#panel-story")
    looker.page.fill("#customer-number", "20")
    looker.page.click("#find-customer button")
    looker.page.wait_for_selector("#story .happenings")
    assert "early" in looker.page.inner_text("#story")
    assert looker.page.locator("#story .friend").all_inner_texts() == ["10"]  # of whom none is told
    assert "late" not in looker.page.inner_text("#story")
    looker.page.click("#panel-levers")
    assert looker.page.is_visible("#lever-note")
    assert looker.page.locator("#levers input:enabled").count() == 0
    looker.page.focus("#stage")
    looker.page.keyboard.press("r")
    looker.until("__studio.page.state.week === 0")
    looker.page.click("#play")
    looker.until("__studio.page.state.week === 4 && !__studio.page.state.playing")
    looker.page.keyboard.press("f")
    looker.until("__studio.errors.length === 1")


def test_every_control_has_a_name(opened: Looker) -> None:
    nameless = opened.read(
        "Array.from(document.querySelectorAll('button, input, select, canvas#stage, [role=tab]'))"
        ".filter(one => !(one.getAttribute('aria-label') || one.textContent.trim()"
        " || (one.labels && one.labels.length))).map(one => one.outerHTML)"
    )
    assert nameless == []


def test_text_stands_out_in_every_theme(opened: Looker) -> None:
    """Contrast of ink, quiet text and accents on the page is at least 4.5 (WCAG AA)."""

    def light(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for theme in ("light", "dark", "projector"):
        colors = opened.page.evaluate(
            "theme => { document.documentElement.dataset.theme = theme;"
            " const style = getComputedStyle(document.documentElement);"
            " return Object.fromEntries(['page', 'ink', 'soft', 'accent', 'moved', 'card',"
            " 'on-accent'].map(name => [name, style.getPropertyValue('--' + name).trim()])); }",
            theme,
        )
        full = {
            name: re.sub(r"^#(.)(.)(.)$", r"#\1\1\2\2\3\3", color)
            for name, color in colors.items()
        }
        for text, ground in (
            ("ink", "page"), ("soft", "page"), ("soft", "card"), ("accent", "page"),
            ("moved", "page"), ("on-accent", "accent"),
        ):
            high, low = sorted((light(full[text]), light(full[ground])), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, (theme, text, ground)


def test_a_run_that_is_over_can_be_watched_again(looker: Looker, studio: str) -> None:
    looker.open(studio.partition("#")[0] + "#s=first_lesson&n=6&w=6")
    looker.reach(6)
    looker.until("document.getElementById('play').disabled")
    looker.seek(2)
    looker.page.click("#play")
    looker.until("__studio.page.state.week > 2 && __studio.page.state.playing")
    looker.until("__studio.page.state.week === 6 && !__studio.page.state.playing")
    looker.until("document.getElementById('play').disabled")


def test_many_firms_stay_apart(looker: Looker, studio: str) -> None:
    looker.open(studio.partition("#")[0] + "#s=perception_gap")
    firms = looker.read("__studio.page.scene.firms.length")
    assert firms == 24
    looks = looker.read(
        "[...Array(24).keys()].map((f) => JSON.stringify([__studio.parts.curves.charts[0].color(f),"
        " __studio.parts.curves.charts[0].dashes(f)]))"
    )
    assert len(set(looks)) == 24
    labels = looker.read(
        "[...document.querySelectorAll('.firm-label')].map((one) => one.clientWidth)"
    )
    assert len(labels) == 24
    assert min(labels) > 35  # room for five letters at least, where it was one


@pytest.mark.parametrize("size", [(1280, 720), (1024, 768), (820, 1180), (390, 844)])
def test_nothing_is_wider_than_the_window(opened: Looker, size: tuple[int, int]) -> None:
    opened.page.set_viewport_size({"width": size[0], "height": size[1]})
    for theme in ("light", "projector"):
        opened.read(f"document.querySelector('[data-theme-name={theme}]').click()")
        assert opened.read("document.documentElement.scrollWidth") <= size[0]


def test_modules_can_stand_in_one_script() -> None:
    """Imports by name only, top-level names that differ, nothing that turns text into markup."""
    seen: dict[str, str] = {}
    wanted, done = ["main.js"], set()
    while wanted:
        module = wanted.pop()
        if module in done:
            continue
        done.add(module)
        text = (PAGE / module).read_text()
        for one in re.findall(r"^import .*$", text, re.MULTILINE):
            assert re.fullmatch(r'import \{ [\w, ]+ \} from "\./\w+\.js";', one), one
        wanted += re.findall(r'from "\./(\w+\.js)"', text)
        for name in NAMED.findall(text):
            assert name not in seen, (name, module, seen[name])
            seen[name] = module
        assert not MARKUP.search(text), module
        assert set(re.findall(r"https?://[\w./]*", text)) <= {"http://www.w3.org/2000/svg"}
    assert len(done) > 10

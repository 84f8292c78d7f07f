"""What a class asks of the page: projectors, lessons interrupted, keys and hasty hands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.studio.looking import Looker, serving

PRESSURE = "firms.Aqua.levers.sales_pressure"
PRICE = "[data-path='firms.Nova.offers.nova_box.price']"
NEXT = ".lesson-way button.primary"


@pytest.fixture(scope="module")
def studio(browser: Any) -> Iterator[str]:
    with serving("first_lesson", "--port", "0") as address:
        yield address


@pytest.fixture(scope="module")
def taught(browser: Any) -> Iterator[str]:
    with serving("servant_salesmanship", "--port", "0", command="lesson") as address:
        yield address


@pytest.mark.parametrize("size", [(1280, 720), (1024, 768)])
def test_a_projector_shows_stage_levers_and_curves_at_once(
    looker: Looker, studio: str, size: tuple[int, int]
) -> None:
    looker.page.set_viewport_size({"width": size[0], "height": size[1]})
    looker.open(studio)
    for theme in ("light", "projector"):
        looker.read(f"document.querySelector('[data-theme-name={theme}]').click()")
        assert looker.read("document.documentElement.scrollHeight") <= size[1]
        for part in ("#stage", "#levers-panel", "#curves", ".component-number"):
            box = looker.page.locator(part).first.bounding_box()
            assert box is not None, part
            assert box["x"] + box["width"] <= size[0] and box["y"] + 150 <= size[1], part


def test_the_highest_label_of_a_chart_is_whole(looker: Looker, studio: str) -> None:
    looker.open(studio)
    for theme in ("light", "projector"):
        looker.read(f"document.querySelector('[data-theme-name={theme}]').click()")
        chart = "__studio.parts.curves.charts[0].plots?.[0].plot"
        above = looker.until(f"{chart}?.bbox.top / devicePixelRatio || 0")
        assert above >= looker.read("__studio.page.size") / 2, theme


def test_friends_have_the_names_by_which_a_story_calls_them(looker: Looker, studio: str) -> None:
    looker.open(studio)
    looker.page.click("#panel-story")
    looker.page.fill("#customer-number", "3")
    looker.page.click("#find-customer button")
    friend = looker.page.locator("#story .friend").first
    name, number = friend.inner_text(), str(friend.get_attribute("title"))
    assert name.isalpha() and number.startswith("customer ")
    friend.click()
    looker.page.wait_for_selector(f"#story p:has-text('{number},')")
    assert looker.page.inner_text("#story h3") == name


def test_on_a_phone_the_timeline_has_two_rows_and_the_lesson_begins_in_sight(
    looker: Looker, taught: str
) -> None:
    looker.open(taught)
    for width, high in ((390, 844), (360, 740)):
        looker.page.set_viewport_size({"width": width, "height": high})
        for theme in ("light", "projector"):
            looker.read(f"document.querySelector('[data-theme-name={theme}]').click()")
            footer = looker.page.locator("footer").bounding_box()
            assert footer is not None and footer["height"] < 100, (width, theme)
            begins = looker.page.locator("#panel-lesson").bounding_box()
            assert begins is not None and begins["y"] + 40 < footer["y"], (width, theme)
            assert looker.read("document.documentElement.scrollWidth") <= width
    looker.page.click("[aria-label='Week on']")
    looker.until("__studio.page.state.week", lambda week: week == 1)
    looker.page.click("#reset")
    looker.until("__studio.page.state.head", lambda week: week == 0)


def test_the_week_of_reversal_stays_in_its_place(looker: Looker, studio: str) -> None:
    looker.open(studio)
    wider = looker.read(
        "(said => { said.textContent = 'First above half in week 104';"
        " return said.scrollWidth - said.clientWidth; })(document.querySelector('.reversal'))"
    )
    assert wider <= 0


def test_a_step_run_too_early_or_again_still_acts_in_its_week(looker: Looker, taught: str) -> None:
    looker.open(taught)
    looker.page.click(NEXT)
    looker.until("__studio.page.state.week > 1")
    looker.page.click(NEXT)  # nobody waits for the first year
    looker.until("__studio.page.scene.strategy", lambda name: name == "push")
    looker.until("__studio.page.state.week > 1")
    looker.page.click(NEXT)  # nor for the second
    log = f"JSON.stringify(__studio.page.state.log) === '[[53,\"{PRESSURE}\",0]]'"
    looker.until(log)
    assert looker.read("__studio.page.scene.strategy") == "push"
    ended = "__studio.page.state.week === 156 && !__studio.page.state.playing"
    looker.until(ended)
    looker.page.click("text=Run again")
    looker.until("__studio.page.state.playing && __studio.page.state.week < 100")
    looker.until(log)
    looker.until(ended)
    assert looker.read("__studio.errors") == []


def test_a_lesson_loaded_again_is_where_it_was(looker: Looker, taught: str) -> None:
    looker.open(taught)
    looker.page.fill("#guess", "-10")
    looker.page.press("#guess", "Enter")
    for _ in range(3):
        looker.page.click(NEXT)
        looker.until("__studio.page.state.week > 0")
    looker.page.click("text=Reveal")
    looker.until("document.querySelector('.lesson-truth')?.textContent.startsWith('The runs say')")
    told = looker.page.inner_text(".lesson-answer")
    looker.page.wait_for_timeout(900)  # the address is written a moment later
    looker.page.reload()
    looker.until("Boolean(window.__studio && __studio.ready)")
    assert "Step 3 of 3" in looker.page.inner_text("#lesson")
    looker.until("document.querySelector('.lesson-truth')?.textContent.startsWith('The runs say')")
    assert looker.page.inner_text(".lesson-answer") == told
    looker.page.goto("about:blank")
    looker.open(taught)  # opened anew, for the next class
    assert looker.page.is_visible("#guess")


def test_the_answer_has_the_luck_of_the_page(looker: Looker) -> None:
    answer = "document.querySelector('.lesson-truth')?.textContent ?? ''"
    with serving("servant_salesmanship", "--port", "0", "--seed", "5", command="lesson") as address:
        looker.open(address)
        for _ in range(3):
            looker.page.click(NEXT)
            looker.until("__studio.page.state.week > 0")
        looker.page.click("text=Reveal")
        told = looker.until(answer, lambda text: "8 replications of seed 5)" in text)
        looker.page.fill("#seed", "0")
        looker.page.press("#seed", "Enter")
        other = looker.until(answer, lambda text: "8 replications of seed 0)" in text)
        assert told.split("of seed")[0] != other.split("of seed")[0]
        looker.page.goto("about:blank")  # before its server ends


def test_a_field_shows_what_the_run_was_told(looker: Looker, studio: str) -> None:
    looker.open(studio)
    field = looker.page.locator(f"{PRICE} .field")
    field.fill("-5")
    field.press("Enter")
    assert field.input_value() == "0"
    looker.until("__studio.page.state.levers['firms.Nova.offers.nova_box.price'] === 0")


def test_a_lever_moved_while_it_plays_is_no_lever_in_the_past(looker: Looker, studio: str) -> None:
    looker.open(studio)
    told = "document.getElementById('toast').hidden"
    move = "week => { const at = __studio.page.state; at.week = at.head - week;" \
           f" const slider = document.querySelector(\"{PRICE} input\"); slider.value = 7;" \
           " slider.dispatchEvent(new Event('change')); }"
    looker.page.click("#play")
    looker.reach(5)
    looker.page.evaluate(move, 2)  # the stage is two weeks behind, as on a slow machine
    assert looker.read(told)
    looker.rest()
    looker.seek(2)
    looker.page.evaluate(move, 2)
    assert not looker.read(told)


def test_escape_closes_a_menu(looker: Looker, studio: str) -> None:
    looker.open(studio)
    for menu in ("share", "view"):
        looker.page.focus(f"#{menu} summary")
        looker.page.keyboard.press("Enter")
        looker.page.keyboard.press("Tab")
        assert looker.read(f"document.getElementById('{menu}').open")
        looker.page.keyboard.press("Escape")
        assert not looker.read(f"document.getElementById('{menu}').open")
        assert looker.read("document.activeElement.closest('details').id") == menu


def test_on_paper_nothing_is_cut_off(looker: Looker, taught: str) -> None:
    looker.open(taught)
    looker.page.set_viewport_size({"width": 794, "height": 1123})
    looker.page.emulate_media(media="print")
    for part in ("lesson-panel", "curves"):
        box = f"document.getElementById('{part}')"
        cut = looker.read(f"{box}.scrollHeight - {box}.clientHeight")
        assert cut <= 0, part
    assert not looker.page.is_visible("#play")
    assert looker.page.is_visible(".lesson-question")


def test_a_dark_page_is_printed_light(looker: Looker, studio: str) -> None:
    looker.open(studio)
    corner = "Array.from(__studio.parts.stage.context.getImageData(0, 0, 1, 1).data.slice(0, 3))"
    pen = "__studio.page.palette.ink"
    looker.read("document.querySelector('[data-theme-name=dark]').click()")
    looker.until(corner, lambda color: max(color) < 60)
    looker.page.emulate_media(media="print")
    looker.until(corner, lambda color: color == [255, 255, 255])
    assert looker.read("document.documentElement.dataset.theme") == "light"
    assert looker.read(pen) == "#1b1b1f"
    looker.page.emulate_media(media="screen")
    looker.until(corner, lambda color: max(color) < 60)
    assert looker.read("localStorage.getItem('counterpoise.theme')") == "dark"
    looker.page.pdf()
    assert looker.read("document.documentElement.dataset.theme") == "dark"


def test_every_lever_says_what_it_is_to_fingers_and_keys(looker: Looker, studio: str) -> None:
    looker.open(studio)
    high = "document.getElementById('levers').scrollHeight"
    for width in (1280, 1024, 390):
        looker.page.set_viewport_size({"width": width, "height": 768})
        closed = looker.read(high)
        show = "for (const one of document.querySelectorAll('.help')) one.style.display = '{}'"
        looker.read(show.format("none"))
        assert closed <= looker.read(high), width
        looker.read(show.format(""))
    count = "document.querySelectorAll('#levers .lever{}').length"
    assert looker.read(count.format(" .help")) == looker.read(count.format("")) > 10
    openness = looker.page.locator("[data-path='firms.Nova.levers.voice_openness']")
    said = openness.locator(".help-text")
    assert not said.is_visible()
    openness.locator(".help").focus()
    looker.page.keyboard.press("Enter")
    assert said.inner_text() == "How easy it is to reach the firm."
    looker.page.keyboard.press(" ")
    assert not said.is_visible() and not looker.read("__studio.page.state.playing")
    policy = looker.page.locator("[data-path='firms.Nova.policy']")
    policy.locator(".help").click()
    told = policy.locator(".help-text").inner_text()
    assert told.startswith("How it decides its other levers, week by week.")
    choices = policy.locator("option").all_inner_texts()
    assert all(f"\n{choice}: " in told for choice in choices) and "--allow-code" not in told
    assert "`" not in told and looker.read(high) > closed


def test_back_in_a_lesson_shows_the_run_of_that_step(looker: Looker, taught: str) -> None:
    looker.open(taught)
    names = looker.page.locator("#back, #step, .lesson-way button").all_inner_texts()
    assert len(set(names)) == len(names)
    for _ in range(3):
        looker.page.click(NEXT)
        looker.until("__studio.page.state.week > 1")
    looker.until(f"JSON.stringify(__studio.page.state.log).includes('{PRESSURE}')")
    looker.page.click("text=Previous step")
    assert "Step 2 of 3" in looker.page.inner_text("#lesson")
    ended = "!__studio.page.state.playing && __studio.page.state.week"
    looker.until(ended, lambda week: week == 52)
    assert looker.read("__studio.page.scene.strategy") == "push"
    assert looker.read("__studio.page.state.log.length") == 0
    looker.page.click("text=Previous step")
    looker.until("__studio.page.scene.strategy", lambda name: name == "serve")
    assert looker.until("__studio.page.state.playing")
    looker.page.click("text=To the question")
    assert looker.page.is_visible("#guess")
    looker.until("__studio.page.state.head", lambda week: week == 0)
    looker.page.wait_for_timeout(500)
    assert looker.read("__studio.page.state.head") == 0
    assert looker.read("__studio.errors") == []


@pytest.mark.parametrize(("scenario", "said"), [
    ("first_lesson", "300 of 1,000 customers, a connected part"),
    ("shared_sales_data", "300 of 1,500 customers, drawn at random"),
])
def test_the_stage_says_which_part_of_the_customers_it_shows(
    looker: Looker, scenario: str, said: str
) -> None:
    with serving(scenario, "--port", "0", "--shown", "300") as address:
        looker.open(address)
        assert looker.page.inner_text("#shown") == said
        looker.page.goto("about:blank")  # before its server ends


def test_a_crowd_of_firms_is_told_apart_and_its_legends_fold(looker: Looker) -> None:
    with serving("perception_gap", "--port", "0") as address:
        looker.open(address)
        marks = looker.read(
            "[...document.querySelectorAll('.firm-block')].map((block) =>"
            " `${block.style.background} ${getComputedStyle(block).clipPath}"
            " ${getComputedStyle(block).borderRadius}`)"
        )
        assert len(marks) == 24 == len(set(marks))
        kinds = looker.read(
            "__studio.parts.stage.kind.entries.map(({ color, form }) => `${color} ${form}`)"
        )
        assert len(set(kinds)) == 25  # and who has bought nothing
        for part in ("legend", "firm"):
            listed = "#legend" if part == "legend" else "#firm-legend"
            assert not looker.page.is_visible(f"{listed} li")
            looker.page.click(f"#{part}-fold summary")
            assert looker.page.locator(f"{listed} li").count() >= 24
            assert looker.page.is_visible(f"{listed} li")
            looker.page.click(f"#{part}-fold summary")
        looker.page.click("#step")
        looker.until("__studio.page.points.last[0] >= 1")
        first = "document.querySelector('.chart').querySelector('.value:not([hidden])')"
        everybody = "{ ...stage, planeOf: () => stage.rows.map((_, i) => i % 24) }"
        drawn = f"(stage => import('/page/pictures.js').then((made) => made.stageDrawing(" \
                f"__studio.page, {everybody})))(__studio.parts.stage)"
        assert "<polygon" in looker.read(drawn) and "<circle" in looker.read(drawn)
        named = f"{first}?.textContent ?? ''"
        assert not looker.read(named)
        looker.page.locator(".chart .u-over").first.hover(position={"x": 6, "y": 60})
        told = looker.until(named)
        firms = looker.read("__studio.page.scene.firms.map((firm) => firm.name)")
        assert any(told.startswith(f"{firm} ") for firm in firms)
        looker.page.goto("about:blank")  # before its server ends


def test_the_legend_of_few_firms_is_always_open(looker: Looker, studio: str) -> None:
    looker.open(studio)
    assert looker.page.is_visible("#legend li") and looker.page.is_visible("#firm-legend li")
    assert not looker.page.is_visible("#legend-fold summary")


@pytest.mark.parametrize("size", [(1280, 720), (1024, 768), (390, 844)])
def test_buttons_of_a_lesson_are_not_cut_off(
    looker: Looker, taught: str, size: tuple[int, int]
) -> None:
    looker.page.set_viewport_size({"width": size[0], "height": size[1]})
    looker.open(taught)
    looker.page.click(NEXT)
    looker.until("document.querySelectorAll('.lesson-way button').length > 2")
    assert looker.read(
        "[...document.querySelectorAll('.lesson-way button')].every((one) => "
        "one.getBoundingClientRect().right <= "
        "document.querySelector('#lesson').getBoundingClientRect().right)"
    )

"""Two teams and the instructor in a real browser, from the join code to the debrief."""

import json
import socket
import threading
import time

import pytest

for needed in ("starlette", "uvicorn", "uplot"):
    pytest.importorskip(needed, reason=f"needs {needed}")

from sim import load_scenario  # noqa: E402
from sim.studio.game import Game  # noqa: E402
from sim.studio.game_server import game_app  # noqa: E402
from sim.studio.server import Guard  # noqa: E402

NOVA_PRICE = "lever-firms.Nova.offers.nova_box.price"


@pytest.fixture
def game():
    return Game(load_scenario("first_lesson", {"customers.n": 300}), teams=2, rounds=2, weeks=4)


@pytest.fixture
def address(game):
    import uvicorn

    place = socket.socket()
    place.bind(("127.0.0.1", 0))
    place.listen(16)
    server = uvicorn.Server(
        uvicorn.Config(Guard(game_app(game)), log_level="error", lifespan="off")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [place]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{place.getsockname()[1]}/"
    server.should_exit = True
    thread.join(timeout=10)


class Watched:
    """Pages of one browser, and everything that they should not have done."""

    def __init__(self, browser):
        self.browser, self.wrong, self.asked = browser, [], set()

    def open(self, address, *, width=1280, height=720):
        page = self.browser.new_context(viewport={"width": width, "height": height}).new_page()
        page.on("console", lambda m: self.wrong.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: self.asked.add(request.url))
        page.goto(address)
        return page


@pytest.fixture
def watched(browser):
    return Watched(browser)


def join(page, game, name):
    page.fill("#code", game.code.lower())
    page.fill("#name", name)
    page.click("#join button")
    page.wait_for_selector("#team-page:not([hidden])")


def test_two_teams_and_the_instructor_play_to_the_debrief(game, address, watched, tmp_path):
    teacher = watched.open(f"{address}instructor#{game.instructor}")
    reds, blues = watched.open(address), watched.open(address, width=820, height=1180)
    reds.fill("#code", "WRONG1")
    reds.fill("#name", "Reds")
    reds.click("#join button")
    reds.wait_for_selector("#join-error:has-text('not the join code')")
    join(reds, game, "Reds")
    join(blues, game, "The Blues of the Long Name in Town")
    assert teacher.inner_text("#code") == game.code
    price = reds.locator(".lever", has=reds.locator(f'[id="{NOVA_PRICE}"]'))
    price.locator(".help").click()
    assert price.locator(".help-text").is_visible()
    reds.screenshot(path=tmp_path / "help.png")
    price.locator(".help").click()
    reds.fill(f'[id="{NOVA_PRICE}"]', "7")
    reds.click("#submit")
    reds.wait_for_selector("#status:has-text('decided')")
    assert reds.is_disabled("#submit")
    teacher.wait_for_selector("#seats:has-text('decided')")
    for number in (1, 2):
        teacher.click(f"#advance:has-text('Play round {number}'):not([disabled])")
        expected = "The game is over" if number == 2 else "Round 2 of 2: your turn"
        reds.wait_for_selector(f"#status:has-text('{expected}')")
    assert game.market.tables.offers.list_price_cents[0] == 700
    teacher.click("#look-back:not([disabled])")
    teacher.wait_for_selector("#debrief td:has-text('price → 7')")
    reds.wait_for_selector("#result td:has-text('price → 7')")
    blues.wait_for_selector("#result:has-text('You finished')")
    assert "price → 7" not in blues.content()
    assert teacher.locator("#race polyline").count() == 2
    for name, page in (("teacher", teacher), ("reds", reds), ("blues", blues)):
        page.screenshot(path=tmp_path / f"{name}.png")
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000
        wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert wide, f"{name} scrolls sideways"
    assert not watched.wrong, json.dumps(watched.wrong)
    assert {url.split("/")[2].split(":")[0] for url in watched.asked} == {"127.0.0.1"}


def test_a_reloaded_page_is_still_its_team(game, address, watched):
    page = watched.open(address)
    join(page, game, "Reds")
    page.reload()
    page.wait_for_selector("#who:has-text('Reds, who steer Nova')")
    assert sum(seat.is_taken for seat in game.seats) == 1


def test_a_reloaded_page_keeps_what_was_moved_until_it_is_submitted(game, address, watched):
    page = watched.open(address)
    join(page, game, "Reds")
    page.fill(f'[id="{NOVA_PRICE}"]', "7")
    page.reload()
    page.wait_for_selector("#decide-note:has-text('1 lever moved')")
    assert page.input_value(f'[id="{NOVA_PRICE}"]') == "7"
    page.click("#submit")
    page.wait_for_selector("#decide-note:has-text('Decided: 1 lever moved')")
    page.reload()
    page.wait_for_selector("#decide-note:has-text('Decided: 1 lever moved')")
    assert game.seats[0].decided is not None
    assert not watched.wrong, json.dumps(watched.wrong)


def test_on_a_phone_no_lever_covers_its_name(game, address, watched):
    page = watched.open(address, width=390, height=844)
    join(page, game, "Reds")
    page.wait_for_selector("#levers .field")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    apart = page.evaluate(
        "[...document.querySelectorAll('#levers .lever')].map((box) => {"
        " const name = document.createRange(); name.selectNodeContents(box.querySelector('label'));"
        " const field = box.querySelector('.field, [role=switch]');"
        " return !field || name.getBoundingClientRect().right"
        " <= field.getBoundingClientRect().left; })"
    )
    assert len(apart) > 5
    assert all(apart)


def test_a_closed_tab_is_opened_again_and_another_computer_is_let_in(game, address, watched):
    page = watched.open(address)
    join(page, game, "Reds")
    again = page.context.new_page()
    page.close()
    again.goto(address)
    again.click("#go-on:has-text('Go on as Reds')")
    again.wait_for_selector("#who:has-text('Reds, who steer Nova')")
    instructor = watched.open(f"{address}instructor#{game.instructor}")
    instructor.click("button:has-text('let in again')")
    instructor.wait_for_selector("#seats:has-text('may join again by its name')")
    again.wait_for_selector("#join-page:visible")
    join(again, game, "Reds")
    assert [seat.team for seat in game.seats if seat.is_taken] == ["Reds"]

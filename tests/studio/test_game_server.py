"""The server of a game: strict messages, codes and tokens; no team reaches another's levers."""

import asyncio
import json

import pytest

pytest.importorskip("starlette", reason="needs the extra studio")
httpx = pytest.importorskip("httpx", reason="needs httpx")
pytest.importorskip("uplot", reason="needs the extra studio")

from sim import load_scenario  # noqa: E402
from sim.studio.game import Game  # noqa: E402
from sim.studio.game_server import LONGEST, MOST_TRIES, game_app  # noqa: E402
from sim.studio.server import Guard  # noqa: E402

HERE = "http://127.0.0.1"
NOVA_PRICE = "firms.Nova.offers.nova_box.price"
ORBIT_PRICE = "firms.Orbit.offers.orbit_box.price"


class Client:
    """Asks an application without a network."""

    def __init__(self, app, base_url=HERE, computer="127.0.0.1"):
        self.app, self.base_url, self.computer = app, base_url, computer

    def ask(self, method, path, **more):
        async def asking():
            transport = httpx.ASGITransport(self.app, client=(self.computer, 50_000))
            async with httpx.AsyncClient(transport=transport, base_url=self.base_url) as client:
                return await client.request(method, path, **more)

        return asyncio.run(asking())

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, **more):
        return self.ask("POST", path, **more)


@pytest.fixture
def playing():
    return Game(load_scenario("first_lesson", {"customers.n": 100}), teams=2, rounds=2, weeks=3)


@pytest.fixture
def client(playing):
    return Client(Guard(game_app(playing)))


def say(client, what, message):
    return client.post(f"/game/{what}", json=message).json()


def join(client, playing, name):
    return say(client, "join", {"code": playing.code, "name": name})["secret"]


def test_a_whole_game_over_the_wire(client, playing):
    reds, blues = join(client, playing, "Reds"), join(client, playing, "Blues")
    teacher = playing.instructor
    assert say(client, "submit", {"secret": reds, "round": 1, "levers": {NOVA_PRICE: 5}}) == {
        "changed": 1,
    }
    assert say(client, "overview", {"secret": teacher})["seats"][0]["decided"] is True
    assert say(client, "advance", {"secret": teacher, "round": 1}) == {"played": 1}
    assert "too late" in say(
        client, "submit", {"secret": blues, "round": 1, "levers": {}}
    )["error"]
    say(client, "advance", {"secret": teacher, "round": 2})
    assert say(client, "debrief", {"secret": teacher}) == {"decisions": 1}
    view = say(client, "view", {"secret": reds})
    assert view["state"] == "finished" and len(view["books"]["profit"]) == 6
    assert [one["firm"] for one in view["debrief"]["decisions"]] == ["Nova"]
    again = say(client, "view", {"secret": reds, "version": view["version"]})
    assert again == {"unchanged": True}


def test_pages_and_their_files_are_served_with_a_policy(client):
    for path, holds in (("/", "team.js"), ("/instructor", "game.js"), ("/page/rounds.js", "chart"),
                        ("/page/game.css", ".lever")):
        answer = client.get(path)
        assert answer.status_code == 200 and holds in answer.text
        assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_one_team_cannot_move_anothers_levers(client, playing):
    reds, blues = join(client, playing, "Reds"), join(client, playing, "Blues")
    told = say(client, "submit", {"secret": reds, "round": 1, "levers": {ORBIT_PRICE: 1}})
    assert told == {"error": f"your firm has no lever '{ORBIT_PRICE}'"}
    assert ORBIT_PRICE not in json.dumps(say(client, "view", {"secret": reds}))
    assert ORBIT_PRICE in json.dumps(say(client, "view", {"secret": blues}))


def test_a_team_is_no_instructor(client, playing):
    reds = join(client, playing, "Reds")
    for what, more in (("overview", {}), ("advance", {"round": 1}), ("debrief", {})):
        assert "instructor" in say(client, what, {"secret": reds, **more})["error"]
    assert playing.played == 0
    assert "does not know your team" in say(client, "view", {"secret": playing.instructor})["error"]


@pytest.mark.parametrize("what, body", [
    ("join", "{"), ("join", "[]"), ("join", '{"code": "A", "name": 3}'),
    ("join", '{"code": "A", "name": "B", "more": 1}'),
    ("submit", '{"secret": "x", "round": "1", "levers": {}}'),
    ("submit", '{"secret": "x", "round": 1, "levers": {"a": [1]}}'),
    ("submit", '{"secret": "x", "round": 1, "levers": {"a": NaN}}'),
    ("view", '{"secret": "' + "x" * 300 + '"}'), ("advance", '{"secret": "x", "round": -1}'),
    ("view", "\xff"),
])
def test_messages_that_no_page_sends_are_refused(client, playing, what, body):
    answer = client.post(f"/game/{what}", content=body.encode("latin-1"))
    assert answer.status_code == 400
    assert answer.json() == {"error": "the message is none that a page of this game sends"}
    assert playing.version == 0


def test_what_is_too_long_or_unknown_is_refused(client):
    assert client.post("/game/join", content=b"x" * (LONGEST + 1)).status_code == 413
    assert client.post("/game/cheat", json={}).status_code == 404
    assert client.get("/game/join").status_code == 405
    assert client.get("/page/../game.py").status_code == 404


def test_a_page_that_goes_away_in_the_middle_of_a_message_is_no_fault(playing):
    parts = [
        {"type": "http.request", "body": b'{"secret":', "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent = []

    async def receive():
        return parts.pop(0)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/game/view", "raw_path": b"/game/view",
        "query_string": b"", "headers": [(b"host", b"127.0.0.1")], "scheme": "http",
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 50_000), "http_version": "1.1",
    }
    asyncio.run(Guard(game_app(playing))(scope, receive, send))
    assert (parts, sent[0]["status"]) == ([], 400)


def test_codes_cannot_be_tried_out(client, playing):
    for number in range(MOST_TRIES):
        told = say(client, "join", {"code": f"{number}", "name": "X"})
        assert "not the join code" in told["error"]
    told = say(client, "join", {"code": playing.code, "name": "X"})
    assert told == {"error": "too many wrong join codes; wait a minute"}


def test_who_tries_out_codes_locks_out_nobody_else(playing):
    app = game_app(playing)
    guessing, honest = Client(Guard(app), computer="10.0.0.7"), Client(Guard(app))
    for _ in range(MOST_TRIES + 1):
        told = say(guessing, "join", {"code": "WRONG", "name": "X"})
    assert told == {"error": "too many wrong join codes; wait a minute"}
    join(honest, playing, "Reds")


def test_other_mistakes_are_no_wrong_codes(client, playing):
    join(client, playing, "Reds")
    for _ in range(MOST_TRIES + 1):
        assert "already" in say(client, "join", {"code": playing.code, "name": "Reds"})["error"]
    join(client, playing, "Blues")


def test_only_the_instructor_lets_a_team_in_again(client, playing):
    reds = join(client, playing, "Reds")
    assert "instructor" in say(client, "let_in", {"secret": reds, "firm": "Nova"})["error"]
    asked = {"secret": playing.instructor, "firm": "Nova"}
    assert say(client, "let_in", asked) == {"free": "Nova"}
    assert "does not know your team" in say(client, "view", {"secret": reds})["error"]
    assert "no team steers 'Moon'" in say(client, "let_in", {**asked, "firm": "Moon"})["error"]
    join(client, playing, "Reds")


def test_pages_of_others_cannot_talk_to_it(client, playing):
    for headers in ({"origin": "http://evil.example"}, {"host": "evil.example"}):
        answer = client.post(
            "/game/join", json={"code": playing.code, "name": "Reds"}, headers=headers
        )
        assert answer.status_code == 403
    assert not playing.seats[0].is_taken


def test_beyond_loopback_joining_needs_the_token(playing):
    app = Guard(game_app(playing, token="secret"), token="secret", names=None)
    client = Client(app, base_url="http://class.example")
    asked = {"code": playing.code, "name": "Reds"}
    assert client.get("/").status_code == 403
    assert client.get("/?token=secret").status_code == 200
    assert "needs the token" in say(client, "join", asked)["error"]
    assert "secret" in say(client, "join", {**asked, "token": "secret"})
    # The instructor's page shows the class the whole address.
    seen = say(client, "overview", {"secret": playing.instructor})
    assert seen["token"] == "secret"

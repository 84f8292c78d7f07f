"""The server: only its own pages, only sane messages; a hostile page harms nobody else's."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest

from sim.errors import RunError
from sim.studio.catalog import Catalog
from sim.studio.frames import HEAD
from sim.studio.protocol import LONGEST
from sim.studio.server import (
    Guard,
    address_of,
    charts,
    check_installed,
    listen,
    server_of,
    studio,
)
from tests.studio.desk import small

for needed in ("starlette", "uvicorn", "websockets", "uplot"):
    pytest.importorskip(
        needed, reason="the page needs the extra: pip install 'counterpoise[studio]'"
    )
connect = pytest.importorskip("websockets.sync.client").connect
wrong = pytest.importorskip("websockets.exceptions")


class Served:
    """A server in a thread, and ways to ask it."""

    def __init__(self, folder, **guarded):
        app = studio(Catalog(small()), page=folder)
        self.pages = app.state.pages
        self._place = listen("127.0.0.1", 0)
        self.host = ":".join(map(str, self._place.getsockname()))
        self._sockets = contextlib.ExitStack()
        ready = threading.Event()
        self._server = server_of(Guard(app, **guarded), ready.set)
        self._thread = threading.Thread(target=self._server.run, args=([self._place],))
        self._thread.start()
        assert ready.wait(20)

    def get(self, path, **headers):
        asked = http.client.HTTPConnection(self.host, timeout=20)
        asked.putrequest("GET", path, skip_host="host" in headers)
        for name, value in headers.items():
            asked.putheader(name, value)
        asked.endheaders()
        answer = asked.getresponse()
        answer.content = answer.read()
        asked.close()
        return answer

    def open(self, address="/ws", origin=None):
        origin = f"http://{self.host}" if origin is None else origin or None
        return self._sockets.enter_context(connect(
            f"ws://{self.host}{address}", origin=origin, max_size=None, compression=None
        ))

    def begun(self):
        page = self.open()
        page.send(json.dumps({"type": "open"}))
        heard(page, lambda m: m["type"] == "scene")
        return page

    def close(self):
        self._sockets.close()
        self._server.should_exit = True
        self._thread.join(20)
        self._place.close()
        assert not self._thread.is_alive()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    (folder / "index.html").write_text("<!doctype html><title>Counterpoise</title>")
    (folder / "main.js").write_text("export const one = 1;")
    return folder


@pytest.fixture
def served(files):
    made = Served(files)
    yield made
    made.close()


def heard(page, fits, seconds=60):
    """The next message that fits; frames as their heads."""
    until = time.monotonic() + seconds
    while True:
        raw = page.recv(timeout=max(until - time.monotonic(), 0.01))
        said = json.loads(raw) if isinstance(raw, str) else {
            "type": "frame", "head": HEAD.unpack_from(raw),
        }
        if fits(said):
            return said


def test_the_page_and_the_charts_come_from_here_under_a_strict_policy(served):
    page = served.get("/")
    assert page.status == 200 and b"Counterpoise" in page.content
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    assert served.get("/page/main.js").headers["content-type"].startswith("text/javascript")
    for name in ("uPlot.iife.js", "uPlot.min.css"):
        assert served.get(f"/uplot/{name}").content == (charts() / name).read_bytes()
    for path in ("/page/../server.py", "/page/%2e%2e/server.py", "/uplot/../__init__.py", "/x"):
        assert served.get(path).status == 404


def test_a_page_opens_and_plays(served):
    page = served.begun()
    page.send('{"type":"step"}')
    frame = heard(page, lambda m: m["type"] == "frame" and m["head"][1] == 1)
    assert frame["head"][3:5] == (1, 60)


HOSTILE = (
    "", "{", "null", "[]", "1", '"play"', "[" * 50_000, '{"type":"plai"}', '{"type":null}',
    '{"type":{"a":1}}', '{"type":"play","more":1}', '{"type":"seek","week":-1}',
    '{"type":"seek","week":1.5}', '{"type":"seek","week":true}', '{"type":"seek","week":1e9}',
    '{"type":"speed","weeks_per_second":NaN}', '{"type":"speed","weeks_per_second":-1}',
    '{"type":"speed","weeks_per_second":1e308}', '{"type":"ack","frame":-3}',
    '{"type":"ack","frame":99999999999999999999}', '{"type":"customer","id":"x"}',
    '{"type":"customer","id":60}', '{"type":"customer","id":2147483647}',
    '{"type":"firm","name":"../../etc/passwd"}', '{"type":"firm","name":5}',
    '{"type":"lever","path":"firms.Ana.offers.tea.price","value":Infinity}',
    '{"type":"lever","path":"firms.Ana.offers.tea.price","value":-5}',
    '{"type":"lever","path":"firms.Ana.offers.tea.price","value":{"$ne":1}}',
    '{"type":"lever","path":"firms.Ana.offers.tea.price","value":' + "9" * 400 + "}",
    '{"type":"lever","path":"__class__.__init__","value":1}',
    '{"type":"lever","path":"' + "a." * 90 + '","value":1}',
    '{"type":"lever","path":"firms.Ana.policy","value":"os:system"}',
    '{"type":"lever","path":"mechanisms.choice","value":"none"}',
    '{"type":"open","scenario":"../../../etc/passwd"}', '{"type":"open","scenario":"\\u0000"}',
    '{"type":"open","strategy":"nothing"}', '{"type":"open","seed":-1}',
    '{"type":"open","seed":99999999999999999999}', '{"type":"open","weeks":0}',
    '{"type":"open","weeks":100000000}',
    '{"type":"open","levers":[[1,"firms.Ana.levers.markup","x"]]}',
    '{"type":"open","levers":[[1,2]]}', '{"type":"open","levers":{"a":1}}',
    '{"type":"export","what":"/etc/passwd"}', '{"type":"fork","week":9}',
    '{"type":"guess","value":"much"}', "x" * (LONGEST + 1),
)


def test_whatever_a_page_sends_is_answered_by_one_sentence_and_harms_nobody(served):
    good, bad = served.begun(), served.begun()
    for message in HOSTILE:
        bad.send(message)
        error = heard(bad, lambda m: m["type"] == "error")
        assert error["message"] and "\n" not in error["message"], message[:80]
        assert "defect of Counterpoise" not in error["message"], message[:80]
    bad.send(b"\x00\x01")
    assert "texts" in heard(bad, lambda m: m["type"] == "error")["message"]
    for page in (good, bad):
        page.send('{"type":"step"}')
        heard(page, lambda m: m["type"] == "state" and m["week"] == 1)
        page.close()


def test_a_message_too_large_to_read_ends_its_own_page_only(served):
    good, bad = served.begun(), served.begun()
    with pytest.raises(wrong.ConnectionClosed):  # while it is sent, or right after
        bad.send("x" * (2 << 20))
        heard(bad, lambda m: False)
    good.send('{"type":"step"}')
    heard(good, lambda m: m["type"] == "state" and m["week"] == 1)
    good.close()


def test_a_page_that_goes_takes_its_simulator_with_it(served):
    page = served.begun()
    (session,) = served.pages
    page.send('{"type":"speed","weeks_per_second":0}')
    page.send('{"type":"play"}')
    page.close()
    session.join(20)
    assert not session._thread.is_alive() and not session._sides


@pytest.mark.parametrize("origin", [
    "", "http://evil.example", "null", "http://127.0.0.1:1", "file://127.0.0.1",
    "http://127.0.0.1.evil.example", "http://[",
])
def test_pages_of_others_get_no_socket(served, origin):
    with pytest.raises(wrong.InvalidHandshake):
        served.open(origin=origin)


def test_a_name_that_points_here_is_not_served(served):
    assert served.get("/", host="rebound.example").status == 403
    assert served.get("/", origin="http://evil.example").status == 403
    assert served.get("/", host="[").status == 403


def test_beyond_loopback_the_token_is_needed(files):
    served = Served(files, token="secret", names=None)
    try:
        assert served.get("/").status == 403
        assert served.get("/?token=wrong").status == 403
        assert served.get("/?token=secret").status == 200
        for address in ("/ws", "/ws?token=", "/ws?token=wrong"):
            with pytest.raises(wrong.InvalidHandshake):
                served.open(address)
        page = served.open("/ws?token=secret")
        page.send('{"type":"open"}')
        heard(page, lambda m: m["type"] == "scene")
    finally:
        served.close()


def test_it_listens_on_loopback_and_says_which_port_is_taken():
    first = listen("127.0.0.1", 0)
    port = first.getsockname()[1]
    assert address_of(first, None) == f"http://127.0.0.1:{port}/"
    assert address_of(first, "abc").endswith("/?token=abc")
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    with pytest.raises(RunError, match="cannot listen"):
        listen("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(RunError, match="cannot listen"):
        listen("203.0.113.7", None)
    first.close()
    taken.close()


class Everywhere:
    """What a socket says that listens at all addresses of the computer."""

    def __init__(self, family, host):
        self.family, self.host = family, host

    def getsockname(self):
        return (self.host, 8100) if self.family == socket.AF_INET else (self.host, 8100, 0, 0)


@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")]
)
def test_who_listens_everywhere_says_an_address_that_others_can_open(family, host, monkeypatch):
    shown = urlsplit(address_of(Everywhere(family, host), "abc"))
    assert (shown.port, shown.query) == (8100, "token=abc")
    found = ipaddress.ip_address(shown.hostname)
    assert not found.is_unspecified
    assert found.version == (4 if family == socket.AF_INET else 6)
    # A computer in no network can still be visited from itself.
    monkeypatch.setattr(socket.socket, "connect", _no_network)
    shown = urlsplit(address_of(Everywhere(family, host), None))
    assert ipaddress.ip_address(shown.hostname).is_loopback


def _no_network(*_):
    raise OSError("network is unreachable")


def test_without_the_extra_one_line_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("sim.studio.server.NEEDED", ("starlette", "no_such_package_at_all"))
    with pytest.raises(RunError) as refused:
        check_installed()
    assert str(refused.value).endswith("pip install 'counterpoise[studio]'")
    assert "\n" not in str(refused.value)

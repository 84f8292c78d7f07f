"""Serves the page on loopback: its files, and one websocket and one simulator for each page.

Starlette and uvicorn are the extra ``studio``; they are imported where they are used.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import importlib
import importlib.util
import secrets
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from sim.errors import CounterpoiseError, RunError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Receive, Scope, Send

    from sim.studio.catalog import Catalog

PAGE = Path(__file__).with_name("page")
NEEDED = ("starlette", "uvicorn", "websockets", "uplot")
MISSING = "the page needs a few packages more: pip install 'counterpoise[studio]'"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
FIRST_PORT, LAST_PORT = 8_765, 8_784
LONGEST = 1 << 20
"""Bytes of a message that are read before the connection is ended."""

MOST_PAGES = 16
MOST_UNREAD = 64
"""Replies that may wait for a page before its messages are read on."""

BUSY, POLICY = 1013, 1008
HEADERS = {
    "content-security-policy":
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}


def check_installed() -> None:
    """Refuse to begin without the packages of the extra.

    Raises
    ------
    RunError
        In one line that says how to get them.
    """
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        raise RunError(MISSING)


def charts() -> Path:
    """Folder of the installed uPlot: its script and style sheet."""
    found = importlib.util.find_spec("uplot")
    if found is None or found.origin is None:
        raise RunError(MISSING)
    return Path(found.origin).with_name("static")


def routes(page: Path = PAGE, *, index: str = "index.html") -> list[Any]:
    """The files of the page: the page itself, its modules, and the charts."""
    from starlette.responses import FileResponse, Response
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    async def first(_: Any) -> Response:
        return FileResponse(page / index, media_type="text/html")

    async def no_icon(_: Any) -> Response:
        return Response(status_code=204)

    return [
        Route("/", first), Route("/favicon.ico", no_icon),
        Mount("/page", StaticFiles(directory=page)),
        Mount("/uplot", StaticFiles(directory=charts())),
    ]


class Guard:
    """Lets in who calls the server by its own name, from its own pages, with its token if any.

    Parameters
    ----------
    app
        What is guarded.
    token
        Needed for the page and every websocket; None: none is.
    names
        Host names that it goes by; None: any, where a token guards it.
    """

    def __init__(
        self, app: ASGIApp, *, token: str | None = None,
        names: frozenset[str] | None = LOOPBACK,
    ) -> None:
        self._app, self._token, self._names = app, token, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        why = self._refusal(scope)
        if why is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY, "reason": why})
        else:
            from starlette.responses import PlainTextResponse

            await PlainTextResponse(why, 403, HEADERS)(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        said = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host, origin = said.get(b"host", ""), said.get(b"origin")
        if self._names is not None and _name_of(f"//{host}") not in self._names:
            return "this server is called by another name"
        socket_asked = scope["type"] == "websocket"
        if (socket_asked or origin is not None) and _place_of(origin or "") != host.lower():
            return "only pages of this server may talk to it"
        if (socket_asked or scope["path"] == "/") and not self._knows(scope):
            return "the address needs the token that the server printed at its start"
        return None

    def _knows(self, scope: Scope) -> bool:
        if self._token is None:
            return True
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        return hmac.compare_digest(given.encode(), self._token.encode())


def _name_of(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _place_of(origin: str) -> str | None:
    """Host and port of an origin; None of anything that is none."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.netloc.lower() if parts.scheme in ("http", "https") else None


def _with_headers(send: Send) -> Send:
    async def sending(message: Any) -> None:
        if message["type"] == "http.response.start":
            own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": [*message.get("headers", []), *own]}
        await send(message)

    return sending


class Connection:
    """The line to one page: messages wait here, counted, until the page takes them."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[str | bytes] = asyncio.Queue()
        self._room = asyncio.Event()
        self._room.set()
        self._lock = threading.Lock()
        self._pending = 0

    @property
    def pending(self) -> int:
        """Messages that the page has not taken yet."""
        return self._pending

    def put(self, message: str | bytes) -> None:
        """Send a message as soon as the page takes it; called from any thread."""
        with self._lock:
            self._pending += 1
        with contextlib.suppress(RuntimeError):  # the server has ended: nobody reads it
            self._loop.call_soon_threadsafe(self._enter, message)

    def _enter(self, message: str | bytes) -> None:
        self._queue.put_nowait(message)
        if self._pending >= MOST_UNREAD:
            self._room.clear()

    async def room(self) -> None:
        """Wait until the page has taken most of what it was sent."""
        await self._room.wait()

    async def send_all(self, page: Any, taken: Callable[[], None]) -> None:
        """Send what is put, for as long as the page is there; ``taken`` is called after each."""
        while True:
            message = await self._queue.get()
            if isinstance(message, str):
                await page.send_text(message)
            else:
                await page.send_bytes(message)
            with self._lock:
                self._pending -= 1
            if self._pending < MOST_UNREAD:
                self._room.set()
            taken()


def studio(catalog: Catalog, *, page: Path = PAGE) -> Starlette:
    """The application behind the studio's page, without its guard."""
    from starlette.applications import Starlette
    from starlette.routing import WebSocketRoute

    open_pages: set[Any] = set()

    async def talk(page_socket: Any) -> None:
        await page_socket.accept()
        if len(open_pages) >= MOST_PAGES:
            await page_socket.close(BUSY, f"{MOST_PAGES} pages are open already; close one")
            return
        await _talk(page_socket, catalog, open_pages)

    app = Starlette(routes=[*routes(page), WebSocketRoute("/ws", talk)])
    app.state.pages = open_pages
    return app


async def _talk(page: Any, catalog: Catalog, open_pages: set[Any]) -> None:
    """Give a page its simulator, and carry messages both ways until it goes."""
    # Loading Mesa and numba takes a second, in which other pages must be served.
    session_module = await asyncio.to_thread(importlib.import_module, "sim.studio.session")
    line = Connection()
    session = session_module.Session(line, catalog)
    open_pages.add(session)
    sender = asyncio.create_task(line.send_all(page, session.go_on))
    try:
        await _read_all(page, line, session)
    finally:
        session.close()
        open_pages.discard(session)
        sender.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await sender


async def _read_all(page: Any, line: Connection, session: Any) -> None:
    import json

    from sim.studio.protocol import read

    while True:
        await line.room()
        raw = await page.receive()
        if raw["type"] == "websocket.disconnect":
            return
        try:
            session.receive(read(raw.get("text")))
        except CounterpoiseError as error:
            line.put(json.dumps({"type": "error", "message": str(error)}))


def listen(host: str, port: int | None) -> socket.socket:
    """A socket that listens: at a port, or at the first free one of a few.

    Raises
    ------
    RunError
        If the port is taken, or the host is none of this computer.
    """
    last: OSError | None = None
    for number in (port,) if port is not None else (*range(FIRST_PORT, LAST_PORT + 1), 0):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        made = socket.socket(family, socket.SOCK_STREAM)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind((host, number))
        except (OSError, OverflowError) as error:
            made.close()
            last = error if isinstance(error, OSError) else OSError(str(error))
            continue
        made.listen(128)
        return made
    why = (last.strerror or str(last)).lower() if last else "no port is free"
    raise RunError(f"cannot listen at {host}{'' if port is None else f':{port}'}: {why}")


def own_address(family: int) -> str:
    """The address of this computer in its network; loopback where it is in none."""
    here, somewhere = (
        ("::1", "2001:db8::1") if family == socket.AF_INET6 else ("127.0.0.1", "192.0.2.1")
    )
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asked:
        # Says from where a message would go there, and sends none: the address is nobody's.
        asked.connect((somewhere, 9))
        return str(asked.getsockname()[0])
    return here


def address_of(place: socket.socket, token: str | None) -> str:
    """The address of the page, from other computers too if they can reach it."""
    host, port = place.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # listens everywhere, which is no address to go to
        host = own_address(place.family)
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/" + ("" if token is None else f"?token={token}")


def make_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(18)


def server_of(app: ASGIApp, started: Callable[[], None] | None = None) -> Any:
    """A uvicorn server for an application; ``run(sockets=[...])`` serves it.

    Parameters
    ----------
    app
        What is served.
    started
        Called once pages can be had.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if started is not None:
                started()

    return Server(uvicorn.Config(
        app, log_level="error", access_log=False, ws_max_size=LONGEST,
        ws_per_message_deflate=False, lifespan="off", timeout_graceful_shutdown=1,
        server_header=False, date_header=False,
    ))


def serve(app: ASGIApp, place: socket.socket, *, started: Callable[[], None]) -> None:
    """Serve at a socket that listens until the process is interrupted."""
    with contextlib.suppress(KeyboardInterrupt):
        server_of(app, started).run(sockets=[place])

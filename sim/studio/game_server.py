"""Serves a game: the teams' page, the instructor's page, and what both may ask.

A team shows its own secret with every message, the instructor another; nobody else is told
anything. Whom the server lets in at all is the business of ``server.Guard``.
"""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError

from sim.errors import CounterpoiseError
from sim.studio.game import Game, GameError, WrongCodeError
from sim.studio.protocol import LeverValue, Message, Words
from sim.studio.server import PAGE, routes
from sim.wording import visible

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

LONGEST = 64 * 1024
"""Bytes of the longest message."""

MOST_TRIES, TRIES_FOR = 30, 60.0
"""So many wrong join codes in so many seconds from one computer, and it may not try for a while."""

MOST_COMPUTERS = 1_000
"""Computers whose wrong codes are remembered."""

MOST_LEVERS = 500
Number = Annotated[int, Field(ge=0, le=10_000)]


class Join(Message):
    """A team wants a seat."""

    code: Words
    name: Words
    token: Words = ""


class Submit(Message):
    """A team decides a round."""

    secret: Words
    round: Number
    levers: Annotated[dict[Words, LeverValue], Field(max_length=MOST_LEVERS)]


class Look(Message):
    """A page asks what there is to see; with the version that it shows already."""

    secret: Words
    version: int | None = None


class LetIn(Message):
    """The instructor lets a team in again that has lost its page."""

    secret: Words
    firm: Words


class Advance(Message):
    """The instructor has a round played."""

    secret: Words
    round: Number


class LookBack(Message):
    """The instructor wants the debrief."""

    secret: Words


class Desk:
    """Answers what pages ask of one game.

    Parameters
    ----------
    game
        The game.
    token
        Needed to join, where others than this computer can reach the server.
    """

    def __init__(self, game: Game, token: str | None = None) -> None:
        self._game, self._token = game, token
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self.answers: dict[str, tuple[type[Message], Callable[[Any, str], dict[str, Any]]]] = {
            "join": (Join, self._join), "submit": (Submit, self._submit),
            "view": (Look, self._view), "overview": (Look, self._overview),
            "advance": (Advance, self._advance), "debrief": (LookBack, self._look_back),
            "let_in": (LetIn, self._let_in),
        }

    def _join(self, asked: Join, computer: str) -> dict[str, Any]:
        wrong = self._wrong.get(computer, deque())
        while wrong and wrong[0] < time.monotonic() - TRIES_FOR:
            wrong.popleft()
        if len(wrong) >= MOST_TRIES:
            raise GameError("too many wrong join codes; wait a minute")
        known = self._token is None or hmac.compare_digest(
            asked.token.encode(), self._token.encode()
        )
        try:
            if not known:
                raise WrongCodeError(
                    "the address needs the token that the server printed at its start"
                )
            return {"secret": self._game.join(asked.code, asked.name)}
        except WrongCodeError:
            wrong.append(time.monotonic())
            self._wrong[computer] = wrong
            self._wrong.move_to_end(computer)
            while len(self._wrong) > MOST_COMPUTERS:
                self._wrong.popitem(last=False)
            raise

    def _submit(self, asked: Submit, _: str) -> dict[str, Any]:
        return {"changed": self._game.submit(asked.secret, asked.round, asked.levers)}

    def _view(self, asked: Look, _: str) -> dict[str, Any]:
        return _newer(self._game.view(asked.secret), asked)

    def _overview(self, asked: Look, _: str) -> dict[str, Any]:
        self._game.check_instructor(asked.secret)
        return _newer({**self._game.overview(), "token": self._token}, asked)

    def _advance(self, asked: Advance, _: str) -> dict[str, Any]:
        self._game.check_instructor(asked.secret)
        self._game.advance(asked.round)
        return {"played": asked.round}

    def _let_in(self, asked: LetIn, _: str) -> dict[str, Any]:
        self._game.check_instructor(asked.secret)
        self._game.let_in_again(asked.firm)
        return {"free": asked.firm}

    def _look_back(self, asked: LookBack, _: str) -> dict[str, Any]:
        self._game.check_instructor(asked.secret)
        return {"decisions": len(self._game.debrief().decisions)}


def _newer(view: dict[str, Any], asked: Look) -> dict[str, Any]:
    return {"unchanged": True} if view["version"] == asked.version else view


def game_app(game: Game, *, token: str | None = None) -> Starlette:
    """The application behind the pages of a game, without its guard."""
    from starlette.applications import Starlette
    from starlette.responses import FileResponse
    from starlette.routing import Route

    desk = Desk(game, token)

    async def instructor(_: Request) -> Response:
        return FileResponse(PAGE / "game.html", media_type="text/html")

    async def answer(request: Request) -> Response:
        return await _answer(request, desk)

    return Starlette(routes=[
        *routes(index="team.html"), Route("/instructor", instructor),
        Route("/game/{what}", answer, methods=["POST"]),
    ])


async def _answer(request: Request, desk: Desk) -> Response:
    """The answer to one message; what cannot be done is said in one sentence."""
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import ClientDisconnect

    what = request.path_params["what"]
    if what not in desk.answers:
        return _said({"error": f"nothing is called '{visible(what)[:60]}' here"}, 404)
    try:
        text = await _body(request)
    except ClientDisconnect:  # the page was closed or reloaded, and nobody waits for an answer
        return _said({"error": "the message ended early"}, 400)
    if text is None:
        return _said({"error": f"the message is longer than {LONGEST // 1024} KB"}, 413)
    kind, reply = desk.answers[what]
    try:
        message = kind.model_validate_json(text)
    except (ValidationError, ValueError):
        return _said({"error": "the message is none that a page of this game sends"}, 400)
    try:
        computer = request.client.host if request.client else ""
        return _said(await run_in_threadpool(reply, message, computer))
    except CounterpoiseError as error:
        return _said({"error": str(error)})


async def _body(request: Request) -> bytes | None:
    """The text of a message; None if it is too long, of which no more is read."""
    read = b""
    async for part in request.stream():
        read += part
        if len(read) > LONGEST:
            return None
    return read


def _said(answer: dict[str, Any], status: int = 200) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse(answer, status)

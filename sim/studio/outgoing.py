"""What goes to a page: states, points and frames, as many as it can take and no queue behind them.

At most ``IN_FLIGHT`` frames wait for a page to draw them, and nothing is made while ``ENOUGH``
messages wait for its connection; what was left out is sent as it is then, in one message.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Protocol

from sim.studio.side import Side

IN_FLIGHT = 3
ENOUGH = 4
SECONDS_BETWEEN = 1 / 40
"""Between two messages of points: more nobody sees."""

SECONDS_BETWEEN_STATES = 0.25


class Line(Protocol):
    """The connection to a page."""

    def put(self, message: str | bytes) -> None:
        """Send a message as soon as the page takes it; never waits."""

    @property
    def pending(self) -> int:
        """Messages that the page has not taken yet."""


class Outgoing:
    """Decides what a page gets when.

    Parameters
    ----------
    line
        The connection.
    state
        The state as it is now, as a message.
    """

    def __init__(self, line: Line, state: Callable[[], dict[str, Any]]) -> None:
        self._line, self._state = line, state
        self._number, self._drawn = 0, 0
        self._latest = 0.0
        self._last_state: dict[str, Any] = {}
        self.begin()

    def begin(self) -> None:
        """Everything is to be sent anew."""
        self._next_week = [1, 1]
        self._anew = [True, True]
        self._stale = [True, True]
        self._first = 0
        self._state_due = True
        self._state_at = 0.0

    def put(self, message: dict[str, Any]) -> None:
        """Send a message that somebody waits for."""
        self._line.put(json.dumps(message, allow_nan=False, separators=(",", ":")))

    def put_file(self, name: str, kind: str, content: bytes) -> None:
        """Send a file behind a message that names it."""
        self.put({"type": "file", "name": name, "mime": kind, "bytes": len(content)})
        self._line.put(content)

    def acknowledge(self, number: int) -> None:
        """A frame was drawn, and all before it."""
        if number <= self._number:
            self._drawn = max(self._drawn, number)

    def changed(self, *, stage: bool = False) -> None:
        """The state is to be sent; so is the stage, if it changed too."""
        self._state_due = True
        if stage:
            self._stale = [True, True]

    def again_from(self, week: int = 1) -> None:
        """Points are to be sent again from a week on."""
        self._next_week, self._anew = [week, week], [True, True]

    def lived(self) -> None:
        """A week went by."""
        self._stale = [True, True]

    @property
    def room(self) -> bool:
        """Whether the connection takes more."""
        return self._line.pending < ENOUGH

    def may_draw(self) -> bool:
        """Whether the page takes another frame."""
        return self.room and self._number - self._drawn < IN_FLIGHT

    def work(self, sides: list[Side], viewed: list[Side]) -> bool:
        """Whether something could be sent at once."""
        points = any(self._has_points(s, side) for s, side in enumerate(sides)) and self._in_time()
        frames = any(self._stale[: len(viewed)]) and self.may_draw()
        return self.room and (self._state_due or points or frames)

    def send(self, sides: list[Side], viewed: list[Side], *, at_rest: bool) -> None:
        """Send what is due and fits.

        Parameters
        ----------
        sides
            The markets of the run, whose points are sent.
        viewed
            The markets that the stage shows.
        at_rest
            Whether nothing moves: then every point is sent at once.
        """
        if self._state_due and self.room:
            self._state_due = False
            self._send_state()
        if self.room and (at_rest or self._in_time()):
            self._send_points(sides)
        turns = (self._first, 1 - self._first) if len(viewed) > 1 else range(len(viewed))
        for s in turns:
            if self._stale[s] and self.may_draw():
                self._stale[s], self._first = False, 1 - s
                self._number += 1
                shot = viewed[s]
                self._line.put(shot.camera.frame(shot.market).packed(self._number, s))

    def look_at_state(self) -> None:
        """Send the state if a policy or an event moved a lever, now and then."""
        now = time.monotonic()
        if now - self._state_at >= SECONDS_BETWEEN_STATES:
            self._state_at = now
            self._state_due = self._state_due or self._state() != self._last_state

    def _send_state(self) -> None:
        self._last_state = self._state()
        self._state_at = time.monotonic()
        self.put(self._last_state)

    def _has_points(self, s: int, side: Side) -> bool:
        if side.points is None:
            return False
        return self._anew[s] or side.points.weeks >= self._next_week[s]

    def _in_time(self) -> bool:
        return time.monotonic() - self._latest >= SECONDS_BETWEEN

    def seconds_to_points(self) -> float:
        """Until points may be sent again."""
        return max(SECONDS_BETWEEN - (time.monotonic() - self._latest), 0.0)

    def _send_points(self, sides: list[Side]) -> None:
        for s, side in enumerate(sides):
            if side.points is None or not self._has_points(s, side):
                continue
            first = self._next_week[s]
            self.put({
                "type": "points", "side": s, "from": first, "values": side.points.since(first),
            })
            self._next_week[s], self._anew[s] = side.points.weeks + 1, False
            self._latest = time.monotonic()

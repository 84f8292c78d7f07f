"""What tests of the studio share: a line that keeps what was sent, and a session behind it."""

from __future__ import annotations

import json
import threading
import time

from sim.scenario import Scenario
from sim.studio.catalog import Catalog
from sim.studio.frames import HEAD
from sim.studio.protocol import read
from sim.studio.session import Session
from tests import worlds


class Line:
    """A connection that takes everything at once, unless it is told to take nothing."""

    def __init__(self, *, takes=True):
        self.takes, self.sent, self.wake = takes, [], threading.Condition()

    @property
    def pending(self):
        return 0 if self.takes else len(self.sent)

    def put(self, message):
        with self.wake:
            self.sent.append((time.monotonic(), message))
            self.wake.notify_all()

    def wait(self, fits, seconds=60.0, start=0):
        """The first message from ``start`` on that fits, and when it came."""
        until = time.monotonic() + seconds
        with self.wake:
            at = start
            while True:
                for number in range(at, len(self.sent)):
                    when, message = self.sent[number]
                    if fits(plain(message)):
                        return number, when, plain(message)
                at = len(self.sent)
                left = until - time.monotonic()
                assert left > 0 and self.wake.wait(left), f"nothing came in {seconds} s"

    def all(self, kind):
        with self.wake:
            found = [plain(message) for _, message in self.sent]
        return [message for message in found if message["type"] == kind]


def plain(message):
    """A message as a dictionary; of a frame, its head and its bytes."""
    if isinstance(message, str):
        return json.loads(message)
    number, week, side, _, n, lit = HEAD.unpack_from(message)
    return {
        "type": "frame", "number": number, "week": week, "side": side, "n": n, "lit": lit,
        "body": message[HEAD.size :],
    }


class Page:
    """A page without a browser."""

    def __init__(self, scenario, *, line=None, acknowledge=True, shown=2000):
        self.line = line or Line()
        self.catalog = Catalog(scenario, shown=shown)
        self.session = Session(self.line, self.catalog)
        self.acknowledge, self._stop = acknowledge, False
        self._drawing = threading.Thread(target=self._draw, daemon=True)
        self._drawing.start()

    def _draw(self):
        at = 0
        while not self._stop:
            with self.line.wake:
                if len(self.line.sent) == at:
                    self.line.wake.wait(0.2)
                new = self.line.sent[at:]
                at += len(new)
            for _, message in new if self.acknowledge else ():
                if not isinstance(message, str):
                    self.say({"type": "ack", "frame": plain(message)["number"]})

    def say(self, message):
        self.session.receive(read(json.dumps(message)))

    def do(self, message, fits, seconds=60.0):
        """Say something and wait for what fits, from then on."""
        start = len(self.line.sent)
        self.say(message)
        return self.line.wait(fits, seconds, start)[2]

    def open(self, **more):
        self.do({"type": "open", **more}, lambda m: m["type"] == "scene")
        return self.line.all("scene")[-1]

    def go(self, week):
        """Live on to a week, and look at it."""
        return self.do(
            {"type": "seek", "week": week},
            lambda m: m["type"] == "state" and m["week"] == week and m["note"] is None,
        )

    @property
    def market(self):
        return self.session._sides[0].market

    @property
    def baseline(self):
        return self.session._sides[1].market

    def close(self):
        self._stop = True
        self.session.close()
        self.session.join(20)
        self._drawing.join(5)


def small(n=60, weeks=12):
    """The test suite's busy market with every family switched on."""
    return Scenario.from_dict(worlds.full(n, weeks))


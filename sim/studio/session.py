"""One simulator a page: it steps, steers, forks and looks back in a thread of its own.

Messages come in from the page's connection at any time and are taken between two weeks; frames are
made in the same thread that steps, so that no picture mixes two weeks. After every wake-up the
state is looked at again: a page that paused does not step because a late acknowledgment came.
"""

from __future__ import annotations

import gc
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from sim.errors import CounterpoiseError, RunError
from sim.studio import protocol
from sim.studio.building import begin, live_aside, note
from sim.studio.catalog import Catalog
from sim.studio.exports import export
from sim.studio.levers import check
from sim.studio.outgoing import Line, Outgoing
from sim.studio.run_state import run_state
from sim.studio.scene import Stage, scene
from sim.studio.side import Side
from sim.studio.steering import MOST_CHANGES, Change, GivenUpError, Steering
from sim.studio.story import firm
from sim.studio.telling import Answers, Storyteller

MOST_WAITING = 200
"""Messages of a page that may wait for its simulator."""

SPEED = 10.0
"""Weeks a second at first."""


class Session:
    """What one page sees and steers.

    Parameters
    ----------
    line
        The connection to the page.
    catalog
        The scenarios that it may open.
    """

    def __init__(self, line: Line, catalog: Catalog) -> None:
        self._catalog = catalog
        self._wake = threading.Condition()
        self._inbox: deque[protocol.AnyMessage] = deque()
        self._closed = False
        self._sides: list[Side] = []
        self._past: list[Side] = []
        self._stage: Stage | None = None
        self._playing, self._speed, self._next = False, SPEED, 0.0
        self._goal: int | None = None
        self._fork_week: int | None = None
        self._note: str | None = None
        self._guesses: list[float] = []
        self._out = Outgoing(line, self._state)
        self._stories, self._answers = Storyteller(self._reply), Answers(self._reply)
        self._line = line
        self._thread = threading.Thread(target=self._live, name="studio", daemon=True)
        self._thread.start()

    # Called by the connection, from any thread ------------------------------------------------

    def receive(self, message: protocol.AnyMessage) -> None:
        """Take a message of the page.

        Raises
        ------
        RunError
            If too many wait already.
        """
        with self._wake:
            if isinstance(message, protocol.Ack):
                self._out.acknowledge(message.frame)
            elif len(self._inbox) >= MOST_WAITING:
                raise RunError("too many messages at once; this one was left out")
            else:
                self._inbox.append(message)
            self._wake.notify()

    def go_on(self) -> None:
        """Look again whether something can be sent: the connection took a message."""
        with self._wake:
            self._wake.notify()

    def close(self) -> None:
        """End the simulator; its market is free once the week at hand is over."""
        self._stories.close()
        with self._wake:
            self._closed = True
            self._inbox.clear()
            self._wake.notify()

    def join(self, seconds: float | None = None) -> None:
        """Wait until it has ended."""
        self._thread.join(seconds)

    # The thread that steps --------------------------------------------------------------------

    def _live(self) -> None:
        self._out.changed()
        while not self._closed:
            self._publish()
            with self._wake:
                while not (self._closed or self._inbox or self._due()):
                    self._wake.wait(self._patience())
                waiting, self._inbox = list(self._inbox), deque()
            for number, message in enumerate(waiting):
                if not self._closed and not _overtaken(message, waiting[number + 1 :]):
                    self._guarded(self._take, message)
            if self._moves() and self._in_time() and not self._closed:
                self._guarded(self._step)
        self._sides, self._past, self._stage = [], [], None
        gc.collect()  # agents and their market hold each other

    def _guarded(self, act: Callable[..., None], *arguments: Any) -> None:
        """Do something; what goes wrong stops the page at most, and is told to it."""
        try:
            act(*arguments)
        except GivenUpError:
            return
        except CounterpoiseError as error:
            self._stop(protocol.in_one_line(error))
        except MemoryError:
            self._stop("there is not enough memory for this; open a smaller scenario")
        except Exception as error:
            first = (str(error).splitlines() or [""])[0][:200]
            self._stop(
                f"this is a defect of Counterpoise, not of yours: {type(error).__name__}: {first}"
            )

    def _stop(self, why: str) -> None:
        self._playing, self._goal, self._note = False, None, None
        self._out.changed()
        self._out.put({"type": "error", "message": why[:1000]})

    def _moves(self) -> bool:
        return bool(self._sides) and (self._playing or self._goal is not None)

    def _in_time(self) -> bool:
        return self._goal is not None or self._speed == 0 or time.monotonic() >= self._next

    def _due(self) -> bool:
        if self._moves() and self._in_time():
            return True
        return self._out.work(self._sides, self._viewed())

    def _patience(self) -> float | None:
        """Seconds to sleep at most; None until somebody wakes the thread."""
        waits = []
        if self._moves():
            waits.append(self._next - time.monotonic())
        if self._out.seconds_to_points() > 0:
            waits.append(self._out.seconds_to_points())
        return max(min(waits), 0.001) if waits else None

    def _publish(self) -> None:
        if self._moves():
            self._out.look_at_state()
        self._out.send(self._sides, self._viewed(), at_rest=not self._moves())

    def _viewed(self) -> list[Side]:
        """What the stage shows: a past week, or the latest; nothing on the way to a later one."""
        return [] if self._goal is not None else self._past or self._sides

    def _step(self) -> None:
        """Live a week on every side, and stop at the end or where the page wanted to get."""
        now = time.monotonic()
        pause = 1.0 / self._speed if self._speed else 0.0
        self._next = max(self._next, now - pause) + pause  # late weeks are not made up for
        if self._past:
            self._show_again()
            return
        for side in self._sides:
            if not side.finished:
                side.live()
        self._out.lived()
        main = self._sides[0]
        if main.finished or (self._goal is not None and main.week >= self._goal):
            self._playing, self._goal, self._note = False, None, None
            self._out.changed()

    def _show_again(self) -> None:
        """Show the week after a past one, and the latest at the end of them."""
        week, main = self._past[0].week + 1, self._sides[0]
        if week < main.week:
            self._look_at(week)
        else:
            self._leave_past()
            self._playing = not main.finished

    # What the page asks for -------------------------------------------------------------------

    def _take(self, message: protocol.AnyMessage) -> None:
        if isinstance(message, protocol.Open):
            self._open(message)
            return
        if not self._sides:
            raise RunError("nothing is open yet; send a message of type 'open' first")
        if isinstance(message, protocol.Plain):
            {
                "play": self._play, "pause": self._pause, "step": self._step_once,
                "reset": self._reset, "unfork": self._unfork,
            }[message.type]()
        elif isinstance(message, protocol.Speed):
            self._speed, self._next = message.weeks_per_second, 0.0
        elif isinstance(message, protocol.Lever):
            self._move(message.path, message.value)
        elif isinstance(message, protocol.Fork):
            self._fork(message.week)
        elif isinstance(message, protocol.Seek):
            self._seek(message.week)
        elif isinstance(message, protocol.AskCustomer):
            self._tell(message.id)
        elif isinstance(message, protocol.AskFirm):
            self._out.put(firm((self._past or self._sides)[0].market, message.name))
        elif isinstance(message, protocol.Export):
            self._export(message.what)
        elif isinstance(message, protocol.Guess):
            if message.value is not None:
                self._guesses = [*self._guesses[-199:], message.value]
            run = self._sides[0].steering
            if self._catalog.lesson(run.scenario) is not None:
                self._answers.ask(run.scenario, run.seed, message.value)
        self._out.changed()

    def _open(self, wanted: protocol.Open) -> None:
        """Build what the page wants; what is open stays until that is known to be possible."""
        self._playing, self._goal = False, None
        self._tell_note(note())
        scenario = self._catalog.find(wanted.scenario)
        strategy = wanted.strategy or self._catalog.strategy
        if strategy not in scenario.strategies:
            if wanted.strategy is not None:
                scenario.world(wanted.strategy)
            strategy = scenario.strategies[0]
        steering = Steering(scenario, strategy, wanted.seed, wanted.weeks)
        forked = [] if wanted.fork is None else wanted.fork.levers
        for _, path, value in (*wanted.levers, *forked):
            check(scenario.raw, path, value)
        log = tuple(Change(*entry) for entry in wanted.levers)
        self._guesses = []
        self._begin(steering.with_log(log))
        if wanted.fork is not None:
            main, week = self._sides[0], wanted.fork.week
            while main.week < week and not main.finished and not self._closed:
                main.live()
            later = (Change(*entry) for entry in forked if entry[0] > week)
            shared = main.steering.until(week)
            self._fork(week, shared.with_log((*shared.log, *later)))

    def _begin(self, steering: Steering) -> None:
        """Go to week 0 of a run."""
        stage, side = begin(steering, self._catalog.shown)
        self._stage, self._sides, self._past, self._fork_week = stage, [side], [], None
        lesson = self._catalog.lesson(steering.scenario)
        said = scene(side.market, stage, lesson=lesson)
        self._out.begin()
        self._out.put({
            **said, "weeks": steering.length, "scenarios": self._catalog.listed(),
        })
        self._publish()
        live_aside(steering, stage)
        self._answers.expect(None if lesson is None else steering.scenario, steering.seed)
        self._note = None
        self._out.changed()

    def _play(self) -> None:
        """Live on; from a past week on, what was lived is shown again first."""
        self._goal = None
        self._playing = bool(self._past) or not self._sides[0].finished
        self._next = time.monotonic()

    def _pause(self) -> None:
        self._playing, self._goal, self._note = False, None, None
        self._out.changed(stage=True)

    def _step_once(self) -> None:
        self._pause()
        self._leave_past()
        if not self._sides[0].finished:
            self._step()

    def _reset(self) -> None:
        self._playing, self._goal = False, None
        self._begin(self._sides[0].steering.with_log(()))

    def _move(self, path: str, value: Any) -> None:
        side = self._sides[0]
        if len(side.steering.log) >= MOST_CHANGES:
            raise RunError(f"a run takes at most {MOST_CHANGES:,} moves of levers; reset it")
        check(side.steering.scenario.raw, path, value)
        if side.finished:
            raise RunError("the run is over, so a lever would change nothing; go back or reset")
        side.move(Change(side.week + 1, path, value))

    def _fork(self, week: int, alternative: Steering | None = None) -> None:
        """Two sides from a week on: the baseline keeps all levers, the alternative those so far."""
        main, stage = self._sides[0], self._stage
        assert stage is not None and main.points is not None
        if week > main.week:
            raise RunError(f"week {week} is still to come; fork at week {main.week} or before")
        baseline = Side.at(main.steering, stage, week, main.points.until(week))
        if alternative is not None or week < main.week:
            other = alternative or main.steering.until(week)
            main = Side.at(other, stage, week, main.points.until(week))
        self._sides, self._past, self._fork_week = [main, baseline], [], week
        self._out.again_from()
        self._out.changed(stage=True)

    def _unfork(self) -> None:
        self._sides, self._past, self._fork_week = self._sides[:1], [], None
        self._out.again_from()
        self._out.changed(stage=True)

    def _seek(self, week: int) -> None:
        """Show a past week as it was, or live on to a later one."""
        main = self._sides[0]
        self._playing = False
        if week >= main.week:
            self._leave_past()
            goal = min(week, main.steering.length)
            if goal > main.week:
                self._goal = goal
                self._note = f"Living on to week {goal}"
            self._out.changed(stage=True)
            return
        self._look_at(week)

    def _look_at(self, week: int) -> None:
        stage = self._stage
        assert stage is not None
        self._past = [self._at(side, number, week, stage)
                      for number, side in enumerate(self._sides)]
        self._out.changed(stage=True)

    def _at(self, side: Side, number: int, week: int, stage: Stage) -> Side:
        """A side at a past week: the past one that is there already if it lies before."""
        known = self._past[number] if number < len(self._past) else None
        if known is None or known.steering != side.steering or known.week > week:
            return Side.at(side.steering, stage, week, wanted=self._wanted)
        while known.week < week:
            if not self._wanted():
                raise GivenUpError
            known.live()
        return known

    def _wanted(self) -> bool:
        return not self._closed and not any(
            isinstance(message, protocol.Seek | protocol.Open) for message in list(self._inbox)
        )

    def _leave_past(self) -> None:
        if self._past:
            self._past = []
            self._out.changed(stage=True)

    def _tell(self, row: int) -> None:
        side = (self._past or self._sides)[0]
        if row >= side.market.n_customers:
            raise RunError(f"there is no customer {row}; there are {side.market.n_customers:,}")
        assert self._stage is not None
        self._stories.ask(side.steering, row, side.week, self._stage.shown)

    def _export(self, what: str) -> None:
        self._tell_note("Writing the file")
        name, kind, content = export(what, self._sides)
        self._note = None
        self._out.put_file(name, kind, content)

    def _tell_note(self, note: str) -> None:
        """Say at once what takes longer."""
        self._note = note
        self._out.put(self._state())

    def _reply(self, message: dict[str, Any]) -> None:
        if not self._closed:
            self._out.put(message)

    def _state(self) -> dict[str, Any]:
        return {
            "type": "state", **run_state(self._sides, self._past), "playing": self._playing,
            "speed": self._speed, "fork_week": self._fork_week, "note": self._note,
            "guesses": self._guesses,
        }


def _overtaken(message: protocol.AnyMessage, later: list[protocol.AnyMessage]) -> bool:
    """Whether a newer wish of the same kind makes one meaningless."""
    return isinstance(message, protocol.Seek) and any(
        isinstance(other, protocol.Seek) for other in later
    )

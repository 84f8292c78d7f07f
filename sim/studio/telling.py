"""Tells stories, and what runs say to a guess, in threads of their own: the page plays on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.errors import CounterpoiseError
from sim.network.shown import Shown
from sim.scenario import Scenario
from sim.studio.protocol import in_one_line
from sim.studio.steering import GivenUpError, Steering
from sim.studio.story import customer

if TYPE_CHECKING:
    from sim.studio.lesson import Truth

Asked = tuple[Steering, int, int, Shown]


class Storyteller:
    """Tells the story that was asked for last; earlier ones that nobody waits for are given up."""

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        self._tell = tell
        self._wake = threading.Condition()
        self._asked: Asked | None = None
        self._closed = False
        self._thread: threading.Thread | None = None

    def ask(self, steering: Steering, row: int, week: int, shown: Shown) -> None:
        """Ask for the story of a customer up to a week."""
        with self._wake:
            self._asked = steering, row, week, shown
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
            self._wake.notify()

    def close(self) -> None:
        """Tell nothing more."""
        with self._wake:
            self._closed, self._asked = True, None
            self._wake.notify()

    def _work(self) -> None:
        while True:
            with self._wake:
                while self._asked is None and not self._closed:
                    self._wake.wait()
                if self._closed:
                    return
                asked, self._asked = self._asked, None
            assert asked is not None
            self._answer(*asked)
            del asked

    def _wanted(self) -> bool:
        return self._asked is None and not self._closed

    def _answer(self, steering: Steering, row: int, week: int, shown: Shown) -> None:
        try:
            self._tell(customer(steering, row, week, shown, wanted=self._wanted))
        except GivenUpError:
            return
        except CounterpoiseError as error:
            self._tell({"type": "error", "message": in_one_line(error)})


class Answers:
    """Answers guesses of a lesson by what its runs say.

    The runs are lived at the first guess; where nobody guesses, once its steps are run, so that the
    first page need not wait for them. They have the seed of the page.
    """

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._known: tuple[tuple[str, int], Truth] | None = None
        self._opened = ""

    def expect(self, scenario: Scenario | None, seed: int) -> None:
        """Note that a run of a lesson begins; from its second run on, tell what the runs say."""
        if scenario is not None and scenario.id == self._opened:
            self.ask(scenario, seed, None)
        self._opened = "" if scenario is None else scenario.id

    def ask(self, scenario: Scenario, seed: int, guess: float | None) -> None:
        """Answer a guess, or none, as soon as it is known."""
        threading.Thread(target=self._answer, args=(scenario, seed, guess), daemon=True).start()

    def _answer(self, scenario: Scenario, seed: int, guess: float | None) -> None:
        from sim.studio.lesson import truth

        try:
            with self._lock:
                wanted = scenario.id, seed
                if self._known is None or self._known[0] != wanted:
                    self._known = wanted, truth(scenario, seed=seed, workers=1)
                found = self._known[1]
            self._tell(found.answer(guess))
        except CounterpoiseError as error:
            self._tell({"type": "error", "message": in_one_line(error)})

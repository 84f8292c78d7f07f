"""Which scenarios pages may open: those that come with the program, and one given at the start."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sim.errors import RunError
from sim.scenario import Scenario, load_scenario
from sim.scenario.shipped import headings, scenario_ids
from sim.wording import did_you_mean, visible

FIRST = "first_lesson"
Lesson = dict[str, Any]


class Catalog:
    """Scenarios by their ids; a page can name nothing else, no path either.

    Parameters
    ----------
    given
        The scenario named at the start, which pages open first; None: ``first_lesson``.
    strategy, seed
        What pages begin with.
    shown
        Most customers on the stage.
    lesson
        What lesson mode shows of a scenario; None: no lesson mode.
    """

    def __init__(
        self, given: Scenario | None = None, *, strategy: str | None = None, seed: int = 0,
        shown: int = 2_000, lesson: Callable[[Scenario], Lesson | None] | None = None,
    ) -> None:
        self._given, self.strategy, self.seed, self.shown = given, strategy, seed, shown
        self._lesson = lesson
        self._lock = threading.Lock()
        self._listed: list[dict[str, str]] = []

    @property
    def first(self) -> str:
        """The id that pages open first."""
        return FIRST if self._given is None else self._given.id

    def find(self, name: str | None) -> Scenario:
        """The scenario of an id, for one page alone.

        Raises
        ------
        RunError
            If there is none.
        """
        if self._given is not None and name in (None, self._given.id):
            return self._given.varied({})
        wanted = name or FIRST
        if wanted not in scenario_ids():
            known = [entry["id"] for entry in self.listed()]
            raise RunError(
                f"there is no scenario '{visible(wanted)[:60]}'{did_you_mean(wanted, known)}"
            )
        return load_scenario(wanted)

    def listed(self) -> list[dict[str, str]]:
        """Id and title of every scenario, the given one first."""
        with self._lock:
            if not self._listed:
                self._listed = [
                    {"id": heading.id, "title": heading.title} for heading in headings()
                ]
                if self._given is not None:
                    own = {"id": self._given.id, "title": self._given.document.title}
                    others = [entry for entry in self._listed if entry["id"] != own["id"]]
                    self._listed = [own, *others]
            return self._listed

    def lesson(self, scenario: Scenario) -> Lesson | None:
        """What lesson mode shows of a scenario."""
        return None if self._lesson is None else self._lesson(scenario)

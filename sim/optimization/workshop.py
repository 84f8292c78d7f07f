"""Lives trials in their worlds, on workers that stay for the next batch, and keeps each answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType

import numpy as np

from sim.experiment.executors import Executor, Feed, Processes, Serial
from sim.experiment.sweep import Progressed, Stop
from sim.experiment.working import Laboratory, Lived
from sim.optimization.keeping import Kept
from sim.optimization.search import Answer
from sim.optimization.space import Numbers, Space
from sim.optimization.worlds import Worlds
from sim.team import cores


@dataclass(frozen=True)
class Bench:
    """What all trials share."""

    laboratory: Laboratory
    space: Space
    strategy: str
    weeks: int


class Workshop:
    """Answers what combinations of levers do in some worlds.

    Parameters
    ----------
    bench
        What all trials share.
    workers
        Worker processes; None takes one a core.
    stop
        Asks it to end: what is being lived is finished.
    progress
        Called with how many markets were just finished, and how many of them failed.
    """

    def __init__(
        self, bench: Bench, workers: int | None, stop: Stop, progress: Progressed | None = None
    ) -> None:
        self._bench, self._stop = bench, stop
        self._progress: Progressed = progress or (lambda finished, failed: None)
        self._count = workers or cores()
        self._feed = Feed()
        self._answers: Iterator[Sequence[Lived]] | None = None
        self._next = 0

    def __enter__(self) -> Workshop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._feed.closed = True
        close = getattr(self._answers, "close", None)
        if close is not None:
            close()

    def evaluate(
        self, trials: Sequence[Numbers], worlds: Worlds, kept: Kept
    ) -> list[Answer] | None:
        """Outcomes of each combination of levers in each world; None if it was stopped.

        What was lived before is taken from what is kept, and what two trials share is lived once.
        """
        new = {tuple(values.tolist()): values for values in trials if kept.get(values) is None}
        if new and not self._live(list(new.values()), worlds, kept):
            return None
        found = [kept.get(values) for values in trials]
        return [answer for answer in found if answer is not None]

    def _live(self, trials: list[Numbers], worlds: Worlds, kept: Kept) -> bool:
        """Live trials and keep each once all of its worlds are there; whether none is missing."""
        begin, bench = self._next, self._bench
        self._next += len(trials) * worlds.markets
        waiting: list[dict[int, Lived]] = [{} for _ in trials]
        for number, values in enumerate(trials):
            self._feed.add(worlds.points(
                begin + number * worlds.markets, bench.strategy, bench.weeks,
                bench.space.settings(values),
            ))
        left = len(trials) * worlds.markets
        while left:
            if self._stop.asked:
                self._feed.closed = True
            finished = next(self._running(), None)
            if finished is None:
                return False
            left -= len(finished)
            self._progress(len(finished), sum(one.numbers is None for one in finished))
            for one in finished:
                trial, market = divmod(one.number - begin, worlds.markets)
                waiting[trial][market] = one
                if len(waiting[trial]) == worlds.markets:
                    kept.add(trials[trial], answer_of(waiting[trial], worlds))
        return True

    def _running(self) -> Iterator[Sequence[Lived]]:
        """The stream of answers, begun when it is needed first."""
        if self._answers is None:
            laboratory = self._bench.laboratory
            executor: Executor = (
                Serial(laboratory) if self._count == 1 else Processes(laboratory, self._count)
            )
            self._answers = executor.live(self._feed)
        return self._answers


def answer_of(lived: dict[int, Lived], worlds: Worlds) -> Answer:
    """Means over replications, (n_objectives, n_worlds), or why there are none."""
    rows = []
    for market in range(worlds.markets):
        one = lived[market]
        if one.numbers is None:
            return str(one.error or "a run failed").strip().splitlines()[-1]
        rows.append(one.numbers)
    values = np.array(rows).reshape(len(worlds.cells), worlds.replications, -1)
    if not np.isfinite(values).all():
        return "an objective has no value in some worlds: choose weeks in which it has one"
    return np.ascontiguousarray(values.mean(axis=1).T)

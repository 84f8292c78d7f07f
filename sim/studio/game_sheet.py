"""A game that keeps its results in a CSV file, so that they outlive the program that plays it.

One row a week and firm: the round, the team, every lever that any team has moved as it was set,
what the leaderboard goes by, and what the decision of the round was worth where that was asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.errors import RunError
from sim.files import csv_text, write_whole
from sim.studio.game import OBSERVED, Game
from sim.studio.levers import Value, values_of

FIRST = ("round", "week", "team", "firm")
WORTH = ("worth_profit", "worth_market_share", "worth_all_profit", "worth_all_market_share")
"""In the first week of a decision what it added; in week 1 what all of a team's did together."""


class KeptGame(Game):
    """A game whose file is written anew after every round and every look back.

    Parameters
    ----------
    out
        The file; there must be none yet.

    Raises
    ------
    RunError
        If it cannot be written.
    """

    def __init__(self, *args: Any, out: Path, **options: Any) -> None:
        super().__init__(*args, **options)
        self._out = out
        self._teams: list[list[str]] = []
        self._at_first = values_of(self.market)
        check_new(out)
        self._keep()

    def _begin_round(self, number: int) -> None:
        with self._lock:
            super()._begin_round(number)
            self._teams.append([seat.team for seat in self.seats])

    def _keep(self) -> None:
        write_whole(self._out, csv_text(self.sheet()))

    def sheet(self) -> Iterator[list[Value]]:
        """The file's rows, the heading first; to be asked while the market stands still."""
        moved = list(dict.fromkeys(self._column(change.path) for change in self.log))
        yield [*FIRST, *moved, *OBSERVED, *WORTH]
        recorded = self.market.recorder.recorded()
        own = [
            {self._column(path): path for path in self._at_first
             if path.startswith(f"firms.{seat.firm}.")}
            for seat in self.seats
        ]
        columns = [self.market.firm_names.index(seat.firm) for seat in self.seats]
        levers, worth = dict(self._at_first), self._worth()
        for week in range(1, self.market.week + 1):
            played = (week - 1) // self.weeks
            levers |= {change.path: change.value for change in self.log if change.week == week}
            for s, seat in enumerate(self.seats):
                yield [
                    played + 1, week, self._teams[played][s], seat.firm,
                    *(levers.get(own[s].get(name, "")) for name in moved),
                    *(_known(recorded[name][week - 1, columns[s]]) for name in OBSERVED),
                    *worth.get((s, week), [None] * len(WORTH)),
                ]

    def _column(self, path: str) -> str:
        """A lever as its column is called, without the firm, or an offer that is the only one."""
        _, firm, kind, *rest = path.split(".")
        if kind == "offers" and len(self.market.world.firms[firm].offers) == 1:
            return ".".join(rest[1:])
        return ".".join(rest) if rest else kind

    def _worth(self) -> dict[tuple[int, int], list[Value]]:
        """The columns of worth, by seat and week."""
        found: dict[tuple[int, int], list[Value]] = {}
        decisions = self.debriefed.decisions if self.debriefed is not None else ()
        for one in decisions:
            only = sum(other.seat == one.seat for other in decisions) == 1
            pair = [one.profit, one.market_share]
            if one.round:
                week = (one.round - 1) * self.weeks + 1
                found.setdefault((one.seat, week), [None] * len(WORTH))[:2] = pair
            if only or not one.round:
                found.setdefault((one.seat, 1), [None] * len(WORTH))[2:] = pair
        return found


def check_new(out: Path) -> None:
    """Make sure that no file is written over.

    Raises
    ------
    RunError
        If something stands there already.
    """
    if out.exists():
        raise RunError(f"{out}: something stands there already; choose another file")


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None

"""Team rounds: each team steers one firm, sees what its firm can see, and decides once a round.

Pure logic without a web page. Whoever serves it asks for views, and passes on what teams say.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.agents.sight import look
from sim.checkpoint import Checkpoint
from sim.errors import CounterpoiseError
from sim.market import Market
from sim.scenario import Scenario
from sim.studio.levers import Value, controls, fault
from sim.studio.seats import plain_sight, seated
from sim.studio.steering import Change, Steering, steer
from sim.studio.worth import Debrief, worth_of_decisions
from sim.wording import visible

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters of join codes: none that is mistaken for another."""

CODE_LENGTH = 6
LONGEST_NAME = 40
OBSERVED = ("profit", "revenue", "units", "market_share", "satisfaction")
OF_BOOKS = ("profit", "revenue", "units")
"""What a team sees of its own firm, week by week; the rest is for the leaderboard."""

JOINING, DECIDING, PLAYING, FINISHED = "joining", "deciding", "playing", "finished"


class GameError(CounterpoiseError):
    """Something that a game does not allow, in one sentence."""


class WrongCodeError(GameError):
    """A join code that is not the game's."""


@dataclass
class Seat:
    """A firm and the team that steers it.

    Attributes
    ----------
    secret : what the team's page shows with every message; empty while nobody sits here.
    team : its name; one without a secret may come back.
    decided : the levers that it changes next round, by path; None before it has decided.
    sight : what its firm saw at the end of the last round.
    levers : its levers as they are, as the page draws them.
    """

    firm: str
    team: str = ""
    secret: str = ""
    decided: dict[str, Value] | None = None
    sight: dict[str, Any] = field(default_factory=dict)
    levers: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_taken(self) -> bool:
        """Whether a team sits here."""
        return bool(self.secret)


class Game:
    """A market, its seats, and the rounds played so far.

    Parameters
    ----------
    scenario
        Whose market.
    teams
        How many seats.
    rounds, weeks
        Rounds of the game, and weeks of a round.
    seed
        Seed of all luck.
    strategy
        Strategy that the market begins with; None: the file without any.

    Raises
    ------
    ScenarioError
        If so many teams cannot play.
    """

    def __init__(
        self, scenario: Scenario, *, teams: int, rounds: int = 8, weeks: int = 13, seed: int = 0,
        strategy: str | None = None,
    ) -> None:
        self.title, self.rounds, self.weeks = scenario.document.title, rounds, weeks
        made, firms = seated(scenario, teams, weeks=rounds * weeks, strategy=strategy)
        self.currency = made.document.currency
        self.seats = [Seat(firm) for firm in firms]
        self.code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
        self.instructor = secrets.token_urlsafe(18)
        self.played, self.state, self.version = 0, JOINING, 0
        self.debriefed: Debrief | None = None
        self._steering = Steering(made, seed=seed)
        self._market = self._steering.market(observe=OBSERVED)
        self._before: list[Checkpoint] = []
        self.looked_back = (0, 0)
        self._lock, self._busy = threading.RLock(), threading.Lock()
        self._look_around()

    # Teams ------------------------------------------------------------------------------------

    def join(self, code: str, name: str) -> str:
        """Take the next free seat; the secret that the team's page needs from now on.

        A team whom the instructor lets in again finds its own seat by its name.

        Raises
        ------
        GameError
            If the code is wrong, the name is none or taken, or no seat is free.
        """
        called = " ".join(name.split())
        with self._lock:
            if not secrets.compare_digest(code.strip().upper().encode(), self.code.encode()):
                raise WrongCodeError(
                    "this is not the join code of the game; look at the wall again"
                )
            if not called or len(called) > LONGEST_NAME or not called.isprintable():
                raise GameError(f"a team's name has from 1 to {LONGEST_NAME} letters")
            own = [seat for seat in self.seats if seat.team.casefold() == called.casefold()]
            if any(seat.is_taken for seat in own):
                raise GameError(
                    f"there is a team '{visible(called)}' already; take another name, or have the "
                    "instructor let it in again"
                )
            # Seats that nobody has had come before those of teams that may come back.
            left = sorted((s for s in self.seats if not s.is_taken), key=lambda s: bool(s.team))
            free = next(iter([*own, *left]), None)
            if free is None:
                raise GameError(f"all {len(self.seats)} seats are taken")
            free.team, free.secret = called, secrets.token_urlsafe(18)
            self.version += 1
            return free.secret

    def let_in_again(self, firm: str) -> None:
        """Free the seat of a firm whose team has lost its page; what it decided stands.

        Raises
        ------
        GameError
            If no team sits there.
        """
        with self._lock:
            seat = next((s for s in self.seats if s.firm == firm and s.is_taken), None)
            if seat is None:
                raise GameError(f"no team steers '{visible(firm)[:60]}'")
            seat.secret = ""
            self.version += 1

    def submit(self, secret: str, number: int, levers: Mapping[str, Value]) -> int:
        """Decide a round: the number of levers that change.

        Parameters
        ----------
        number
            The round that is decided, counted from 1.
        levers
            New values by path; what is left out stays as it is.

        Raises
        ------
        GameError
            If the round is over or decided, or a lever is not the team's own or out of bounds.
        """
        with self._lock:
            seat = self._seat(secret)
            self._check_round(seat, number)
            values = {entry["path"]: entry["value"] for entry in seat.levers}
            foreign = [path for path in levers if path not in values]
            if foreign:
                raise GameError(f"your firm has no lever '{visible(foreign[0])[:120]}'")
            for path, value in levers.items():
                wrong = fault(self._steering.scenario.raw, path, value)
                if wrong is not None:
                    raise GameError(wrong)
            seat.decided = {path: v for path, v in levers.items() if v != values[path]}
            self.version += 1
            return len(seat.decided)

    def _check_round(self, seat: Seat, number: int) -> None:
        current = self.played + 1
        if self.state == FINISHED:
            raise GameError("the game is over; nothing can be decided any more")
        if number < current or self.state == PLAYING:
            raise GameError(f"too late: round {number} is played already")
        if number > current:
            raise GameError(f"round {number} is not open yet; round {current} is")
        if seat.decided is not None:
            raise GameError(f"your team has decided round {number} already, and that stands")

    def _seat(self, secret: str) -> Seat:
        for seat in self.seats:
            if seat.is_taken and secrets.compare_digest(secret.encode(), seat.secret.encode()):
                return seat
        raise GameError("this game does not know your team; join it with the code")

    def view(self, secret: str) -> dict[str, Any]:
        """What one team sees: what its firm can see, its own books, its own levers.

        Raises
        ------
        GameError
            If there is no such team.
        """
        with self._lock:
            seat = self._seat(secret)
            own = self.seats.index(seat)
            view = self._common() | {
                "seat": own, "team": seat.team, "firm": seat.firm, "sight": seat.sight,
                "levers": seat.levers, "decided": seat.decided, "books": self._books(own),
            }
            if self.state == FINISHED:
                view["leaderboard"] = self.leaderboard()
            if self.debriefed is not None:
                view["debrief"] = self.debriefed.as_data(only=own)
            return view

    def _books(self, own: int) -> dict[str, list[float]]:
        if self.state == PLAYING:
            return {}
        column = self._market.firm_names.index(self.seats[own].firm)
        recorded = self._market.recorder.recorded()
        return {name: recorded[name][:, column].tolist() for name in OF_BOOKS}

    # The instructor ---------------------------------------------------------------------------

    def check_instructor(self, secret: str) -> None:
        """Refuse everybody else.

        Raises
        ------
        GameError
            If it is not the instructor.
        """
        if not secrets.compare_digest(secret.encode(), self.instructor.encode()):
            raise GameError("this is the instructor's page; open the address printed at the start")

    def overview(self) -> dict[str, Any]:
        """What the instructor sees."""
        with self._lock:
            view = self._common() | {
                "code": self.code, "leaderboard": self.leaderboard(),
                "looked_back": self.looked_back,
                "seats": [
                    {"firm": seat.firm, "team": seat.team, "taken": seat.is_taken,
                     "decided": seat.decided is not None}
                    for seat in self.seats
                ],
            }
            if self.debriefed is not None:
                view["debrief"] = self.debriefed.as_data()
            return view

    def _common(self) -> dict[str, Any]:
        return {
            "version": self.version, "title": self.title, "currency": self.currency,
            "state": self.state, "round": min(self.played + 1, self.rounds), "played": self.played,
            "rounds": self.rounds, "weeks": self.weeks,
        }

    def advance(self, number: int) -> None:
        """Live the weeks of a round with what teams have decided; who has not keeps its levers.

        Raises
        ------
        GameError
            If no team has joined, or this round is not the next.
        """
        with self._alone():
            self._begin_round(number)
            self._before.append(self._market.checkpoint())
            steer(self._market, self._steering.log)
            for _ in range(self.weeks):
                self._market.step()
            self._end_round()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """While one instructor's page plays or looks back, another cannot."""
        if not self._busy.acquire(blocking=False):
            raise GameError("the market is at work; wait a moment")
        try:
            yield
        finally:
            self._busy.release()

    def _begin_round(self, number: int) -> None:
        with self._lock:
            if self.state == FINISHED:
                raise GameError("the game is over")
            if number != self.played + 1:
                raise GameError(f"round {number} is not the next one to be played")
            if not any(seat.is_taken for seat in self.seats):
                raise GameError("no team has joined yet")
            changes = [
                Change(self._market.week + 1, path, value)
                for seat in self.seats for path, value in (seat.decided or {}).items()
            ]
            self._steering = self._steering.with_log([*self._steering.log, *changes])
            self.state, self.version = PLAYING, self.version + 1

    def _end_round(self) -> None:
        with self._lock:
            self.played += 1
            for seat in self.seats:
                seat.decided = None
            self.state = FINISHED if self.played == self.rounds else DECIDING
            self.version += 1
            self._look_around()
        self._keep()

    def _keep(self) -> None:
        """Called after each round and look back, while the market stands still."""

    def leaderboard(self) -> list[dict[str, Any]]:
        """Seats with what they earned so far, best first."""
        if self.state == PLAYING:
            return []
        recorded = self._market.recorder.recorded()
        rows = []
        for seat in self.seats:
            column = self._market.firm_names.index(seat.firm)
            last = slice(-self.weeks, None)
            rows.append({
                "team": seat.team, "firm": seat.firm,
                "profit": float(recorded["profit"][:, column].sum()),
                "market_share": _mean(recorded["market_share"][last, column]),
                "satisfaction": _mean(recorded["satisfaction"][last, column]),
                "weekly": np.cumsum(recorded["profit"][:, column]).tolist(),
            })
        return sorted(rows, key=lambda row: (-row["profit"], row["firm"]))

    def debrief(self) -> Debrief:
        """What each decision was worth: the game lived again without it, under the same luck.

        Raises
        ------
        GameError
            If no round is played, or the market is at work.
        """
        with self._alone():
            if not self.played:
                raise GameError("there is nothing to look back at yet")
            found = worth_of_decisions(
                self._market, self._before, self._steering.log,
                [seat.firm for seat in self.seats], progress=self._tell,
            )
            with self._lock:
                self.debriefed, self.version = found, self.version + 1
            self._keep()
            return found

    def _tell(self, done: int, of: int) -> None:
        with self._lock:
            self.looked_back, self.version = (done, of), self.version + 1

    def _look_around(self) -> None:
        """Note what each firm sees, and its levers; done while the market stands still."""
        entries = controls(self._market)
        for seat in self.seats:
            f = self._market.firm_names.index(seat.firm)
            seat.sight = plain_sight(look(self._market, f, communities=True))
            seat.levers = [
                entry for entry in entries
                if entry["firm"] == seat.firm and entry["acts"] and entry["label"] != "policy"
            ]
        self.debriefed, self.looked_back = None, (0, 0)

    @property
    def market(self) -> Market:
        """The market as it is between two rounds."""
        return self._market

    @property
    def log(self) -> tuple[Change, ...]:
        """All levers as teams moved them."""
        return self._steering.log


def _mean(values: Any) -> float | None:
    """Mean of the weeks that have a value; None where none has."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None

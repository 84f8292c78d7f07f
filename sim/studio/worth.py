"""What each decision of a game was worth: the game lived again without it, under the same luck.

Draws are addressed, so a replay differs from the game by what the decision caused and nothing
else. Later decisions stand as they were made; a lever that was moved keeps its old value until its
team moves it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.checkpoint import Checkpoint
from sim.market import Market
from sim.studio.steering import Change, steer

Weekly = NDArray[np.float64]


@dataclass(frozen=True)
class Worth:
    """One decision of one team, or all of them, against the game without it.

    Attributes
    ----------
    seat : number of the team's seat.
    round : counted from 1; 0: all decisions of the team together.
    changes : levers that it moved: path and value.
    profit : what it added to profit from then to the end, in currency.
    market_share : what it added to the share of the last round.
    without : cumulated profit of the team's firm without it, (n_weeks,).
    """

    seat: int
    round: int
    changes: tuple[tuple[str, Any], ...]
    profit: float
    market_share: float
    without: tuple[float, ...]


@dataclass(frozen=True)
class Debrief:
    """All decisions of a game.

    Attributes
    ----------
    played : cumulated profit of each seat's firm as played, (n_seats, n_weeks).
    """

    firms: tuple[str, ...]
    played: tuple[tuple[float, ...], ...]
    decisions: tuple[Worth, ...]

    def as_data(self, only: int | None = None) -> dict[str, Any]:
        """Plain data for a page; of one seat only, if asked."""
        return {
            "firms": list(self.firms),
            "played": {
                self.firms[s]: list(weekly) for s, weekly in enumerate(self.played)
                if only in (None, s)
            },
            "decisions": [
                {"firm": self.firms[one.seat], "round": one.round,
                 "changes": [list(change) for change in one.changes], "profit": one.profit,
                 "market_share": one.market_share, "without": list(one.without)}
                for one in self.decisions if only in (None, one.seat)
            ],
        }


def worth_of_decisions(
    market: Market, before: Sequence[Checkpoint], log: Sequence[Change], firms: Sequence[str], *,
    progress: Callable[[int, int], None] | None = None,
) -> Debrief:
    """Live the game again without each decision.

    Parameters
    ----------
    market
        As played.
    before
        The market before each round.
    log
        All levers as teams moved them.
    firms
        The firm of each seat.
    progress
        Called with the decisions done and their number.
    """
    starts = [checkpoint.week for checkpoint in before]
    asked: list[tuple[int, int]] = []
    for s, firm in enumerate(firms):
        rounds = [r for r, week in enumerate(starts) if _made(log, firm, week + 1)]
        asked += [(s, r + 1) for r in rounds]
        asked += [(s, 0)] if len(rounds) > 1 else []
    found = []
    for done, (s, number) in enumerate(asked):
        found.append(_without(market, before, log, firms[s], (s, number)))
        if progress is not None:
            progress(done + 1, len(asked))
    profit = market.recorder.recorded()["profit"]
    return Debrief(
        tuple(firms), tuple(_cumulated(profit, market.firm_names.index(f)) for f in firms),
        tuple(found),
    )


def _made(log: Sequence[Change], firm: str, week: int | None) -> list[Change]:
    """Levers of a firm that were moved in a week; of all weeks if None."""
    return [
        change for change in log
        if change.path.startswith(f"firms.{firm}.") and week in (None, change.week)
    ]


def _without(
    market: Market, before: Sequence[Checkpoint], log: Sequence[Change], firm: str,
    which: tuple[int, int],
) -> Worth:
    """Live on from before the decision, without it, to the week in which the game stands."""
    seat, number = which
    start = before[max(number - 1, 0)]
    undone = _made(log, firm, start.week + 1 if number else None)
    twin = Market.resume(start)
    steer(twin, [change for change in log if change not in undone])
    while twin.week < market.week:
        twin.step()
    return _compared(market, twin, firm, Worth(
        seat, number, tuple((change.path, change.value) for change in undone), 0.0, 0.0, (),
    ), before)


def _compared(
    market: Market, twin: Market, firm: str, about: Worth, before: Sequence[Checkpoint]
) -> Worth:
    f = market.firm_names.index(firm)
    real, other = market.recorder.recorded(), twin.recorder.recorded()
    last = slice(before[-1].week, None)
    share = np.nan_to_num(real["market_share"][last, f]).mean()
    share_without = np.nan_to_num(other["market_share"][last, f]).mean()
    return Worth(
        about.seat, about.round, about.changes,
        float((real["profit"][:, f] - other["profit"][:, f]).sum()),
        float(share - share_without), _cumulated(other["profit"], f),
    )


def _cumulated(profit: Weekly, f: int) -> tuple[float, ...]:
    return tuple(np.cumsum(profit[:, f]).tolist())

"""Who meets whom and what each earns: all pairs on both seats, then all at once in turns."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.decisions.regret import Goal
from sim.errors import ScenarioError
from sim.observers.base import outcomes
from sim.policies.base import policies as shipped
from sim.policies.code import is_code
from sim.results.jobs import Job, Series, live_all
from sim.results.statistics import Estimate, difference, estimate, over_weeks
from sim.scenario import Scenario
from sim.tournament.arena import MOST_SEATS, arena, seat
from sim.wording import did_you_mean, visible

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Tournament:
    """What policies earn against each other.

    Attributes
    ----------
    pairs : shape ``(n_policies, n_policies, n_replications)``: what the row's policy earns against
        the column's, mean over both seats.
    all_at_once : shape ``(n_policies, n_replications)``: with all policies in one market, mean
        over turns on the seats; None where they are too many for one market.
    outcome : what is earned.
    unit : of what.
    goal : whether more of it or less is better.
    """

    policies: tuple[str, ...]
    pairs: Numbers
    all_at_once: Numbers | None
    outcome: str
    unit: str
    goal: Goal = "maximize"

    @property
    def tells_replies(self) -> bool:
        """Whether there are replications enough to tell best replies from chance."""
        return bool(self.pairs.shape[2] > 1)

    def lead(self, values: Numbers) -> Numbers:
        """``values`` as the goal sees them: more is better."""
        return values if self.goal == "maximize" else -values

    def against_all(self, policy: int) -> Estimate:
        """What a policy earns, mean over all opponents with itself among them."""
        return estimate(self.pairs[policy].mean(axis=0))

    def payoff(self, policy: int, opponent: int) -> Estimate:
        """What a policy earns against one opponent."""
        return estimate(self.pairs[policy, opponent])

    def best_replies(self, opponent: int) -> list[int]:
        """Policies that the best one does not beat with 95% confidence here, best first."""
        earned = self.lead(self.pairs[:, opponent])
        found = [estimate(one) for one in earned]
        known = [p for p, one in enumerate(found) if one.n >= self._needed]
        order = sorted(known, key=lambda p: -found[p].value)
        return [p for p in order if not difference(earned[order[0]], earned[p]).low > 0]

    def equilibria(self) -> list[tuple[int, int]]:
        """Pairs in which each is a best reply to the other: pure equilibria of the game."""
        n = len(self.policies)
        return [
            (a, b) for a in range(n) for b in range(a, n)
            if a in self.best_replies(b) and b in self.best_replies(a)
        ]

    @property
    def ranking(self) -> list[int]:
        """Policies by what they earn over all opponents, best first.

        Last come those with a value in but one of several replications, or in none.
        """
        found = [self.against_all(p) for p in range(len(self.policies))]
        means = np.array([one.value if one.n >= self._needed else np.nan for one in found])
        return [int(p) for p in np.argsort(-self.lead(means), kind="stable")]

    @property
    def _needed(self) -> int:
        """Replications with a value that a policy needs to be compared."""
        return 2 if self.tells_replies else 1


def play(
    scenario: Scenario,
    policies: Sequence[str],
    *,
    firm: str | None = None,
    outcome: str = "profit",
    goal: Goal = "maximize",
    replications: int = 20,
    seed: int = 0,
    weeks: int | None = None,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Tournament:
    """Let policies meet.

    Parameters
    ----------
    policies
        Names of shipped policies, or ``module:Class`` of one's own.
    outcome
        What is earned: an outcome by firm, summarized over weeks as it declares.
    goal
        Whether policies play for more of it or for less.

    Raises
    ------
    ScenarioError
        If there is no such policy, there are fewer than two, or the outcome is not one by firm.
    """
    names = tuple(dict.fromkeys(policies))
    for name in names:
        if not is_code(name) and name not in shipped():
            raise ScenarioError(
                f"no policy is called '{visible(name)}'{did_you_mean(name, shipped())}"
            )
    if len(names) < 2:
        raise ScenarioError("a tournament needs at least two policies")
    declared = outcomes().get(outcome)
    if declared is None or declared.per != "firm":
        raise ScenarioError(
            f"'{outcome}' is no outcome by firm; see them with: counterpoise show outcomes"
        )
    settings: dict[str, Any] = {
        "outcome": outcome, "seed": seed, "replications": replications, "weeks": weeks,
        "workers": workers, "progress": progress,
    }
    duels = list(itertools.product(range(len(names)), repeat=2))
    earned = _meet(arena(scenario, 2, firm), [[names[a], names[b]] for a, b in duels], **settings)
    pairs = np.zeros((len(names), len(names), replications))
    for (a, b), money in zip(duels, earned, strict=True):
        pairs[a, b] += money[0] / 2  # on the first seat
        pairs[b, a] += money[1] / 2  # the same policy pair seen from the second
    everybody: Numbers | None = None
    if 2 < len(names) <= MOST_SEATS:
        everybody = _turns(arena(scenario, len(names), firm), names, settings)
    unit = declared.unit_over_weeks(scenario.document.currency)
    return Tournament(names, pairs, everybody, outcome, unit, goal)


def matches(n: int) -> int:
    """Markets a replication that so many policies take."""
    return n * n + (n if 2 < n <= MOST_SEATS else 0)


def _turns(market: Scenario, names: Sequence[str], settings: dict[str, Any]) -> Numbers:
    """All in one market; in turn t policy p sits on seat p + t."""
    n = len(names)
    tables = [[names[(s - turn) % n] for s in range(n)] for turn in range(n)]
    earned = _meet(market, tables, **settings)
    by_turn = [[money[(p + turn) % n] for p in range(n)] for turn, money in enumerate(earned)]
    return np.asarray(np.mean(by_turn, axis=0))


def _meet(
    market: Scenario, tables: Sequence[Sequence[str]], *, outcome: str, seed: int,
    replications: int, weeks: int | None, workers: int | None,
    progress: Callable[[int], None] | None,
) -> list[Numbers]:
    """What each seat earns, ``(n_seats, n_replications)`` for every table of policies."""
    length = weeks or market.document.weeks
    jobs = [
        Job(None, replication, seed, length, observe=(outcome,), overrides={
            f"firms.{seat(s)}.policy": name for s, name in enumerate(table)
        })
        for replication in range(replications) for table in tables
    ]
    lived = live_all(market, jobs, workers=workers, progress=progress)
    values = [_over_weeks(series, outcome) for series in lived]
    return [
        np.array(values[t :: len(tables)]).T for t in range(len(tables))
    ]


def _over_weeks(series: Series, outcome: str) -> Numbers:
    """One number a firm, as the outcome is summarized over weeks."""
    return over_weeks(series[outcome].T, outcomes()[outcome].over_weeks)

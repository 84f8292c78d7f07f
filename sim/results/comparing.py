"""Runs beside each other: what was set otherwise, and what became of it.

Luck belongs to the seed and to the names of things, not to the file. So two runs under one seed
share it as the strategies of one run do, also where settings, events or mechanisms were edited in
between, and their difference is paired by replication.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.asking import known
from sim.errors import RunError
from sim.results.run import RunResult
from sim.scenario.scenario import MAKES_A_RUN, resolve

ABSENT = "nothing"


@dataclass(frozen=True)
class Change:
    """A setting that is not the same in two runs.

    Parameters
    ----------
    path
        Which.
    before, after
        Its values; ``ABSENT`` where there is none.
    """

    path: str
    before: Any
    after: Any


def beside(runs: Mapping[str, RunResult], strategy: str) -> RunResult:
    """One strategy of several runs as if the runs were its strategies, the first the baseline.

    Holds what all have: replications, weeks, outcomes, firms and offers; the rest of the scenario
    is that of the last run.

    Parameters
    ----------
    runs
        At least two, by name.

    Raises
    ------
    RunError
        If there are fewer, or they have no firm or no outcome in common.
    ScenarioError
        If one has no such strategy.
    """
    names, results = list(runs), list(runs.values())
    if len(results) < 2:
        raise RunError(f"at least two runs are compared. Got {len(results)}.")
    last = results[-1]
    weeks = min(one.weeks for one in results)
    replications = min(one.replications for one in results)
    common = [n for n in last.series if all(n in one.declared for one in results)]
    made = RunResult(
        scenario=last.scenario, strategies=names, seed=last.seed, replications=replications,
        weeks=weeks, series={}, history={"run_id": "runs beside each other"},
    )
    made.firm_names = _in_all([one.firm_names for one in results])
    made.offer_names = _in_all([one.offer_names for one in results])
    if not made.firm_names or not common:
        raise RunError(
            f"{names[0]} and {names[-1]} have no {'outcome' if made.firm_names else 'firm'} in "
            "common: there is nothing to compare"
        )
    whose = {"firm": made.firm_names, "offer": made.offer_names}
    for outcome in common:
        blocks = []
        for one in results:
            row = one.strategies.index(known(strategy, one.strategies, "strategy"))
            block = one.series[outcome][row, :replications, :weeks]
            per = one.declared[outcome].per
            if per in whose:
                own = {"firm": one.firm_names, "offer": one.offer_names}[per]
                block = block[..., [own.index(name) for name in whose[per]]]
            blocks.append(block)
        made.series[outcome] = np.stack(blocks)
        made.declared[outcome] = last.declared[outcome]
    return made


def strategies_of(runs: Mapping[str, RunResult]) -> list[str]:
    """Strategies that all runs have, in the order of the first.

    Raises
    ------
    RunError
        If there is none.
    """
    found = _in_all([one.strategies for one in runs.values()])
    if not found:
        each = "; ".join(f"{name}: {', '.join(one.strategies)}" for name, one in runs.items())
        raise RunError(f"the runs have no strategy in common ({each})")
    return found


def changes(before: RunResult, after: RunResult, strategy: str) -> list[Change]:
    """Settings, defaults included, that differ between two runs under a strategy of both."""
    old, new = (_settings(one, strategy) for one in (before, after))
    return [
        Change(path, old.get(path, ABSENT), new.get(path, ABSENT))
        for path in dict.fromkeys([*old, *new])
        if old.get(path, ABSENT) != new.get(path, ABSENT)
    ]


def doubts(runs: Mapping[str, RunResult]) -> list[str]:
    """What makes runs less comparable than they look, a sentence each."""
    results, found = list(runs.values()), []
    if len({one.seed for one in results}) > 1:
        seeds = ", ".join(str(one.seed) for one in results)
        found.append(f"seeds differ ({seeds}): the runs share no luck, intervals are wider for it")
    engines = list(dict.fromkeys(str(one.provenance.get("engine")) for one in results))
    if len(engines) > 1:
        found.append(
            f"versions differ ({', '.join(engines)}): part of a difference may be the program's"
        )
    for what in ("replications", "weeks"):
        counts = [getattr(one, what) for one in results]
        if len({*counts}) > 1:
            each = " and ".join(map(str, counts))
            found.append(f"of {each} {what} the first {min(counts)} count")
    return found


def _settings(result: RunResult, strategy: str) -> dict[str, Any]:
    plain = resolve(result.scenario.world(strategy))
    return dict(_flat({name: plain[name] for name in MAKES_A_RUN}, ""))


def _flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Settings by path; what lies in a list is numbered from 1, or has its own name."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for number, inner in enumerate(value, start=1):
            named = inner.get("name") if isinstance(inner, Mapping) else None
            yield from _flat(inner, f"{path}.{named or number}")
    elif value not in ({}, []):
        yield path, value


def _in_all(lists: Sequence[Sequence[str]]) -> list[str]:
    return [name for name in lists[0] if all(name in other for other in lists[1:])]

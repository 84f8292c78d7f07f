"""What ``counterpoise compare`` does: settings that differ between runs, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import RunError
from sim.terminal.console import bold, console, dim, put, say, say_json

if TYPE_CHECKING:
    from rich.console import Console

    from sim.results.comparing import Change
    from sim.results.run import RunResult

MOST_CHANGES = 20
LONGEST_VALUE = 40


def compare(
    folders: Sequence[Path], *, strategy: str | None, outcomes: Sequence[str], as_json: bool,
) -> None:
    """Show runs beside each other.

    Parameters
    ----------
    folders
        Folders of at least two runs; differences are to the first.
    strategy
        Under which strategy; None is all that they have in common.
    outcomes
        Which outcomes; none: those that claims name and those that always matter.

    Raises
    ------
    RunError
        If a run cannot be read, or the runs have nothing in common.
    ScenarioError
        If one has no such strategy, or there is no such outcome.
    """
    from sim.asking import known
    from sim.results.comparing import beside, doubts, strategies_of
    from sim.results.key import key_outcomes
    from sim.results.store import load

    runs = {name: load(folder) for name, folder in zip(_names(folders), folders, strict=True)}
    under = {name: beside(runs, name) for name in ([strategy] if strategy else strategies_of(runs))}
    for result in under.values():
        for outcome in outcomes:
            known(outcome, result.declared, "outcome of all runs")
    asked = {name: list(outcomes) or key_outcomes(result) for name, result in under.items()}
    if as_json:
        say_json({
            "runs": [str(folder) for folder in folders], "doubts": doubts(runs),
            "strategies": {
                name: _as_data(runs, result, name, asked[name]) for name, result in under.items()
            },
        })
        return
    screen = console()
    for text in doubts(runs):
        put(screen, dim(text))
    for name, result in under.items():
        _show(screen, runs, result, name, asked[name])


def _show(
    screen: Console, runs: Mapping[str, RunResult], result: RunResult, strategy: str,
    outcomes: Sequence[str],
) -> None:
    from sim.results.comparing import changes
    from sim.terminal.answer import show_outcomes

    say("")
    put(screen, bold(f"Under “{strategy}”"))
    first, *others = runs
    for other in others:
        found = changes(runs[first], runs[other], strategy)
        put(screen, f"{_told(found)} in {other}{':' if found else ''}")
        for change in found[:MOST_CHANGES]:
            put(screen, f"{change.path}: {_short(change.before)} → {_short(change.after)}", by=4,
                lead="  ·")
        if len(found) > MOST_CHANGES:
            put(screen, dim(f"  and {len(found) - MOST_CHANGES:,} more; --json lists all"))
    say("")
    show_outcomes(screen, result, outcomes)


def _told(found: Sequence[Change]) -> str:
    if not found:
        return "Nothing is set otherwise"
    return "One setting differs" if len(found) == 1 else f"{len(found):,} settings differ"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _as_data(
    runs: Mapping[str, RunResult], result: RunResult, strategy: str, outcomes: Sequence[str]
) -> dict[str, Any]:
    from sim.results.comparing import changes
    from sim.results.key import firm_of, outcome_unit
    from sim.results.summary import plain

    first, *others = runs
    return {
        "changes": {
            other: [vars(one) for one in changes(runs[first], runs[other], strategy)]
            for other in others
        },
        "outcomes": [
            {
                "outcome": outcome, "of": firm_of(result, outcome),
                "unit": outcome_unit(result, outcome),
                "runs": {
                    name: plain(vars(result.estimate(outcome, name, firm_of(result, outcome))))
                    for name in runs
                },
                "differences": {
                    name: plain(vars(result.difference(outcome, name, firm_of(result, outcome))))
                    for name in others
                },
            }
            for outcome in outcomes
        ],
    }


def _names(folders: Sequence[Path]) -> list[str]:
    """Short names of run folders: the last part where these differ, else the whole path."""
    paths = [folder.resolve() for folder in folders]
    if len({*paths}) < len(paths):
        raise RunError(f"{folders[0]}: name different runs to compare")
    last = [path.name for path in paths]
    return last if len({*last}) == len(last) else [str(folder) for folder in folders]

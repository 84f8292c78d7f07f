"""What ``counterpoise run`` does: check all inputs, run one scenario after the other, show each."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import CounterpoiseError
from sim.terminal.checking import tell_notes
from sim.terminal.console import complain, say, say_json
from sim.terminal.folders import check_place, check_space, keep
from sim.terminal.inputs import load_all, read_assignments
from sim.terminal.program import BAD_INPUT, GOOD, REFUTED
from sim.terminal.progress import progress

if TYPE_CHECKING:
    from sim.results.run import RunResult
    from sim.scenario import Scenario


@dataclass(frozen=True)
class Asked:
    """What was asked for beside the scenarios."""

    seed: int = 0
    replications: int = 20
    weeks: int | None = None
    assignments: list[str] = field(default_factory=list)
    strategies: list[str] = field(default_factory=list)
    out: Path | None = None
    workers: int | None = None
    quiet: bool = False
    as_json: bool = False
    allow_code: bool = False
    precision: float | None = None
    most: int = 1_000


def run_all(names: Sequence[str], asked: Asked) -> int:
    """Run every scenario named; the worst exit code of all."""
    scenarios = load_all(
        names, read_assignments(asked.assignments), asked.strategies, allow_code=asked.allow_code
    )
    several = len(scenarios) > 1
    check_place(asked.out, several=several)
    check_space(asked.out, sum(_space(scenario, asked) for scenario in scenarios))
    codes, documents = [], []
    for number, scenario in enumerate(scenarios):
        if number and not asked.as_json:
            say("")
        try:
            code, document = _run(scenario, asked, several=several)
        except CounterpoiseError as error:
            if not several:
                raise
            complain(f"{scenario.id}: {error}")
            code, document = BAD_INPUT, {"scenario": scenario.id, "error": str(error)}
        codes.append(code)
        documents.append(document)
    if asked.as_json:
        say_json(documents if several else documents[0])
    return max(codes)


def _run(scenario: Scenario, asked: Asked, *, several: bool) -> tuple[int, dict[str, Any]]:
    from sim.results.precision import run_until
    from sim.results.run import run

    tell_notes(scenario, quiet=asked.quiet)
    strategies = asked.strategies or list(scenario.strategies)
    weeks: Any = asked.weeks or scenario.overrides.get("weeks")
    total = asked.replications * len(strategies)
    settings: dict[str, Any] = {
        "strategies": strategies, "seed": asked.seed, "weeks": weeks, "workers": asked.workers,
    }
    with progress(scenario.id, total, quiet=asked.quiet) as report:
        if asked.precision is None:
            result = run(scenario, replications=asked.replications, progress=report, **settings)
        else:
            result = run_until(
                scenario, asked.precision, fewest=min(asked.replications, asked.most),
                most=asked.most, progress=report, **settings,
            )
    document: dict[str, Any] = {}
    if asked.as_json:
        from sim.results.summary import summary_data

        document = summary_data(result)
        if asked.precision is not None:
            from sim.results.precision import reached

            document["precision_reached"] = reached(result, asked.precision)
        try:
            folder = _save(result, asked, several=several)
        except (CounterpoiseError, OSError) as error:
            # What took long to come to is told, though it cannot be kept.
            complain(f"{scenario.id}: {error}" if several else str(error))
            return BAD_INPUT, {**document, "folder": None, "report": None, "error": str(error)}
        document |= {"folder": str(folder), "report": str(folder / "report.html")}
    else:
        from sim.terminal.answer import show_place, show_result

        try:
            # The answer first: drawing the report takes as long again.
            show_result(result, asked.precision)
            sys.stdout.flush()
        except OSError:  # nobody reads it, or it cannot be written: the run is kept all the same
            complain(f"run     {_save(result, asked, several=several)}")
            raise
        show_place(_save(result, asked, several=several))
    refuted = any(verdict.verdict == "refuted" for verdict in result.verdicts())
    return (REFUTED if refuted else GOOD), document


def _space(scenario: Scenario, asked: Asked) -> float:
    """Bytes that the run folder takes; with --precision, that of the fewest replications."""
    from sim.asking import length_of
    from sim.results.store import space_needed

    strategies = asked.strategies or list(scenario.strategies)
    weeks: Any = asked.weeks or scenario.overrides.get("weeks")
    try:
        length = length_of(weeks, scenario.world(strategies[0]))
    except CounterpoiseError:  # its run will say so
        return 0.0
    most = asked.replications if asked.precision is None else min(asked.replications, asked.most)
    return space_needed(scenario, strategies, most, length)


def _save(result: RunResult, asked: Asked, *, several: bool) -> Path:
    from sim.results.store import save

    return keep(partial(save, result), asked.out, result.scenario.id, several=several)

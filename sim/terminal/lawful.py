"""What ``counterpoise laws`` does: scale the scenario, live it, show laws, write the page."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.terminal.console import bold, console, dim, put, say, say_json
from sim.terminal.inputs import load_all, read_assignments
from sim.terminal.progress import progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from sim.laws.base import Checked
    from sim.laws.gather import LawsResult
    from sim.scenario import Scenario

SIZE, CUSTOMERS = "customers.n", 10_000
FOLDER = Path("runs") / "laws"
STYLES = {
    "holds": "green", "does not hold": "bold red", "cannot be told": "yellow",
    "does not apply": "dim",
}
HEAD = ("law", "measured", "95% interval", "required", "verdict")
GAP, INDENT = 2, 4


@dataclass(frozen=True)
class Asked:
    """What was asked for beside the scenario."""

    replications: int = 20
    seed: int = 0
    customers: int | None = None
    assignments: list[str] = field(default_factory=list)
    workers: int | None = None
    out: Path | None = None
    allow_code: bool = False
    quiet: bool = False
    as_json: bool = False


def check_laws(name: str, asked: Asked) -> None:
    """Hold a scenario against the laws, show the verdicts, and write the page."""
    scenario = _scaled(name, asked)
    from sim.laws.gather import check, survey
    from sim.laws.page import write_page

    total = survey(scenario).markets * asked.replications
    if not asked.quiet:
        say(f"{scenario.id}: {scenario.world().customers.n:,} customers, {total:,} markets",
            to=sys.stderr)
    with progress(scenario.id, total, quiet=asked.quiet) as report:
        result = check(
            scenario, replications=asked.replications, seed=asked.seed, workers=asked.workers,
            progress=report,
        )
    place = FOLDER / f"{scenario.id}.html" if asked.out is None else asked.out / "index.html"
    write_page(place, result)
    if asked.as_json:
        say_json({**as_data(result), "page": str(place)})
    else:
        show(result, place)


def _scaled(name: str, asked: Asked) -> Scenario:
    """The scenario, with as many customers as asked for, or enough for laws to be told."""
    overrides = read_assignments(asked.assignments)
    (scenario,) = load_all([name], overrides, allow_code=asked.allow_code)
    own, network = scenario.world().customers.n, scenario.world().customers.network
    if asked.customers is not None:
        n = asked.customers
    elif SIZE in overrides or network.file is not None or network.kind == "complete":
        return scenario  # ties of a file, or to everybody, do not grow with the market
    else:
        n = max(own, CUSTOMERS)
    if n == own:
        return scenario
    (scenario,) = load_all([name], {**overrides, SIZE: n}, allow_code=asked.allow_code)
    return scenario


def as_data(result: LawsResult) -> dict[str, Any]:
    """All numbers as plain JSON; what has no value is null."""
    from sim.laws.words import sentence

    return {
        "scenario": result.scenario.id,
        "answer": sentence(result),
        "customers": result.n_customers,
        "overrides": dict(result.scenario.overrides),
        "seed": result.seed,
        "replications": result.replications,
        "laws": [_law(one) for one in result.checked],
    }


def _law(one: Checked) -> dict[str, Any]:
    law = one.law
    return {
        "id": law.id, "topic": law.topic, "statement": law.statement, "source": law.source,
        "unit": law.unit, "at_least": law.low, "at_most": law.high, "strictly": law.strict,
        "value": _number(one.found.value), "low": _number(one.found.low),
        "high": _number(one.found.high), "n": one.found.n, "verdict": one.verdict,
        "reason": one.reason or None,
        "curves": {
            label: {name: [_number(float(v)) for v in values]
                    for name, values in zip(("x", "y", "low", "high"), parts, strict=True)}
            for label, parts in one.curves.items()
        },
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def show(result: LawsResult, place: Path) -> None:
    """Show the verdicts: a line of numbers a law, and under it what it says and where it is from.

    Parameters
    ----------
    result
        What was found.
    place
        Where the page is.
    """
    from sim.laws.base import IDLE
    from sim.laws.words import AN_OBSERVATION, sentence

    screen = console()
    told = [one for one in result.checked if one.verdict != IDLE]
    if told:
        _show_told(screen, told)
    idle = [one for one in result.checked if one.verdict == IDLE]
    if idle:
        screen.print()
        put(screen, bold("does not apply"))
        for one in idle:
            put(screen, dim(f"{one.law.id}: {one.reason}"), by=GAP)
    screen.print()
    put(screen, bold(sentence(result)))
    put(screen, dim(AN_OBSERVATION))
    put(screen, f"figures in {place}")


def _show_told(screen: Console, told: Sequence[Checked]) -> None:
    from sim.laws.words import interval, value

    rows: list[tuple[str, ...]] = [HEAD]
    rows += [(one.law.id, value(one), interval(one), one.law.range, one.verdict) for one in told]
    widths = [max(len(row[c]) for row in rows) for c in range(len(HEAD))]
    narrow = sum(widths) + GAP * (len(widths) - 1) > screen.width
    if narrow:  # the range then stands in the lines below
        rows = [(*row[:3], row[4]) for row in rows]
        widths = [*widths[:3], widths[4]]
    put(screen, dim(_line(rows[0], widths).plain))
    for one, row in zip(told, rows[1:], strict=True):
        screen.print(_line(row, widths, STYLES[one.verdict]), soft_wrap=True)
        required = f"Required {one.law.range}; " if narrow else ""
        put(screen, one.law.statement, by=INDENT)
        put(screen, dim(_upper(f"{required}{one.law.unit}; {one.law.source}")), by=INDENT)
        if one.reason:
            put(screen, f"{_upper(one.reason)}.", by=INDENT)


def _line(cells: Sequence[str], widths: Sequence[int], style: str = "") -> Text:
    """Cells in columns: the first and the last stand left, numbers between them right."""
    line = bold(cells[0].ljust(widths[0]))
    for cell, width in zip(cells[1:-1], widths[1:-1], strict=True):
        line.append(" " * GAP + cell.rjust(width), style="not bold")
    line.append(" " * GAP, style="not bold")
    line.append(cells[-1], style=style or "not bold")
    return line


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]

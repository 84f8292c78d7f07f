"""The answer of a run: one sentence, the outcomes of each strategy, and what became of claims."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from sim.report.key import firm_of, focal_firm, key_outcomes, label, outcome_unit, over_weeks
from sim.report.text import (
    decimals_for,
    difference_unit,
    format_interval,
    format_value,
    is_distinguishable,
    is_share,
    sentence,
    tally,
    upper,
)
from sim.terminal.claims import STYLES, WIDEST_VERDICT, measured, needed
from sim.terminal.console import console, heading, indented, table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sim.results.run import RunResult
    from sim.results.statistics import Estimate

PLAIN = "0 to 1"
"""The unit that formats a number and appends nothing."""


def show_result(result: RunResult, folder: Path) -> None:
    """Show a run and where it is kept."""
    screen = console()
    screen.print(heading(result.scenario.document.title))
    screen.print(Text(_circumstances(result), style="dim"))
    for line in _changes(result):
        screen.print(indented(line))
    screen.print()
    screen.print(upper(sentence(result)))
    screen.print()
    screen.print(_outcomes(result))
    _show_claims(screen, result)
    screen.print()
    for name, path in (("run", folder), ("report", folder / "report.html")):
        screen.print(f"{name:7}{path}", soft_wrap=True)


def _circumstances(result: RunResult) -> str:
    parts = [
        f"{result.weeks:,} weeks", f"{result.replications:,} replications, seed {result.seed}",
    ]
    if result.replications == 1:
        parts[1] = f"1 replication, seed {result.seed}; that cannot tell an effect from luck"
    return "; ".join(parts)


def _changes(result: RunResult) -> list[str]:
    return [f"with {path} = {value}" for path, value in result.scenario.overrides.items()]


def _outcomes(result: RunResult) -> Table:
    firm, baseline = focal_firm(result), result.strategies[0]
    against = f"against “{baseline}”" if len(baseline) <= 16 else "against the first"
    columns = [firm, "mean", "95% interval"]
    compared = len(result.strategies) > 1
    # The intervals of two columns have the same name: a space tells them apart.
    columns += [against, "95% interval "] if compared else []
    made = table(*columns, right=tuple(columns[1:]))
    for outcome in key_outcomes(result):
        made.add_row(Text(_title(result, outcome)), *[""] * (len(columns) - 1))
        for strategy in result.strategies:
            made.add_row(*_row(result, outcome, strategy, compared=compared))
    return made


def _title(result: RunResult, outcome: str) -> str:
    unit = outcome_unit(result, outcome)
    spelled = f"% of {unit.removeprefix('share of ')}" if is_share(unit) else unit
    name = label(outcome)
    owner = "whole market, " if result.declared[outcome].per == "market" else ""
    said = "" if spelled in name.split() else f", {spelled}"
    return f"{owner}{name}{said}; {over_weeks(result, outcome)}"


def _row(result: RunResult, outcome: str, strategy: str, *, compared: bool) -> list[str | Text]:
    firm, unit = firm_of(result, outcome), outcome_unit(result, outcome)
    own = result.estimate(outcome, strategy, firm)
    cells: list[str | Text] = [Text(f"  {strategy}"), *_numbers(own, unit)]
    if not compared:
        return cells
    if strategy == result.strategies[0]:
        return [*cells, "", ""]
    gap = result.difference(outcome, strategy, firm)
    value, interval = _numbers(gap, unit, sign=True)
    if is_share(unit) and not math.isnan(gap.value):
        value += " points"
    if gap.low == gap.high == 0:
        return [*cells, "the same", ""]
    if math.isnan(gap.low) or math.isnan(gap.value):
        return [*cells, value, interval]
    if not is_distinguishable(gap):
        return [*cells, Text("not distinguishable", style="dim"), Text(interval, style="dim")]
    return [*cells, Text(value, style="bold"), interval]


def _numbers(found: Estimate, unit: str, *, sign: bool = False) -> tuple[str, str]:
    """A mean and its interval without their unit, with the same decimals."""
    of = difference_unit(unit) if sign else unit
    places = decimals_for((found.value, found.low, found.high), of)
    scale = 100.0 if is_share(unit) else 1.0
    value = format_value(scale * found.value, PLAIN, decimals=places, sign=sign)
    if math.isnan(found.low):
        return value, ""
    return value, format_interval(
        scale * found.low, scale * found.high, PLAIN, decimals=places, sign=sign
    )


def _show_claims(screen: Console, result: RunResult) -> None:
    verdicts = result.verdicts()
    if not verdicts:
        return
    screen.print()
    screen.print(heading(upper(tally(verdicts))))
    made = table("verdict", "claim", header=False)
    made.columns[0].min_width = WIDEST_VERDICT
    for verdict in verdicts:
        text = Text(" ".join(verdict.claim.text.split()))
        text.append(f"\n{measured(result, verdict)}; {needed(result, verdict)}", style="dim")
        made.add_row(Text(verdict.verdict, style=STYLES[verdict.verdict]), text)
    screen.print(made)

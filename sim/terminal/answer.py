"""The answer of a run: one sentence, the outcomes of each strategy, and what became of claims."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from sim.report.key import firm_of, focal_firm, key_outcomes, label, outcome_unit, over_weeks
from sim.report.text import is_distinguishable, is_share, sentence, tally, upper
from sim.terminal.claims import STYLES, WIDEST_VERDICT, measured, needed
from sim.terminal.console import console, heading, indented, table
from sim.terminal.figures import Scale, scale_for

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sim.results.run import RunResult

LONGEST_REPEATED = 16
NOT_DISTINGUISHABLE = "not distinguishable"
Row = list[Text]


def show_result(result: RunResult, folder: Path) -> None:
    """Show a run and where it is kept."""
    screen = console()
    screen.print(heading(result.scenario.document.title))
    screen.print(Text(_circumstances(result), style="dim"))
    for path, value in result.scenario.overrides.items():
        screen.print(f"with {path} = {value}")
    screen.print()
    screen.print(upper(sentence(result)))
    screen.print()
    _show_outcomes(screen, result)
    _show_claims(screen, result)
    screen.print()
    for name, path in (("run", folder), ("report", folder / "report.html")):
        screen.print(f"{name:6}  {path}", soft_wrap=True)


def _circumstances(result: RunResult) -> str:
    weeks = f"{result.weeks:,} week{'s' if result.weeks > 1 else ''}"
    if result.replications == 1:
        return f"{weeks}; seed {result.seed}; one replication cannot tell an effect from luck"
    return f"{weeks}; {result.replications:,} replications; seed {result.seed}"


def _show_outcomes(screen: Console, result: RunResult) -> None:
    """One table an outcome, all with the same columns, so that titles may run across them."""
    blocks = [(name, *_block(result, name)) for name in key_outcomes(result)]
    head = [Text(name, style="dim") for name in _headings(result)]
    widths = [
        max(len(row[i]) for row in [head, *(row for *_, rows in blocks for row in rows)])
        for i in range(len(head))
    ]
    # What the numbers leave is for the names.
    widths[0] = max(12, min(widths[0], screen.width - sum(widths[1:]) - 2 * (len(widths) - 1)))
    screen.print(_table([head], widths))
    for name, scale, rows in blocks:
        screen.print(Text(_title(result, name, scale)))
        screen.print(_table(rows, widths))


def _headings(result: RunResult) -> list[str]:
    names = [focal_firm(result), "mean", "95% interval" if result.replications > 1 else ""]
    if len(result.strategies) == 1:
        return names
    baseline = result.strategies[0]
    short = f"“{baseline}”" if len(baseline) <= LONGEST_REPEATED else "the first"
    return [*names, f"against {short}", names[2]]


def _table(rows: Sequence[Row], widths: list[int]) -> Table:
    made = table(*map(str, range(len(widths))), header=False)
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
        column.justify = "left" if column is made.columns[0] else "right"
    for row in rows:
        made.add_row(*row)
    return made


def _title(result: RunResult, outcome: str, scale: Scale) -> str:
    name = label(outcome)
    owner = "whole market: " if result.declared[outcome].per == "market" else ""
    unit = "" if scale.name in name.split() else f", {scale.name}"
    return f"{owner}{name}{unit} ({over_weeks(result, outcome)})"


def _block(result: RunResult, outcome: str) -> tuple[Scale, list[Row]]:
    """The rows of one outcome, a strategy each."""
    firm, unit = firm_of(result, outcome), outcome_unit(result, outcome)
    own = [result.estimate(outcome, strategy, firm) for strategy in result.strategies]
    scale = scale_for(unit, own)
    rows = []
    for strategy, found in zip(result.strategies, own, strict=True):
        row = [Text(f"  {strategy}"), *map(Text, scale.written(found))]
        rows.append(row + _difference(result, outcome, strategy, scale))
    return scale, rows


def _difference(result: RunResult, outcome: str, strategy: str, scale: Scale) -> Row:
    """The paired difference to the first strategy, and its interval."""
    if len(result.strategies) == 1:
        return []
    if strategy == result.strategies[0]:
        return [Text(), Text()]
    gap = result.difference(outcome, strategy, firm_of(result, outcome))
    value, interval = scale.written(gap, is_difference=True)
    if gap.low == gap.high == 0:
        return [Text("the same"), Text()]
    if not math.isnan(gap.value) and is_share(scale.unit):
        value += " points"
    if not math.isnan(gap.low) and not is_distinguishable(gap):
        return [Text(NOT_DISTINGUISHABLE, style="dim"), Text(interval, style="dim")]
    return [Text(value, style="bold"), Text(interval)]


def _show_claims(screen: Console, result: RunResult) -> None:
    verdicts = result.verdicts()
    if not verdicts:
        return
    screen.print()
    screen.print(heading(upper(tally(verdicts))))
    for verdict in verdicts:
        line = table("verdict", "claim", header=False)
        line.columns[0].min_width = WIDEST_VERDICT
        text = Text(" ".join(verdict.claim.text.split()))
        line.add_row(Text(verdict.verdict, style=STYLES[verdict.verdict]), text)
        screen.print(line)
        said = f"{measured(result, verdict)}; {needed(result, verdict)}"
        screen.print(indented(Text(said, style="dim"), WIDEST_VERDICT + 2))

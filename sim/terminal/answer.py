"""The answer of a run: one sentence, the outcomes of each strategy, and what became of claims."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from sim.results.key import (
    events_of,
    firm_of,
    focal_firm,
    key_outcomes,
    known_in,
    label,
    outcome_unit,
    over_weeks,
)
from sim.results.text import is_distinguishable, is_share, sentence, tally, upper, when_it_happens
from sim.terminal.claims import STYLES, WIDEST_VERDICT, measured, needed
from sim.terminal.console import bold, console, dim, put, say
from sim.terminal.figures import Scale, scale_for

if TYPE_CHECKING:
    from rich.console import Console

    from sim.results.run import RunResult

LONGEST_REPEATED, LONGEST_NAME, GAP = 16, 26, 2
NOT_DISTINGUISHABLE = "not distinguishable"
Row = list[Text]


def show_result(result: RunResult, precision: float | None = None) -> None:
    """Show what a run says, and whether it is as precise as was asked for."""
    screen = console()
    put(screen, bold(result.scenario.document.title))
    put(screen, dim(_circumstances(result)))
    for setting, value in result.scenario.overrides.items():
        put(screen, f"with {setting} = {value}")
    say("")
    put(screen, upper(sentence(result)))
    say("")
    show_outcomes(screen, result, key_outcomes(result))
    _show_twins(screen, result)
    _show_luck(screen, result)
    if precision is not None:
        _show_precision(screen, result, precision)
    _show_reversal(screen, result)
    _show_events(screen, result)
    _show_claims(screen, result)


def show_place(folder: Path) -> None:
    """Show where a run is kept."""
    say(f"\nrun     {folder}\nreport  {folder / 'report.html'}")


def _circumstances(result: RunResult) -> str:
    weeks = f"{result.weeks:,} week{'s' if result.weeks > 1 else ''}"
    if result.replications == 1:
        return f"{weeks}; seed {result.seed}; one replication cannot tell an effect from luck"
    return f"{weeks}; {result.replications:,} replications; seed {result.seed}"


def show_outcomes(screen: Console, result: RunResult, outcomes: Sequence[str]) -> None:
    """One table an outcome, all with the same columns, so that titles may run across them."""
    blocks = [(name, *_block(result, name)) for name in outcomes]
    head = [dim(name) for name in _headings(result)]
    widths = _widths([head, *(row for *_, rows in blocks for row in rows)])
    names = min(widths[0], LONGEST_NAME)
    if sum(widths) - widths[0] + names + GAP * (len(widths) - 1) > screen.width:
        against = f"    {head[3]}" if len(head) > 3 else ""
        blocks = [(name, scale, _stacked(rows, against)) for name, scale, rows in blocks]
        head = head[:3]
        widths = _widths([head, *(row for *_, rows in blocks for row in rows)])
    widths[0] = max(GAP, min(widths[0], screen.width - sum(widths[1:]) - GAP * len(widths[1:])))
    screen.print(_line(head, widths), soft_wrap=True)
    for name, scale, rows in blocks:
        put(screen, _title(result, name, scale))
        for row in rows:
            screen.print(_line(row, widths), soft_wrap=True)


def _show_twins(screen: Console, result: RunResult) -> None:
    """Which strategies came out exactly the same, since every row of theirs is equal."""
    from sim.results.twins import in_words

    for text in in_words(result):
        put(screen, text)


def _show_luck(screen: Console, result: RunResult) -> None:
    """What it saved that all strategies had the same luck."""
    from sim.results.luck import in_words

    if said := in_words(result):
        put(screen, dim(said))


def _show_precision(screen: Console, result: RunResult, precision: float) -> None:
    from sim.results.precision import widest

    found = widest(result)
    how = "reached" if found.relative <= precision else "not reached: raise --most"
    put(screen, dim(
        f"Precision of {precision:g} {how}; the widest interval, of {found.name}, is within "
        f"{found.relative:.2g} after {result.replications:,} replications."
    ))


def _widths(rows: Sequence[Row]) -> list[int]:
    return [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]


def _stacked(rows: Sequence[Row], against: str) -> list[Row]:
    """The same rows for a narrow terminal: a difference stands below its strategy."""
    stacked: list[Row] = []
    for row in rows:
        stacked.append(row[:3])
        if len(row) > 3 and row[3]:
            stacked.append([dim(against), *row[3:]])
    return stacked


def _headings(result: RunResult) -> list[str]:
    names = [focal_firm(result), "mean", "95% interval" if result.replications > 1 else ""]
    if len(result.strategies) == 1:
        return names
    baseline = result.strategies[0]
    short = f"“{baseline}”" if len(baseline) <= LONGEST_REPEATED else "the first"
    return [*names, f"against {short}", names[2]]


def _line(row: Row, widths: list[int]) -> Text:
    """A row in columns; a name too long for its column has a line of its own."""
    line = Text() + row[0]
    line.append(" " * (widths[0] - len(line)) if len(line) <= widths[0] else f"\n{'':{widths[0]}}")
    for cell, width in zip(row[1:], widths[1:], strict=True):
        line.append(" " * (GAP + width - len(cell)))
        line.append_text(cell)
    line.rstrip()
    return line


def _title(result: RunResult, outcome: str, scale: Scale) -> str:
    name = label(outcome)
    owner = "whole market: " if result.declared[outcome].per == "market" else ""
    unit = "" if scale.name in name.split() else f", {scale.name}"
    few = known_in(result, outcome, firm_of(result, outcome))
    return f"{owner}{name}{unit} ({over_weeks(result, outcome)}{'; ' if few else ''}{few})"


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
        return [dim(NOT_DISTINGUISHABLE), dim(interval)]
    return [bold(value), Text(interval)]


def _show_reversal(screen: Console, result: RunResult) -> None:
    """When customers come to hold the power, where the scenario claims something about it."""
    from sim.results.reversal import POWER, in_words

    if POWER & {claim.outcome for claim in result.scenario.document.claims} & {*result.series}:
        say("")
        put(screen, upper(in_words(result)))


def _show_events(screen: Console, result: RunResult) -> None:
    """Whether and when events with a condition happened; the others happen as they are written."""
    from sim.results.conditions import in_words

    conditional = [event for event in events_of(result) if event.when is not None]
    if not conditional:
        return
    say("")
    for event in conditional:
        name, when = " ".join(event.name.split()), when_it_happens(event)
        put(screen, f"Event “{name}” ({when}): {'; '.join(in_words(result, event))}")


def _show_claims(screen: Console, result: RunResult) -> None:
    verdicts = result.verdicts()
    if not verdicts:
        return
    say("")
    put(screen, bold(upper(tally(verdicts))))
    for verdict in verdicts:
        lead = Text(verdict.verdict, style=STYLES[verdict.verdict])
        put(screen, " ".join(verdict.claim.text.split()), by=WIDEST_VERDICT + GAP, lead=lead)
        said = f"{measured(result, verdict)}; {needed(result, verdict)}"
        put(screen, dim(said), by=WIDEST_VERDICT + GAP)

"""What ``counterpoise optimize`` does: search for levers, say what of the gain survives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.terminal.answers import keep, kept
from sim.terminal.checking import tell_notes
from sim.terminal.console import bold, console, dim, put, say, say_json
from sim.terminal.folders import DEFAULT
from sim.terminal.program import GOOD
from sim.terminal.stopping import again, stopped
from sim.terminal.sweeping import draining, sweeping_bar

if TYPE_CHECKING:
    from sim.optimization.carry_out import Optimized

TRIALS = 96


@dataclass(frozen=True)
class Asked:
    """What was asked for beside the experiment."""

    trials: int = TRIALS
    fresh_worlds: int | None = None
    seed: int | None = None
    out: Path | None = None
    workers: int | None = None
    fresh: bool = False
    allow_code: bool = False
    quiet: bool = False
    as_json: bool = False


def optimize(name: str, asked: Asked) -> int:
    """Search for levers; the exit code."""
    from sim.experiment.loader import load_experiment
    from sim.experiment.sweep import Stop
    from sim.optimization.carry_out import carry_out

    overrides = {} if asked.seed is None else {"seed": asked.seed}
    study = load_experiment(name, overrides=overrides, allow_code=asked.allow_code)
    tell_notes(study, quiet=asked.quiet)
    folder = asked.out or DEFAULT / f"{study.document.id}-optimization"
    stop = Stop()
    with (
        draining(stop),
        sweeping_bar(f"{study.document.id} search", quiet=asked.quiet) as (begun, report),
    ):
        found = carry_out(
            study, folder, trials=asked.trials, fresh_worlds=asked.fresh_worlds,
            workers=asked.workers, anew=asked.fresh, stop=stop, begun=begun, progress=report,
        )
    if found is None:
        command = again(
            "optimize", name, folder, trials=asked.trials, fresh_worlds=asked.fresh_worlds,
            seed=asked.seed, workers=asked.workers, allow_code=asked.allow_code,
        )
        return stopped(folder, command, as_json=asked.as_json)
    from sim.optimization.page import as_data, page

    data = as_data(found)
    keep(found.folder, "optimization", data, page(found))
    if asked.as_json:
        say_json(data)
    else:
        _show(found)
    return GOOD


def _show(found: Optimized) -> None:
    from sim.optimization import words

    screen = console()
    put(screen, bold(found.study.document.title))
    for text in (words.circumstances(found), words.budget(found)):
        if text:
            put(screen, dim(text))
    say("")
    put(screen, words.answer(found))
    say("")
    _show_levers(screen, found)
    say("")
    _show_goals(screen, found)
    say(kept(found.folder, "optimization"))


def _show_levers(screen: Any, found: Optimized) -> None:
    """What is set: a line a lever, a column a combination, as many as fit."""
    from sim.optimization import words

    columns = [("", *words.lever_names(found)), _column("as it is", found.space.base)]
    columns += [_column(f"trial {one.trial.number}", one.trial.values) for one in found.chosen]
    _show_columns(screen, columns)


def _column(head: str, values: Any) -> tuple[str, ...]:
    from sim.optimization import words

    return (head, *map(words.lever_value, values.tolist()))


def _show_columns(screen: Any, columns: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in columns]
    shown = len(columns)
    while shown > 2 and sum(widths[:shown]) + 2 * (shown - 1) > screen.width:
        shown -= 1
    for number, row in enumerate(zip(*columns[:shown], strict=True)):
        cells = [row[0].ljust(widths[0]), *(
            cell.rjust(width) for cell, width in zip(row[1:], widths[1:shown], strict=True)
        )]
        line = "  ".join(cells).rstrip()
        screen.print(line if number else dim(line), soft_wrap=True)
    if shown < len(columns):
        put(screen, dim(f"and {len(columns) - shown} more combinations on the page"))


def _show_goals(screen: Any, found: Optimized) -> None:
    """What it does: a goal at a time, a line a combination."""
    from sim.decisions.sentences import number
    from sim.optimization import words

    for k in range(len(found.columns)):
        put(screen, dim(f"{words.goal(found, k)} in {found.fresh} fresh worlds"))
        first = next(iter(found.chosen), None)
        base = found.trials[0].scores[k] if first is None else first.gains[k].base
        put(screen, number(float(base)), by=12, lead="as it is")
        for one in found.chosen:
            gain = one.gains[k]
            put(
                screen, f"{number(gain.value)}, gain {words.interval(gain.counted)}, "
                f"promised {number(gain.promised)}", by=12, lead=f"trial {one.trial.number}",
            )

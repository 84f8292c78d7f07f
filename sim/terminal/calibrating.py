"""What ``counterpoise calibrate`` does: check, fit, forecast, show, and keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sim.terminal.console import bold, console, dim, put, say, say_json
from sim.terminal.folders import check_place, keep
from sim.terminal.inputs import load_all
from sim.terminal.progress import progress

if TYPE_CHECKING:
    from rich.console import Console

    from sim.calibration.calibrate import Calibration
    from sim.calibration.recovery import Recovery
    from sim.scenario import Scenario

DEFAULT = Path("calibrations")
TRIALS = {"point": 200, "bayes": 1_000}
GAP = 2


@dataclass(frozen=True)
class Asked:
    """What was asked for beside the scenario."""

    data: Path
    fit: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    strategy: str | None = None
    period: int | None = None
    method: Literal["point", "bayes"] = "point"
    trials: int | None = None
    replications: int = 4
    holdout: int | None = None
    scale: float | None = None
    recover: int = 0
    seed: int = 0
    workers: int | None = None
    out: Path | None = None
    allow_code: bool = False
    quiet: bool = False
    as_json: bool = False


def calibrate(name: str, asked: Asked) -> None:
    """Fit a scenario to data, show what came out, and write the folder."""
    from sim.calibration.data import read_data

    (scenario,) = load_all(
        [name], strategies=[asked.strategy] if asked.strategy else [], allow_code=asked.allow_code
    )
    check_place(asked.out or DEFAULT, several=asked.out is None)
    data = read_data(asked.data)
    from sim.calibration.calibrate import Plan
    from sim.calibration.calibrate import calibrate as carry_out
    from sim.calibration.fit import optuna
    from sim.calibration.naming import parse_names
    from sim.calibration.recovery import markets, recover
    from sim.calibration.space import space_of
    from sim.calibration.targets import target_of

    if asked.method == "point":
        optuna()
    strategy = asked.strategy or scenario.strategies[0]
    target = target_of(
        scenario, strategy, data, names=parse_names(asked.names), period=asked.period,
        holdout=asked.holdout, scale=asked.scale,
    )
    space = space_of(scenario, strategy, asked.fit)
    plan = Plan(asked.method, asked.trials or TRIALS[asked.method], asked.replications, asked.seed)
    total = plan.markets(len(space)) + markets(plan, len(space), asked.recover)
    recovery = None
    with progress(scenario.id, total, quiet=asked.quiet) as report:
        found = carry_out(
            target, space, plan, strategy=strategy, workers=asked.workers, report=report
        )
        if asked.recover:
            recovery = recover(
                target, space, plan, asked.recover, strategy=strategy, workers=asked.workers,
                report=report,
            )
    folder = _save(found, recovery, scenario, asked)  # first: nobody may be there to read the rest
    if asked.as_json:
        from sim.calibration.folder import as_data

        say_json({**as_data(found, recovery, asked.data.name), "folder": str(folder)})
    else:
        _show(found, recovery)
        _show_place(folder, scenario.id)


def _save(
    found: Calibration, recovery: Recovery | None, scenario: Scenario, asked: Asked
) -> Path:
    from sim.calibration.folder import save

    write = partial(save, found, recovery, scenario, asked.data.name)
    return keep(write, asked.out or DEFAULT, scenario.id, several=asked.out is None)


def _show(found: Calibration, recovery: Recovery | None) -> None:
    from sim.calibration.words import (
        ERROR_HEADINGS,
        RECOVERY_HEADINGS,
            error_rows,
        logarithmic_note,
        method_note,
        recovery_rows,
        scale_note,
        sentence,
        setting_headings,
    setting_rows,
    )
    from sim.results.text import count

    screen = console()
    put(screen, bold(found.target.scenario.document.title))
    put(screen, dim(f"{method_note(found)}; seed {found.plan.seed}"))
    say("")
    put(screen, sentence(found))
    say("")
    _show_table(screen, setting_headings(found), setting_rows(found.settings))
    for note in (scale_note(found), logarithmic_note(found)):
        if note:
            put(screen, dim(note))
    say("")
    _show_table(screen, ERROR_HEADINGS, error_rows(found.held))
    if recovery is not None:
        say("")
        data_sets = count(len(recovery.worlds), "simulated data set")
        put(screen, f"Known settings found again in {data_sets}, "
            "errors as shares of the range")
        _show_table(screen, RECOVERY_HEADINGS, recovery_rows(recovery))


def _show_table(
    screen: Console, headings: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """Columns, the first to the left; where it is too long for all, it has lines of its own."""
    from rich.text import Text

    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    room = screen.width - sum(widths[1:]) - GAP * len(widths[1:])
    is_wide = widths[0] > room
    first = min(widths[0], max(room, len(headings[0])))
    for number, row in enumerate([headings, *rows]):
        if is_wide and number:
            screen.print(Text(row[0]), soft_wrap=True)
        start = "" if is_wide and number else row[0]
        cells = "".join(
            " " * GAP + (cell.ljust(width) if cell and at == len(row) - 2 and not headings[-1]
                         else cell.rjust(width))
            for at, (cell, width) in enumerate(zip(row[1:], widths[1:], strict=True))
        )
        line = Text(f"{start:{first}}{cells}".rstrip())
        screen.print(dim(line.plain) if number == 0 else line, soft_wrap=True)


def _show_place(folder: Path, scenario_id: str) -> None:
    from sim.calibration.folder import PAGE

    say("")
    say(f"figure: {folder / PAGE}")
    say(f"calibrated scenario: {folder / scenario_id}.yaml")

"""What ``counterpoise export`` and ``score`` do: write data with their truth, hold it against."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import RunError
from sim.terminal.console import bold, console, dim, put, say, say_json
from sim.terminal.folders import check_place, keep
from sim.terminal.progress import progress

if TYPE_CHECKING:
    from sim.export.replay import Report, Setting
    from sim.export.score import Score
    from sim.export.sheets import Export
    from sim.results.run import RunResult

DEFAULT = Path("exports")
KINDS = ("csv", "clv", "panel", "mmm")
BELONGS = {
    "firm": ("clv",), "horizon": ("clv",), "futures": ("clv",), "referrals": ("clv",),
    "category": ("panel",), "customers": ("clv", "panel"), "pulses": ("mmm",),
    "strategy": ("clv", "panel", "mmm"), "replication": ("clv", "panel", "mmm"),
}
"""Which kinds take which options."""
SHOWN = (
    ("answered", 8), ("truth", 8), ("bias", 8), ("error", 8), ("rank", 5), ("covered", 7),
)
GAP = 2


@dataclass(frozen=True)
class Asked:
    """What was asked for beside the run; None is the default of the kind."""

    kind: str
    strategy: str | None = None
    replication: int | None = None
    firm: str | None = None
    category: str | None = None
    customers: int | None = None
    horizon: int | None = None
    futures: int | None = None
    referrals: int | None = None
    pulses: int | None = None
    out: Path | None = None
    allow_code: bool = False
    quiet: bool = False
    as_json: bool = False


def export(folder: Path, asked: Asked) -> None:
    """Write a data set and its truth from a run.

    Raises
    ------
    CounterpoiseError
        If the run cannot be read, something named does not exist, or there is too much to write.
    """
    given = _options(asked)
    check_place(asked.out or DEFAULT, several=asked.out is None)
    from sim.export.folder import write
    from sim.export.replay import setting_of
    from sim.results.store import load

    run = load(folder, allow_code=asked.allow_code)
    name = f"{run.scenario.id}-{asked.kind}"
    out, is_own = asked.out or DEFAULT, asked.out is None
    if asked.kind == "csv":
        _write_csv(run, partial(keep, out=out, name=name, several=is_own), asked)
        return
    setting = setting_of(run, given.pop("strategy", None), given.pop("replication", 0))
    with progress(run.scenario.id, _markets(asked, run), quiet=asked.quiet) as report:
        made = _make(asked.kind, setting, given, report)
    _show(made, keep(partial(write, made, setting), out, name, several=is_own), asked)


def _write_csv(
    run: RunResult, place: Callable[[Callable[[Path], Path]], Path], asked: Asked
) -> None:
    from sim.export.spreadsheet import write_csv

    rows: dict[str, int] = {}

    def write(folder: Path) -> Path:
        rows.update(write_csv(run, folder))
        return folder

    folder = place(write)
    if asked.as_json:
        tables = [{"table": name, "rows": n} for name, n in rows.items()]
        say_json({"folder": str(folder), "kind": asked.kind, "tables": tables})
        return
    screen = console()
    for name, n in rows.items():
        put(screen, f"{n:,} rows", by=max(map(len, rows)) + GAP, lead=name)
    put(screen, dim("columns.csv says what each column is"))
    say(str(folder))


def _options(asked: Asked) -> dict[str, Any]:
    """The options that were given, all of which must belong to the kind."""
    from sim.asking import known

    known(asked.kind, KINDS, "kind of export")
    given = {name: getattr(asked, name) for name in BELONGS if getattr(asked, name) is not None}
    for name in given:
        if asked.kind not in BELONGS[name]:
            kinds = " or ".join(f"--as {kind}" for kind in BELONGS[name])
            raise RunError(f"--{name} goes with {kinds}, not with --as {asked.kind}")
    return given


def _make(kind: str, setting: Setting, given: dict[str, Any], report: Report) -> Export:
    if kind == "clv":
        from sim.export.clv import export_clv

        return export_clv(setting, progress=report, **given)
    if kind == "panel":
        from sim.export.panel import export_panel

        if "customers" in given:
            given["households"] = given.pop("customers")
        return export_panel(setting, progress=report, **given)
    from sim.export.mmm import export_mmm

    return export_mmm(setting, progress=report, **given)


def _markets(asked: Asked, run: RunResult) -> int:
    """Markets to live at most, for the bar."""
    from sim.export import clv, mmm

    firms = run.scenario.document.firms
    if asked.kind == "clv":
        futures = clv.FUTURES if asked.futures is None else asked.futures
        return futures + 1 + (clv.REFERRALS if asked.referrals is None else asked.referrals)
    if asked.kind == "panel":
        return 2 + sum(len(firm.offers) for firm in firms.values())
    pulses = mmm.PULSES if asked.pulses is None else asked.pulses
    return 1 + len(firms) * (2 + pulses)


def _show(made: Export, folder: Path, asked: Asked) -> None:
    tables = [
        {"table": f"{sheet.part}/{sheet.name}", "rows": len(sheet.frame)} for sheet in made.sheets
    ]
    if asked.as_json:
        say_json({"folder": str(folder), "kind": made.kind, "tables": tables})
        return
    screen = console()
    put(screen, bold(made.title))
    widest = max(len(str(table["table"])) for table in tables) + GAP
    for sheet, table in zip(made.sheets, tables, strict=True):
        name = str(table["table"])
        put(screen, f"{len(sheet.frame):,} rows. {sheet.about}", by=widest, lead=name)
    put(screen, dim(
        "data may be handed out alone; truth is what only the market knows; each explains itself "
        "in its README.md"
    ))
    say(str(folder))


def show_scores(folder: Path, estimates: Path, *, as_json: bool) -> None:
    """Score estimates against the truth of an export.

    Raises
    ------
    CounterpoiseError
        If either cannot be read, or they do not belong together.
    """
    from sim.export.score import score

    found = score(folder, estimates)
    if as_json:
        say_json([_plain(one) for one in found])
    else:
        say_scores(found)


def say_scores(found: list[Score]) -> None:
    """Write scores as a table."""
    screen = console()
    widest = max(len("quantity"), *(len(one.quantity) for one in found))
    head = "".join(f"{name:>{GAP + width}}" for name, width in SHOWN)
    put(screen, bold(f"{'quantity':<{widest}}{head}"))
    for one in found:
        cells = "".join(
            f"{cell:>{GAP + width}}" for cell, (_, width) in zip(_cells(one), SHOWN, strict=True)
        )
        say(f"{one.quantity:<{widest}}{cells}".rstrip())
    put(screen, dim(
        "truth: mean of the true values; bias: mean of estimate minus truth; error: its mean "
        "size; rank: Spearman's correlation; covered: share of intervals that hold the truth"
    ))


def _cells(one: Score) -> list[str]:
    share = "" if math.isnan(one.coverage) else f"{one.coverage:.0%}"
    rank = "" if math.isnan(one.rank_correlation) else f"{one.rank_correlation:.2f}"
    return [
        f"{one.answered}/{one.asked}", _number(one.mean_truth), _number(one.bias, sign=True),
        _number(one.mean_absolute_error), rank, share,
    ]


def _number(value: float, *, sign: bool = False) -> str:
    """Three digits, or a whole number where there are more."""
    plus = "+" if sign else ""
    return f"{value:{plus},.0f}" if abs(value) >= 999.5 else f"{value:{plus}.3g}"


def _plain(one: Score) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in asdict(one).items()
    }

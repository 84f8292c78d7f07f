"""What ``counterpoise report`` and ``replay`` do: live what they need, write it, say where."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import RunError
from sim.results.text import count
from sim.terminal.console import console, dim, put, say
from sim.terminal.progress import progress

if TYPE_CHECKING:
    from sim.export.replay import Setting
    from sim.studio.recording import Recording

REPORT, REPLAY = "full_report.html", "replay.html"
"""Beside ``report.html``, which belongs to the run and stays as it was written."""


def write_report(
    folder: Path, out: Path | None, *, sensitivity: Path | None, allow_code: bool, quiet: bool
) -> None:
    """Write the whole report of a run.

    Parameters
    ----------
    out
        The file; None is one in the run's folder.
    sensitivity
        Folder of a sensitivity analysis.

    Raises
    ------
    RunError
        If the run or the analysis cannot be read, or the file not be written.
    """
    from sim.files import write_whole
    from sim.report.full import live_again, n_markets, render_full
    from sim.report.sensitivity import read
    from sim.results.store import load

    run = load(folder, allow_code=allow_code)
    run.scenario.check_permission()
    analysis = read(sensitivity) if sensitivity is not None else None
    target = out or folder / REPORT
    beside = REPLAY if (target.parent / REPLAY).is_file() else None
    with progress(run.scenario.id, n_markets(run), quiet=quiet) as done:
        extras = live_again(run, analysis=analysis, replay=beside, progress=done)
    page = render_full(run, extras).encode()
    write_whole(target, page)
    screen = console()
    if extras.reason:
        put(screen, dim(f"without the network picture and value by customers: {extras.reason}"))
    say(f"report  {target} ({len(page) / 1e6:.2f} MB)")


def write_replay(
    folder: Path, out: Path | None, *, strategy: str | None, replication: int, shown: int,
    allow_code: bool, quiet: bool,
) -> None:
    """Write one market of a run as a single HTML file.

    Parameters
    ----------
    out
        The file; None is one in the run's folder.
    strategy
        None is the first of the run.
    shown
        Customers on the stage at most.

    Raises
    ------
    CounterpoiseError
        If the run cannot be read or lived again, or the file not be written.
    """
    from sim.export.replay import setting_of
    from sim.files import write_whole
    from sim.results.store import load
    from sim.studio.bundle import uplot
    from sim.studio.recording import LIVES, record
    from sim.studio.steering import Steering

    uplot("uPlot.iife.js")  # said before weeks are lived
    run = load(folder, allow_code=allow_code)
    setting = setting_of(run, strategy, replication)
    steering = Steering(setting.scenario, setting.strategy, setting.seed, setting.weeks)
    with progress(run.scenario.id, LIVES * run.weeks, quiet=quiet, of="weeks") as done:
        recording = record(steering, setting.weeks, most=shown, progress=done)
    _check(recording, setting)
    page = recording.page().encode()
    target = write_whole(out or folder / REPLAY, page)
    say(f"replay  {target} ({len(page) / 1e6:.2f} MB)")
    screen = console()
    put(screen, dim(
        f"“{setting.strategy}”, replication {replication}; "
        f"{count(recording.shown, 'customer')} shown; " + _told(recording)
    ))


def _told(recording: Recording) -> str:
    if recording.told == recording.shown:
        return "each has her story"
    return f"stories of the {recording.told:,} who talked most, for which there is room"


def _check(recording: Recording, setting: Setting) -> None:
    """Make sure that the market lived as it did in the run."""
    import numpy as np

    if not np.array_equal(recording.units, setting.units):
        raise RunError(
            "this version does not live the market as the run did; use version "
            f"{setting.provenance['engine']} of the run, or run again"
        )

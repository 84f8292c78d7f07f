"""Where a run folder goes, and whether it can: before anything runs, and after."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sim.errors import RunError
from sim.terminal.console import complain

DEFAULT = Path("runs")
ENOUGH = 0.5
"""Share of the estimate that must be free: what a folder takes differs by as much."""


def check_place(out: Path | None, *, several: bool) -> None:
    """Make sure that run folders can be written.

    Parameters
    ----------
    out
        What was asked for; None is the default.
    several
        Whether it shall hold several run folders instead of being one.

    Raises
    ------
    RunError
        If something stands there already, or nothing can be written there.
    """
    is_one = out is not None and not several
    place = out or DEFAULT
    if is_one and place.name in ("", ".."):
        raise RunError(f"{place}: a folder that is written whole needs a name; give it by --out")
    try:
        if is_one and _is_taken(place):
            raise RunError(f"{place}: something stands there already; choose another folder")
        parent = place.parent if is_one else place
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=parent):
            pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be one of a folder"
        raise RunError(
            f"{place}: run folders cannot be written there: {reason.lower()}; "
            "choose another by --out"
        ) from error


def check_space(out: Path | None, needed: float) -> None:
    """Make sure that the disk is not clearly too small for what shall be kept.

    Parameters
    ----------
    out
        What was asked for; None is the default. The folder above it is there already.
    needed
        Bytes, roughly.

    Raises
    ------
    RunError
        If not even half of it is free.
    """
    place = out or DEFAULT
    try:
        free = shutil.disk_usage(place if place.is_dir() else place.parent).free
    except OSError:  # some places do not say
        return
    if free < ENOUGH * needed:
        raise RunError(
            f"{place}: what is to be kept needs about {_size(needed)} and the disk there has "
            f"{_size(free)} free; make room, choose another place by --out, or use fewer "
            "replications or weeks"
        )


def _size(n: float) -> str:
    return f"{n / 1e9:,.3g} GB" if n >= 1e9 else f"{n / 1e6:,.3g} MB"


def keep(write: Callable[[Path], Path], out: Path | None, name: str, *, several: bool) -> Path:
    """Write the folder of a result into its place; where it is.

    Another program may have taken the place that was asked for since ``check_place``. Then
    the folder goes beside it under the next free number, as it took long to come to.

    Parameters
    ----------
    write
        Writes the folder, completely or not at all, if nothing stands there.
    out, several
        As of ``check_place``.
    name
        Of a folder of our own choice: it gets a number.
    """
    if out is not None and not several:
        try:
            return write(out)
        except RunError:
            if not _is_taken(out):
                raise
        complain(f"{out}: something stands there by now; what was found is kept beside it")
        out, name = out.parent, out.name
    folder = _reserve(out or DEFAULT, name)
    try:
        return write(folder)
    except BaseException:
        with suppress(OSError):
            folder.rmdir()  # our own, and empty
        raise


def _is_taken(place: Path) -> bool:
    return place.exists() and not (place.is_dir() and not any(place.iterdir()))


def _reserve(base: Path, name: str) -> Path:
    """Make an empty folder; no other program can then choose the same."""
    from sim.results.store import next_folder

    while True:
        folder = next_folder(base, name)
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            reason = (error.strerror or "unknown fault").lower()
            raise RunError(f"{folder}: the run cannot be written: {reason}") from error
        return folder

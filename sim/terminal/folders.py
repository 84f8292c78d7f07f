"""Where a run folder goes, and whether it can: asked before anything runs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sim.errors import RunError

DEFAULT = Path("runs")


def check_place(out: Path | None, *, several: bool) -> None:
    """Make sure that run folders can be written.

    Parameters
    ----------
    out
        What the user asked for; None is the default.
    several
        Whether it shall hold several run folders instead of being one.

    Raises
    ------
    RunError
        If something stands there already, or nothing can be written there.
    """
    is_one = out is not None and not several
    place = out or DEFAULT
    try:
        if is_one and place.exists() and not (place.is_dir() and not any(place.iterdir())):
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


def reserve(out: Path | None, scenario_id: str, *, several: bool) -> Path:
    """Make the empty folder of a run; no other program can then choose the same."""
    from sim.results.store import next_folder

    if out is not None and not several:
        return out
    base = out or DEFAULT
    while True:
        folder = next_folder(base, scenario_id)
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            reason = (error.strerror or "unknown fault").lower()
            raise RunError(f"{folder}: the run cannot be written: {reason}") from error
        return folder

"""Names in the folder of a sweep: which are its own, and whether they are what they seem.

A folder may come from a stranger. Through links in it we would read, write or remove elsewhere.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

from sim.errors import RunError
from sim.experiment.ledger import LEDGER, LOCK, PART
from sim.experiment.manifest import CELLS, DESIGN, MANIFEST, PARTS, RESULTS

ANSWERS = tuple(
    f"{what}.{kind}" for what in ("sensitivity", "decision") for kind in ("json", "html")
)
"""What analyses leave beside the sweep that they rest on."""

BESIDE = ("-journal", "-wal", "-shm")
"""Ends of the names of what SQLite puts beside a database."""

FILES = (MANIFEST, CELLS, DESIGN, RESULTS, LEDGER, *(LEDGER + end for end in BESIDE), *ANSWERS)
LOCKS = (LOCK, *(LOCK + end for end in BESIDE))
LEFT_OVER = re.compile(rf"\.({PART.pattern}|{'|'.join(map(re.escape, FILES))})\.(\w+\.)?partial")
"""Temporary names, which stay behind where a writer was killed."""


def check_own(folder: Path) -> None:
    """See that what has a name of ours is a file, and no link; the folder of parts a folder.

    Raises
    ------
    RunError
        If it is not.
    """
    for name in (PARTS, *FILES, *LOCKS):
        kind, right = (stat.S_ISDIR, "folder") if name == PARTS else (stat.S_ISREG, "file")
        mode = _mode(folder / name)
        if mode and not kind(mode):
            what = "a link" if stat.S_ISLNK(mode) else f"no {right}"
            raise RunError(
                f"{folder / name}: this is {what}, where a sweep has a {right} of its own; "
                "delete it, or choose another folder"
            )


def check_free(folder: Path) -> None:
    """Make a folder, or see that one which is there holds nothing but a sweep.

    Raises
    ------
    RunError
        If it cannot be made, or something else stands there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {path.name for path in folder.iterdir() if not path.name.startswith((".", LOCK))}
    except OSError as error:
        reason = (error.strerror or "unknown fault").lower()
        raise RunError(f"{folder}: the sweep cannot be written: {reason}") from error
    if MANIFEST not in names and names - {PARTS, *FILES}:
        raise RunError(f"{folder}: something stands there already; choose another folder by --out")
    check_own(folder)


def clear(folder: Path) -> None:
    """Remove a sweep; what else is in its folders stays."""
    for path in (*(folder / name for name in FILES), *parts_in(folder), *left_over(folder)):
        path.unlink(missing_ok=True)


def parts_in(folder: Path) -> Iterator[Path]:
    """Files that are parts by their names, whether or not the ledger knows of them."""
    place = folder / PARTS
    yield from (path for path in _files(place) if PART.fullmatch(path.name))


def left_over(folder: Path) -> Iterator[Path]:
    """Files whose writers were killed before they got their names."""
    for place in (folder, folder / PARTS):
        yield from (path for path in _files(place) if LEFT_OVER.fullmatch(path.name))


def is_file(path: Path) -> bool:
    """Whether a file stands there itself, not a link to one."""
    return stat.S_ISREG(_mode(path))


def _files(place: Path) -> list[Path]:
    return [path for path in place.iterdir() if is_file(path)] if place.is_dir() else []


def _mode(path: Path) -> int:
    """Kind of what stands there, 0 where nothing does."""
    try:
        return path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return 0

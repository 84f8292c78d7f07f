"""Files are written whole or not at all: to a temporary name first, then renamed; text of CSV."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sim.errors import RunError

FORMULA = re.compile(r"\s*[=+\-@\t\r\n]")


def foreign_separator(header: Sequence[str]) -> str:
    """How a table says that its columns are not separated by commas; nothing where they may be."""
    found = next((mark for mark in ";\t|" if len(header) == 1 and mark in header[0]), "")
    return found and (
        f"{found!r} separates its columns; save it with commas between them, and points in numbers"
    )


def csv_text(rows: Iterable[Sequence[float | int | bool | str | None]]) -> str:
    """Rows as comma-separated values; text that a spreadsheet would take for a formula is disarmed.

    What is None stays empty; true and false are written as scenario files write them.
    """
    text = io.StringIO()
    writer = csv.writer(text)  # its lines end in CR LF, so that either one in a text is quoted
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: float | int | bool | str | None) -> float | int | str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def write_whole(path: Path, content: str | bytes) -> Path:
    """Write a file so that a reader finds the old one or the new one, never a part.

    Folders above it are made. Returns ``path``.

    Raises
    ------
    RunError
        If it cannot be written there.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with filling(path) as file:
            file.write(data)
    except OSError as error:
        reason = (error.strerror or "unknown fault").lower()
        raise RunError(f"{path}: cannot be written: {reason}") from error
    return path


@contextmanager
def filling(path: Path) -> Iterator[IO[bytes]]:
    """A new file to fill, which takes the place of ``path`` once it is whole and on the disk.

    Nobody can know its temporary name before: no link that waits there leads a writer elsewhere.

    Raises
    ------
    OSError
        If it cannot be written; then what stood there stands there still.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        with path.open("wb") as file:  # a device or a pipe is written to, never replaced
            yield file
        return
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    try:
        with os.fdopen(number, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def filling_folder(folder: Path, what: str, mend: str = "") -> Iterator[Path]:
    """A new folder to fill, which becomes ``folder`` once all is in it; folders above it are made.

    Parameters
    ----------
    folder
        It must not exist yet, or be empty.
    what, mend
        What is written, and what to do where it cannot be, for the error.

    Raises
    ------
    RunError
        If it cannot be written; then nothing of it is there.
    """
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)  # left over from a process that was killed
        partial.mkdir(parents=True)
        yield partial
        if folder.is_dir():
            folder.rmdir()
        partial.rename(folder)
    except OSError as error:
        reason = (error.strerror or "unknown fault").lower()
        raise RunError(f"{folder}: {what} cannot be written: {reason}{mend}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)

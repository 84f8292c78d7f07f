"""Files are written whole or not at all: to a temporary name first, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sim.errors import RunError


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

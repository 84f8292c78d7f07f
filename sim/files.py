"""Files are written whole or not at all: to a temporary name first, then renamed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

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
        number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = (error.strerror or "unknown fault").lower()
        raise RunError(f"{path}: cannot be written: {reason}") from error
    return path

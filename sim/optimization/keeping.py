"""Keeps trials as they come, a line each, so that a search that was killed goes on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import RunError
from sim.optimization.search import Answer
from sim.optimization.space import Numbers


class Kept:
    """Answers in a file, found again by the values of the levers.

    Parameters
    ----------
    path
        The file; made if it is not there. Its first line says which search it belongs to.
    identity
        What makes the search what it is.

    Raises
    ------
    RunError
        If the file belongs to another search, or cannot be read.
    """

    def __init__(self, path: Path, identity: str) -> None:
        self._path = path
        self._known: dict[tuple[float, ...], Answer] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or not path.read_bytes().endswith(b"\n"):
                self._begin_or_mend(identity)
            self._read(identity)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RunError(
                f"{path}: cannot be read or written ({error}); choose another folder by --out, or "
                "begin anew by --fresh"
            ) from error

    def __len__(self) -> int:
        return len(self._known)

    def get(self, values: Numbers) -> Answer | None:
        """The answer to a combination of levers, if it is there."""
        return self._known.get(tuple(values.tolist()))

    def add(self, values: Numbers, answer: Answer) -> None:
        """Keep an answer; it is on the disk when this returns."""
        self._known[tuple(values.tolist())] = answer
        told: dict[str, Any] = {"levers": values.tolist()}
        if isinstance(answer, str):
            told["error"] = answer
        else:
            told["outcomes"] = answer.tolist()
        self._append(told)

    def _begin_or_mend(self, identity: str) -> None:
        """Write the first line, or take away a last one that was cut off by a kill."""
        whole = b""
        if self._path.exists():
            text = self._path.read_bytes()
            whole = text[: text.rfind(b"\n") + 1]
            with self._path.open("r+b") as file:
                file.truncate(len(whole))
        if not whole:
            self._append({"format": "counterpoise trials", "version": 1, "search": identity})

    def _read(self, identity: str) -> None:
        first, *lines = self._path.read_text(encoding="utf-8").splitlines()
        if json.loads(first)["search"] != identity:
            raise RunError(
                f"{self._path.parent}: holds another search (other file, seed or version); choose "
                "another folder by --out, or begin anew by --fresh"
            )
        for line in lines:
            told = json.loads(line)
            answer = told["error"] if "error" in told else np.array(told["outcomes"])
            self._known[tuple(told["levers"])] = answer

    def _append(self, told: dict[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")
            file.flush()
            os.fsync(file.fileno())

"""Keeps trials as they come, a line each, so that a search that was killed goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import RunError
from sim.files import write_whole
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
        self.path = path
        self._head = {"format": "counterpoise trials", "version": 1, "search": identity}
        self._known: dict[tuple[float, ...], Answer] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or not path.read_bytes().endswith(b"\n"):
                self._begin_or_mend()
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
        self._append(_told(values, answer))

    def put_in_order(self, values: Sequence[Numbers]) -> None:
        """Sort the file by these combinations, any others after them.

        Answers are kept as they come, which on several workers is a matter of chance.
        """
        asked = dict.fromkeys(tuple(one.tolist()) for one in values)
        others = sorted(self._known.keys() - asked.keys())
        ordered = {key: self._known[key] for key in (*asked, *others) if key in self._known}
        if list(ordered) != list(self._known):
            self._known = ordered
            lines = [self._head, *(_told(np.array(key), one) for key, one in ordered.items())]
            write_whole(self.path, "".join(json.dumps(line) + "\n" for line in lines))

    def _begin_or_mend(self) -> None:
        """Write the first line, or take away a last one that was cut off by a kill."""
        whole = b""
        if self.path.exists():
            text = self.path.read_bytes()
            whole = text[: text.rfind(b"\n") + 1]
            with self.path.open("r+b") as file:
                file.truncate(len(whole))
        if not whole:
            self._append(self._head)

    def _read(self, identity: str) -> None:
        first, *lines = self.path.read_text(encoding="utf-8").splitlines()
        if json.loads(first)["search"] != identity:
            raise RunError(
                f"{self.path.parent}: holds another search (other file, seed or version); choose "
                "another folder by --out, or begin anew by --fresh"
            )
        for line in lines:
            told = json.loads(line)
            answer = told["error"] if "error" in told else np.array(told["outcomes"])
            self._known[tuple(told["levers"])] = answer

    def _append(self, told: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _told(values: Numbers, answer: Answer) -> dict[str, Any]:
    """A line of the file."""
    if isinstance(answer, str):
        return {"levers": values.tolist(), "error": answer}
    return {"levers": values.tolist(), "outcomes": answer.tolist()}

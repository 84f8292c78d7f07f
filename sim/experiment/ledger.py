"""The ledger of a sweep: one row a finished run, in SQLite, written by one process at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import RunError

LEDGER, LOCK = "runs.sqlite", "lock.sqlite"
DONE, FAILED = "done", "failed"
TABLE = """
create table if not exists runs (
    number integer primary key,
    run_id text not null,
    state text not null,
    error text,
    seconds real not null,
    part text
)
"""


class Entry(NamedTuple):
    """One finished run."""

    number: int
    run_id: str
    state: str
    error: str | None
    seconds: float
    part: str | None


class Ledger:
    """Rows of finished runs.

    Parameters
    ----------
    folder
        Folder of the sweep.
    writing
        Whether rows are to be added; a reader sees what was committed when it asks.
    """

    def __init__(self, folder: Path, *, writing: bool = False) -> None:
        path = folder / LEDGER
        if not writing and not path.is_file():
            raise RunError(f"{path}: the file is missing; the sweep cannot be read")
        self._connection = sqlite3.connect(path, timeout=60.0, isolation_level=None)
        if writing:
            self._connection.execute("pragma journal_mode = wal")
            self._connection.execute("pragma synchronous = normal")
            self._connection.execute(TABLE)

    def add(self, entries: Iterable[Entry]) -> None:
        """Add rows, all or none."""
        with self._connection:
            self._connection.execute("begin immediate")
            self._connection.executemany(
                "insert or replace into runs values (?, ?, ?, ?, ?, ?)", entries
            )

    def forget_failed(self) -> int:
        """Take out the failed runs, so that they are missing again; how many there were."""
        return self._connection.execute("delete from runs where state = ?", (FAILED,)).rowcount

    def entries(self) -> Iterator[Entry]:
        """All rows, by number."""
        for row in self._connection.execute("select * from runs order by number"):
            yield Entry(*row)

    def numbers(self, n_runs: int) -> NDArray[np.bool_]:
        """Which runs have a row, (n_runs,)."""
        there = np.zeros(n_runs, dtype=np.bool_)
        for (number,) in self._connection.execute("select number from runs"):
            there[number] = True
        return there

    def counts(self) -> dict[str, int]:
        """How many runs are in each state."""
        found = self._connection.execute("select state, count(*) from runs group by state")
        return dict(found.fetchall())

    def seconds(self) -> float:
        """Time that all runs took together."""
        (total,) = self._connection.execute("select coalesce(sum(seconds), 0) from runs").fetchone()
        return float(total)

    def parts(self) -> set[str]:
        """Names of the parts that some row names."""
        found = self._connection.execute("select distinct part from runs where part is not null")
        return {name for (name,) in found}

    def failures(self, most: int = 1_000_000) -> list[tuple[int, str]]:
        """Numbers and errors of failed runs."""
        found = self._connection.execute(
            "select number, error from runs where state = ? order by number limit ?", (FAILED, most)
        )
        return [(number, error or "") for number, error in found]

    def close(self) -> None:
        """End; the last one to close a ledger leaves a single file."""
        self._connection.close()


class Lock:
    """Held by the one process that writes a sweep; however it ends, the lock ends with it."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / LOCK, timeout=0.0, isolation_level=None)
        try:
            self._connection.execute("begin exclusive")
        except sqlite3.OperationalError:
            self._connection.close()
            raise RunError(
                f"{folder}: another process writes this sweep; wait for it, or choose another "
                "folder by --out"
            ) from None

    def release(self) -> None:
        """Let others write."""
        self._connection.close()

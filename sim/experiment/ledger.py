"""The ledger of a sweep: one row a finished run, in SQLite, written by one process at a time."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import RunError

LEDGER, LOCK = "runs.sqlite", "lock.sqlite"
DONE, FAILED = "done", "failed"
PART = re.compile(r"part-([0-9]{6,15})\.parquet")
TABLE = """runs (
    number integer primary key,
    run_id text not null,
    state text not null,
    error text,
    seconds real not null,
    part text
)"""
ODD = f"""
select number from runs where typeof(run_id) != 'text' or state not in ('{DONE}', '{FAILED}')
    or typeof(error) not in ('text', 'null') or typeof(seconds) != 'real'
    or not seconds between 0 and 1e12 or (state = '{DONE}') != (part is not null)
    or not number between 0 and ? limit 1
"""
"""Asks for a row that no sweep writes."""


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
    belongs
        Which runs may have a row, (n_runs,).
    writing
        Whether rows are to be added; a reader sees what was committed when it asks.

    Raises
    ------
    RunError
        If the file is missing, damaged, or holds anything but rows of such runs.
    """

    def __init__(
        self, folder: Path, belongs: NDArray[np.bool_], *, writing: bool = False
    ) -> None:
        self._path, self._belongs = folder / LEDGER, belongs
        if not writing and not self._path.is_file():
            raise RunError(f"{self._path}: the file is missing; the sweep cannot be read")
        with self._told():
            where = str(self._path) if writing else _readable(self._path)
            self._connection = sqlite3.connect(
                where, timeout=60.0, isolation_level=None, uri=where != str(self._path)
            )
        try:
            if writing:
                self._begin()
            self._check()
        except RunError:
            self.close()
            raise

    def _begin(self) -> None:
        with self._told():
            self._connection.execute("pragma journal_mode = wal")
            self._connection.execute("pragma synchronous = normal")
            self._connection.execute(f"create table if not exists {TABLE}")

    def _check(self) -> None:
        """See that there is our table and nothing else, and only rows that a sweep writes."""
        if not (
            self._all("select sql from sqlite_master") == [(f"CREATE TABLE {TABLE}",)]
            and not self._all(ODD, len(self._belongs) - 1)
            and all(isinstance(name, str) and PART.fullmatch(name) for name in self.parts())
            and (self._belongs.all() or self._belongs[self._numbers()].all())
        ):
            raise RunError(
                f"{self._path}: the file is damaged or was altered; begin anew by --fresh"
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in one line what is wrong with the file."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise RunError(
                f"{self._path}: {error}; if the disk is full, make room and run again; if the file "
                "is damaged, begin anew by --fresh"
            ) from error

    def _all(self, query: str, *values: Any) -> list[Any]:
        with self._told():
            return self._connection.execute(query, values).fetchall()

    def add(self, entries: Iterable[Entry]) -> None:
        """Add rows, all or none."""
        with self._told(), self._connection:
            self._connection.execute("begin immediate")
            self._connection.executemany(
                "insert or replace into runs values (?, ?, ?, ?, ?, ?)", entries
            )

    def forget_failed(self) -> int:
        """Take out the failed runs, so that they are missing again; how many there were."""
        return self._forget("state", FAILED)

    def forget_part(self, part: str) -> int:
        """Take out the runs of a part that was lost, so that they are missing again."""
        return self._forget("part", part)

    def _forget(self, column: str, value: str) -> int:
        with self._told():
            query = f"delete from runs where {column} = ?"
            return self._connection.execute(query, (value,)).rowcount

    def entries(self) -> Iterator[Entry]:
        """All rows, by number."""
        with self._told():
            for row in self._connection.execute("select * from runs order by number"):
                yield Entry(*row)

    def numbers(self) -> NDArray[np.bool_]:
        """Which runs have a row, (n_runs,)."""
        there = np.zeros(len(self._belongs), dtype=np.bool_)
        there[self._numbers()] = True
        return there

    def _numbers(self) -> list[int]:
        return [number for (number,) in self._all("select number from runs")]

    def counts(self) -> dict[str, int]:
        """How many runs are in each state."""
        return dict(self._all("select state, count(*) from runs group by state"))

    def seconds(self) -> float:
        """Time that all runs took together."""
        ((total,),) = self._all("select coalesce(sum(seconds), 0) from runs")
        return float(total)

    def parts(self) -> set[str]:
        """Names of the parts that some row names."""
        found = self._all("select distinct part from runs where part is not null")
        return {name for (name,) in found}

    def failures(self, most: int = 1_000_000) -> list[tuple[int, str]]:
        """Numbers and errors of failed runs."""
        query = "select number, error from runs where state = ? order by number limit ?"
        return [(number, error or "") for number, error in self._all(query, FAILED, most)]

    def close(self) -> None:
        """End; the last one to close a ledger leaves a single file."""
        with self._told():
            self._connection.close()


def _readable(path: Path) -> str:
    """How to name the file to SQLite, whose readers else write beside it: not on a shared disk."""
    if os.access(path.parent, os.W_OK) or path.with_name(f"{path.name}-wal").exists():
        return str(path)
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


class Lock:
    """Held by the one process that writes a sweep; however it ends, the lock ends with it.

    Raises
    ------
    RunError
        If another process writes the sweep.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK
        try:
            self._connection = sqlite3.connect(path, timeout=0.0, isolation_level=None)
        except sqlite3.DatabaseError as error:
            raise RunError(f"{path}: {error}; choose another folder by --out") from error
        try:
            self._connection.execute("begin exclusive")
        except sqlite3.DatabaseError as error:
            self._connection.close()
            if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
                raise RunError(
                    f"{path}: {error}; if the disk is full, make room and run again; if the file "
                    "is damaged, delete it"
                ) from error
            raise RunError(
                f"{folder}: another process writes this sweep; wait for it, or choose another "
                "folder by --out"
            ) from None

    def release(self) -> None:
        """Let others write."""
        self._connection.close()

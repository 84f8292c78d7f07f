"""Reads a sweep, finished or growing: tables in the design's order, what is missing or failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.asking import known
from sim.errors import RunError
from sim.experiment.asked import Column
from sim.experiment.factors import Factor
from sim.experiment.folder import check_own, is_file
from sim.experiment.ledger import DONE, FAILED, Entry, Ledger
from sim.experiment.manifest import CELLS, MOST_EXACT, PARTS, factors_of, read_manifest
from sim.experiment.plan import Shape
from sim.experiment.tables import natural, unpacked, with_units

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow


def _cells(path: Path, rows: int, factors: tuple[Factor, ...]) -> NDArray[np.float64]:
    try:
        # Mapped, it must be as long as it says before memory is taken for it.
        found = np.load(path, mmap_mode="r")
        cells: NDArray[np.float64] = np.array(found) if isinstance(found, np.ndarray) else found
        good = _are_values(cells, rows, factors)
    except (OSError, ValueError, EOFError, SyntaxError, OverflowError):
        good = False
    if not good:
        raise RunError(
            f"{path}: the file is missing or damaged; sweep again, and it is written again"
        )
    return cells


def _are_values(cells: Any, rows: int, factors: tuple[Factor, ...]) -> bool:
    """Whether all cells are values that factors may have, or NaN."""
    if getattr(cells, "shape", None) != (rows, len(factors)) or cells.dtype != np.float64:
        return False
    if np.isinf(cells).any():
        return False
    for factor, column in zip(factors, cells.T, strict=True):
        least, most = -MOST_EXACT, MOST_EXACT
        if factor.levels is not None:
            least, most = 0, len(factor.levels) - 1
        given = column[~np.isnan(column)]
        whole = factor.whole or factor.levels is not None
        if whole and ((given != np.rint(given)) | (given < least) | (given > most)).any():
            return False
    return True


def _part(path: Path, columns: Sequence[Column], longest: int) -> pyarrow.Table:
    """Numbers of runs and these columns; a part that holds anything else is damaged."""
    import pyarrow.parquet

    try:
        if not is_file(path):
            raise FileNotFoundError(path)
        part = pyarrow.parquet.read_table(path, columns=["run", *(one.name for one in columns)])
        if not _is_of(part, columns, longest):
            raise pyarrow.ArrowInvalid("other columns than those of the sweep")
    except (OSError, pyarrow.ArrowException) as error:
        raise RunError(
            f"{path}: the file is missing or damaged; delete it if it is there and sweep again: "
            "its runs are lived again"
        ) from error
    return part


def _is_of(part: pyarrow.Table, columns: Sequence[Column], longest: int) -> bool:
    import pyarrow as pa
    import pyarrow.compute

    if part.column_names != ["run", *(one.name for one in columns)]:
        return False
    if part["run"].type != pa.int64() or part["run"].null_count:
        return False
    for one in columns:
        kind = part[one.name].type
        if not one.series and kind != pa.float64():
            return False
        if one.series:
            if not pa.types.is_list(kind) or kind.value_type != pa.float64():
                return False
            lengths = pyarrow.compute.list_value_length(part[one.name])
            if (pyarrow.compute.max(lengths).as_py() or 0) > longest:
                return False
    return True


class Sweep:
    """A sweep as far as it has been lived; it may be read while it grows.

    Parameters
    ----------
    folder
        Its folder.

    Raises
    ------
    RunError
        If there is no sweep in it, or it cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        check_own(self.folder)
        self.manifest = read_manifest(self.folder)
        self.factors = factors_of(self.manifest)
        self.strategies: list[str] = self.manifest["strategies"]
        self.columns = tuple(_column(one) for one in self.manifest["columns"])
        self.units: dict[str, str] = {
            **self.manifest.get("units", {}),
            **{one["name"]: one["unit"] for one in self.manifest["columns"]},
        }
        self.shape = Shape(
            self.manifest["rows"], len(self.strategies), self.manifest["replications"]
        )
        chunk = self.manifest["chunk"]
        self.chunk: tuple[int, int] | None = tuple(chunk) if chunk else None
        self.cells = _cells(self.folder / CELLS, self.shape.rows, self.factors)
        self.belongs = self.shape.of_chunk(self.chunk)

    def ledger(self) -> Ledger:
        """Its ledger as it is now; to be closed."""
        return Ledger(self.folder, self.belongs)

    def counts(self) -> dict[str, int]:
        """Runs in each state: done, failed, missing."""
        with closing(self.ledger()) as ledger:
            found = ledger.counts()
        done, failed = found.get(DONE, 0), found.get(FAILED, 0)
        total = int(self.belongs.sum())
        return {DONE: done, FAILED: failed, "missing": total - done - failed}

    def missing(self) -> NDArray[np.int64]:
        """Numbers of the runs that are to be lived here and have not been."""
        with closing(self.ledger()) as ledger:
            there = ledger.numbers()
        return np.flatnonzero(self.belongs & ~there)

    @property
    def is_complete(self) -> bool:
        """Whether every run of the design, or of this chunk, has been lived or has failed."""
        return self.counts()["missing"] == 0

    def failures(self) -> list[tuple[int, str]]:
        """Numbers and errors of failed runs."""
        with closing(self.ledger()) as ledger:
            return ledger.failures()

    def seconds(self) -> float:
        """Time that all runs took together."""
        with closing(self.ledger()) as ledger:
            return ledger.seconds()

    def table(self) -> pd.DataFrame:
        """A row a run that is done or failed, in the design's order; units stand in ``attrs``.

        Columns: number of the run, its identity, row of the design, strategy, replication, a
        column a factor in its own unit, state, and the outcomes of one value.

        Raises
        ------
        RunError
            If the ledger or a part is missing or damaged.
        """
        entries = self.entries()
        names = [column.name for column in self.columns if not column.series]
        values = np.full((len(entries), len(names)), np.nan)
        for part, rows in self.parts(entries, names):
            for k, name in enumerate(names):
                values[rows, k] = part[name].to_numpy()
        frame: pd.DataFrame = self.about(entries).to_pandas().drop(columns="error")
        for k, name in enumerate(names):
            frame[name] = values[:, k]
        frame.attrs["units"] = self.units
        return frame

    def series(self, name: str) -> NDArray[np.float64]:
        """A series of every run of ``table()``, (n_runs, n_weeks); NaN where there is no week.

        Raises
        ------
        RunError
            If the ledger or a part is missing or damaged.
        """
        known(name, [column.name for column in self.columns if column.series], "series")
        entries = self.entries()
        values = np.full((len(entries), self.manifest["longest"]), np.nan)
        for part, rows in self.parts(entries, [name]):
            for row, weeks in zip(rows, unpacked(part[name]), strict=True):
                values[row, : len(weeks)] = weeks
        return values

    def entries(self) -> list[Entry]:
        """The ledger's rows as they are now, by number."""
        with closing(self.ledger()) as ledger:
            return list(ledger.entries())

    def parts(
        self, entries: list[Entry], names: list[str]
    ) -> Iterator[tuple[pyarrow.Table, NDArray[np.int64]]]:
        """Every part that these entries name, and to which of them its rows belong.

        Raises
        ------
        RunError
            If the ledger or a part is missing or damaged.
        """
        numbers = np.array([entry.number for entry in entries], dtype=np.int64)
        # A part may hold a run that another part has by now: the ledger says which one counts.
        parts = np.array([entry.part or "" for entry in entries], dtype=object)
        by_name = {column.name: column for column in self.columns}
        asked = [by_name[name] for name in names]
        for name in sorted({entry.part for entry in entries if entry.part}):
            path = self.folder / PARTS / name
            part = _part(path, asked, self.manifest["longest"])
            rows = np.searchsorted(numbers, part["run"].to_numpy())
            rows = np.minimum(rows, len(numbers) - 1)
            counts = (numbers[rows] == part["run"].to_numpy()) & (parts[rows] == name)
            if len(np.unique(rows[counts])) < (parts == name).sum():
                raise RunError(
                    f"{path}: it lacks runs that the ledger has in it; delete it and sweep again: "
                    "its runs are lived again"
                )
            yield part.filter(counts), rows[counts]

    def about(self, entries: list[Entry]) -> pyarrow.Table:
        """What identifies runs, and what became of them."""
        import pyarrow as pa

        numbers = np.array([entry.number for entry in entries], dtype=np.int64)
        row, strategy, replication = self.shape.split(numbers)
        names = np.array(self.strategies, dtype=object)[strategy]
        found = {
            "run": pa.array(numbers), "run_id": pa.array([e.run_id for e in entries], pa.string()),
            "row": pa.array(row), "strategy": pa.array(names, pa.string()),
            "replication": pa.array(replication),
        }
        for k, factor in enumerate(self.factors):
            found[factor.path] = natural(factor, self.cells[row, k])
        found["state"] = pa.array([entry.state for entry in entries], pa.string())
        found["error"] = pa.array([entry.error for entry in entries], pa.string())
        return with_units(pa.table(found), self.units)


def open_store(folder: Path | str) -> Sweep:
    """The sweep in a folder, finished or growing.

    Raises
    ------
    RunError
        If there is no sweep in it, or it cannot be read.
    """
    return Sweep(Path(folder))


def _column(one: dict[str, Any]) -> Column:
    weeks = one["weeks"]
    return Column(
        one["outcome"], one["firm"], tuple(weeks) if weeks else None, one["series"]
    )

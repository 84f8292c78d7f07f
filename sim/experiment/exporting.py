"""All results of a finished sweep in one Parquet file, the same byte for byte however they came.

Values pass through a scratch file on disk, so that memory does not grow with the number of runs.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import RunError
from sim.experiment.ledger import Entry
from sim.experiment.manifest import RESULTS
from sim.experiment.reading import Sweep
from sim.experiment.tables import lists, unpacked
from sim.files import filling

if TYPE_CHECKING:
    import pyarrow

ROWS_A_GROUP = 4096


def export(sweep: Sweep) -> Path:
    """Write ``results.parquet`` into the folder of a sweep.

    Raises
    ------
    RunError
        If runs are missing.
    """
    import pyarrow.parquet

    missing = len(sweep.missing())
    if missing:
        raise RunError(
            f"{sweep.folder}: {missing:,} of {sweep.shape.runs:,} runs are missing; sweep on first"
        )
    target = sweep.folder / RESULTS
    entries = sweep.entries()
    with tempfile.TemporaryFile(dir=sweep.folder) as scratch:
        gathered = _Gathered(sweep, entries, scratch)
        with filling(target) as file, pyarrow.parquet.ParquetWriter(
            file, gathered.rows(slice(0, 0)).schema, compression="zstd"
        ) as writer:
            for start in range(0, len(entries), ROWS_A_GROUP):
                writer.write_table(gathered.rows(slice(start, start + ROWS_A_GROUP)))
    return target


class _Gathered:
    """Values of all runs in the design's order, on disk: a run a row, all columns side by side."""

    def __init__(self, sweep: Sweep, entries: list[Entry], scratch: IO[bytes]) -> None:
        self.sweep, self.entries = sweep, entries
        widths = [sweep.manifest["longest"] if column.series else 1 for column in sweep.columns]
        self.starts = np.cumsum([0, *widths])
        self.values = np.memmap(
            scratch, np.float64, "w+", shape=(len(entries) + 1, int(self.starts[-1]))
        )
        self.lengths = np.zeros((len(entries), len(widths)), dtype=np.int32)
        names = [column.name for column in sweep.columns]
        for part, rows in sweep.parts(entries, names):
            for k, column in enumerate(sweep.columns):
                self._take(k, column.series, part[column.name], rows)

    def _take(
        self, k: int, series: bool, cells: pyarrow.ChunkedArray, rows: NDArray[np.int64]
    ) -> None:
        start = self.starts[k]
        if not series:
            self.values[rows, start] = cells.to_numpy()
            self.lengths[rows, k] = 1
            return
        for row, weeks in zip(rows, unpacked(cells), strict=True):
            self.values[row, start : start + len(weeks)] = weeks
            self.lengths[row, k] = len(weeks)

    def rows(self, which: slice) -> pyarrow.Table:
        """Some runs as a table."""
        import pyarrow as pa

        table = self.sweep.about(self.entries[which])
        for k, column in enumerate(self.sweep.columns):
            own = self.values[which][: table.num_rows, self.starts[k] : self.starts[k + 1]]
            lengths = self.lengths[which, k]
            if column.series:
                cells: Any = lists([row[:n] for row, n in zip(own, lengths, strict=True)])
            else:
                known = np.where(lengths > 0, own[:, 0], np.nan)
                cells = pa.array(known, pa.float64(), from_pandas=True)
            unit = self.sweep.units[column.name]
            field = pa.field(column.name, cells.type, metadata={"unit": unit})
            table = table.append_column(field, cells)
        return table

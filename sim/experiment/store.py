"""The folder of a sweep: written so that it is right at every moment, whatever is killed.

``manifest.json`` says what is swept, ``cells.npy`` and ``design.parquet`` hold the design, and
``series/part-*.parquet`` the results. A part is written under another name, renamed, and named by
the ledger only then; a part that no row of the ledger names was cut short, and is removed.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import RunError
from sim.experiment.folder import check_free, clear, is_file, left_over, parts_in
from sim.experiment.ledger import DONE, FAILED, Entry, Ledger, Lock
from sim.experiment.manifest import (
    CELLS,
    DESIGN,
    MANIFEST,
    PARTS,
    RESULTS,
    describe,
    differing,
    read_manifest,
)
from sim.experiment.plan import Plan
from sim.experiment.tables import design_table, write_parquet
from sim.files import filling

if TYPE_CHECKING:
    from sim.experiment.working import Lived

RUNS_A_PART = 50
SECONDS_A_PART = 1.0


class Store:
    """A sweep that is being written; at most one process has it.

    Parameters
    ----------
    folder
        Where.
    plan
        What is swept.
    chunk
        Which part of how many is lived here; None is all.

    Raises
    ------
    RunError
        If the folder holds something else, or another process writes it.
    """

    def __init__(self, folder: Path, plan: Plan, chunk: tuple[int, int] | None = None) -> None:
        self.folder, self.plan, self.chunk = folder, plan, chunk
        check_free(folder)
        self._lock = Lock(folder)
        try:
            if (folder / MANIFEST).exists():
                self._check_same()
            else:
                self._begin()
            self.belongs = plan.shape.of_chunk(chunk)
            self.ledger = Ledger(folder, self.belongs, writing=True)
            try:
                self._forget_lost()
                self._remove_unnamed()
            except BaseException:
                self.ledger.close()
                raise
        except BaseException:
            self._lock.release()
            raise
        self._waiting: list[Lived] = []
        self._flushed = time.monotonic()
        self._next = 1 + max((int(name[5:-8]) for name in self.ledger.parts()), default=0)

    def _begin(self) -> None:
        """Write what does not change; the manifest last, so that it stands for all of it."""
        clear(self.folder)
        (self.folder / PARTS).mkdir(exist_ok=True)
        self._write_cells()
        described = describe(self.plan, self.chunk)
        design = design_table(self.plan.study.factors, self.plan.cells, described["units"])
        write_parquet(design, self.folder / DESIGN)
        text = json.dumps(described, indent=1, ensure_ascii=False)
        replace(self.folder / MANIFEST, text.encode() + b"\n")

    def _write_cells(self) -> None:
        held = io.BytesIO()
        np.save(held, self.plan.cells)
        replace(self.folder / CELLS, held.getvalue())

    def _check_same(self) -> None:
        manifest = read_manifest(self.folder)
        if manifest["identity"] != self.plan.identity:
            raise RunError(
                f"{self.folder}: the sweep in it differs in {differing(manifest, self.plan)}; "
                "begin anew by --fresh, or choose another folder by --out"
            )
        known = manifest["chunk"]
        if (known and tuple(known)) != self.chunk:
            held = "all of it" if known is None else f"chunk {known[0]}/{known[1]}"
            mend = "leave --chunk out" if known is None else "give the same --chunk"
            raise RunError(f"{self.folder}: the sweep in it holds {held}; {mend}")
        (self.folder / PARTS).mkdir(exist_ok=True)
        self._write_cells()  # the plan makes the same: what was lost or damaged is whole again

    def _forget_lost(self) -> None:
        """Let runs be missing whose part is not there or cannot be read: they are lived again."""
        import pyarrow as pa
        import pyarrow.parquet

        for name in self.ledger.parts():
            path = self.folder / PARTS / name
            try:
                good = is_file(path) and pyarrow.parquet.read_metadata(path) is not None
            except (OSError, pa.ArrowException):
                good = False
            if not good:
                (self.folder / RESULTS).unlink(missing_ok=True)
                self.ledger.forget_part(name)

    def _remove_unnamed(self) -> None:
        named = self.ledger.parts()
        for path in (*parts_in(self.folder), *left_over(self.folder)):
            if path.name not in named:
                path.unlink(missing_ok=True)

    def missing(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which runs are to be lived here and have no row in the ledger, (n_runs,)."""
        return self.belongs & ~self.ledger.numbers()

    def add(self, lived: Sequence[Lived]) -> None:
        """Take finished runs; they are kept within a second."""
        self._waiting += lived
        late = time.monotonic() - self._flushed > SECONDS_A_PART
        while len(self._waiting) >= RUNS_A_PART or (late and self._waiting):
            batch, self._waiting = self._waiting[:RUNS_A_PART], self._waiting[RUNS_A_PART:]
            self._keep(batch)

    def flush(self) -> None:
        """Keep what is still waiting."""
        if self._waiting:
            batch, self._waiting = self._waiting, []
            self._keep(batch)

    def _keep(self, batch: list[Lived]) -> None:
        (self.folder / RESULTS).unlink(missing_ok=True)  # it would no longer be whole
        good = [one for one in batch if one.numbers is not None]
        name = self._write_part(good) if good else None
        self.ledger.add(self._entry(one, name) for one in batch)
        self._flushed = time.monotonic()

    def _entry(self, one: Lived, part: str | None) -> Entry:
        run_id = self.plan.run_id(self.plan.point(one.number))
        if one.numbers is None:
            return Entry(one.number, run_id, FAILED, one.error, one.seconds, None)
        return Entry(one.number, run_id, DONE, None, one.seconds, part)

    def _write_part(self, good: list[Lived]) -> str:
        from sim.experiment.tables import part_table

        name = f"part-{self._next:06}.parquet"
        self._next += 1
        write_parquet(part_table(good, self.plan.columns), self.folder / PARTS / name)
        return name

    def close(self) -> None:
        """Let others write."""
        self.ledger.close()
        self._lock.release()


def replace(path: Path, content: bytes) -> None:
    """Write a file completely or not at all."""
    with filling(path) as file:
        file.write(content)

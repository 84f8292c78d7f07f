"""Joins the chunks of a sweep, lived apart, into the sweep that they are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.errors import RunError
from sim.experiment.exporting import export
from sim.experiment.ledger import DONE, FAILED, Entry, Ledger
from sim.experiment.manifest import CELLS, DESIGN, MANIFEST, PARTS
from sim.experiment.reading import Sweep, open_store
from sim.experiment.tables import design_table, write_parquet
from sim.files import filling, filling_folder


def merge(folders: Sequence[Path], out: Path) -> Sweep:
    """Join sweeps of one experiment; of a run that several hold, one that is done counts.

    The result may be swept on where runs are missing, and equals a sweep lived as a whole.

    Parameters
    ----------
    folders
        Folders of sweeps; they stay as they are.
    out
        New folder.

    Raises
    ------
    RunError
        If the sweeps are not of one experiment, or the new folder cannot be made.
    """
    sweeps = [open_store(folder) for folder in folders]
    for other in sweeps[1:]:
        if other.manifest["identity"] != sweeps[0].manifest["identity"]:
            raise RunError(
                f"{other.folder}: another experiment, scenario, seed or version than "
                f"{sweeps[0].folder}; they cannot be merged"
            )
    if out.name in ("", ".."):
        raise RunError(f"{out}: a folder that is written whole needs a name; give it by --out")
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise RunError(f"{out}: something stands there already; choose another folder by --out")
    with filling_folder(out, "the sweep") as partial:
        (partial / PARTS).mkdir()
        _join(sweeps, partial)
        merged = open_store(partial)
        if merged.is_complete:
            export(merged)
    return open_store(out)


def _join(sweeps: list[Sweep], out: Path) -> None:
    first = sweeps[0]
    write_parquet(design_table(first.factors, first.cells, first.units), out / DESIGN)
    with filling(out / CELLS) as file:
        np.save(file, first.cells)
    ledger = Ledger(out, np.ones(first.shape.runs, dtype=np.bool_), writing=True)
    try:
        kept: dict[int, str] = {}
        count = 0
        for sweep in sweeps:
            entries = sweep.entries()
            _check_parts(sweep, entries)
            names: dict[str, str] = {}
            for part in sorted({entry.part for entry in entries if entry.part}):
                count += 1
                names[part] = f"part-{count:06}.parquet"
                shutil.copyfile(sweep.folder / PARTS / part, out / PARTS / names[part])
            ledger.add(_better(entries, names, kept))
    finally:
        ledger.close()
    text = json.dumps({**first.manifest, "chunk": None}, indent=1, ensure_ascii=False)
    with filling(out / MANIFEST) as file:
        file.write(text.encode() + b"\n")


def _check_parts(sweep: Sweep, entries: list[Entry]) -> None:
    """Read every part: one that is damaged is named where it lies, before anything is copied."""
    for _ in sweep.parts(entries, [column.name for column in sweep.columns]):
        pass


def _better(entries: list[Entry], names: dict[str, str], kept: dict[int, str]) -> list[Entry]:
    """Entries that say more than what is kept, under the new names of their parts."""
    found = []
    for entry in entries:
        if kept.get(entry.number) == DONE or kept.get(entry.number) == entry.state == FAILED:
            continue
        kept[entry.number] = entry.state
        found.append(entry._replace(part=names[entry.part] if entry.part else None))
    return found

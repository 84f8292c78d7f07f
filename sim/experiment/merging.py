"""Joins the chunks of a sweep, lived apart, into the sweep that they are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from sim.errors import RunError
from sim.experiment.exporting import export
from sim.experiment.folder import check_free
from sim.experiment.ledger import DONE, FAILED, Entry, Ledger, Lock
from sim.experiment.manifest import CELLS, DESIGN, MANIFEST, PARTS, read_manifest
from sim.experiment.reading import Sweep, open_store
from sim.experiment.store import replace


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
    check_free(out)
    if (out / MANIFEST).exists():
        raise RunError(f"{out}: there is a sweep already; choose another folder by --out")
    lock = Lock(out)
    try:
        _join(sweeps, out)
    finally:
        lock.release()
    merged = open_store(out)
    if merged.is_complete:
        export(merged)
    return merged


def _join(sweeps: list[Sweep], out: Path) -> None:
    ledger = Ledger(out, writing=True)
    try:
        (out / PARTS).mkdir(exist_ok=True)
        for name in (CELLS, DESIGN):
            shutil.copyfile(sweeps[0].folder / name, out / name)
        kept: dict[int, str] = {}
        count = 0
        for sweep in sweeps:
            entries = sweep.entries()
            names: dict[str, str] = {}
            for part in sorted({entry.part for entry in entries if entry.part}):
                count += 1
                names[part] = f"part-{count:06}.parquet"
                shutil.copyfile(sweep.folder / PARTS / part, out / PARTS / names[part])
            ledger.add(_better(entries, names, kept))
        manifest = {**read_manifest(sweeps[0].folder), "chunk": None}
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        replace(out / MANIFEST, text.encode() + b"\n")
    finally:
        ledger.close()


def _better(entries: list[Entry], names: dict[str, str], kept: dict[int, str]) -> list[Entry]:
    """Entries that say more than what is kept, under the new names of their parts."""
    found = []
    for entry in entries:
        if kept.get(entry.number) == DONE or kept.get(entry.number) == entry.state == FAILED:
            continue
        kept[entry.number] = entry.state
        found.append(entry._replace(part=names[entry.part] if entry.part else None))
    return found



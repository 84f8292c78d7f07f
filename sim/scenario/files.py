"""Files that a scenario names: they lie in its folder, and are part of what makes a run."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from sim.scenario.schema import Document
from sim.wording import listed


def files_named(document: Document) -> list[str]:
    """Files with data that a scenario reads: its network, its customers."""
    named = (document.customers.network.file, document.customers.file)
    return [file for file in named if file is not None]


def file_problem(file: str, folder: Path | None, suffixes: Collection[str]) -> str | None:
    """Why a file cannot be used; it must not lead out of the scenario's folder."""
    given = Path(file)
    if folder is None:
        return "a scenario made in Python cannot name a file; load it from a file in its folder"
    if "\0" in file or given.is_absolute() or ".." in given.parts or "\\" in file or ":" in file:
        return "give a path inside the scenario's folder, with '/', without '..'"
    if given.suffix.lower() not in suffixes:
        return f"the suffix must be {'one of ' if len(suffixes) > 1 else ''}" + listed(
            sorted(suffixes)
        )
    try:
        target = (folder / given).resolve()
        if not target.is_relative_to(folder.resolve()):
            return "it leads out of the scenario's folder; copy the file into it"
        return None if target.is_file() else "there is no such file in the scenario's folder"
    except (OSError, RuntimeError):
        return "there is no such file in the scenario's folder"

"""Finds the scenarios and experiments that come with the program, in a checkout or installed."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def scenario_folder() -> Path:
    """The folder of the shipped scenario files."""
    return _folder("scenarios")


def experiment_folder() -> Path:
    """The folder of the shipped experiment files."""
    return _folder("experiments")


def _folder(name: str) -> Path:
    installed = PACKAGE / "shipped" / name
    return installed if installed.is_dir() else PACKAGE.parent / name


def scenario_ids() -> tuple[str, ...]:
    """Ids of the shipped scenarios, sorted."""
    return tuple(sorted(path.stem for path in scenario_folder().glob("*.yaml")))

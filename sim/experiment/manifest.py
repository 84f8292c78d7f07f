"""What the folder of a sweep says of itself: the experiment, its factors, columns and versions."""

from __future__ import annotations

import importlib.metadata
import json
import math
import platform
from pathlib import Path
from typing import Any

from sim import __version__
from sim.errors import RunError
from sim.experiment.factors import Factor
from sim.experiment.plan import Plan
from sim.results.provenance import PACKAGES

FORMAT, VERSION = "counterpoise sweep", 1
MANIFEST, CELLS, DESIGN = "manifest.json", "cells.npy", "design.parquet"
PARTS, RESULTS = "series", "results.parquet"


def describe(plan: Plan, chunk: tuple[int, int] | None) -> dict[str, Any]:
    """The manifest of a sweep as plain data; nothing in it depends on when or where it is lived."""
    study, document = plan.study, plan.study.document
    return {
        "format": FORMAT,
        "version": VERSION,
        "id": document.id,
        "title": document.title,
        "question": document.question,
        "identity": plan.identity,
        "scenario": study.scenario.id,
        "scenarios": {name: study.scenario.digest(name) for name in study.strategies},
        "set": study.scenario.overrides,
        "strategies": list(study.strategies),
        "rows": plan.shape.rows,
        "replications": document.replications,
        "runs": plan.shape.runs,
        "longest": plan.longest,
        "seed": document.seed,
        "design": document.design.model_dump(mode="json"),
        "factors": [
            {**vars(factor), "base": None if math.isnan(factor.base) else factor.base}
            for factor in study.factors
        ],
        "columns": [
            {**vars(one), "name": one.name,
             "unit": one.unit_in(study.scenario.document.currency)}
            for one in plan.columns
        ],
        "chunk": list(chunk) if chunk else None,
        "versions": {
            "counterpoise": __version__, "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in (*PACKAGES, "SALib")},
        },
        "experiment": {"name": study.name, "text": study.text},
    }


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder.

    Raises
    ------
    RunError
        If the folder holds no sweep, or one that this program cannot read.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(f"{folder}: there is no sweep in this folder") from None
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: the file cannot be read: {error}") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise RunError(f"{folder}: there is no sweep in this folder")
    if manifest.get("version") != VERSION:
        raise RunError(
            f"{path}: the format is version {manifest.get('version')!r}, this program reads "
            f"{VERSION}; update the program, or sweep again"
        )
    return manifest


def factors_of(manifest: dict[str, Any]) -> tuple[Factor, ...]:
    """The factors of a sweep."""
    return tuple(
        Factor(**{
            **one, "base": math.nan if one["base"] is None else one["base"],
            "levels": None if one["levels"] is None else tuple(one["levels"]),
        })
        for one in manifest["factors"]
    )

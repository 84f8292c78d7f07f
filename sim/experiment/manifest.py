"""What the folder of a sweep says of itself: the experiment, its factors, columns and versions."""

from __future__ import annotations

import importlib.metadata
import json
import math
import platform
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim import __version__
from sim.errors import RunError
from sim.experiment.factors import Factor
from sim.experiment.plan import Plan
from sim.experiment.schema import MOST_REPLICATIONS, MOST_ROWS
from sim.results.provenance import PACKAGES
from sim.scenario.overrides import Setting, try_apply
from sim.scenario.schema.words import MOST_WEEKS, Value
from sim.scenario.statements import changed_by_strategies, find_anywhere

FORMAT, VERSION = "counterpoise sweep", 1
MANIFEST, CELLS, DESIGN = "manifest.json", "cells.npy", "design.parquet"
PARTS, RESULTS = "series", "results.parquet"
IN_WORDS = {
    "scenarios": "scenario settings", "strategies": "strategies", "factors": "factors",
    "design": "design", "replications": "replications", "seed": "seed", "columns": "outcomes",
    "longest": "weeks",
}
"""What makes a sweep the one that it is, as its manifest says it and as a reader calls it."""
NO_SWEEP = "there is no sweep in this folder; name one that `counterpoise sweep` wrote"
MOST_EXACT = 2**53
"""Whole numbers up to which a float holds each exactly."""


class _Written(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class _Factor(_Written):
    path: str
    low: float
    high: float
    log: bool
    whole: bool
    levels: Annotated[list[Value], Field(min_length=1)] | None
    base: float | None


class _Column(_Written):
    outcome: str
    firm: str | None
    weeks: tuple[int, int] | None
    series: bool
    name: str
    unit: str


class _Manifest(_Written):
    """What of a manifest is read again."""

    model_config = ConfigDict(extra="ignore")

    id: str
    title: str
    identity: str
    scenario: str
    strategies: list[str]
    rows: Annotated[int, Field(ge=1, le=MOST_ROWS)]
    replications: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS)]
    runs: Annotated[int, Field(ge=1, le=10 * MOST_ROWS)]
    longest: Annotated[int, Field(ge=1, le=MOST_WEEKS)]
    factors: list[_Factor]
    columns: list[_Column]
    units: dict[str, str] = {}
    """Of factors; sweeps of older versions have none."""
    chunk: tuple[int, int] | None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        names = [column.name for column in self.columns]
        first, last = self.chunk or (1, 1)
        levels = [level for factor in self.factors for level in factor.levels or ()]
        if (
            self.runs != self.rows * len(self.strategies) * self.replications
            or len(set(names)) < len(names) or not 1 <= first <= last
            or any(isinstance(level, int) and abs(level) > MOST_EXACT for level in levels)
        ):
            raise ValueError("its parts do not agree")
        return self


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
        "units": _units_of_factors(plan),
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


def _units_of_factors(plan: Plan) -> dict[str, str]:
    """Units by path, as the scenario declares them, its own currency named."""
    scenario = plan.study.scenario
    document, _ = try_apply(scenario.raw, scenario.overrides)
    worlds, units = changed_by_strategies(document), {}
    for factor in plan.study.factors:
        setting = find_anywhere(document, factor.path, worlds)
        if isinstance(setting, Setting) and isinstance(unit := setting.declared.get("unit"), str):
            units[factor.path] = unit.replace("currency", scenario.document.currency)
    return units


def differing(manifest: dict[str, Any], plan: Plan) -> str:
    """What the sweep of a manifest has otherwise than a plan, in words."""
    now = json.loads(json.dumps(describe(plan, None)))
    found = [word for key, word in IN_WORDS.items() if manifest.get(key) != now[key]]
    return " and ".join(found) or "the rows of its design or the version of the program"


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder.

    Raises
    ------
    RunError
        If the folder holds no sweep, or one that this program cannot read.
    """
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
        manifest = json.loads(content)
    except FileNotFoundError:
        raise RunError(f"{folder}: {NO_SWEEP}") from None
    except OSError as error:
        raise RunError(f"{path}: the file cannot be read: {error}") from None
    except (ValueError, RecursionError):
        raise _damaged(path) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise RunError(f"{folder}: {NO_SWEEP}")
    if manifest.get("version") != VERSION:
        raise RunError(
            f"{path}: the format is version {manifest.get('version')!r}, this program reads "
            f"{VERSION}; update the program, or sweep again"
        )
    try:
        _Manifest.model_validate_json(content)
    except ValidationError:
        raise _damaged(path) from None
    return manifest


def _damaged(path: Path) -> RunError:
    return RunError(
        f"{path}: the file is damaged or was altered; restore it, or sweep into another folder "
        "by --out"
    )


def factors_of(manifest: dict[str, Any]) -> tuple[Factor, ...]:
    """The factors of a sweep."""
    return tuple(
        Factor(**{
            **one, "base": math.nan if one["base"] is None else one["base"],
            "levels": None if one["levels"] is None else tuple(one["levels"]),
        })
        for one in manifest["factors"]
    )

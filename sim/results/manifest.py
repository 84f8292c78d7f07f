"""The manifest of a run folder: what it must say, so that the run can be restored from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.errors import RunError
from sim.observers.base import outcomes
from sim.results.reversal import POWER
from sim.results.run import MOST_REPLICATIONS
from sim.scenario.schema.words import MOST_WEEKS, Identifier
from sim.streams import SEED_LIMIT

FORMAT = "counterpoise run"
VERSION = 1
"""Raised when a folder is written that older programs cannot read."""

MANIFEST = "manifest.json"
NEEDED = {"units", "market_share"}
"""Outcomes that every report and replay rests on."""


class _Written(BaseModel):
    """What is read again; more may be written."""

    model_config = ConfigDict(strict=True, extra="ignore")


class _Outcome(_Written):
    unit: str
    over_weeks: Literal["sum", "mean", "last"]
    per: Literal["firm", "offer", "market"]
    doc: str


class _Mechanism(_Written):
    strategies: list[str] | dict[str, Any]
    cites: list[str]


class _Provenance(_Written):
    run_id: str
    engine: str
    scenario: Identifier
    scenarios: dict[str, str]
    strategies: Annotated[list[str], Field(min_length=1)]
    seed: Annotated[int, Field(ge=0, lt=SEED_LIMIT)]
    replications: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS)]
    weeks: Annotated[int, Field(ge=1, le=MOST_WEEKS)]
    overrides: dict[str, Any]
    versions: dict[str, str]
    commit: str | None
    mechanisms: dict[str, _Mechanism]


class _Manifest(_Written):
    outcomes: dict[str, _Outcome]
    firms: list[str]
    offers: list[str] = []  # folders written before there were outcomes of offers have none
    files: dict[str, str]
    provenance: _Provenance

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        named, there, declared = self.provenance.strategies, set(self.outcomes), outcomes()
        if len(set(named)) < len(named) or not set(named) <= set(self.provenance.scenarios):
            raise ValueError("strategies")
        if not there >= NEEDED or there & POWER not in (set(), POWER) or any(
            self.outcomes[name].per != declared[name].per for name in there & set(declared)
        ):
            raise ValueError("outcomes")
        if "offers" not in self.model_fields_set and any(
            one.per == "offer" for one in self.outcomes.values()
        ):
            raise ValueError("offers")
        return self


def read_manifest(home: Path) -> dict[str, Any]:
    """The manifest of a run folder.

    Raises
    ------
    RunError
        If the folder is missing, not that of a run, of a newer format, damaged or changed.
    """
    if not home.is_dir():
        raise RunError(f"{home}: there is no such run folder; check the path")
    path = home / MANIFEST
    if not path.is_file():
        raise RunError(f"{home}: this is not a run folder (no {MANIFEST}); name one that is")
    try:
        content = path.read_bytes()
        manifest = json.loads(content)
    except (OSError, ValueError, RecursionError):
        damaged(path)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise RunError(f"{path}: another program wrote this; name a folder that `run` wrote")
    version = manifest.get("version")
    if version != VERSION:
        raise RunError(
            f"{path}: the format is version {version!r}, this program reads {VERSION}; "
            "update the program, or run the scenario in the folder again"
        )
    try:
        _Manifest.model_validate_json(content)
    except ValidationError:
        damaged(path)
    return manifest


def damaged(path: Path) -> NoReturn:
    """Say that a file of the folder is not what the run wrote."""
    raise RunError(
        f"{path}: the file is damaged or was changed after the run; restore it, or run again"
    ) from None

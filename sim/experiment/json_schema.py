"""The JSON Schema of experiment files, from the same declarations that check them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.experiment.schema import Experiment
from sim.observers.base import outcomes
from sim.scenario.json_schema import DIALECT, finish


def experiment_schema() -> dict[str, Any]:
    """The JSON Schema of a whole experiment file, draft 2020-12."""
    schema: dict[str, Any] = {"$schema": DIALECT, **Experiment.model_json_schema()}
    schema["$defs"]["Asked"]["properties"]["name"]["enum"] = sorted(outcomes())
    finish(schema)
    return schema


def write_experiment_schema(path: Path) -> None:
    """Write the JSON Schema of experiment files."""
    text = json.dumps(experiment_schema(), indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")

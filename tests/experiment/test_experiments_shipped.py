"""The experiments that come with the program are whole, drawn, and lived at a small size."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from sim.experiment.design import count, draw
from sim.experiment.json_schema import experiment_schema
from sim.experiment.loader import load_experiment
from sim.experiment.sweep import How, sweep
from sim.scenario.reading import read_yaml
from sim.scenario.shipped import experiment_folder, experiment_ids
from tests.experiment.conftest import SMALL


def test_there_are_some() -> None:
    assert {"density", "treo_sweep"} <= set(experiment_ids())


@pytest.mark.parametrize("name", experiment_ids())
def test_a_shipped_experiment_is_whole(name: str) -> None:
    study = load_experiment(name)
    cells = draw(study)
    assert study.listed is not None or len(cells) == count(study.factors, study.document.design)
    text = (experiment_folder() / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    jsonschema.validate(read_yaml(text, name)[0], experiment_schema())


@pytest.mark.parametrize("name", experiment_ids())
def test_a_shipped_experiment_runs(name: str, tmp_path: Path) -> None:
    raw, _ = read_yaml((experiment_folder() / f"{name}.yaml").read_text(encoding="utf-8"), name)
    raw["set"] = {**raw.get("set", {}), "customers.n": 60}
    raw |= {"replications": 1, "weeks": 3}
    raw["outcomes"] = [
        {key: value for key, value in one.items() if key not in ("week", "weeks")}
        for one in {json.dumps([o["name"], o.get("series")]): o for o in raw["outcomes"]}.values()
    ]
    for one in raw.get("optimize", {}).get("objectives", ()):
        one.pop("weeks", None)
    path = tmp_path / f"{name}.yaml"
    path.write_text(json.dumps(raw), encoding="utf-8")  # JSON is YAML
    study = load_experiment(path)
    found = sweep(study, tmp_path / "out", How(workers=1, chunk=(1, 8)))
    assert found.done > 0 and (found.failed, found.missing) == (0, 0)


def test_the_schema_refuses_what_the_program_refuses() -> None:
    schema = experiment_schema()
    raw, _ = read_yaml(SMALL, "small")
    jsonschema.validate(raw, schema)
    for change in (
        {"replicatons": 2}, {"weeks": 0}, {"design": {"kind": "gird"}},
        {"outcomes": [{"name": "unit"}]}, {"factors": {"weeks": {"low": 1}}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**raw, **change}, schema)


def test_the_shipped_schema_is_fresh() -> None:
    written = json.loads((experiment_folder() / "schema.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(experiment_schema())), (
        "stale: python -m tests.update"
    )

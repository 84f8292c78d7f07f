"""Files that the program writes for authors of scenarios and experiments; never over one."""

from __future__ import annotations

import json
from pathlib import Path

from sim.errors import ScenarioError
from sim.files import filling
from sim.terminal.console import say


def write_new(name: str, folder: Path, *, of_experiments: bool = False) -> None:
    """Write ``NAME.yaml`` from the template, and the schema beside it if there is none.

    That of scenarios is called ``schema.json``, that of experiments ``experiment_schema.json``.

    Raises
    ------
    ScenarioError
        If the name cannot be one or is taken, the file exists, or nothing can be written there.
    """
    from sim.scenario.shipped import experiment_ids, scenario_ids

    text, schema_name = _begun(name, of_experiments=of_experiments)
    # Commands would take the name for the shipped one, and runs of both would lie side by side.
    for kind, ids in (("scenario", scenario_ids()), ("experiment", experiment_ids())):
        if name in ids:
            raise ScenarioError(f"'{name}' is the id of a shipped {kind}; choose another name")
    file, schema = folder / f"{name}.yaml", folder / schema_name
    schema_text = _schema(of_experiments=of_experiments)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_new(file, text)
        if not schema.exists():
            _write_new(schema, schema_text)
    except FileExistsError as error:
        raise ScenarioError(f"{error.filename}: it exists already; choose another name") from error
    except OSError as error:
        reason = (error.strerror or "unknown fault").lower()
        raise ScenarioError(f"{file}: it cannot be written: {reason}") from error
    say(f"wrote {file}\nnext: counterpoise validate {file}")


def _begun(name: str, *, of_experiments: bool) -> tuple[str, str]:
    """The text of a new file, and the name of its schema."""
    from sim.scenario.template import SCHEMA, template

    if not of_experiments:
        return template(name), SCHEMA
    from sim.experiment import template as begun

    return template(name, begun.TEMPLATE, "an experiment"), begun.SCHEMA


def _write_new(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def write_schema_to(path: Path | None, *, of_experiments: bool = False) -> None:
    """Write the JSON Schema of scenarios, or of experiments, to a file, or to stdout.

    Raises
    ------
    ScenarioError
        If it cannot be written.
    """
    text = _schema(of_experiments=of_experiments)
    if path is None:
        say(text.rstrip("\n"))
        return
    try:
        with filling(path) as file:
            file.write(text.encode())
    except OSError as error:
        reason = (error.strerror or "unknown fault").lower()
        raise ScenarioError(f"{path}: it cannot be written: {reason}") from error
    say(f"wrote {path}")


def _schema(*, of_experiments: bool = False) -> str:
    if of_experiments:
        from sim.experiment.json_schema import experiment_schema as made
    else:
        from sim.scenario.json_schema import json_schema as made

    return json.dumps(made(), indent=2, ensure_ascii=False) + "\n"

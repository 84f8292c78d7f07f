"""What ``counterpoise validate`` does: say of each file that it is valid, or all that is wrong."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import CounterpoiseError
from sim.terminal.console import complain, say, say_json
from sim.terminal.inputs import load_either

if TYPE_CHECKING:
    from sim.experiment.loader import Study
    from sim.scenario import Scenario


def check_all(names: Sequence[str], *, as_json: bool) -> bool:
    """Check scenarios and experiments, files or ids; whether all of them are valid."""
    entries = []
    for name in dict.fromkeys(names):
        try:
            found = load_either(name)
        except CounterpoiseError as error:
            entry = {"file": name, "valid": False, "faults": _faults(error)}
            if not as_json:
                complain(str(error))
        else:
            entry = {"file": name, "valid": True, **_about(found)}
            if not as_json:
                _show(entry)
        entries.append(entry)
    if as_json:
        say_json(entries)
    return all(entry["valid"] for entry in entries)


def _about(found: Scenario | Study) -> dict[str, Any]:
    """What a valid file is, which code it names, and what in it is doubtful."""
    from sim.scenario import Scenario

    if isinstance(found, Scenario):
        return {"kind": "scenario", "code": found.code, "notes": notes(found)}
    return {"kind": "experiment", "code": found.scenario.code, "notes": notes(found)}


def notes(found: Scenario | Study) -> list[str]:
    """What is doubtful in a scenario or an experiment, a sentence each."""
    from sim.scenario import Scenario

    if isinstance(found, Scenario):
        from sim.scenario.doubts import doubts as of_scenario

        return of_scenario(found)
    from sim.experiment.doubts import doubts as of_experiment

    return of_experiment(found)


def tell_notes(found: Scenario | Study, *, quiet: bool) -> None:
    """Say what is doubtful before anything runs, where answers are not written."""
    name = found.document.id
    for text in [] if quiet else notes(found):
        say(f"{name}: note: {text}", to=sys.stderr)


def _faults(error: CounterpoiseError) -> list[dict[str, Any]]:
    from sim.scenario.faults import FaultyScenarioError

    if not isinstance(error, FaultyScenarioError):
        return [{"line": None, "column": None, "message": str(error)}]
    return [
        {"line": fault.line or None, "column": fault.column or None, "message": fault.message}
        for fault in error.faults
    ]


def _show(entry: dict[str, Any]) -> None:
    code = ", ".join(entry["code"])
    say(f"{entry['file']}: valid" + (
        f", but not imported: {code}; to run it, read that code and add --allow-code"
        if code else ""
    ))
    for text in entry["notes"]:
        say(f"  note: {text}")

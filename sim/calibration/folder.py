"""The folder that keeps a calibration: the calibrated scenario, trials, page and numbers."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.calibration.calibrate import Calibration
from sim.calibration.page import render
from sim.calibration.recovery import Recovery
from sim.calibration.words import method_note, sentence
from sim.calibration.written import calibrated_text
from sim.files import filling_folder
from sim.scenario import Scenario, load_scenario
from sim.scenario.files import files_named
from sim.scenario.policies import source_files

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "counterpoise calibration"
TRIALS, PAGE, NUMBERS = "trials.parquet", "calibration.html", "calibration.json"


def save(
    found: Calibration, recovery: Recovery | None, source: Scenario, data: str, folder: Path
) -> Path:
    """Write the folder, completely or not at all.

    Parameters
    ----------
    recovery
        What became of known settings, if that was asked for.
    source
        The scenario as its author wrote it.
    data
        Name of the data file.
    folder
        Where; it must not exist yet, or be empty.

    Raises
    ------
    RunError
        If it cannot be written.
    """
    with filling_folder(folder, "the calibration") as partial:
        _write(found, recovery, source, data, partial)
    return folder


def _write(
    found: Calibration, recovery: Recovery | None, source: Scenario, data: str, folder: Path
) -> None:
    import pyarrow
    import pyarrow.parquet

    file = folder / f"{source.id}.yaml"
    text = calibrated_text(found.target.scenario, source.text, found.values)
    _copy_beside(source, folder)
    file.write_text(text, encoding="utf-8")
    load_scenario(file, allow_code=source.allow_code)  # what is written can be run
    table = pyarrow.Table.from_pandas(trials(found), preserve_index=False)
    pyarrow.parquet.write_table(table, folder / TRIALS, compression="zstd")
    numbers = json.dumps(
        as_data(found, recovery, data), indent=2, ensure_ascii=False, allow_nan=False
    )
    (folder / NUMBERS).write_text(numbers + "\n", encoding="utf-8")
    (folder / PAGE).write_text(render(found, recovery, _facts(found, data)), encoding="utf-8")


def _copy_beside(source: Scenario, folder: Path) -> None:
    """Files that the scenario reads from its own folder under any of its strategies.

    A network, a table of respondents, policies of one's own.
    """
    home = source.folder
    if home is None:
        return
    worlds = source.worlds()
    needed = {home / file for world in worlds for file in files_named(world)}
    needed.update(file for world in worlds for file in source_files(world, home))
    for file in sorted(needed):
        copy = folder / file.relative_to(home)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def trials(found: Calibration) -> pd.DataFrame:
    """One row a trial: settings, distance, which search, and its weight in the posterior."""
    import pandas as pd

    rows = [
        {
            "trial": number, "search": one.by, "round": one.round, "distance": one.distance,
            "weight": one.weight, **found.space.values(one.point),
        }
        for number, one in enumerate(found.estimate.trials)
    ]
    return pd.DataFrame(rows)


def _facts(found: Calibration, data: str) -> dict[str, str]:
    from sim.results.provenance import provenance

    target = found.target
    name = found.strategy or target.scenario.strategies[0]
    history = provenance(
        target.scenario, [name], found.plan.seed, found.plan.replications, target.weeks
    )
    return {
        "Scenario": f"{target.scenario.document.id}, strategy {name}", "Data": data,
        "Fit": method_note(found), "Seed": str(found.plan.seed),
        "Weeks simulated": f"{target.weeks:,}",
        "Customers simulated": f"{target.scenario.document.customers.n:,}",
        "Version": f"counterpoise {history['engine']}, commit {history['commit'] or 'unknown'}",
    }


def as_data(found: Calibration, recovery: Recovery | None, data: str) -> dict[str, Any]:
    """All numbers as plain JSON; what has no value is null."""
    estimate = found.estimate
    scale, low, high = estimate.scale
    return {
        "format": FORMAT,
        "scenario": found.target.scenario.document.id, "strategy": found.strategy, "data": data,
        "kind": found.target.kind, "answer": sentence(found),
        "method": found.plan.method, "trials": len(estimate.trials),
        "replications": found.plan.replications, "seed": found.plan.seed,
        "settings": [
            {
                "path": one.dimension.path, "best": one.value, "low": one.low, "high": one.high,
                "range": [one.dimension.low, one.dimension.high],
                "logarithmic": one.dimension.is_log, "at_the_edge": one.is_at_edge,
                "told_by_the_data": one.is_told,
            }
            for one in found.settings
        ],
        "scale": None if not found.target.is_scaled else {
            "value": _number(scale), "low": _number(low), "high": _number(high),
        },
        "distance": _number(estimate.distance), "tolerance": _number(estimate.tolerance),
        "errors": [
            {
                "of": one.block.title, "fit": _number(one.fit_error),
                "held_out": _number(one.error), "naive": _number(one.naive_error),
                "covered": one.covered, "n_held_out": one.n,
            }
            for one in found.held
        ],
        "recovery": None if recovery is None else _recovery(recovery),
    }


def _recovery(recovery: Recovery) -> dict[str, Any]:
    return {
        "data_sets": len(recovery.worlds),
        "settings": [
            {"path": path, "bias": _number(bias), "error": _number(error), "covered": covered}
            for path, bias, error, covered in zip(
                recovery.space.paths, recovery.bias, recovery.error, recovery.covered, strict=True
            )
        ],
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None

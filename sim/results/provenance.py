"""Where a result comes from: resolved scenario, seed, versions, commit, mechanisms, citations."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import subprocess
from pathlib import Path
from typing import Any

from sim import __version__
from sim.mechanisms.base import families
from sim.scenario import Scenario
from sim.scenario.mechanisms import chosen_mechanisms

PACKAGES = ("mesa", "numpy", "numba", "networkx", "pandas", "pyarrow", "pydantic", "scipy")


def provenance(
    scenario: Scenario, strategies: list[str], seed: int, replications: int, weeks: int
) -> dict[str, Any]:
    """All that is needed to run it again and to cite what it used; plain JSON values."""
    identity = {
        "engine": __version__,
        "scenarios": {name: scenario.digest(name) for name in strategies},
        "seed": seed,
        "replications": replications,
        "weeks": weeks,
    }
    text = json.dumps(identity, sort_keys=True)
    return {
        "run_id": hashlib.blake2b(text.encode(), digest_size=8).hexdigest(),
        **identity,
        "scenario": scenario.document.id,
        "strategies": strategies,
        "overrides": dict(scenario.overrides),
        "versions": {
            "counterpoise": __version__,
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in PACKAGES},
        },
        "commit": _commit(),
        "mechanisms": _mechanisms(scenario, strategies),
    }


def _mechanisms(scenario: Scenario, strategies: list[str]) -> dict[str, Any]:
    """Mechanisms in use: what each follows, and its parameters under each strategy that has it."""
    used: dict[str, Any] = {}
    for strategy in strategies:
        for family, (variant, parameters) in chosen_mechanisms(scenario.world(strategy)).items():
            entry = used.setdefault(f"{family}/{variant}", {
                "strategies": {}, "cites": list(families()[family][variant].cites),
            })
            entry["strategies"][strategy] = parameters.model_dump()
    return used


def _commit() -> str | None:
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return None
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()

"""Naming a network costs nothing: what is heavy is imported where it is needed."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import sim

HEAVY = ("numba", "networkx", "scipy", "pandas")


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, sim.network as network\n"
        "[network.parameters_of(kind)() for kind in network.kinds()]\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    root = pathlib.Path(sim.__path__[0]).parent
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""Every part of ``sim/`` knows only of its own layer and of those below; no two know each other."""

import ast
from pathlib import Path

import networkx
import pytest

from tests.layers import LAYERS, SHOWN_BY_REPORTS

SIM = Path(__file__).resolve().parents[2] / "sim"
HEIGHT = {part: number for number, (_, parts) in enumerate(LAYERS) for part in parts}


def imported_by(text):
    """Modules of ``sim`` that a file imports, wherever in it; not what only types name."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "sim":
            yield from (f"sim.{name.name}" for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def part(module):
    return module.split(".")[1]


def imports():
    """(importing, imported) modules of different parts of ``sim``, but for its own front page."""
    found = set()
    for file in sorted(SIM.rglob("*.py")):
        importing = ".".join(("sim", *file.relative_to(SIM).with_suffix("").parts))
        for imported in imported_by(file.read_text(encoding="utf-8")):
            if imported.startswith("sim.") and part(imported) in HEIGHT:
                found.add((importing, imported))
    return {pair for pair in found if part(pair[0]) not in {"__init__", part(pair[1])}}


def test_every_part_has_its_layer():
    there = {file.stem for file in SIM.glob("*.py")} - {"__init__"}
    there |= {file.parent.name for file in SIM.glob("*/__init__.py")}
    assert there == set(HEIGHT)


def test_nothing_knows_of_what_stands_above_it():
    upward = {pair for pair in imports() if HEIGHT[part(pair[0])] < HEIGHT[part(pair[1])]}
    assert upward == SHOWN_BY_REPORTS


def test_no_two_parts_know_each_other():
    known = imports() - SHOWN_BY_REPORTS
    parts = networkx.DiGraph((part(importing), part(imported)) for importing, imported in known)
    assert not [found for found in networkx.strongly_connected_components(parts) if len(found) > 1]


def test_mesa_is_touched_by_the_market_and_its_agents_only():
    touching = {
        file.relative_to(SIM).as_posix() for file in SIM.rglob("*.py")
        if {name.split(".")[0] for name in imported_by(file.read_text(encoding="utf-8"))} & {"mesa"}
    }
    assert {name for name in touching if not name.startswith("agents/")} == {"market.py"}


@pytest.mark.parametrize(("text", "modules"), [
    ("from sim import market", ["sim.market"]),
    ("def f():\n    from sim.results.run import run", ["sim.results.run"]),
    ("if TYPE_CHECKING:\n    from sim.market import Market", []),
    ("import sim.files", ["sim.files"]),
])
def test_imports_are_found_wherever_they_stand(text, modules):
    assert list(imported_by(text)) == modules

"""Reads the rows of a design from a CSV file: a column a setting, a line a combination."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from sim.errors import ScenarioError
from sim.experiment.factors import Cells, Factor, by_levels, same
from sim.files import foreign_separator
from sim.scenario.loader import read_text
from sim.scenario.reading import read_scalar
from sim.scenario.schema import Value
from sim.wording import visible

Rows = tuple[list[str], list[list[Value]]]


def read_list(path: Path) -> Rows:
    """Names of the columns, and rows of values.

    Raises
    ------
    ScenarioError
        If the file cannot be read, has no rows, or lines of unequal length.
    """
    text = read_text(path, path.name)
    # Blank lines separate nothing and hold nothing.
    lines = [
        (number, [cell.strip() for cell in cells])
        for number, cells in enumerate(csv.reader(text.split("\n")), start=1) if cells
    ]
    if len(lines) < 2:
        raise ScenarioError(
            f"{path.name} holds no combination: a line of paths and at least one of values"
        )
    names, rows = lines[0][1], lines[1:]
    if fault := foreign_separator(names):
        raise ScenarioError(f"{path.name}: {fault}")
    for name in names:
        if names.count(name) > 1:
            raise ScenarioError(f"{path.name}: two columns are called '{visible(name)[:60]}'")
    for number, cells in rows:
        if len(cells) != len(names):
            raise ScenarioError(
                f"{path.name}, line {number}: {len(cells)} values for {len(names)} columns"
            )
        if "" in cells:
            raise ScenarioError(
                f"{path.name}, line {number}: '{visible(names[cells.index('')])[:60]}' is empty"
            )
    return names, [[read_scalar(cell) for cell in cells] for _, cells in rows]


def as_factors(names: list[str], rows: list[list[Value]]) -> tuple[tuple[Factor, ...], Cells]:
    """A factor a column, a range where all values are numbers, and the cells of all rows."""
    factors, columns = [], []
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        if all(_is_number(value) for value in values):
            cells = np.array(values, dtype=np.float64)
            whole = all(isinstance(value, int) for value in values)
            factors.append(Factor(name, float(cells.min()), float(cells.max()), whole=whole))
        else:
            levels: list[Value] = []
            for value in values:
                if not any(same(value, level) for level in levels):
                    levels.append(value)
            factors.append(by_levels(name, tuple(levels)))
            numbers = [next(n for n, one in enumerate(levels) if same(v, one)) for v in values]
            cells = np.array(numbers, dtype=np.float64)
        columns.append(cells)
    return tuple(factors), np.column_stack(columns)


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 2**53

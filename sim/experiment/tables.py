"""Tables of a sweep as Arrow: the design, and parts of results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.asked import Column
from sim.experiment.factors import Cells, Factor
from sim.files import filling

if TYPE_CHECKING:
    import pyarrow

    from sim.experiment.working import Lived


def natural(factor: Factor, cells: Cells) -> pyarrow.Array:
    """Values of a factor in its own unit; null where a row leaves the setting alone."""
    import pyarrow as pa

    kind = _kind(factor)
    values: list[Any] = [None if cell != cell else factor.value(cell) for cell in cells.tolist()]
    if kind == pa.string():
        values = [value if value is None or isinstance(value, str) else _text(value)
                  for value in values]
    return pa.array(values, kind)


def _kind(factor: Factor) -> pyarrow.DataType:
    import pyarrow as pa

    if factor.levels is None:
        return pa.int64() if factor.whole else pa.float64()
    kinds = {type(level) for level in factor.levels}
    plain = {bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
    if kinds == {int, float}:
        return pa.float64()
    return plain.get(next(iter(kinds)), pa.string()) if len(kinds) == 1 else pa.string()


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def design_table(
    factors: tuple[Factor, ...], cells: Cells, units: Mapping[str, str]
) -> pyarrow.Table:
    """Rows of the design, a column a factor; its unit stands in the metadata of its field."""
    import pyarrow as pa

    found = {"row": pa.array(np.arange(len(cells)), pa.int64())}
    for k, factor in enumerate(factors):
        found[factor.path] = natural(factor, cells[:, k])
    return with_units(pa.table(found), units)


def with_units(table: pyarrow.Table, units: Mapping[str, str]) -> pyarrow.Table:
    """The table with the unit of each column that has one in the metadata of its field."""
    schema = table.schema
    for k, name in enumerate(table.column_names):
        if name in units:
            schema = schema.set(k, schema.field(k).with_metadata({"unit": units[name]}))
    return table.cast(schema)


def part_table(lived: Sequence[Lived], columns: tuple[Column, ...]) -> pyarrow.Table:
    """Results of some runs, by number."""
    import pyarrow as pa

    ordered = sorted(lived, key=lambda one: one.number)
    found: dict[str, Any] = {"run": pa.array([one.number for one in ordered], pa.int64())}
    numbers = np.stack([np.asarray(one.numbers) for one in ordered])
    own = [column for column in columns if not column.series]
    for k, column in enumerate(own):
        found[column.name] = pa.array(numbers[:, k], pa.float64())
    for k, column in enumerate(column for column in columns if column.series):
        found[column.name] = lists([one.series[k] for one in ordered])
    return pa.table(found)


def lists(values: Sequence[NDArray[np.float64]]) -> pyarrow.Array:
    """Series of weeks; an empty one is null."""
    import pyarrow as pa

    ends = np.cumsum([0, *map(len, values)])
    offsets = pa.array(
        [None if len(one) == 0 else end for one, end in zip(values, ends[:-1], strict=True)]
        + [ends[-1]], pa.int32(),
    )
    flat = np.concatenate([np.zeros(0), *values])
    return pa.ListArray.from_arrays(offsets, pa.array(flat, pa.float64(), from_pandas=True))


def unpacked(column: pyarrow.ChunkedArray) -> list[NDArray[np.float64]]:
    """Series of weeks; null is an empty one."""
    cells = column.combine_chunks()
    offsets = cells.offsets.to_numpy()
    flat = cells.values.to_numpy(zero_copy_only=False)
    return [flat[start:end] for start, end in pairwise(offsets)]


def write_parquet(table: pyarrow.Table, path: Path) -> None:
    """Write a file completely or not at all."""
    import pyarrow.parquet

    with filling(path) as file:
        pyarrow.parquet.write_table(table, file, compression="zstd")

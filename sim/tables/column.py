"""What a column and a table are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from numpy.typing import NDArray

from sim.memory import side_by_side
from sim.wording import closest

Array = NDArray[Any]

MOST_LEAD_WEEKS = 26
"""Longest time from an order to its arrival."""

N_TIERS = 4
"""Tiers of a programme for best customers, with 0 for everybody outside."""


@dataclass(frozen=True)
class Column:
    """Declaration of one column.

    Parameters
    ----------
    dtype
        NumPy type of the values.
    axes
        What follows the row axis, for example ``("offer",)``.
    unit
        Unit of the values, "1" for a pure number.
    doc
        What the column holds.
    owner
        The stage of the schedule that writes it.
    start
        Value before week 1.
    books
        Which side of the ledger money of the week stands on, if it does.
    """

    dtype: str
    axes: tuple[str, ...]
    unit: str
    doc: str
    owner: str
    start: float = 0
    books: Literal["revenue", "cost"] | None = None


class Table:
    """Columns over one kind of row; a column is an attribute that holds its array."""

    rows: ClassVar[str]
    columns: ClassVar[dict[str, Column]]

    def __init_subclass__(cls) -> None:
        cls.columns = {name: c for name, c in vars(cls).items() if isinstance(c, Column)}

    def __init__(self, sizes: dict[str, int]) -> None:
        sizes = {"tier": N_TIERS, "lead_week": MOST_LEAD_WEEKS + 1, **sizes}
        self.n = sizes[self.rows]
        layouts = [
            ((self.n, *(sizes[axis] for axis in column.axes)), column.dtype)
            for column in self.columns.values()
        ]
        for (name, column), array in zip(
            self.columns.items(), side_by_side(layouts), strict=True
        ):
            if column.start:
                array.fill(column.start)
            setattr(self, name, array)

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse what would put an array of one's own in a column's place, or miss all columns.

        ``table.column += 1`` is fine: it hands the same array back.

        Raises
        ------
        AttributeError
            If there is no such column, or it would no longer be the array that others see.
        """
        if name in self.columns:
            held = self.__dict__.get(name, value)
            if held is not value:
                raise AttributeError(
                    f"write into the column {name} of {type(self).__name__}, "
                    f"{self.rows}s.{name}[:] = ...; its values are {held.dtype} of shape "
                    f"{held.shape}"
                )
        elif name != "n":
            close = closest(name, self.columns)
            raise AttributeError(
                f"{type(self).__name__} has no column {name!r}"
                + (f"; did you mean {close!r}?" if close else "; they are listed in sim/ODD.md")
            )
        super().__setattr__(name, value)

    def __len__(self) -> int:
        return self.n

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__}: rows {self.n:,}, columns {len(self.columns)}, "
            f"bytes {self.nbytes:,}>"
        )

    def state(self) -> dict[str, Array]:
        """A copy of every column."""
        return {name: getattr(self, name).copy() for name in self.columns}

    def restore(self, state: dict[str, Array]) -> None:
        """Write a copy back in place."""
        for name, values in state.items():
            getattr(self, name)[...] = values

    @property
    def nbytes(self) -> int:
        """Bytes of all columns."""
        return sum(getattr(self, name).nbytes for name in self.columns)


def column(
    dtype: str, *axes: str, unit: str = "1", doc: str, owner: str, start: float = 0,
    books: Literal["revenue", "cost"] | None = None,
) -> Any:
    """Declare a column of a table; the attributes are those of ``Column``."""
    # An instance holds an array under the name of its declaration, hence the return type.
    return Column(dtype, axes, unit, doc, owner, start, books)

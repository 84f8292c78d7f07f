"""What can be done with columns that have one value a customer, and with those of several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import RequestError
from sim.tables import Array, CustomerTable


def taken(func: Callable[..., Any], values: Any, name: str) -> Any:
    """A function of a column of one, (n,), or several values a customer, (n, ...).

    Raises
    ------
    RequestError
        If the function cannot take several values a customer.
    """
    if getattr(values, "ndim", 1) < 2:
        return func(values)
    if func is min or func is max:
        return values.min(axis=0) if func is min else values.max(axis=0)
    try:
        return func(values)
    except ValueError as error:
        raise RequestError(
            f"{getattr(func, '__name__', func)} cannot take {name!r}, several values a customer, "
            f"{values.shape}; take one of them, as in customers.column({name!r})[:, 0]"
        ) from error


def refuse_several(key: object) -> None:
    """Refuse to order or group by a column with several values a customer.

    Raises
    ------
    RequestError
        If it has several.
    """
    column = CustomerTable.columns.get(key) if isinstance(key, str) else None
    if column is not None and column.axes:
        raise RequestError(
            f"{key!r} has several values a customer; go by a function of her, such as "
            f"lambda customer: customer.{key}[0]"
        )


def write(column: Array, rows: NDArray[np.int64], value: Any, name: str) -> None:
    """Write one value, or one value a row, into rows of a column.

    Raises
    ------
    RequestError
        If the column cannot hold it.
    """
    try:
        column[rows] = value
    except (OverflowError, TypeError, ValueError) as error:
        shape = (len(rows), *column.shape[1:])
        raise RequestError(
            f"{name} is a column of {column.dtype}, here of shape {shape}: {error}"
        ) from None

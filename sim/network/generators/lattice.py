"""Square lattice: each customer knows the customers left, right, above and below.

Customers fill a square row by row; the last row may be incomplete. Where the lattice is
periodic, the two ends of each row and of each column are neighbors, too.

References
----------
Nowak, May (1992), Evolutionary games and spatial chaos, Nature 359, 826-829,
doi:10.1038/359826a0.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.network.registry import Ends, TieParameters, generator
from sim.parameters import param
from sim.streams import Streams


class Parameters(TieParameters):
    """Whether the lattice has borders."""

    periodic: bool = param(
        True,
        unit="1",
        doc="Join the two ends of each row and of each column, so that nobody lives at a border.",
    )


def expected_ties(n: int, parameters: Parameters) -> float:
    """Number of ties, at most."""
    return 2.0 * n


@generator("lattice", Parameters, expect=expected_ties)
def generate(n: int, parameters: Parameters, streams: Streams) -> Ends:
    """Source and target of every tie; nothing is drawn."""
    width = width_of(n)
    customers = np.arange(n, dtype=np.int32)
    right = customers[(customers % width < width - 1) & (customers < n - 1)]
    below = customers[: max(n - width, 0)]
    source, target = [right, below], [right + 1, below + width]
    if parameters.periodic:
        row_starts, column_starts = customers[::width], customers[:width]
        source += [row_starts, column_starts]
        target += [np.minimum(row_starts + width, n) - 1, _bottoms(n, width).astype(np.int32)]
    return np.concatenate(source), np.concatenate(target)


def width_of(n: int) -> int:
    """Customers in a row of the lattice: the square root of ``n``, rounded up."""
    return math.isqrt(max(n - 1, 0)) + 1


def _bottoms(n: int, width: int) -> NDArray[np.int64]:
    columns = np.arange(min(n, width), dtype=np.int64)
    return columns + (n - 1 - columns) // width * width

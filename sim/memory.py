"""Arrays that lie side by side in one piece of memory.

The processor looks addresses up page by page, and a page is 4 KB. NumPy asks the system for pages
of 2 MB where a piece has at least 4 MB (Linux), which a single column of 100,000 customers has not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Layout = tuple[tuple[int, ...], str]

LINE, LARGE_PAGE = 64, 2**21
"""Bytes that the processor's cache fetches at once, and of a large page."""


def side_by_side(layouts: Sequence[Layout]) -> list[Array]:
    """Arrays of zeros, for each layout a shape and a NumPy type, that share one piece of memory.

    The piece is freed with the last of them. What is never written costs memory only where it
    shares a page with what is.
    """
    begins, end = [], 0
    for shape, dtype in layouts:
        begins.append(end)
        lines = -(-int(np.prod(shape)) * np.dtype(dtype).itemsize // LINE)
        # A line between them: columns as long as a power of two would otherwise all ask for the
        # same few places in the cache.
        end += (lines + 1) * LINE
    # A large page begins where its size divides the address.
    unit = LARGE_PAGE if end > LARGE_PAGE // 2 else LINE
    memory = np.zeros((end // unit + 2) * unit, dtype=np.uint8)
    first = -memory.ctypes.data % unit
    return [
        np.ndarray(shape, dtype=dtype, buffer=memory.data, offset=first + begin)
        for (shape, dtype), begin in zip(layouts, begins, strict=True)
    ]


def moved_together(arrays: Iterable[Array]) -> list[Array]:
    """Copies of arrays that lie side by side."""
    given = list(arrays)
    moved = side_by_side([(array.shape, array.dtype.str) for array in given])
    for target, source in zip(moved, given, strict=True):
        target[...] = source
    return moved

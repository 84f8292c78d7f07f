"""The ties of a market as compressed sparse rows, each row sorted by neighbor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.compile import kernel
from sim.errors import NetworkError
from sim.memory import moved_together
from sim.network.naming import rows_of, strong_of

if TYPE_CHECKING:
    import networkx

Array = NDArray[Any]

MOST_TIES = 200_000_000
"""No network may have more ties: its rows alone would take 2 GB."""

MOST_CUSTOMERS = 2**31 - 2
"""Rows are numbered by int32."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Undirected ties between customers.

    Attributes
    ----------
    indptr
        Where each customer's row of neighbors begins and ends, shape (n + 1,), int64.
    indices
        The neighbors of customer ``i`` are ``indices[indptr[i]:indptr[i + 1]]`` in rising order,
        shape (2 * n_ties,), int32.
    strong
        1 where the tie is strong, 0 where it is weak, alike in both directions,
        shape (2 * n_ties,), uint8.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    strong: NDArray[np.uint8]

    @property
    def n(self) -> int:
        """Number of customers."""
        return len(self.indptr) - 1

    @property
    def n_ties(self) -> int:
        """Number of ties, each counted once."""
        return len(self.indices) // 2

    @property
    def nbytes(self) -> int:
        """Memory held by the three arrays, in bytes."""
        return self.indptr.nbytes + self.indices.nbytes + self.strong.nbytes

    def __repr__(self) -> str:
        share = self.strong.mean() if self.n_ties else 0.0
        return f"<Network: customers {self.n:,}, ties {self.n_ties:,}, strong {share:.0%}>"

    def degrees(self) -> NDArray[np.int64]:
        """Number of neighbors of every customer, shape (n,)."""
        return np.diff(self.indptr)

    def neighbors(self, customer: int) -> NDArray[np.int32]:
        """The neighbors of one customer in rising order: a view, not a copy.

        Raises
        ------
        IndexError
            If there is no such customer.
        """
        if not 0 <= customer < self.n:
            raise IndexError(f"customer must be from 0 to {self.n - 1}. Got {customer} instead.")
        return self.indices[self.indptr[customer] : self.indptr[customer + 1]]

    def ties(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
        """Every tie once: lower row, higher row, strong; ordered by lower, then higher row."""
        source = np.repeat(np.arange(self.n, dtype=np.int32), self.degrees())
        once = source < self.indices
        return source[once], self.indices[once], self.strong[once]

    def packed(self) -> Network:
        """The same ties in one piece of memory, which is walked a little faster."""
        return Network(*moved_together([self.indptr, self.indices, self.strong]))

    @classmethod
    def from_ties(
        cls, n: int, source: ArrayLike, target: ArrayLike, strong: ArrayLike | None = None
    ) -> Network:
        """Build the rows from a list of undirected ties in any order.

        A tie from a customer to herself is dropped; a tie listed more than once, in whichever
        direction, counts once and is strong if any of its copies is.

        Parameters
        ----------
        n
            Number of customers.
        source, target
            The two ends of each tie, integers from 0 to ``n - 1``, shape (n_ties,).
        strong
            1 or True for a strong tie, shape (n_ties,); left out, all ties are weak.

        Raises
        ------
        NetworkError
            If an end is no customer, the arrays differ in length, or there are too many ties.
        """
        refuse_too_large(n, np.size(source))
        first, second = _ends(source, n), _ends(target, n)
        marks = np.empty(0, np.uint8) if strong is None else np.asarray(strong).astype(np.uint8)
        if len(first) != len(second) or (strong is not None and marks.shape != first.shape):
            raise NetworkError("source, target and strong must have one entry for every tie.")
        return cls(*_rows(n, first, second, marks))

    @classmethod
    def from_networkx(cls, graph: networkx.Graph[Any]) -> Network:
        """Take the nodes and edges of a networkx graph.

        Nodes that are exactly the integers 0 to n - 1 keep their numbers; otherwise rows follow
        the graph's own order. Directions are forgotten. An edge attribute ``strong`` says whether
        a tie is strong; failing that, a ``weight`` of at least half the largest weight does (so
        equal weights are all strong); an edge with neither is weak.

        Raises
        ------
        NetworkError
            If an attribute ``strong`` or ``weight`` cannot be understood.
        """
        n, row = rows_of(list(graph.nodes))
        edges = list(graph.edges(data=True))
        source = np.array([row[edge[0]] for edge in edges], dtype=np.int64)
        target = np.array([row[edge[1]] for edge in edges], dtype=np.int64)
        marks = [edge[2].get("strong") for edge in edges]
        weights = [edge[2].get("weight") for edge in edges]
        return cls.from_ties(n, source, target, strong_of(marks, weights)).packed()

    def to_networkx(self) -> networkx.Graph[int]:
        """A networkx graph with nodes 0 to n - 1 and the edge attribute ``strong`` (0 or 1)."""
        import networkx

        graph: networkx.Graph[int] = networkx.Graph()
        graph.add_nodes_from(range(self.n))
        columns = (column.tolist() for column in self.ties())
        for source, target, strong in zip(*columns, strict=True):
            graph.add_edge(source, target, strong=strong)
        return graph


def refuse_too_large(n: int, n_ties: float) -> None:
    """Refuse a network before anything is allocated for it.

    Raises
    ------
    NetworkError
        If there are fewer than 0 customers, or more customers or ties than a network can hold.
    """
    if not 0 <= n <= MOST_CUSTOMERS:
        raise NetworkError(
            f"The number of customers must be from 0 to {MOST_CUSTOMERS:,}. Got {n:,} instead."
        )
    if n_ties > MOST_TIES:
        raise NetworkError(
            f"A network of {n:,} customers with about {n_ties:,.0f} ties is above the limit of "
            f"{MOST_TIES:,} ties; take fewer customers or fewer ties for each."
        )


def _ends(rows: ArrayLike, n: int) -> NDArray[np.int32]:
    array = np.asarray(rows)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise NetworkError("source and target must be one-dimensional arrays of integers.")
    if array.size and not (array.min() >= 0 and array.max() < n):
        raise NetworkError(
            f"Ties must join rows from 0 to {n - 1}. Got rows from {array.min()} to {array.max()}."
        )
    return np.ascontiguousarray(array, dtype=np.int32)


@kernel
def _rows(n: int, source: Array, target: Array, strong: Array) -> tuple[Array, Array, Array]:
    """Sort ties into rows by counting: first by one end, then, walked in order, by the other.

    The buckets of the first pass hold the other end, with its bits flipped where the tie is strong.
    """
    starts = np.zeros(n + 1, np.int64)
    for tie in range(source.size):
        if source[tie] != target[tie]:
            starts[source[tie] + 1] += 1
            starts[target[tie] + 1] += 1
    for row in range(n):
        starts[row + 1] += starts[row]
    # Half the width of the starts: the cursors of a million customers then stay in the cache.
    cursor = np.empty(n, np.int32)
    for row in range(n):
        cursor[row] = starts[row]
    bucket = np.empty(starts[n], np.int32)
    for tie in range(source.size):
        one, other = source[tie], target[tie]
        if one != other:
            is_strong = strong.size > 0 and strong[tie] != 0
            bucket[cursor[one]] = ~other if is_strong else other
            bucket[cursor[other]] = ~one if is_strong else one
            cursor[one] += np.int32(1)
            cursor[other] += np.int32(1)
    indices = np.empty(starts[n], np.int32)
    marks = np.zeros(starts[n], np.uint8)
    for row in range(n):
        cursor[row] = starts[row]
    for neighbor in range(n):
        for entry in range(starts[neighbor], starts[neighbor + 1]):
            code = bucket[entry]
            row = ~code if code < 0 else code
            place = cursor[row]
            # Rows fill in rising order, so a repeated tie stands right behind its first copy.
            if place > starts[row] and indices[place - 1] == neighbor:
                place -= np.int32(1)
            else:
                indices[place] = neighbor
                cursor[row] = place + np.int32(1)
            if code < 0:
                marks[place] = 1
    return _close_gaps(n, starts, cursor, indices, marks)


@kernel
def _close_gaps(
    n: int, starts: Array, ends: Array, indices: Array, marks: Array
) -> tuple[Array, Array, Array]:
    """Move rows together where dropped copies left room at their ends."""
    written = np.int64(0)
    for row in range(n):
        first, last = starts[row], np.int64(ends[row])
        starts[row] = written
        if first != written:
            for entry in range(first, last):
                indices[written + entry - first] = indices[entry]
                marks[written + entry - first] = marks[entry]
        written += last - first
    if written < starts[n]:
        starts[n] = written
        return starts, indices[:written].copy(), marks[:written].copy()
    return starts, indices, marks

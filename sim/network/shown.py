"""Which customers are shown, and the ties between them: all up to a limit, else a connected part.

What is sampled here is only what a page draws; the market itself lives with all its customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.network import Network

MOST = 2_000
"""Customers shown where nobody asks for more or fewer."""

LIMIT = 5_000
"""More than a page can draw."""

MOST_TIES = 40_000
"""Ties sent to a page; of a denser network a sample is shown."""

FRIENDS_FOLLOWED = 3
"""Friends of a customer who come along at first, so that the part reaches far before it closes."""


@dataclass(frozen=True)
class Shown:
    """Customers on the stage and the ties between them.

    Attributes
    ----------
    rows : their rows in rising order, (n,).
    of : customers in the market.
    source, target : ends of each tie as places in ``rows``, source below target, (n_ties,).
    strong : 1 where the tie is strong, (n_ties,).
    ties_of : ties between customers shown, of which at most ``MOST_TIES`` are.
    """

    rows: NDArray[np.int64]
    of: int
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    strong: NDArray[np.uint8]
    ties_of: int

    @property
    def n(self) -> int:
        """Number of customers shown."""
        return len(self.rows)

    def places(self, rows: NDArray[Any]) -> NDArray[np.int64]:
        """Places of rows of customers among those shown, -1 where not shown."""
        if not self.n:
            return np.full(len(rows), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.rows, rows), self.n - 1)
        return np.where(self.rows[at] == rows, at, -1)

    def ties(self, one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.int64]:
        """Number of the tie between two places each, -1 where none is shown."""
        if not len(self.source):
            return np.full(len(one), -1, dtype=np.int64)
        known = self.source * self.n + self.target
        asked = np.minimum(one, other) * self.n + np.maximum(one, other)
        at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        found = (known[at] == asked) & (one >= 0) & (other >= 0)
        return np.where(found, at, -1)


def choose_shown(network: Network, *, most: int = MOST, seed: int = 0) -> Shown:
    """The customers to show.

    Parameters
    ----------
    most
        Most customers, up to ``LIMIT``.
    seed
        Luck of the part that is shown where there are more; no luck of the market.
    """
    most = min(most, LIMIT)
    luck = np.random.default_rng([seed, network.n])
    rows = np.arange(network.n) if network.n <= most else _connected_part(network, most, luck)
    source, target, strong = _ties_between(network, rows)
    keep = np.arange(len(source))
    if len(keep) > MOST_TIES:
        keep = np.sort(luck.choice(len(source), MOST_TIES, replace=False))
    return Shown(rows, network.n, source[keep], target[keep], strong[keep], len(source))


def _connected_part(network: Network, most: int, luck: np.random.Generator) -> NDArray[np.int64]:
    """Rows reached from one customer over her friends, a few of each at first."""
    seen = np.zeros(network.n, dtype=bool)
    part: list[int] = []
    near: list[int] = []
    later: list[int] = []
    while len(part) < most:
        if not near:
            near, later = later, []
        if not near:  # nobody further is tied to them: begin elsewhere
            near = [int(luck.choice(np.flatnonzero(~seen)))]
        following: list[int] = []
        for row in near:
            if not seen[row]:
                seen[row] = True
                part.append(row)
            friends = network.neighbors(row)
            friends = friends[~seen[friends]]
            taken = friends if len(friends) <= FRIENDS_FOLLOWED else luck.choice(
                friends, FRIENDS_FOLLOWED, replace=False
            )
            later += [row] if len(friends) > len(taken) else []
            seen[taken] = True
            part += taken.tolist()
            following += taken.tolist()
            if len(part) >= most:
                break
        near = following
    return np.sort(np.array(part[:most], dtype=np.int64))


def _ties_between(
    network: Network, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Ties whose two ends are among rows, as places in them, in order."""
    place = np.full(network.n, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    count = network.indptr[rows + 1] - network.indptr[rows]
    source = np.repeat(np.arange(len(rows)), count)
    first = np.cumsum(count) - count
    entry = np.arange(len(source)) - first[source] + network.indptr[rows][source]
    target = place[network.indices[entry]]
    once = target > source
    return source[once], target[once], network.strong[entry[once]]

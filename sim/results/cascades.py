"""Who told whom: the trees in which word of an offer spread, and their shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import RunError
from sim.tables import Trigger
from sim.wording import did_you_mean

if TYPE_CHECKING:
    import networkx as nx

    from sim.market import Market

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Cascades:
    """The trees of one offer, largest first; every customer who ever knew it is in one.

    Attributes
    ----------
    root : row of the customer who learned of it otherwise than from a friend, (n_trees,).
    size : customers in the tree with its root, (n_trees,).
    depth : tellings from the root to the farthest, (n_trees,).
    virality : structural virality, the mean distance between two customers of the tree; not a
        number for a tree of one, (n_trees,).
    """

    root: Rows
    size: Rows
    depth: Rows
    virality: NDArray[np.float64]

    @property
    def largest(self) -> int:
        """Size of the largest tree."""
        return int(self.size[0]) if len(self.size) else 0


def cascades(market: Market, offer: str) -> Cascades:
    """The trees of an offer up to now.

    Structural virality of a tree of n customers is the sum over its ties of
    s * (n - s) / (n * (n - 1) / 2), with s the customers below the tie: each tie lies on the way
    between that many pairs.

    Raises
    ------
    RunError
        If there is no such offer.

    References
    ----------
    Goel, Anderson, Hofman and Watts (2016).
    """
    knows, teller = _tellers(market, offer)
    root, depth = _roots(teller)
    below = _sizes(teller, depth)
    told = np.flatnonzero(teller >= 0)
    size_of = below[root]
    pairs = below[told] * (size_of[told] - below[told]).astype(np.float64)
    n = len(teller)
    apart = np.bincount(root[told], pairs, n)
    deepest = np.zeros(n, dtype=np.int64)
    np.maximum.at(deepest, root, depth)
    roots = np.flatnonzero(knows & (teller < 0))
    order = roots[np.argsort(-below[roots], kind="stable")]
    size = below[order]
    virality = np.full(len(order), np.nan)
    several = size > 1
    count = size[several].astype(np.float64)
    virality[several] = 2.0 * apart[order[several]] / (count * (count - 1.0))
    return Cascades(order, size, deepest[order], virality)


def cascade_graph(market: Market, offer: str) -> nx.DiGraph[int]:
    """The trees of an offer as a networkx graph, an edge from each teller to whom she told.

    Raises
    ------
    RunError
        If there is no such offer.
    """
    import networkx as nx

    knows, teller = _tellers(market, offer)
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(np.flatnonzero(knows).tolist())
    told = np.flatnonzero(teller >= 0)
    graph.add_edges_from(zip(teller[told].tolist(), told.tolist(), strict=True))
    return graph


def _tellers(market: Market, offer: str) -> tuple[NDArray[np.bool_], Rows]:
    """Who ever knew the offer, and who told each of them first, -1 for nobody."""
    if offer not in market.offer_names:
        raise RunError(f"there is no offer '{offer}'{did_you_mean(offer, market.offer_names)}")
    o, customers = market.offer_number(offer), market.tables.customers
    return customers.trigger[:, o] != Trigger.NONE, customers.teller[:, o].astype(np.int64)


def _roots(teller: Rows) -> tuple[Rows, Rows]:
    """Root and depth of every customer, by doubling how far each looks up at once."""
    above = np.where(teller >= 0, teller, np.arange(len(teller)))
    depth = (teller >= 0).astype(np.int64)
    while True:
        farther = above[above]
        if np.array_equal(farther, above):
            return above, depth
        depth += depth[above]
        above = farther


def _sizes(teller: Rows, depth: Rows) -> Rows:
    """Customers at and below each, summed from the deepest level up."""
    size = np.ones(len(teller), dtype=np.int64)
    order = np.argsort(-depth, kind="stable")
    levels = np.bincount(depth) if len(depth) else np.zeros(1, dtype=np.int64)
    at = 0
    for level in range(len(levels) - 1, 0, -1):
        rows = order[at : at + levels[level]]
        np.add.at(size, teller[rows], size[rows])
        at += levels[level]
    return size

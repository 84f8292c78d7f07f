"""Trees of who told whom, against hand-drawn ones and against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import RunError
from sim.results.cascades import cascade_graph, cascades
from sim.tables import Trigger


def told(tellers, knows=None):
    """A market of one offer in which customer i first heard of it from ``tellers[i]``."""
    market = worlds.market(worlds.plain(len(tellers)), observe=False)
    customers = market.tables.customers
    customers.teller[:, 0] = tellers
    customers.trigger[:, 0] = np.where(customers.teller[:, 0] >= 0, Trigger.FRIEND, Trigger.START)
    if knows is not None:
        customers.trigger[~np.array(knows, dtype=bool), 0] = Trigger.NONE
    return market


def test_trees_by_hand():
    # 0 tells 1, 2, 3 (a star); 4 tells 5 tells 6 (a chain); 7 tells nobody; 8 does not know.
    market = told([-1, 0, 0, 0, -1, 4, 5, -1, -1], [1] * 8 + [0])
    found = cascades(market, "one")
    assert found.root.tolist() == [0, 4, 7]
    assert found.size.tolist() == [4, 3, 1]
    assert found.depth.tolist() == [1, 2, 0]
    assert found.virality[:2] == pytest.approx([(3 * 1 + 3 * 2) / 6, (1 + 1 + 2) / 3])
    assert np.isnan(found.virality[2])
    assert found.largest == 4


@settings(max_examples=25)
@given(st.data())
def test_shapes_are_those_of_the_graph(data):
    n = data.draw(st.integers(1, 40))
    order = data.draw(st.permutations(range(n)))
    tellers = [-1] * n
    for place, i in enumerate(order):
        above = data.draw(st.integers(-1, place - 1))
        tellers[i] = order[above] if above >= 0 else -1
    market = told(tellers)
    found, graph = cascades(market, "one"), cascade_graph(market, "one")
    assert found.size.sum() == n
    for root, size, depth, virality in zip(
        found.root, found.size, found.depth, found.virality, strict=True
    ):
        tree = graph.subgraph(nx.descendants(graph, root) | {root})
        assert size == len(tree)
        assert depth == max(nx.shortest_path_length(graph, root).values())
        if size > 1:
            assert virality == pytest.approx(
                nx.average_shortest_path_length(tree.to_undirected())
            )
    assert found.size.tolist() == sorted(found.size, reverse=True)


def test_a_lived_market_is_a_forest_with_a_tree_for_each_who_was_not_told():
    market = worlds.lived(worlds.busy(200), observe=False)
    for o, name in enumerate(market.offer_names):
        trigger = market.tables.customers.trigger[:, o]
        found, graph = cascades(market, name), cascade_graph(market, name)
        assert found.size.sum() == len(graph) == (trigger != Trigger.NONE).sum()
        others = (trigger != Trigger.NONE) & (trigger != Trigger.FRIEND)
        assert sorted(found.root) == np.flatnonzero(others).tolist()
        assert graph.number_of_edges() == (trigger == Trigger.FRIEND).sum()
        assert nx.is_forest(graph)
    assert max(cascades(market, name).largest for name in market.offer_names) > 2


def test_an_unknown_offer_is_refused():
    with pytest.raises(RunError, match="no offer 'won'"):
        cascades(told([-1]), "won")


def test_nobody_makes_no_tree():
    found = cascades(told([-1, -1], [0, 0]), "one")
    assert (len(found.root), found.largest) == (0, 0)

"""The rows of a network: built from any list of ties, to networkx and back."""

from __future__ import annotations

from typing import Any

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import NetworkError
from sim.network import Network

TIES = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.booleans()), max_size=60)


@settings(deadline=None, max_examples=200)
@given(TIES)
def test_rows_hold_every_tie_once_in_both_directions(ties: list[tuple[int, int, bool]]) -> None:
    source, target, strong = (
        (list(column) for column in zip(*ties, strict=True)) if ties else ([],) * 3
    )
    network = Network.from_ties(12, source, target, strong)
    wanted: dict[tuple[int, int], bool] = {}
    for one, other, mark in ties:
        if one != other:
            pair = (min(one, other), max(one, other))
            wanted[pair] = wanted.get(pair, False) or mark
    found = zip(*(column.tolist() for column in network.ties()), strict=True)
    assert {(one, other): bool(mark) for one, other, mark in found} == wanted
    for customer in range(12):
        known = sorted({a + b - customer for a, b in wanted if customer in (a, b)})
        assert network.neighbors(customer).tolist() == known
        for entry in range(network.indptr[customer], network.indptr[customer + 1]):
            other = int(network.indices[entry])
            pair = (min(customer, other), max(customer, other))
            assert network.strong[entry] == wanted[pair]


def test_types_and_counts() -> None:
    network = Network.from_ties(4, np.array([2, 0]), np.array([0, 1]))
    assert (network.n, network.n_ties) == (4, 2)
    assert network.degrees().tolist() == [2, 1, 1, 0]
    assert network.indptr.dtype == np.int64
    assert network.indices.dtype == np.int32
    assert network.strong.dtype == np.uint8
    assert not network.strong.any()
    assert network.nbytes == 5 * 8 + 4 * 4 + 4


def test_there_are_no_negative_customers() -> None:
    network = Network.from_ties(2, [0], [1])
    for customer in (-1, 2):
        with pytest.raises(IndexError, match=f"from 0 to 1. Got {customer} instead"):
            network.neighbors(customer)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((2, [0], [2]), "rows from 0 to 1. Got rows from 2 to 2"),
        ((2, [-1], [1]), "Got rows from -1 to -1"),
        ((0, [0], [0]), "Got rows from 0 to 0"),
        ((3, [0, 1], [1]), "one entry for every tie"),
        ((3, [0, 1], [1, 2], [1]), "one entry for every tie"),
        ((3, [0.5], [1.0]), "arrays of integers"),
        ((3, [[0]], [[1]]), "one-dimensional"),
        ((-1, [], []), "number of customers must be from 0"),
        ((2**31, [], []), "number of customers must be from 0"),
    ],
)
def test_bad_ties_are_refused(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(NetworkError, match=words):
        Network.from_ties(*arguments)


def test_too_many_ties_are_refused_before_they_are_read() -> None:
    many = np.broadcast_to(np.int32(0), 200_000_001)
    with pytest.raises(NetworkError, match="above the limit of 200,000,000 ties"):
        Network.from_ties(2, many, many)


def test_networkx_and_back() -> None:
    network = Network.from_ties(6, [0, 1, 5, 2], [1, 2, 0, 0], [1, 0, 1, 0])
    graph = network.to_networkx()
    assert list(graph.nodes) == list(range(6))
    assert graph.edges[0, 5]["strong"] == 1
    assert_same(Network.from_networkx(graph), network)


def test_nodes_of_any_name_become_rows_in_their_order() -> None:
    graph = networkx.Graph([("b", "c"), ("c", "a")])
    network = Network.from_networkx(graph)
    assert network.neighbors(1).tolist() == [0, 2]
    # 1, 2, 3 are not 0, 1, 2: they are names like any other.
    shifted = Network.from_networkx(networkx.Graph([(3, 1), (1, 2)]))
    assert shifted.neighbors(1).tolist() == [0, 2]
    backward = networkx.Graph([(2, 1), (1, 0)])
    assert Network.from_networkx(backward).neighbors(2).tolist() == [1]


def test_one_number_written_in_two_ways_is_two_names() -> None:
    assert Network.from_networkx(networkx.Graph([(0, "0"), (True, 0.5)])).n == 4


def test_direction_and_repetition_are_forgotten() -> None:
    graph = networkx.MultiDiGraph([(0, 1), (1, 0), (0, 1), (1, 1)])
    network = Network.from_networkx(graph)
    assert network.n_ties == 1
    assert not network.strong.any()


def test_half_the_largest_weight_is_strong_unless_the_tie_says_otherwise() -> None:
    graph = networkx.Graph()
    graph.add_weighted_edges_from([(0, 1, 4.0), (1, 2, 2.0), (2, 3, 1.9), (3, 4, 0.0)])
    graph.add_edge(4, 5)
    assert Network.from_networkx(graph).ties()[2].tolist() == [1, 1, 0, 0, 0]
    graph.edges[0, 1]["strong"] = False
    graph.edges[2, 3]["strong"] = "true"
    assert Network.from_networkx(graph).ties()[2].tolist() == [0, 1, 1, 0, 0]


@pytest.mark.parametrize("attribute", [{"weight": -1}, {"weight": "x"}, {"strong": 2}])
def test_a_mark_that_says_nothing_is_refused(attribute: dict[str, Any]) -> None:
    graph = networkx.Graph()
    graph.add_edge(0, 1, **attribute)
    with pytest.raises(NetworkError, match="must be"):
        Network.from_networkx(graph)


def assert_same(one: Network, other: Network) -> None:
    assert one.indptr.tobytes() == other.indptr.tobytes()
    assert one.indices.tobytes() == other.indices.tobytes()
    assert one.strong.tobytes() == other.strong.tobytes()

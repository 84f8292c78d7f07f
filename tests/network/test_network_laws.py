"""Statistical laws of the generators, against theory and against networkx.

Where a count has a known distribution the bound is 4.9 standard errors: one false alarm in a
million seeds. Other bounds are stated with the law they belong to.
"""

from __future__ import annotations

import math
import random
from typing import Any

import networkx
import numpy as np
import pytest

from sim.errors import NetworkError
from sim.network import Network, build_network, parameters_of
from sim.network.generators import configuration, lfr
from sim.network.generators.stochastic_blocks import blocks_of
from sim.network.power_law import lowest_for_mean, power_law_integers, power_law_mean
from sim.streams import Streams

ERRORS = 4.9


def draw(kind: str, n: int, seed: int = 11, **parameters: Any) -> Network:
    return build_network(kind, parameters_of(kind)(**parameters), n, Streams(seed))


def within_binomial(count: float, trials: float, prob: float) -> bool:
    return abs(count - trials * prob) <= ERRORS * math.sqrt(trials * prob * (1.0 - prob))


def clustering(network: Network) -> float:
    return float(networkx.average_clustering(network.to_networkx()))


def pairs(network: Network) -> set[tuple[int, int]]:
    source, target, _ = network.ties()
    return set(zip(source.tolist(), target.tolist(), strict=True))


def pairs_of(graph: networkx.Graph[int]) -> set[tuple[int, int]]:
    return {(min(edge), max(edge)) for edge in graph.edges}


@pytest.mark.parametrize(
    ("kind", "parameters", "measured"),
    [
        # clustering, path length, assortativity, modularity: science.md A12
        ("watts_strogatz", {"neighbors": 8, "rewiring_prob": 0.1}, (0.475, 5.66, -0.02, 0.84)),
        ("barabasi_albert", {"ties_per_newcomer": 4}, (0.023, 3.41, -0.06, 0.32)),
        ("holme_kim", {"ties_per_newcomer": 4, "triad_prob": 0.9}, (0.45, 3.67, -0.07, 0.63)),
        ("stochastic_blocks", {"blocks": 40, "mean_degree": 8.0, "mixing": 0.28},
         (0.062, 4.14, 0.03, 0.68)),
        ("erdos_renyi", {"mean_degree": 8.0}, (0.004, 3.90, -0.01, 0.33)),
    ],
)  # fmt: skip
def test_shape_is_as_measured_with_networkx(
    kind: str, parameters: dict[str, Any], measured: tuple[float, float, float, float]
) -> None:
    """Each within about five times what seeds differ by.

    The table's clustering of Holme and Kim is 0.427: see ``holme_kim_in_plain_words``.
    """
    graph = draw(kind, 2000, **parameters).to_networkx()
    giant = graph.subgraph(max(networkx.connected_components(graph), key=len))
    lengths = [
        sum(networkx.single_source_shortest_path_length(giant, source).values()) / (len(giant) - 1)
        for source in list(giant)[::50]
    ]
    blocks = networkx.community.louvain_communities(graph, seed=1)
    assert networkx.average_clustering(graph) == pytest.approx(measured[0], abs=0.025)
    assert np.mean(lengths) == pytest.approx(measured[1], abs=0.2)
    assert networkx.degree_assortativity_coefficient(graph) == pytest.approx(measured[2], abs=0.06)
    assert networkx.community.modularity(graph, blocks) == pytest.approx(measured[3], abs=0.05)


@pytest.mark.parametrize("rewiring_prob", [0.0, 0.1, 0.5, 1.0])
def test_watts_strogatz_rewires_its_share(rewiring_prob: float) -> None:
    n, half = 20_000, 5
    network = draw("watts_strogatz", n, rewiring_prob=rewiring_prob)
    source, target, _ = network.ties()
    distance = np.minimum(target - source, n - (target - source))
    assert network.n_ties == n * half
    left = np.count_nonzero(distance > half)
    # A new end falls on a place that another tie has left about once in n / (half + half * p).
    slack = rewiring_prob**2 * half * 2 * half
    assert abs(left - n * half * rewiring_prob) <= slack + ERRORS * math.sqrt(
        n * half * rewiring_prob * (1.0 - rewiring_prob) + slack
    )
    far = distance[distance > half]
    if rewiring_prob:  # anybody is as likely as anybody else: the mean distance is n / 4
        assert abs(far.mean() - n / 4) <= ERRORS * n / math.sqrt(48 * len(far)) + half


def test_watts_strogatz_clusters_as_theory_and_networkx_say() -> None:
    """Barrat and Weigt 2000: C = C(0) (1 - p)**3 up to terms of order 1 / n; sd here 0.002."""
    ours = clustering(draw("watts_strogatz", 10_000))
    theirs = networkx.average_clustering(networkx.watts_strogatz_graph(10_000, 10, 0.1, seed=1))
    assert ours == pytest.approx(0.75 * 8 / 9 * 2 * 0.5 * 0.9**3, abs=0.01)
    assert ours == pytest.approx(theirs, abs=0.01)


def test_rewiring_more_keeps_what_is_rewired_already() -> None:
    """Common random numbers: nearly every tie that leaves the ring at 0.05 does so at 0.1."""
    few, more = (
        pairs(draw("watts_strogatz", 5000, rewiring_prob=p)) - pairs(draw("ring", 5000))
        for p in (0.05, 0.1)
    )
    assert len(few & more) > 0.98 * len(few)


@pytest.mark.parametrize("kind", ["barabasi_albert", "holme_kim"])
def test_newcomers_bring_their_ties(kind: str) -> None:
    n, m = 5000, 4
    network = draw(kind, n, ties_per_newcomer=m)
    assert network.n_ties == m * (m + 1) // 2 + m * (n - m - 1)
    assert network.degrees().min() == m
    assert networkx.is_connected(network.to_networkx())


def test_barabasi_albert_tail() -> None:
    """P(degree >= k) = m (m + 1) / (k (k + 1)) (Dorogovtsev, Mendes, Samukhin 2000).

    Counts vary less than binomially; 2% are added for the finite number of customers.
    """
    n, m = 20_000, 5
    degrees = draw("barabasi_albert", n, ties_per_newcomer=m).degrees()
    for k in (6, 10, 20, 40, 80):
        share = m * (m + 1) / (k * (k + 1))
        error = ERRORS * math.sqrt(n * share * (1 - share)) + 0.02 * n * share
        assert abs(np.count_nonzero(degrees >= k) - n * share) <= error
    theirs = networkx.barabasi_albert_graph(n, m, seed=1)
    their_degrees = np.array([degree for _, degree in theirs.degree])
    assert np.mean(degrees**1.5) == pytest.approx(np.mean(their_degrees**1.5), rel=0.05)


def holme_kim_in_plain_words(n: int, m: int, triad_prob: float) -> networkx.Graph[int]:
    """The growth that Holme and Kim describe, written without regard to speed.

    networkx takes the targets of one newcomer from a set of integers, which yields old customers
    first; with many triads its clustering is therefore a tenth lower than the paper's rule gives.
    """
    luck = random.Random(1)
    graph = networkx.complete_graph(m + 1)
    ends = [end for edge in graph.edges for end in edge]
    for newcomer in range(m + 1, n):
        friends: list[int] = []
        hub = -1
        while len(friends) < m:
            known = friends and luck.random() < triad_prob
            open_friends = (
                [one for one in graph.neighbors(hub) if one not in friends] if known else []
            )
            if open_friends:
                friends.append(luck.choice(open_friends))
                continue
            while (hub := luck.choice(ends)) in friends:
                pass
            friends.append(hub)
        for friend in friends:
            graph.add_edge(newcomer, friend)
            ends += [newcomer, friend]
    return graph


@pytest.mark.parametrize("triad_prob", [0.0, 0.5, 0.9, 1.0])
def test_holme_kim_clusters_as_its_rule_in_plain_words(triad_prob: float) -> None:
    """Seeds differ by 0.006 and less: the bound is 4.9 standard errors of the difference."""
    ours = clustering(draw("holme_kim", 2000, triad_prob=triad_prob))
    theirs = networkx.average_clustering(holme_kim_in_plain_words(2000, 5, triad_prob))
    assert ours == pytest.approx(theirs, abs=ERRORS * 0.006 * math.sqrt(2))


def test_holme_kim_clusters_more_than_barabasi_albert() -> None:
    few, some, many = (clustering(draw("holme_kim", 2000, triad_prob=p)) for p in (0.0, 0.5, 1.0))
    assert few == pytest.approx(clustering(draw("barabasi_albert", 2000)), abs=0.01)
    assert many > some + 0.1 > few + 0.2


def test_erdos_renyi_degrees_are_poisson() -> None:
    n, mean = 20_000, 10.0
    network = draw("erdos_renyi", n, mean_degree=mean)
    degrees = network.degrees()
    assert within_binomial(network.n_ties, n * (n - 1) / 2, mean / (n - 1))
    for degree in range(4, 18):
        share = math.exp(-mean + degree * math.log(mean) - math.lgamma(degree + 1))
        assert within_binomial(np.count_nonzero(degrees == degree), n, share)
    halves = degrees[: n // 2].sum() - degrees[n // 2 :].sum()  # rows are all alike
    assert abs(halves) <= ERRORS * math.sqrt(n * mean)


@pytest.mark.parametrize("mixing", [0.0, 0.2, 0.6, 1.0])
def test_stochastic_blocks_mix_as_told(mixing: float) -> None:
    n, blocks, mean = 20_000, 37, 12.0
    network = draw("stochastic_blocks", n, blocks=blocks, mean_degree=mean, mixing=mixing)
    block = blocks_of(n, blocks)
    sizes = np.bincount(block)
    assert sizes.max() - sizes.min() <= 1
    source, target, _ = network.ties()
    leaving = np.count_nonzero(block[source] != block[target])
    for count, expected in (
        (leaving, 0.5 * n * mean * mixing),
        (network.n_ties - leaving, 0.5 * n * mean * (1.0 - mixing)),
    ):
        assert abs(count - expected) <= ERRORS * math.sqrt(expected) + 1e-4 * n


def test_power_law_has_its_mean_and_its_tail() -> None:
    count, exponent, highest = 200_000, 2.5, 1000.0
    lowest = lowest_for_mean(10.0, exponent, highest)
    assert power_law_mean(exponent, lowest, highest) == pytest.approx(10.0)
    numbers = power_law_integers(count, exponent, lowest, highest, Streams(4).key("law"))
    assert abs(numbers.mean() - 10.0) <= ERRORS * numbers.std() / math.sqrt(count)
    assert numbers.max() <= highest
    power = 1.0 - exponent
    for least in (20, 50, 100, 200, 400):
        share = ((least - 0.5) ** power - highest**power) / (lowest**power - highest**power)
        found = np.count_nonzero(numbers >= least)
        assert abs(found - count * share) <= ERRORS * math.sqrt(count * share) + 0.002 * found


@pytest.mark.parametrize("exponent", [1.0, 1.7, 2.0, 6.0])
def test_power_law_at_every_exponent(exponent: float) -> None:
    lowest = lowest_for_mean(8.0, exponent, 60.0)
    numbers = power_law_integers(50_000, exponent, lowest, 60.0, Streams(4).key("law"))
    assert abs(numbers.mean() - 8.0) <= ERRORS * numbers.std() / math.sqrt(50_000)
    assert lowest_for_mean(70.0, exponent, 60.0) == 60.0


@pytest.mark.parametrize("kind", ["configuration", "lfr"])
def test_a_mean_that_the_tail_does_not_allow_is_refused(kind: str) -> None:
    name = "exponent" if kind == "configuration" else "degree_exponent"
    heavy = parameters_of(kind)(**{name: 1.0, "max_degree": 3000, "mean_degree": 10.0})
    with pytest.raises(NetworkError, match="the mean cannot be 10: at least 104; lower the"):
        build_network(kind, heavy, 4000, Streams(1))


def test_configuration_gives_everybody_the_ties_dealt_to_her() -> None:
    n = 20_000
    parameters = configuration.Parameters()
    dealt = configuration.degrees_of(n, parameters, Streams(11))
    network = draw("configuration", n)
    missing = dealt - network.degrees()
    assert missing.min() >= 0
    assert missing.sum() == dealt.sum() % 2
    graph = network.to_networkx()
    # Uncorrelated but for what simple graphs force on their hubs.
    assert abs(networkx.degree_assortativity_coefficient(graph)) < 0.1


def test_a_deal_that_cannot_be_kept_leaves_ties_out() -> None:
    network = draw("configuration", 30, mean_degree=25.0, exponent=1.5, max_degree=29)
    assert network.n_ties <= 30 * 29 // 2
    assert network.degrees().mean() > 20


def test_a_deal_that_would_take_minutes_to_keep_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sim.network.stub_matching.MOST_ATTEMPTS", 100_000)
    draw("lfr", 4_000)
    settings = {"degree_exponent": 1.0, "mean_degree": 150.0, "max_degree": 1_000_000}
    with pytest.raises(NetworkError, match="lower mean_degree or max_degree, or raise the exp"):
        draw("lfr", 4_000, **settings)


def test_lfr_mixes_as_told_and_is_modular() -> None:
    n = 10_000
    parameters = lfr.Parameters(mixing=0.2)
    _, _, community = lfr.deal(n, parameters, Streams(11))
    network = draw("lfr", n, mixing=0.2)
    source, target, _ = network.ties()
    leaving = np.mean(community[source] != community[target])
    # The draw is binomial; communities too small for a customer's ties and odd stubs add to it.
    assert leaving == pytest.approx(0.2, abs=ERRORS * 0.4 / math.sqrt(network.n_ties) + 0.005)
    held = np.bincount(community, weights=network.degrees()) / network.degrees().sum()
    assert 1.0 - leaving - np.sum(held**2) > 0.75
    own = np.bincount(source[community[source] != community[target]], minlength=n)
    own += np.bincount(target[community[source] != community[target]], minlength=n)
    shares = own[network.degrees() >= 10] / network.degrees()[network.degrees() >= 10]
    assert shares.std() < 0.05  # every customer mixes, not only the mean


def test_lfr_keeps_its_sizes_and_degrees() -> None:
    n = 10_000
    parameters = lfr.Parameters(mean_degree=12.0, max_degree=40, min_community=30)
    inside, outside, community = lfr.deal(n, parameters, Streams(11))
    sizes = np.bincount(community)
    assert sizes.sum() == n
    assert sizes.min() >= 30
    assert sizes.max() <= 101
    assert np.all(inside < sizes[community])
    network = draw("lfr", n, mean_degree=12.0, max_degree=40, min_community=30)
    missing = inside + outside - network.degrees()
    assert missing.min() >= 0
    assert missing.sum() <= len(sizes) + 1  # at most one odd stub in each community and outside
    assert network.degrees().mean() == pytest.approx(12.0, rel=0.03)
    assert np.count_nonzero(sizes < 55) > np.count_nonzero(sizes > 75)


def test_lfr_without_mixing_falls_apart_into_its_communities() -> None:
    network = draw("lfr", 2000, mixing=0.0)
    _, _, community = lfr.deal(2000, lfr.Parameters(mixing=0.0), Streams(11))
    source, target, _ = network.ties()
    assert np.array_equal(community[source], community[target])


def test_ring_is_a_circulant_graph() -> None:
    assert pairs(draw("ring", 30, neighbors=6)) == pairs_of(networkx.circulant_graph(30, [1, 2, 3]))


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("side", [1, 2, 3, 7])
def test_lattice_is_a_grid(periodic: bool, side: int) -> None:
    grid = networkx.grid_2d_graph(side, side, periodic=periodic)
    graph = networkx.relabel_nodes(
        grid, {(row, column): row * side + column for row, column in grid}
    )
    graph.remove_edges_from(list(networkx.selfloop_edges(graph)))
    assert pairs(draw("lattice", side * side, periodic=periodic)) == pairs_of(graph)


def test_the_last_row_of_a_lattice_may_be_short() -> None:
    flat = {(0, 1), (1, 2), (3, 4), (0, 3), (1, 4), (3, 6), (4, 5), (2, 5)}
    assert pairs(draw("lattice", 7, periodic=False)) == flat
    # Rows close, 0-1-2 and 3-4-5; so does the first column, 0-3-6, the only one of three.
    assert pairs(draw("lattice", 7, periodic=True)) == flat | {(0, 2), (3, 5), (0, 6)}


def test_complete_is_complete_and_none_is_empty() -> None:
    assert pairs(draw("complete", 20)) == pairs_of(networkx.complete_graph(20))
    assert draw("none", 20).n_ties == 0

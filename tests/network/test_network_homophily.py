"""Homophily moves the share of ties within segments and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.errors import NetworkError
from sim.network import Network, build_network, kinds, parameters_of
from sim.network.homophily import chance_level, with_homophily
from sim.streams import Streams

REWIRED = [kind for kind in kinds() if kind not in ("complete", "none")]
N = 4000


def segments(*shares: float) -> NDArray[np.uint8]:
    """Segments of the given shares, spread over the rows as evenly as can be."""
    edges = np.cumsum(shares)
    spread = (np.arange(N) * 0.6180339887498949) % 1.0
    return np.searchsorted(edges, spread, side="right").clip(max=len(shares) - 1).astype(np.uint8)


def share_within(network: Network, groups: NDArray[np.uint8]) -> float:
    source, target, _ = network.ties()
    return float(np.mean(groups[source] == groups[target]))


def draw(kind: str, groups: NDArray[np.uint8] | None, **parameters: Any) -> Network:
    return build_network(kind, parameters_of(kind)(**parameters), N, Streams(6), groups)


@pytest.mark.parametrize("kind", REWIRED)
@pytest.mark.parametrize("homophily", [0.3, 0.7])
def test_the_share_within_groups_rises_to_its_target(kind: str, homophily: float) -> None:
    groups = segments(0.5, 0.3, 0.2)
    before, after = draw(kind, groups), draw(kind, groups, homophily=homophily)
    chance = chance_level(before, groups)
    assert chance == pytest.approx(0.38, abs=0.03)
    # A swap moves one or two of thousands of ties: the target is met to a tie.
    assert share_within(after, groups) == pytest.approx(
        chance + homophily * (1 - chance), abs=3 / after.n_ties
    )
    assert np.array_equal(after.degrees(), before.degrees())
    source, target, _ = after.ties()
    assert len(set(zip(source.tolist(), target.tolist(), strict=True))) == before.n_ties
    assert np.all(source < target)


@pytest.mark.parametrize("shares", [(0.98, 0.02), (0.05,) * 20, (0.6, 0.4)])
def test_uneven_and_many_groups_reach_it_too(shares: tuple[float, ...]) -> None:
    groups = segments(*shares)
    network = draw("barabasi_albert", groups, homophily=0.9)
    chance = chance_level(network, groups)
    wanted = chance + 0.9 * (1 - chance)
    assert share_within(network, groups) == pytest.approx(wanted, abs=3 / network.n_ties)


def test_no_homophily_changes_nothing() -> None:
    groups = segments(0.5, 0.5)
    without, with_groups = draw("lfr", None), draw("lfr", groups, homophily=0.0)
    assert np.array_equal(without.indices, with_groups.indices)
    assert np.array_equal(without.strong, with_groups.strong)


def test_one_group_and_groups_beyond_the_target_stay() -> None:
    everybody = np.zeros(N, np.uint8)
    assert np.array_equal(
        draw("ring", everybody, homophily=0.5).indices, draw("ring", None).indices
    )
    # Two halves of a ring are far more alike than a tenth of the way from chance.
    halves = (np.arange(N) >= N // 2).astype(np.uint8)
    assert np.array_equal(draw("ring", halves, homophily=0.1).indices, draw("ring", None).indices)


def test_a_graph_without_a_swap_left_stays_short() -> None:
    parameters = parameters_of("complete")()
    network = build_network("complete", parameters, 30, Streams(1))
    groups = (np.arange(30) % 2).astype(np.uint8)
    after = with_homophily(network, groups, 0.5, Streams(1))
    assert np.array_equal(after.indices, network.indices)


def test_one_seed_one_rewiring() -> None:
    groups = segments(0.5, 0.5)
    one, other = (draw("erdos_renyi", groups, homophily=0.4) for _ in range(2))
    assert np.array_equal(one.indices, other.indices)


def test_faults() -> None:
    with pytest.raises(NetworkError, match="needs the segments"):
        draw("ring", None, homophily=0.2)
    with pytest.raises(NetworkError, match="one segment for each of the 4,000 customers"):
        draw("ring", np.zeros(3, np.uint8), homophily=0.2)
    for kind in ("complete", "none"):
        with pytest.raises(ValueError, match="less than or equal to 0"):
            parameters_of(kind)(homophily=0.2)

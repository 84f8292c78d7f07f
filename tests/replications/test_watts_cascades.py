"""B4: the window of global cascades, in fewer runs than the replication itself makes."""

from __future__ import annotations

import numpy as np
import pytest

from sim.replications import replications
from sim.replications.watts_cascades import (
    PHI,
    PUBLISHED_SIZE,
    Batch,
    N,
    _network,
    cascade_prob,
    cascade_size,
    reached_by_one,
    window,
)
from sim.streams import Streams


def test_cascades_begin_within_the_window_and_nowhere_else():
    # Fixed seed; limits are three standard errors, so that one of about 20 numbers would miss
    # them under a true law by chance in some 5 of 100 seeds.
    known = replications()["watts_cascades"]
    found = known.measure(known.world, 2, 1, runs=20)
    assert [finding for finding in found.findings if not finding.good] == []
    assert sum(finding.must_depart for finding in found.findings) == 1
    assert len(found.plots) == 3


def cascade_by_hand(graph, owner, phi):
    """Watts' rule, one customer at a time."""
    owners, grown = {owner}, True
    while grown:
        front = {j for i in owners for j in graph[i]} - owners
        new = {j for j in front if sum(i in owners for i in graph[j]) >= phi * len(graph[j])}
        owners |= new
        grown = bool(new)
    return len(owners) / len(graph)


@pytest.mark.parametrize("mean_degree", [1.2, 5.5])
def test_every_single_cascade_is_what_the_rule_says(mean_degree):
    world = replications()["watts_cascades"].world
    batch = Batch(world, 4, PHI, mean_degree, 3, 0, {})
    streams = Streams(4).replication(0)
    owners = np.random.default_rng(streams.seed).integers(N, size=3)
    by_hand = [
        cascade_by_hand(_network(mean_degree, streams.replication(run)).to_networkx(), i, PHI)
        for run, i in enumerate(owners.tolist())
    ]
    assert reached_by_one(batch).tolist() == pytest.approx(by_hand, abs=1e-12)
    assert len(set(by_hand)) > 1


def test_the_closed_forms_know_their_limits():
    assert np.isnan(window(3)).all()
    assert cascade_prob(0.8, PHI) == pytest.approx(0.0, abs=1e-6)
    assert cascade_prob(5.7, PHI) > 0.01
    assert cascade_prob(5.8, PHI) < 1e-4
    for mean_degree, size in PUBLISHED_SIZE.items():
        assert cascade_size(mean_degree, PHI) == pytest.approx(size, abs=0.002)

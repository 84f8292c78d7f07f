"""B5: percolation, in fewer runs than the replication itself makes."""

from __future__ import annotations

import networkx
import numpy as np
import pytest
import worlds

from sim.network import Network
from sim.replications import replications
from sim.replications.percolation import (
    PUBLISHED_SHARE,
    large_share,
    largest_group,
    reach_error,
)


def test_outbreaks_and_buyers_percolate_where_theory_says():
    # Fixed seed; limits are three standard errors, so that one of 12 numbers would miss them under
    # a true law by chance in some 3 of 100 seeds.
    known = replications()["percolation"]
    found = known.measure(
        known.world, 1, 1, runs=5, small_batches=1, lattices={0.55: 1, 0.65: 1}
    )
    assert [finding for finding in found.findings if not finding.good] == []
    assert sum(finding.must_depart for finding in found.findings) == 2
    assert len(found.plots) == 3


def test_the_closed_form_is_the_published_one():
    for r0, share in PUBLISHED_SHARE.items():
        assert large_share(r0) == pytest.approx(share, abs=1e-4)


def test_few_lattices_that_are_much_alike_do_not_pass_for_a_sure_mean():
    alike, apart = np.array([0.49, 0.46, 0.58]), np.array([0.2, 0.6, 0.7, 0.7])
    assert reach_error(0.6, alike) == pytest.approx(0.125 / 3**0.5)
    assert reach_error(0.6, alike[:1]) == 0.125
    assert reach_error(0.6, apart) == pytest.approx(apart.std(ddof=1) / 2)


def test_the_largest_group_hangs_together():
    network = worlds.ties(7, [(0, 1), (1, 2), (3, 4), (4, 5), (5, 6)])
    members = np.array([1, 1, 1, 1, 0, 1, 1], dtype=bool)
    assert largest_group(network, members).tolist() == [True] * 3 + [False] * 4
    members[4] = True
    assert largest_group(network, members).tolist() == [False] * 3 + [True] * 4
    ring = Network.from_networkx(networkx.cycle_graph(5))
    assert largest_group(ring, np.ones(5, dtype=bool)).all()

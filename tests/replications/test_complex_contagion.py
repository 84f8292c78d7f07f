"""B9: complex contagion on small worlds."""

from __future__ import annotations

import pytest

from sim.replications import replications
from sim.replications.complex_contagion import BETAS, PUBLISHED, Cell, final_shares, tolerance


@pytest.mark.evidence
def test_random_ties_break_what_takes_several_friends():
    # Fixed seed; cells between all and nobody have the tolerance that the table states.
    known = replications()["complex_contagion"]
    found = known.carry_out(seed=1)
    assert [finding for finding in found.findings if not finding.good] == []
    assert sum(finding.must_depart for finding in found.findings) == 1


@pytest.mark.parametrize(("ties", "threshold"), [(8, 2), (8, 3)])
def test_the_ends_of_the_table_hold(ties, threshold):
    # On the ring nothing is left to chance; where all ties are random, nobody shares two friends.
    world = replications()["complex_contagion"].world
    for beta in (0.0, 1.0):
        published = PUBLISHED[ties, threshold][BETAS.index(beta)]
        shares = final_shares(Cell(world, 2, ties, threshold, beta, 2))
        assert shares == pytest.approx(published, abs=tolerance(published))

"""Bass on the complete graph: the closed form is reproduced, and a ring departs from it.

Luck is fixed by the seed. Under another seed a right program fails about once in 20: a share of
one market has a standard error near 0.008 at its steepest, and limits come from few markets.
"""

from __future__ import annotations

from sim.replications.base import replications


def test_the_closed_form_is_reproduced():
    known = replications()["bass_complete"]
    found = known.measure(known.world, 0, 1, runs=3)
    assert [finding for finding in found.findings if not finding.good] == []
    assert sum(finding.must_depart for finding in found.findings) >= 3

"""Fixation: the closed forms are reproduced, and followers who do not care how good it is depart.

Luck is fixed by the seed. Every limit is three standard errors: under another seed a right program
fails about once in 40.
"""

from __future__ import annotations

import pytest

from sim.replications import voter_and_moran
from sim.replications.base import replications


def test_fixation_is_reproduced(monkeypatch):
    known = replications()["voter_and_moran"]
    for name, size in {
        "MARKETS": 1, "GROUPS": 1_000, "HUB_MARKETS": 1, "HUB_GROUPS": 200,
    }.items():
        monkeypatch.setattr(voter_and_moran, name, size)
    found = known.carry_out(seed=1, workers=1)
    assert [finding for finding in found.findings if not finding.good] == []
    assert sum(finding.must_depart for finding in found.findings) == 2


@pytest.mark.parametrize("fitness", voter_and_moran.FITNESS)
def test_the_published_table_is_the_closed_form(fitness):
    expected = voter_and_moran.FITNESS[fitness]
    assert voter_and_moran.rho(fitness) == pytest.approx(expected, abs=5.1e-5)

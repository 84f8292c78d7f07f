"""The replication toothpaste_brands, carried out in full."""

from __future__ import annotations

import pytest

from sim.replications.base import replications

pytestmark = pytest.mark.evidence


def test_every_number_is_reproduced_or_departs_as_it_must():
    # One fixed seed; tolerances are those stated or three standard errors, whichever is more.
    found = replications()["toothpaste_brands"].carry_out(seed=0, workers=1)
    assert [finding for finding in found.findings if not finding.good] == []
    assert any(finding.must_depart for finding in found.findings)
    assert found.plots

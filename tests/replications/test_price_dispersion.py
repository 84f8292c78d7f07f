"""Price dispersion: the tables are reproduced, and customers who see more or less depart.

Luck is fixed by the seed. Limits are at least 0.01 and three standard errors, over some 50
numbers that share their draws: under another seed a right program fails about once in 20.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.replications import price_dispersion
from sim.replications.base import replications


def test_tables_are_reproduced(monkeypatch):
    known = replications()["price_dispersion"]
    monkeypatch.setattr(price_dispersion, "WEEKS", 500)
    found = known.carry_out(seed=1, workers=1)
    assert [finding for finding in found.findings if not finding.good] == []
    assert sum(finding.must_depart for finding in found.findings) == 4


def test_dispersion_does_not_fall_with_information():
    mu = np.array(list(price_dispersion.VARIAN))
    mean, sd, paid = price_dispersion.closed_form(mu)
    table = np.array(list(price_dispersion.VARIAN.values()))
    np.testing.assert_allclose(np.column_stack([mean, sd, paid]), table[:, [0, 1, 4]], atol=6e-4)
    assert (np.diff(sd[:5]) > 0).all()
    assert sd[5] < sd[4]
    assert (np.diff(sd / mean) > 0).all()


@pytest.mark.parametrize("cost", price_dispersion.STAHL)
def test_the_published_reservation_price_is_the_closed_form(cost):
    expected = price_dispersion.STAHL[cost][0]
    assert price_dispersion.reservation_price(cost) == pytest.approx(expected, abs=5.1e-4)

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


def test_errors_of_profits_count_in_who_happens_to_be_informed():
    mu, n, few = 0.5, price_dispersion.N_FIRMS, 1e-6
    price = np.array([0.2, 0.6, 0.97])
    lowest = (1 - mu) * (1 - price) / (n * mu * price)  # that four rivals all ask more

    def profit(share):
        return price * ((1 - share) / n + share * lowest)

    slope = (profit(mu + few) - profit(mu - few)) / (2 * few)
    np.testing.assert_allclose(price_dispersion.profit_by_share(mu, price), slope, rtol=1e-6)
    prices = np.tile(np.linspace(0.2, 0.98, n), (60, 1))
    sold = price_dispersion.Sold(prices, np.ones((60, n)), prices.mean(axis=1))
    dearest = price_dispersion.equal_profit(mu, sold)[-1]
    drawn = (mu * (1 - mu) / price_dispersion.CUSTOMERS) ** 0.5
    assert dearest.standard_error > 0.15 * drawn

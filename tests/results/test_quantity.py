"""Weeks that a quantity needs, and how far a share of it is known: worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.results.quantity import weeks_of
from sim.results.shapley import summarize
from sim.scenario import Scenario
from sim.scenario.schema import Claim

SCENARIO = Scenario.from_dict(worlds.busy())


def asked(**changes):
    return Claim(id="c", text="t", outcome="units", firm="Ana", at_least=0.0, **changes)


@pytest.mark.parametrize(("changes", "weeks"), [
    ({}, worlds.WEEKS), ({"weeks": (2, 5)}, 5),
    ({"weeks": (2, 5), "by": "ratio", "against_weeks": (6, 9)}, 9),
    ({"weeks": (6, 9), "by": "ratio", "against_weeks": (2, 5)}, 9),
])
def test_a_quantity_needs_the_last_week_that_it_or_its_baseline_speaks_of(changes, weeks):
    assert weeks_of(SCENARIO, asked(**changes)) == weeks


@pytest.mark.parametrize("turned", [False, True])
def test_where_only_one_thing_varies_it_alone_has_degrees_of_freedom(turned):
    # Three pairs of orders that differ and four replications that do not, or the other way round:
    # a mean of 2 with a standard error of 1 / sqrt(3), at two degrees of freedom.
    found = np.repeat([[1.0], [2.0], [3.0]], 4, axis=1)
    share = summarize(found.T if turned else found)
    assert share.estimate.value == 2.0
    assert share.estimate.high - 2.0 == pytest.approx(4.302653 / 3**0.5)
    errors = share.error_of_orders, share.error_of_replications
    assert errors == pytest.approx((0.0, 3**-0.5) if turned else (3**-0.5, 0.0))

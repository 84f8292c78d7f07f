"""Which laws hold in the default market, scaled up: a finding, kept here so that it is noticed.

The list is what 20 markets of 10,000 customers show, seed 0. A law that comes or goes with a change
of the engine is a change of what the default market is like, and belongs in the change log.
"""

from __future__ import annotations

import pytest

from sim.laws.base import FAILS, HOLDS, IDLE
from sim.laws.gather import check
from sim.scenario import load_scenario

SHOWN = {
    "broadcasts", "weak_ties_complex", "weak_ties_simple", "top_talkers", "perception_gap_opens",
    "recovery_repurchase", "recovery_satisfaction", "tenure", "no_monopoly",
    "popularity_inequality",
}
NOT_SHOWN = {
    "imitation", "imitation_ratio", "inflection", "innovation", "sign_mix", "valence_elasticity",
    "volume_elasticity", "one_time_buyers", "perception_gap", "advertising_now",
    "price_elasticity", "first_entrant",
}


@pytest.mark.evidence
def test_the_default_market_shows_these_laws_and_no_others():
    found = check(load_scenario("first_lesson", {"customers.n": 10_000}), workers=1)
    assert set(found.with_verdict(HOLDS)) == SHOWN
    assert set(found.with_verdict(FAILS)) == NOT_SHOWN
    assert len(found.with_verdict(IDLE)) == 11
    for name in NOT_SHOWN:
        assert found[name].reason

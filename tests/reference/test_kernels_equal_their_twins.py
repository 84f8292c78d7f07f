"""Each stage of a busy market leaves behind what its scalar twin says, week by week.

Integer columns are equal; float32 columns are equal to a few units in the last place, as a kernel
may multiply in float32 what the twin multiplies in float64.
"""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from reference import twin

WEEKS = 10
FLOAT32 = {"rtol": 4e-6, "atol": 4e-7}


def own_segments(world):
    """The busy world, with behavior of its own in one segment for every stage under test."""
    return worlds.changed(world, customers__segments__expert__behavior={
        "advertising": {"reach_rate": 0.05, "forget_prob": 0.1},
        "word_of_mouth": {"contact_prob": 0.3, "negativity": 3.0, "commitment": 0.9},
        "choice": {"loyalty_memory": 0.5, "experience_weight": 2.0},
        "experience": {"negative_gain": 1.6, "noise_sd": 0.0, "warned_relief": 0.2},
        "response": {"tolerance": 0.02, "voice_base": -1.0},
    })


WORLDS = {
    "busy": own_segments(worlds.busy()),
    # Weak and strong ties alike, no noise, nobody advertises: other branches of the kernels.
    "even": worlds.changed(
        own_segments(worlds.busy()), mechanisms={
            "selling": "reactance", "word_of_mouth": {"strong_tie_factor": 1.0},
            "experience": {"noise_sd": 0.0}, "advertising": {"curvature": 2.0, "reach_rate": 0.3},
            "dialogue": {"patience": 1, "fast_weeks": 1},
        }, firms__Cy__offers__bus__launch_week=4,
    ),
    # Ties that are always used.
    "talkative": worlds.with_mechanism(
        worlds.busy(), "word_of_mouth", "cascade", contact_prob=1.0, base_propensity=0.5,
    ),
    # Talk that does not fade, but ends.
    "brief": worlds.with_mechanism(
        worlds.busy(), "word_of_mouth", "cascade", recency_half_life=None, talking_weeks=2,
    ),
}


def compare(market, expected, where):
    for name, table in market.tables._asdict().items():
        for column, values in table.state().items():
            twin_values = getattr(getattr(expected, name), column)
            if values.dtype.kind == "f":
                np.testing.assert_allclose(
                    values, twin_values, **FLOAT32, err_msg=f"{where} {name}.{column}"
                )
            else:
                np.testing.assert_array_equal(
                    values, twin_values, err_msg=f"{where} {name}.{column}"
                )


class Beside:
    """A listener that lives every stage twice: in the market and in the twin."""

    def __init__(self, stage, live):
        self.stage, self.live, self.weeks, self.changes = stage, live, 0, 0

    def __call__(self, market, stage, after):
        if stage != self.stage:
            return
        if not after:
            self.expected = twin.snapshot(market)
            self.before = worlds.state(market)
            return
        mechanism = market.mechanisms[self.stage]
        result = self.live(self.expected, mechanism)
        compare(market, self.expected, f"week {market.week}, {stage}:")
        self.purchases(market, result)
        self.weeks += 1
        self.changes += len(worlds.differing(self.before, market))

    def purchases(self, market, result):
        """What a stage writes besides the tables."""
        bought = market.purchases
        if self.stage == "choice":
            rows = list(zip(bought.customer, bought.offer, bought.serial, strict=True))
            assert rows == [row[:3] for row in result]
            np.testing.assert_allclose(bought.expected, [row[3] for row in result], **FLOAT32)
            prices = np.where(bought.offer >= 0, market.tables.offers.price_cents[bought.offer], 0)
            np.testing.assert_array_equal(bought.price_cents, prices)
        elif self.stage == "experience":
            x, s, met, lacking = map(list, zip(*result, strict=True))
            np.testing.assert_allclose(bought.experienced, x, rtol=4e-6, atol=1e-6)
            np.testing.assert_allclose(bought.satisfaction, s, rtol=4e-6, atol=1e-6)
            np.testing.assert_array_equal(bought.met_defect, met)
            np.testing.assert_array_equal(bought.lacking, lacking)
        elif self.stage == "response":
            np.testing.assert_array_equal(bought.response, result)
        elif self.stage == "dialogue":
            waiting = [list(map(tuple, firm.complaints.tolist())) for firm in market.firms]
            assert waiting == [list(map(tuple, queue)) for queue in self.expected.queues]


STAGES = {
    "advertising": twin.advertise, "word_of_mouth": twin.cascade, "choice": twin.choose,
    "experience": twin.live, "response": twin.respond, "dialogue": twin.close_complaints,
}


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_leaves_behind_what_its_twin_says(stage, world):
    made, beside = worlds.market(WORLDS[world], seed=3, observe=False), Beside(stage, STAGES[stage])
    made.listeners.append(beside)
    for _ in range(WEEKS):
        made.step()
    assert beside.weeks == WEEKS
    assert beside.changes >= WEEKS


def test_the_busy_market_reaches_every_branch():
    made = worlds.lived(WORLDS["busy"], seed=3, weeks=WEEKS)
    totals = {name: values.sum() for name, values in made.recorder.recorded().items()}
    for outcome in (
        "complaints", "complaints_answered", "complaints_given_up", "exits", "bad_news",
        "good_news", "aware_by_friend", "aware_by_advertising", "aware_by_sales",
    ):
        assert totals[outcome] > 0, outcome
    assert set(np.unique(made.tables.customers.knows_defect)) == {0, 1, 2, 3}

"""Trust follows experience, answers, silence and shared information."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.biography import tell
from sim.mechanisms.trust.commitment_trust import LEAST_REMEDY, CommitmentTrust, judge
from sim.scenario import Scenario
from sim.tables import Response

RATES = np.array([[0.2, 0.5, 0.4, 0.1, 0.3]])
NO_RATES = {
    "initial_trust": 0.0, "gain_rate": 0.0, "loss_rate": 0.0, "answer_gain": 0.0,
    "silence_loss": 0.0, "sharing_gain": 0.0,
}


def trusting(world, **parameters):
    return worlds.with_mechanism(world, "trust", "commitment_trust", **parameters)


class One:
    """One customer of one firm with one offer, judged week by week."""

    def __init__(self, trust=0.5, sharing=0.0):
        self.trust = np.array([[trust]], dtype=np.float32)
        self.awaiting = np.zeros((1, 1), dtype=np.uint8)
        self.grievance = np.zeros((1, 1), dtype=np.float32)
        self.sharing = np.array([sharing])

    def week(self, felt=None, *, response=0, waits=0, satisfaction=None):
        """Live a week with one purchase, or none; ``satisfaction`` is after the desk's answer."""
        n = 0 if felt is None else 1
        felt = np.array([felt] * n, dtype=np.float32)
        after = felt if satisfaction is None else [satisfaction]
        judge(
            0, 1, np.array([0, n]), np.zeros(1, dtype=np.uint8), RATES, self.sharing,
            np.zeros(1, dtype=np.int16), np.array([after], dtype=np.float32).reshape(1, -1),
            np.array([[waits]], dtype=np.uint8), np.zeros(n, dtype=np.int32),
            np.zeros(n, dtype=np.int16), felt, np.full(n, response, dtype=np.uint8), self.trust,
            self.awaiting, self.grievance,
        )
        return float(self.trust[0, 0])


# Stories ---------------------------------------------------------------------------------------


def test_trust_rises_slowly_and_falls_fast():
    assert One(0.5).week(1.0) == pytest.approx(0.6)
    assert One(0.5).week(0.0) == pytest.approx(0.25)


def test_a_firm_that_shares_information_wins_trust_with_every_purchase():
    assert One(0.5, sharing=1.0).week(0.5) == pytest.approx(0.5 + 0.3 * 0.5)
    assert One(0.5, sharing=0.5).week(0.5) == pytest.approx(0.5 + 0.15 * 0.5)
    assert One(0.5, sharing=1.0).week(satisfaction=0.5) == 0.5


def test_an_answer_in_the_same_week_lifts_trust():
    one = One(0.5)
    trust = one.week(0.4, response=Response.VOICE, waits=0, satisfaction=0.8)
    assert trust == pytest.approx(0.45 + 0.4 * 0.55)
    assert one.awaiting[0, 0] == one.grievance[0, 0] == 0


def test_silence_wears_trust_off_until_the_answer_comes():
    one = One(0.5)
    assert one.week(0.5, response=Response.VOICE, waits=1) == pytest.approx(0.45)
    assert one.grievance[0, 0] == 1.5
    assert one.week(satisfaction=0.5, waits=1) == pytest.approx(0.405)
    assert one.week(satisfaction=0.7, waits=0) == pytest.approx(0.405 + 0.4 * 0.595)
    assert one.week(satisfaction=0.7, waits=0) == pytest.approx(0.405 + 0.4 * 0.595)


def test_a_complaint_that_is_given_up_brings_no_trust_back():
    one = One(0.5)
    one.week(0.5, response=Response.VOICE, waits=1)
    assert one.week(satisfaction=0.35, waits=0) == pytest.approx(0.45)
    assert one.awaiting[0, 0] == one.grievance[0, 0] == 0


def test_a_purchase_while_she_waits_is_not_taken_for_an_answer():
    one = One(0.5)
    one.week(0.2, response=Response.VOICE, waits=1)
    before = one.week(0.9, waits=1)
    assert one.grievance[0, 0] == pytest.approx(1.9)
    assert one.week(satisfaction=0.63, waits=0) == before


# The kernel is its equation --------------------------------------------------------------------


def by_hand(market, rates, trust, awaiting, grievance):
    """The equation of the docstring, one customer after the other."""
    customers, offers, bought = market.tables.customers, market.tables.offers, market.purchases
    sharing = [firm.levers["information_sharing"] for firm in market.firms]
    for p in range(bought.n):
        o, i = int(bought.offer[p]), int(bought.customer[p])
        if o < 0:
            continue
        f = int(offers.firm[o])
        gain, loss, _, _, share = rates[customers.segment[i]]
        s = float(bought.satisfaction[p])
        trust[i, f] += (gain if s > trust[i, f] else loss) * (s - trust[i, f])
        trust[i, f] += share * sharing[f] * (1 - trust[i, f])
        if bought.response[p] == Response.VOICE or (i, o) in grievance:
            grievance[i, o] = s
            awaiting.add((i, f))
    for i, f in sorted(awaiting):
        _, _, answer, silence, _ = rates[customers.segment[i]]
        if customers.complaining[i, f]:
            trust[i, f] *= 1 - silence
            continue
        awaiting.discard((i, f))
        for o in np.flatnonzero(offers.firm == f):
            before = grievance.pop((i, int(o)), None)
            if before is not None and customers.satisfaction[i, o] > before + LEAST_REMEDY:
                trust[i, f] += answer * (1 - trust[i, f])


def test_the_kernel_is_its_equation_in_a_busy_market():
    world = trusting(worlds.with_mechanism(worlds.busy(200), "selling", "none"))
    world = worlds.changed(
        world, customers__segments__expert__behavior={"trust": {"loss_rate": 0.7}}
    )
    made = worlds.market(world)
    mechanism = made.mechanisms["trust"]
    rates = mechanism.by_segment(
        made, "gain_rate", "loss_rate", "answer_gain", "silence_loss", "sharing_gain"
    )
    assert rates[:, 1].tolist() == [0.3, 0.7]
    trust = made.tables.customers.trust.astype(np.float64)
    assert (trust == np.float32(0.3)).all()
    awaiting, grievance, answered = set(), {}, 0
    for _ in range(worlds.WEEKS):
        made.step()
        by_hand(made, rates, trust, awaiting, grievance)
        np.testing.assert_allclose(made.tables.customers.trust, trust, rtol=0, atol=3e-6)
        marked = {(int(i), int(f)) for i, f in np.argwhere(made.tables.customers.awaiting)}
        assert marked == awaiting
        answered += int(made.tables.firms.n_handled.sum())
    assert answered > 20
    assert len(awaiting) > 5


# What it must keep -----------------------------------------------------------------------------


def test_trust_that_nothing_moves_is_none_but_for_what_it_remembers():
    without = worlds.lived(worlds.with_mechanism(worlds.busy(), "trust", "none"))
    assert worlds.differing(worlds.lived(trusting(worlds.busy(), **NO_RATES)), without) <= {
        "customers.awaiting", "customers.grievance",
    }


def test_the_number_of_threads_changes_nothing(monkeypatch):
    monkeypatch.setattr("sim.market.FEWEST_CUSTOMERS_FOR_THREADS", 1)
    one, three = (
        worlds.lived(trusting(worlds.busy(7000)), weeks=4, threads=t) for t in (1, 3)
    )
    assert worlds.differing(one, three) == set()


def test_the_order_of_firms_changes_nothing():
    world = trusting(worlds.busy())
    turned = worlds.changed(world, firms=dict(reversed(world["firms"].items())))
    straight, other = worlds.lived(world), worlds.lived(turned)
    assert straight.firm_names == list(reversed(other.firm_names))
    for name in ("trust", "awaiting"):
        own = getattr(straight.tables.customers, name)
        assert own.tobytes() == getattr(other.tables.customers, name)[:, ::-1].tobytes()
    assert straight.tables.customers.awaiting.any()


def test_stopping_on_the_way_changes_nothing():
    straight = worlds.lived(trusting(worlds.busy()))
    resumed = type(straight).resume(worlds.lived(trusting(worlds.busy()), weeks=5).checkpoint())
    resumed.run_model()
    assert worlds.differing(straight, resumed) == set()


def test_trust_starts_by_segment():
    world = worlds.changed(
        trusting(worlds.busy()),
        customers__segments__expert__behavior={"trust": {"initial_trust": 0.8}},
    )
    customers = worlds.market(world).tables.customers
    assert np.array_equal(
        customers.trust[:, 0], np.where(customers.segment == 1, np.float32(0.8), np.float32(0.3))
    )


def test_sharing_information_wins_trust_and_customers():
    # Two brokers alike but for the share of market information that they pass on.
    world = worlds.plain(20_000, 30, offers={"open": {}, "closed": {}}, price_sensitivity=0.0)
    for family, name in (
        ("choice", "multinomial_logit"), ("experience", "expectancy_disconfirmation"),
    ):
        world = worlds.with_mechanism(world, family, name)
    world = trusting(world)
    world["firms"]["Fopen"]["levers"] = {"information_sharing": 1.0}
    made = worlds.lived(world)
    trust = made.tables.customers.trust.mean(axis=0)
    count = made.tables.customers.purchase_count.astype(np.float64)
    more = count[:, 0] - count[:, 1]
    assert trust[0] > trust[1] + 0.1
    assert more.mean() > 4 * more.std() / np.sqrt(len(more))  # chance alone: below 1 in 10,000


def test_the_story_says_why_trust_changed():
    scenario = Scenario.from_dict(trusting(worlds.busy()))
    told = " ".join(
        " ".join(tell(scenario, strategy=None, seed=1, customer=c).sentences()) for c in range(6)
    )
    assert "came to trust Ana more for what she lived" in told
    assert "less for what she lived" in told
    assert "its silence" in told


def test_every_rate_stands_in_the_equation():
    assert set(CommitmentTrust.Parameters.model_fields) == set(NO_RATES)
    for name in NO_RATES:
        assert name in CommitmentTrust.__doc__

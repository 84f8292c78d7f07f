"""What advertising promises, who believes it, and what remains of it among connected customers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import worlds
from properties.test_symmetry import different_by_name, reordered
from reference import twin

from sim import market as market_module
from sim.biography import tell
from sim.scenario import Scenario

FLOAT32 = {"rtol": 4e-6, "atol": 4e-7}


def promising(n=60, **parameters):
    """The busy world, with promises from week 2 on and one that is taken back."""
    world = worlds.with_mechanism(worlds.busy(n), "advertising", "adstock", **parameters)
    world["firms"]["Ana"]["offers"]["trip"]["advertised_claim"] = 0.9
    world["firms"]["Ana"]["offers"]["trip"]["advertising"] = 500
    world["events"] += [
        {"name": "an early promise", "week": 2,
         "set": {"firms.Cy.offers.bus.advertised_claim": 0.2}},
        {"name": "no promise", "week": 6, "set": {"firms.Ana.offers.trip.advertised_claim": None}},
    ]
    return world


# The twin --------------------------------------------------------------------------------------


def promise(world, mechanism):
    """Who notices moves by persuasion * (c - e) / (1 + resistance * n)."""
    twin.advertise(world, mechanism)
    c, o = world.customers, world.offers
    key = world.streams.key("advertising.notice", world.week)
    for i in range(world.n):
        for offer, claim in enumerate(o.advertised_claim):
            if math.isnan(claim) or not c.aware[i, offer] or o.launch_week[offer] > world.week:
                continue
            rate = twin.own(world, mechanism, i, "reach_rate") * o.adstock[offer]
            luck = twin.uniform(twin.stream(key, c.label[i]), int(o.label[offer]) + 1)
            if luck < 1 - math.exp(-rate):
                known = int(c.purchase_count[i, offer]) + int(c.exposures[i, offer])
                weight = twin.own(world, mechanism, i, "persuasion")
                weight /= 1 + twin.own(world, mechanism, i, "resistance") * known
                c.expectation[i, offer] += weight * (claim - float(c.expectation[i, offer]))


def test_a_week_of_promises_is_what_its_twin_says():
    world = worlds.changed(promising(reach_rate=0.1), customers__segments__expert__behavior={
        "advertising": {"persuasion": 0.7, "resistance": 0.3, "reach_rate": 0.2},
    })
    made, weeks, moved = worlds.market(world, observe=False), [], []

    def beside(market, stage, after):
        if stage == "advertising" and not after:
            weeks.append(twin.snapshot(market))
            moved.append(market.tables.customers.expectation.copy())
        elif stage == "advertising":
            promise(weeks[-1], market.mechanisms["advertising"])
            moved[-1] = (moved[-1] != market.tables.customers.expectation).sum(axis=0)
            for name, table in market.tables._asdict().items():
                for column, values in table.state().items():
                    np.testing.assert_allclose(
                        values, getattr(getattr(weeks[-1], name), column), **FLOAT32,
                        err_msg=f"{name}.{column}",
                    )

    made.listeners.append(beside)
    made.run_model()
    assert len(weeks) == made.world.weeks
    tea, trip, cola, bus = np.array(moved).T
    assert not tea.any()
    assert not cola.any()
    assert trip[:5].all()
    assert not trip[5:].any()
    assert bus[0] == 0
    assert bus[1:].sum() > 20


# Stories ---------------------------------------------------------------------------------------


def test_who_bought_or_heard_believes_less():
    world = worlds.plain(4, 1, offers={"one": {
        "advertising": 1e9, "advertised_claim": 0.9, "initial_expectation": 0.4,
    }})
    world["mechanisms"]["advertising"] = {
        "variant": "adstock", "reach_rate": 10.0, "forget_prob": 0.0, "persuasion": 0.2,
        "resistance": 0.5,
    }
    made = worlds.market(world)
    c = made.tables.customers
    c.purchase_count[:, 0], c.exposures[:, 0] = [0, 2, 0, 2], [0, 0, 2, 4]
    made.step()
    # Everybody notices; weights 0.2, 0.2 / 2, 0.2 / 2 and 0.2 / 4 of the way of 0.5.
    np.testing.assert_allclose(c.expectation[:, 0], [0.5, 0.45, 0.45, 0.425], rtol=1e-5)


def test_advertising_that_promises_nothing_leaves_expectations_alone():
    world = worlds.busy()
    world["events"] = [e for e in world["events"] if e["name"] != "a promise"]
    plain, others = (
        worlds.lived(worlds.with_mechanism(world, "advertising", "adstock", **parameters))
        for parameters in ({}, {"persuasion": 1.0, "resistance": 0.0})
    )
    assert worlds.differing(plain, others) == set()


def test_promises_that_nobody_believes_are_none():
    silent = promising(persuasion=0.0)
    silent["events"] = [e for e in silent["events"] if "promise" not in e["name"]]
    silent["firms"]["Ana"]["offers"]["trip"]["advertised_claim"] = None
    assert worlds.differing(
        worlds.lived(promising(persuasion=0.0)), worlds.lived(silent)
    ) == {"offers.advertised_claim"}


def images(kind):
    """Image at the end of a brand that promises much and one that is better, per kind of ties."""
    given = {"initial_expectation": 0.5, "advertising": 100.0, "initial_awareness": 0.5}
    world = worlds.plain(
        4000, 52, offers={
            "loud": {**given, "quality": {"worth": 0.4}, "advertised_claim": 0.95},
            "good": {**given, "quality": {"worth": 0.75}},
        }, outside_utility=0.0, purchase_rate=0.05, talkativeness=3.0,
    )
    world["customers"]["network"] = kind
    world["mechanisms"] |= {
        "advertising": {"variant": "adstock", "persuasion": 0.3}, "word_of_mouth": "cascade",
        "choice": "multinomial_logit", "experience": "expectancy_disconfirmation",
    }
    recorded = worlds.lived(world, observe=("image",)).recorder.recorded()["image"]
    return recorded[-1]


def test_pushed_positioning_fades_against_shared_experiences():
    alone = images({"kind": "none"})
    tied = images({"kind": "watts_strogatz", "neighbors": 12})
    assert alone[0] > alone[1]
    assert tied[0] < tied[1]


def test_image_is_what_all_customers_expect():
    made = worlds.lived(promising())
    c, expected = made.tables.customers, np.zeros(made.n_firms)
    for i in range(made.n_customers):
        for f in range(made.n_firms):
            own = np.flatnonzero((made.tables.offers.firm == f) & (c.aware[i] == 1))
            expected[f] += max((float(c.expectation[i, o]) for o in own), default=0.0)
    image = made.recorder.recorded()["image"][-1]
    np.testing.assert_allclose(image, expected / made.n_customers, rtol=1e-6)


# Independence ----------------------------------------------------------------------------------


def test_threads_change_nothing(monkeypatch):
    monkeypatch.setattr(market_module, "FEWEST_CUSTOMERS_FOR_THREADS", 1)
    one, two = (worlds.lived(promising(7000), weeks=8, threads=threads) for threads in (1, 3))
    assert worlds.differing(one, two) == set()
    assert worlds.same_records(one, two)


@pytest.mark.parametrize("order", [[2, 0, 1], [1, 2, 0]])
def test_the_order_of_firms_and_offers_changes_nothing(order):
    straight, other = (
        worlds.lived(promising()), worlds.lived(reordered(promising(), order, True))
    )
    wrong = different_by_name(straight, other)
    assert [name for name in wrong if not name.startswith("recorded.")] == []


def test_a_biography_tells_of_promises():
    scenario = Scenario.from_dict(promising())
    told = [
        h.text for customer in range(12)
        for _, stage, h in tell(scenario, strategy=None, seed=1, customer=customer).happenings
        if stage == "advertising"
    ]
    assert any(text.startswith("advertising promised 0.90 of trip: expectation") for text in told)

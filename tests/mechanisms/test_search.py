"""Looking offers up: how often, how many, what is found, and what is not."""

from __future__ import annotations

import math

import beside
import numpy as np
import pytest
import worlds
from reference.twin import own, stream, uniform

from sim.biography import tell
from sim.scenario import Scenario
from sim.tables import Trigger


def information_seeking(world, mechanism):
    """Each customer searches each category with her chance; a search inspects a few offers."""
    p, customers, offers = mechanism.parameters, world.customers, world.offers
    key = world.streams.key("search.look_up", world.week)
    for i in range(world.n):
        for k in range(customers.purchase_rate.shape[1]):
            state = stream(key, customers.label[i])
            shown = [
                o for o in range(len(offers.label))
                if offers.category[o] == k and offers.launch_week[o] <= world.week
            ]
            told = dict.fromkeys(shown, 0.0)
            for c, page in enumerate(world.communities):
                for o in shown:
                    if customers.member[i, c]:
                        weight = page.content[o] / (page.content[o] + p.content_half)
                        told[o] = max(told[o], weight)
            found = {
                o: 1 - (1 - p.public_information)
                * (1 - world.levers[offers.firm[o]]["information_sharing"]) * (1 - told[o])
                for o in shown
            }
            rate = float(customers.information_seeking[i]) * np.mean(list(found.values()) or [0])
            if uniform(state, k) >= 1 - math.exp(-rate):
                continue
            turn = sorted(shown, key=lambda o: uniform(stream(state, k), offers.label[o]))
            for o in turn[: p.n_inspected]:
                if not customers.aware[i, o]:
                    customers.aware[i, o] = 1
                    customers.trigger[i, o] = customers.trigger[i, o] or Trigger.SEARCH
                known = 1.0 if offers.defect_disclosed[o] else told[o]
                truth = float(customers.needs[i] @ offers.quality[o])
                truth -= known * float(offers.defect_rate[o] * offers.defect_severity[o])
                step = own(world, mechanism, i, "accuracy") * found[o]
                gap = max(truth, 0.0) - float(customers.expectation[i, o])
                customers.expectation[i, o] += step * gap


def seeking(n=60):
    world = worlds.changed(worlds.busy(n), communities={"board": {}, "fair": {"vendors": ["Bo"]}})
    return beside.on(world, "search", n_inspected=1, public_information=0.3)


def test_search_leaves_behind_what_its_twin_says():
    assert beside.live_beside(seeking(), "search", information_seeking) == 10
    every = beside.on(worlds.busy(), "search", n_inspected=2)
    assert beside.live_beside(every, "search", information_seeking) == 10


def test_threads_and_the_order_of_firms_change_nothing():
    assert beside.threads_change_nothing(seeking)
    assert beside.order_changes_nothing(seeking())


def searched(n=20_000, *, content=0.0, sharing=0.0, offers=("one",), rate=0.5, **parameters):
    """One week in which customers alike can only search; the truth of every offer is 0.8."""
    own = {"quality": {"worth": 0.8}, "initial_awareness": 0.0, "initial_expectation": 0.2,
           "defect": {"rate": 0.5, "severity": 0.4}}
    world = worlds.plain(n, offers=dict.fromkeys(offers, own), information_seeking=rate)
    for firm in world["firms"].values():
        firm["levers"] = {"information_sharing": sharing}
    world = {**world, "communities": {"board": {"initial_share": 1.0}}}
    made = worlds.market(beside.on(world, "search", **parameters))
    made.communities[0].content[:] = content
    made.step()
    return made.tables.customers


@pytest.mark.parametrize(("content", "sharing", "found"), [
    (0.0, 0.0, 0.2), (0.0, 0.5, 0.6), (20.0, 0.0, 0.6), (20.0, 0.5, 0.8), (0.0, 1.0, 1.0),
])
def test_the_more_is_known_the_more_often_and_the_better_customers_search(content, sharing, found):
    customers = searched(content=content, sharing=sharing)
    chance = 1 - math.exp(-0.5 * found)
    knows = customers.aware[:, 0] == 1
    # 4 standard errors: wrong once in 16,000 tries.
    assert abs(knows.mean() - chance) < 4 * math.sqrt(chance * (1 - chance) / 20_000)
    truth = 0.8 - (0.5 if content else 0.0) * 0.5 * 0.4
    expected = 0.2 + 0.5 * found * (truth - 0.2)
    np.testing.assert_allclose(customers.expectation[knows, 0], expected, rtol=1e-5)
    np.testing.assert_allclose(customers.expectation[~knows, 0], 0.2, rtol=1e-6)
    assert (customers.trigger[knows, 0] == Trigger.SEARCH).all()


def test_a_hidden_defect_is_found_only_where_members_talk_or_the_firm_tells():
    blind = searched(rate=50.0, sharing=1.0, accuracy=1.0)
    assert blind.expectation[0, 0] == pytest.approx(0.8)
    assert not blind.knows_defect.any()
    heard = searched(rate=50.0, sharing=1.0, accuracy=1.0, content=1e9)
    assert heard.expectation[0, 0] == pytest.approx(0.6)
    world = worlds.plain(10, information_seeking=50.0, offers={"one": {
        "quality": {"worth": 0.8}, "defect": {"rate": 0.5, "severity": 0.4, "disclosed": True},
    }})
    told = worlds.lived(
        beside.on(world, "search", accuracy=1.0, public_information=1.0), weeks=1
    )
    np.testing.assert_allclose(told.tables.customers.expectation, 0.6, rtol=1e-6)


@pytest.mark.parametrize("n_inspected", [1, 2])
def test_a_search_inspects_so_many_offers_and_each_as_often(n_inspected):
    customers = searched(offers=("one", "two", "three"), rate=50.0, sharing=1.0,
                         n_inspected=n_inspected)
    assert (customers.aware.sum(axis=1) == n_inspected).all()
    chance = n_inspected / 3
    spread = math.sqrt(chance * (1 - chance) / 20_000)
    assert np.abs(customers.aware.mean(axis=0) - chance).max() < 4 * spread


def test_who_does_not_seek_learns_nothing():
    world = worlds.busy()
    for segment in world["customers"]["segments"].values():
        segment["information_seeking"] = 0.0
    on = worlds.lived(beside.on(world, "search"))
    assert worlds.differing(on, worlds.lived(world)) == set()


def test_what_cannot_be_found_is_not_found():
    world = worlds.changed(worlds.busy(), firms__Ana__levers__information_sharing=0.0)
    for other in ("community", "disclosure", "trust"):
        world = worlds.with_mechanism(world, other, "none")
    on = worlds.lived(beside.on(world, "search", public_information=0.0))
    assert worlds.differing(on, worlds.lived(world)) == set()


def test_seekers_know_better_what_offers_are_like():
    world = worlds.changed(
        worlds.busy(1000), customers__segments__expert__information_seeking=2.0,
        customers__segments__everyday__information_seeking=0.0,
    )
    world = worlds.with_mechanism(world, "community", "none")
    errors = []
    for made in (worlds.lived(world), worlds.lived(beside.on(world, "search"))):
        customers, offers = made.tables.customers, made.tables.offers
        truth = customers.needs @ offers.quality.T - offers.defect_rate * offers.defect_severity
        error = np.abs(customers.expectation - truth).mean(axis=1)
        errors.append([error[customers.segment == s].mean() for s in (0, 1)])
    assert errors[1][1] < 0.7 * errors[0][1]
    assert errors[1][0] < 1.02 * errors[0][0]


def test_her_biography_tells_what_she_looked_up():
    told = " ".join(tell(
        Scenario.from_dict(seeking()), strategy=None, seed=1, customer=3
    ).sentences())
    assert "in a search: her expectation went" in told

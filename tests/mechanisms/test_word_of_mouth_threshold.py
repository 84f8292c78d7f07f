"""Thresholds of word of mouth: by hand, beside a plain twin, and against the laws they follow."""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from beside import live_beside, order_changes_nothing, threads_change_nothing

from sim import streams
from sim.market import Market
from sim.scenario import Scenario
from sim.tables import Trigger


def made(n, pairs, owners, **parameters):
    """A market of people tied as listed, some of whom own the only offer; nobody else knows it."""
    world = worlds.plain(n, offers={"one": {"initial_awareness": 0.0}})
    world = worlds.with_mechanism(world, "word_of_mouth", "threshold", **parameters)
    world = worlds.with_mechanism(world, "choice", "durable_adoption")
    market = Market(
        Scenario.from_dict(world), seed=1, observe=False, network=worlds.ties(n, pairs)
    )
    customers = market.tables.customers
    customers.last_offer[owners, 0] = 0
    customers.aware[owners, 0] = 1
    return market


def who_owns(market, weeks):
    for _ in range(weeks):
        market.step()
    return np.flatnonzero(market.tables.customers.last_offer[:, 0] == 0).tolist()


STAR = [(0, i) for i in range(1, 6)]


# By hand ---------------------------------------------------------------------------------------


def test_one_of_five_friends_is_enough_for_a_fifth_and_not_for_more():
    assert who_owns(made(6, STAR, [1], threshold_share=0.2), 1) == [0, 1]
    assert who_owns(made(6, STAR, [1], threshold_share=0.21), 3) == [1]
    assert who_owns(made(6, STAR, [1, 2], threshold_share=0.21), 1) == [0, 1, 2]


@pytest.mark.parametrize(("share", "n_friends", "n_owners"), [
    (0.1, 30, 3), (0.07, 100, 7), (0.29, 100, 29),  # 0.07 * 100 is a little more than 7
])
def test_a_share_that_is_met_exactly_is_met(share, n_friends, n_owners):
    star, owners = [(0, i) for i in range(1, n_friends + 1)], list(range(1, n_owners + 1))
    assert 0 in who_owns(made(n_friends + 1, star, owners, threshold_share=share), 1)
    assert 0 not in who_owns(made(n_friends + 1, star, owners[1:], threshold_share=share), 1)


def test_more_owners_than_exposures_can_hold_are_as_many_as_they_can_hold():
    star, owners = [(0, i) for i in range(1, 301)], list(range(1, 301))
    market = made(301, star, owners, threshold_share=0.5)
    market.step()
    assert market.tables.customers.exposures[0, 0] == 255


def test_a_count_is_of_different_friends():
    # She has seen it at one friend for many weeks: still one friend.
    assert who_owns(made(6, STAR, [1], threshold_share=0.0, threshold_count=2), 9) == [1]
    two = made(6, STAR, [1, 4], threshold_share=0.0, threshold_count=2)
    assert who_owns(two, 1) == [0, 1, 4]


def test_both_a_count_and_a_share_must_be_met():
    assert who_owns(made(6, STAR, [1, 2], threshold_share=0.5, threshold_count=2), 3) == [1, 2]
    assert 0 in who_owns(made(6, STAR, [1, 2, 3], threshold_share=0.5, threshold_count=2), 1)


def test_word_goes_one_tie_a_week():
    path = [(0, 1), (1, 2), (2, 3)]
    market = made(4, path, [0], threshold_share=0.5)
    assert [who_owns(market, 1) for _ in range(3)] == [[0, 1], [0, 1, 2], [0, 1, 2, 3]]


def test_nobody_begins_alone_and_nobody_without_friends_begins():
    assert who_owns(made(4, [(0, 1), (1, 2)], [], threshold_share=0.0), 3) == []
    assert who_owns(made(4, [(0, 1), (1, 2)], [0], threshold_share=0.0), 3) == [0, 1, 2]


def test_the_muted_do_not_count():
    market = made(6, STAR, [1], threshold_share=0.2)
    market.mute(np.array([1]))
    assert who_owns(market, 3) == [1]


def test_the_teller_is_the_friend_who_bought_last_and_exposures_are_friends():
    market = made(6, STAR, [1, 2, 3], threshold_share=0.5)
    customers = market.tables.customers
    customers.last_purchase_week[[1, 2, 3], 0] = [0, 4, 4]
    market.step()
    assert customers.teller[0, 0] == 2
    assert customers.exposures[0, 0] == 3
    assert customers.trigger[0, 0] == Trigger.FRIEND


def test_she_is_told_why():
    market = made(6, STAR, [1, 2], threshold_share=0.21)
    before = market.tables.customers.state()
    market.step()
    mechanism = market.mechanisms["word_of_mouth"]
    row = {name: values[0] for name, values in before.items()}
    told = mechanism.explain(market, 0, row)
    assert [happening.details for happening in told] == [
        {"offer": "one", "owners": 2, "ties": 5, "needed": pytest.approx(1.05)}
    ]
    assert "saw one at 2 of her 5 friends" in told[0].text
    row = {name: values[5] for name, values in before.items()}
    assert mechanism.explain(market, 5, row) == []


# Chance ----------------------------------------------------------------------------------------


def test_thresholds_are_spread_as_stated():
    # Customers with 10 ties, 3 of them owners: who adopts has a threshold up to 0.3. Limit: four
    # standard errors, missed by chance under a true law in 1 of 10,000 seeds.
    n = 4_000
    pairs = [(i, n + 10 * i + j) for i in range(n) for j in range(10)]
    owners = np.concatenate([n + 10 * np.arange(n) + j for j in range(3)])
    market = made(11 * n, pairs, owners, threshold_share=0.25, threshold_spread=0.1)
    market.step()
    share = market.tables.customers.aware[:n, 0].mean()
    assert share == pytest.approx(0.69146, abs=4 * np.sqrt(0.69146 * 0.30854 / n))
    market.step()
    market.step()
    assert market.tables.customers.aware[:n, 0].mean() == share  # drawn once, not each week


def test_she_looks_around_as_often_as_stated():
    n = 4_000
    pairs = [(2 * i, 2 * i + 1) for i in range(n)]
    market = made(2 * n, pairs, 2 * np.arange(n), threshold_share=1.0, contact_prob=0.3)
    known = []
    for _ in range(3):
        market.step()
        known.append(market.tables.customers.aware[1::2, 0].mean())
    expected = 1 - 0.7 ** np.arange(1, 4)
    assert known == pytest.approx(expected, abs=4 * np.sqrt(0.25 / n))


# A plain twin ----------------------------------------------------------------------------------


def own(world, mechanism, i, name):
    behavior = world.segments[world.customers.segment[i]].behavior.get("word_of_mouth", {})
    return behavior.get(name, getattr(mechanism.parameters, name))


def look(world, mechanism):
    """One week, customer by customer, from the docstring."""
    c = world.customers
    key = world.streams.key("word_of_mouth.look", world.week)
    thresholds = world.streams.key("word_of_mouth.threshold")
    for i in range(world.n):
        label, friends = int(c.label[i]), [j for j, _ in world.ties[i] if not c.muted[j]]
        looks = streams.to_unit(np.uint64(streams.address(key, label)))
        if looks >= own(world, mechanism, i, "contact_prob"):
            continue
        theta = own(world, mechanism, i, "threshold_share")
        if own(world, mechanism, i, "threshold_spread") > 0:
            state = np.uint64(streams.address(thresholds, label))
            theta += own(world, mechanism, i, "threshold_spread") * streams.normal(state, 0)
        theta = min(max(theta, 0.0), 1.0)
        enough = max(own(world, mechanism, i, "threshold_count"), theta * len(world.ties[i]))
        for o, k in enumerate(world.offers.category):
            owners = [j for j in friends if c.last_offer[j, k] == o]
            if c.aware[i, o] or not owners or len(owners) + 1e-9 < enough:
                continue
            c.aware[i, o], c.exposures[i, o] = 1, len(owners)
            if c.trigger[i, o] == 0:
                c.trigger[i, o] = Trigger.FRIEND
                c.teller[i, o] = max(owners, key=lambda j, o=o: (c.last_purchase_week[j, o], -j))


@pytest.mark.parametrize("parameters", [
    {"threshold_share": 0.3, "threshold_spread": 0.2, "contact_prob": 0.6},
    {"threshold_share": 0.0, "threshold_count": 2},
])
def test_the_kernel_does_what_its_twin_does(parameters):
    world = worlds.with_mechanism(worlds.busy(), "word_of_mouth", "threshold", **parameters)
    world["mechanisms"]["advertising"] = {"variant": "adstock", "forget_prob": 0.2}
    world["customers"]["segments"]["expert"]["behavior"] = {
        "word_of_mouth": {"threshold_share": 0.1, "threshold_spread": 0.3}
    }
    assert live_beside(world, "word_of_mouth", look, muted=(3, 17)) > 3


def test_threads_and_the_order_of_firms_change_nothing():
    def world_of(n):
        return worlds.with_mechanism(
            worlds.busy(n), "word_of_mouth", "threshold", threshold_spread=0.2, contact_prob=0.7
        )

    assert threads_change_nothing(world_of)
    assert order_changes_nothing(world_of(60))


# One try a tie ---------------------------------------------------------------------------------


def test_who_talks_one_week_only_tries_each_tie_once():
    # The share of 4,000 pairs in which the other end hears: contact_prob, and no more in later
    # weeks. Limit: four standard errors, missed by chance in 1 of 10,000 seeds.
    n = 4_000
    heard = {}
    for weeks in (1, 2, None):
        world = worlds.plain(2 * n, offers={"one": {"initial_awareness": 0.0}})
        world = worlds.with_mechanism(
            world, "word_of_mouth", "cascade", base_propensity=1.0, satisfied_propensity=0.0,
            dissatisfied_propensity=0.0, recency_half_life=None, talking_weeks=weeks,
            contact_prob=0.3,
        )
        network = worlds.ties(2 * n, [(2 * i, 2 * i + 1) for i in range(n)])
        market = worlds.market(world, observe=False, network=network)
        market.tables.customers.last_offer[::2, 0] = 0
        for _ in range(6):
            market.step()
        heard[weeks] = market.tables.customers.aware[1::2, 0].mean()
    limit = 4 * np.sqrt(0.25 / n)
    assert heard[1] == pytest.approx(0.3, abs=limit)
    assert heard[2] == pytest.approx(1 - 0.7**2, abs=limit)
    assert heard[None] == pytest.approx(1 - 0.7**6, abs=limit)

"""Bass imitation: the share of owners around a customer drives what she takes up."""

from __future__ import annotations

import math

import beside
import numpy as np
import pytest
import worlds
from reference import twin

from sim.results.cascades import cascades
from sim.tables import Trigger

CHAIN = [(0, 1), (1, 2), (2, 3)]


def imitating(world, **parameters):
    return worlds.with_mechanism(world, "word_of_mouth", "bass", **parameters)


def quiet(n, network=None, *, owners=(), offers=None, seed=1, weeks=1, muted=(), **parameters):
    """A market in which nobody knows anything and only listed customers own the first offer."""
    offers = offers or {"one": {"initial_awareness": 0.0}}
    made = worlds.market(
        imitating(worlds.plain(n, offers=offers), **parameters), network=network, seed=seed,
        observe=False,
    )
    made.tables.customers.last_offer[list(owners), 0] = 0
    made.mute(np.array(muted, dtype=np.int64))
    for _ in range(weeks):
        made.step()
    return made


def aware(made):
    return np.flatnonzero(made.tables.customers.aware[:, 0]).tolist()


# Stories ---------------------------------------------------------------------------------------


def test_neighbors_of_an_owner_take_it_up_and_know_from_whom():
    made = quiet(4, worlds.ties(4, CHAIN), owners=[0], imitation_rate=100.0, weeks=5)
    customers = made.tables.customers
    assert aware(made) == [1]  # 2 knows 1, who knows of it but does not own it
    assert customers.teller[:, 0].tolist() == [-1, 0, -1, -1]
    assert customers.trigger[1, 0] == Trigger.FRIEND


def test_where_everybody_counts_ties_are_not_needed():
    made = quiet(4, owners=[2], imitation_rate=100.0, everybody=True)
    assert aware(made) == [0, 1, 3]
    assert made.tables.customers.teller[:, 0].tolist() == [2, 2, -1, 2]


def test_a_muted_owner_attracts_nobody():
    assert aware(quiet(4, owners=[2], muted=[2], imitation_rate=100.0, everybody=True)) == []
    made = quiet(4, worlds.ties(4, CHAIN), owners=[0, 3], muted=[0], imitation_rate=100.0)
    assert aware(made) == [2]


def test_without_owners_or_without_a_rate_nothing_happens():
    assert aware(quiet(50, everybody=True, imitation_rate=100.0)) == []
    assert aware(quiet(50, owners=range(25), everybody=True, imitation_rate=0.0)) == []
    assert aware(quiet(50, owners=range(25), imitation_rate=100.0)) == []  # no ties


def test_who_had_heard_of_it_before_keeps_her_first_trigger():
    made = quiet(4, owners=[2], imitation_rate=100.0, everybody=True, weeks=0)
    made.tables.customers.trigger[0, 0] = Trigger.ADVERTISING  # noticed it once, and forgot
    made.step()
    assert aware(made) == [0, 1, 3]
    assert made.tables.customers.trigger[0, 0] == Trigger.ADVERTISING
    assert made.tables.customers.teller[0, 0] == -1


def test_it_says_where_she_saw_it():
    for network, everybody, words in (
        (worlds.ties(4, CHAIN), False, "saw one in use among 2 friends"),
        (None, True, "saw one in use among everybody else"),
    ):
        made = quiet(4, network, owners=[0, 2], imitation_rate=100.0, everybody=everybody, weeks=0)
        before = {"aware": made.tables.customers.aware[1].copy()}
        made.step()
        (told,) = made.mechanisms["word_of_mouth"].explain(made, 1, before)
        assert told.text == words


# Laws ------------------------------------------------------------------------------------------


def within(count, n, probability):
    """Four standard errors: a right program fails once in 16,000."""
    return abs(count - n * probability) < 4 * math.sqrt(n * probability * (1 - probability))


@pytest.mark.parametrize(("share", "rate"), [(0.3, 0.5), (0.05, 2.0), (0.9, 0.02)])
def test_the_chance_follows_the_share_of_all_others(share, rate):
    n, owners = 40_000, int(40_000 * share)
    made = quiet(n, owners=range(owners), imitation_rate=rate, everybody=True)
    others = np.count_nonzero(made.tables.customers.aware[owners:, 0])
    assert within(others, n - owners, -math.expm1(-rate * owners / (n - 1)))


def test_the_chance_follows_the_share_among_ties():
    # Circles of five, in which one to four own it: the others have as many owners in four ties.
    n, rate = 50_000, 1.5
    circles = np.arange(n).reshape(-1, 5)
    pairs = np.concatenate([circles[:, [a, b]] for a in range(5) for b in range(a)])
    owning = np.arange(n // 5) % 4 + 1
    owners = circles[np.arange(5) < owning[:, None]]
    made = quiet(n, worlds.ties(n, pairs), owners=owners, imitation_rate=rate)
    knows = made.tables.customers.aware[circles, 0]
    for j in range(1, 5):
        rest = knows[owning == j, j:]
        assert within(rest.sum(), rest.size, -math.expm1(-rate * j / 4))


def test_with_advertising_the_rates_add_up():
    p, q, n = 0.2, 0.5, 40_000
    world = worlds.plain(n, offers={"one": {"initial_awareness": 0.0, "advertising": 100.0}})
    world = worlds.with_mechanism(
        world, "advertising", "adstock", retention=0.0, forget_prob=0.0, reach_rate=2 * p
    )
    made = worlds.market(imitating(world, imitation_rate=q, everybody=True), observe=False)
    made.tables.customers.last_offer[: n // 2, 0] = 0
    made.step()
    others = np.count_nonzero(made.tables.customers.aware[n // 2 :, 0])
    assert within(others, n // 2, -math.expm1(-(p + q / 2)))


def test_tellers_are_owners_each_as_likely_as_any():
    n = 20_000
    made = quiet(n, owners=range(10), imitation_rate=100.0, everybody=True, weeks=2)
    told = made.tables.customers.teller[made.tables.customers.trigger[:, 0] == Trigger.FRIEND, 0]
    counts = np.bincount(told)
    assert len(counts) == 10
    assert all(within(count, len(told), 0.1) for count in counts)


def test_everybody_is_a_complete_network_but_for_who_told():
    world = worlds.changed(worlds.busy(), customers__network={"kind": "complete"})
    one, other = (
        worlds.lived(imitating(world, imitation_rate=0.3, everybody=everybody))
        for everybody in (False, True)
    )
    assert worlds.differing(one, other) == {"customers.teller"}


def test_a_spread_is_a_forest():
    world = worlds.plain(3000, 60, offers={"one": {"initial_owners": 0.01}})
    world["firms"]["Fone"]["offers"]["one"]["initial_awareness"] = 0.0
    world = worlds.with_mechanism(world, "choice", "durable_adoption")
    made = worlds.lived(imitating(world, imitation_rate=0.3, everybody=True))
    found = cascades(made, "one")
    assert found.size.sum() == made.tables.customers.aware.sum() > 2900
    assert found.depth.max() > 3
    assert set(found.root) <= set(np.flatnonzero(
        made.tables.customers.trigger[:, 0] == Trigger.START
    ))


# The kernel is its equation --------------------------------------------------------------------


def by_hand(world, mechanism):
    """The equation of the docstring, one customer and offer after the other."""
    c, o = world.customers, world.offers
    key = world.streams.key("word_of_mouth.imitate", world.week)
    teller_key = world.streams.key("word_of_mouth.teller", world.week)
    for i in range(world.n):
        for offer in range(len(o.label)):
            kind, label = o.category[offer], int(o.label[offer])
            around = [friend for friend, _ in world.ties[i]]
            if mechanism.parameters.everybody:
                around = [j for j in range(world.n) if j != i]
            owners = [j for j in around if c.last_offer[j, kind] == offer and not c.muted[j]]
            if c.aware[i, offer] or not owners:
                continue
            rate = twin.own(world, mechanism, i, "imitation_rate")
            chance = 1 - math.exp(-rate * len(owners) / len(around))
            if twin.uniform(twin.stream(key, c.label[i]), label + 1) >= chance:
                continue
            c.aware[i, offer] = 1
            if c.trigger[i, offer]:
                continue
            luck = twin.stream(teller_key, c.label[i], label)
            teller = owners[int(twin.uniform(luck, 0) * len(owners))]
            if mechanism.parameters.everybody:
                draws = (int(twin.stream(luck, k)) % world.n for k in range(100_000))
                teller = next(j for j in draws if j in owners)
            c.trigger[i, offer], c.teller[i, offer] = twin.BY_FRIEND, teller


@pytest.mark.parametrize("everybody", [False, True])
def test_the_kernel_is_its_equation_in_a_busy_market(everybody):
    world = imitating(worlds.busy(80), imitation_rate=0.4, everybody=everybody)
    world = worlds.changed(
        world, customers__segments__expert__behavior={"word_of_mouth": {"imitation_rate": 0.1}}
    )
    acted = beside.live_beside(world, "word_of_mouth", by_hand, muted=range(0, 80, 9))
    assert acted >= 5


# What it must keep -----------------------------------------------------------------------------


def test_a_rate_of_zero_is_none():
    off = worlds.lived(worlds.with_mechanism(worlds.busy(), "word_of_mouth", "none"))
    for everybody in (False, True):
        world = imitating(worlds.busy(), imitation_rate=0.0, everybody=everybody)
        assert worlds.differing(worlds.lived(world), off) == set()


@pytest.mark.parametrize("everybody", [False, True])
def test_threads_and_order_change_nothing(monkeypatch, everybody):
    monkeypatch.setattr("sim.market.FEWEST_CUSTOMERS_FOR_THREADS", 1)
    one, three = (
        worlds.lived(imitating(worlds.busy(7000), everybody=everybody), weeks=4, threads=t)
        for t in (1, 3)
    )
    assert worlds.differing(one, three) == set()
    assert beside.order_changes_nothing(
        imitating(worlds.busy(), imitation_rate=0.3, everybody=everybody)
    )

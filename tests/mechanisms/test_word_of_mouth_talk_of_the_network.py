"""Talk of the network: each owner among ties and chance acquaintances may pass news on."""

from __future__ import annotations

import math

import beside
import numpy as np
import pytest
import worlds
from reference import twin

from sim import streams
from sim.tables import Trigger

CHAIN = [(0, 1), (1, 2), (2, 3)]


def talking(world, **parameters):
    return worlds.with_mechanism(world, "word_of_mouth", "talk_of_the_network", **parameters)


def quiet(n, network=None, *, owners=(), weeks=1, muted=(), **parameters):
    """A market in which nobody knows anything, nobody buys, and only listed customers own."""
    world = talking(worlds.plain(n, offers={"one": {"initial_awareness": 0.0}}), **parameters)
    made = worlds.market(world, network=network, observe=False)
    made.tables.customers.last_offer[list(owners), 0] = 0
    made.mute(np.array(muted, dtype=np.int64))
    for _ in range(weeks):
        made.step()
    return made


def circles_of(size, n):
    """Circles in which everybody knows everybody: members by circle, and the network."""
    members = np.arange(n).reshape(-1, size)
    pairs = np.concatenate([members[:, [a, b]] for a in range(size) for b in range(a)])
    return members, worlds.ties(n, pairs)


def aware(made):
    return np.flatnonzero(made.tables.customers.aware[:, 0]).tolist()


ONLY_TIES = {"strong_tie_prob": 1.0, "weak_tie_prob": 0.0}
ONLY_CONTACTS = {"strong_tie_prob": 0.0, "weak_tie_prob": 1.0}


# Stories ---------------------------------------------------------------------------------------


def test_friends_of_an_owner_hear_of_it_from_her():
    made = quiet(4, worlds.ties(4, CHAIN), owners=[0], weeks=3, **ONLY_TIES)
    assert aware(made) == [1]  # 2 knows 1, who has heard of it but does not own it
    assert made.tables.customers.teller[:, 0].tolist() == [-1, 0, -1, -1]
    assert made.tables.customers.trigger[1, 0] == Trigger.FRIEND


def test_chance_acquaintances_are_never_friends():
    # Two circles of five; all owners sit in the first, of which 0 and 1 own nothing.
    _, network = circles_of(5, 10)
    made = quiet(10, network, owners=[2, 3, 4], random_contacts=100, **ONLY_CONTACTS)
    assert aware(made) == [5, 6, 7, 8, 9]
    assert set(made.tables.customers.teller[5:, 0]) <= {2, 3, 4}


def test_who_is_tied_to_everybody_meets_nobody_else():
    made = quiet(3, worlds.ties(3, [(0, 1), (0, 2), (1, 2)]), owners=[0], **ONLY_CONTACTS)
    assert aware(made) == []


def test_a_muted_owner_tells_nobody():
    ties = worlds.ties(4, CHAIN)
    assert aware(quiet(4, ties, owners=[0, 3], muted=[0], **ONLY_TIES)) == [2]
    assert aware(quiet(4, owners=[0], muted=[0], random_contacts=50, **ONLY_CONTACTS)) == []


def test_it_says_from_whom_she_heard():
    ties = worlds.ties(4, CHAIN)
    for row, parameters, kind in ((1, ONLY_TIES, "friend"), (3, ONLY_CONTACTS, "acquaintance")):
        made = quiet(4, ties, owners=[0], weeks=0, random_contacts=200, **parameters)
        customers = made.tables.customers
        before = {"aware": customers.aware[row].copy(), "trigger": customers.trigger[row].copy()}
        made.step()
        (told,) = made.mechanisms["word_of_mouth"].explain(made, row, before)
        assert told.text.startswith("heard of one from customer 0")
        assert told.text.endswith(kind)


# Laws ------------------------------------------------------------------------------------------


def within(count, n, probability):
    """Four standard errors: a right program fails once in 16,000."""
    return abs(count - n * probability) <= 4 * math.sqrt(n * probability * (1 - probability))


@pytest.mark.parametrize("owners", [0, 1, 2, 4])
def test_the_chance_is_the_published_one(owners):
    # Every second circle has j owners, the others none: over its two kinds, m is binomial.
    n, weak, strong, contacts = 60_000, 0.08, 0.15, 6
    circles, network = circles_of(5, n)
    made = quiet(
        n, network, owners=circles[::2, :owners].ravel(), weak_tie_prob=weak,
        strong_tie_prob=strong, random_contacts=contacts,
    )
    knows = made.tables.customers.aware[circles, 0]
    by_contacts = (1 - weak * owners / 10) ** contacts
    for j, rest in ((owners, knows[::2, owners:]), (0, knows[1::2])):
        assert within(rest.sum(), rest.size, 1 - by_contacts * (1 - strong) ** j)


def test_acquaintances_are_others_every_week():
    n = 20_000
    made = quiet(n, owners=range(n // 5), random_contacts=1, weeks=5, **ONLY_CONTACTS)
    rest = made.tables.customers.aware[n // 5 :, 0]
    assert within(rest.sum(), rest.size, 1 - 0.8**5)


def test_offers_of_two_firms_spread_by_luck_of_their_own():
    n = 20_000
    world = worlds.plain(n, offers={
        "one": {"initial_awareness": 0.0}, "two": {"initial_awareness": 0.0, "category": "other"},
    })
    world["categories"] = {"thing": {"attributes": {"worth": {}}},
                           "other": {"attributes": {"charm": {}}}}
    world["firms"]["Ftwo"]["offers"]["two"]["quality"] = {"charm": 0.5}
    made = worlds.market(talking(world, weak_tie_prob=0.5, random_contacts=1), observe=False)
    made.tables.customers.last_offer[: n // 2] = [0, 1]
    made.step()
    knows = made.tables.customers.aware[n // 2 :].astype(bool)
    assert within(knows[:, 0].sum(), n // 2, 0.25)
    assert within(knows[:, 1].sum(), n // 2, 0.25)
    # Both owners are the same acquaintance, but whether she speaks of each is luck of its own.
    assert within(knows.all(axis=1).sum(), n // 2, 0.125)


# The kernel is its equation --------------------------------------------------------------------


def at_work(at, chances, log_unit):
    """The first number from ``at`` on that works: failures are multiplied up to the draw."""
    left = log_unit
    for number in range(at, len(chances)):
        fails = math.log1p(-min(chances[number], 1 - 1e-12))
        if left > fails:
            return number
        left -= fails
    return len(chances)


def contact(world, i, place):
    """The outsider number ``place`` whom customer i meets."""
    key = world.streams.key("word_of_mouth.contacts", world.week)
    state = twin.stream(key, world.customers.label[i], place)
    friends = {friend for friend, _ in world.ties[i]} | {i}
    draws = (int(twin.stream(state, attempt)) % world.n for attempt in range(20))
    return next((j for j in draws if j not in friends), None)


def by_hand(world, mechanism):
    """The equation of the docstring, one customer, offer, tie and contact after the other."""
    c, o, p = world.customers, world.offers, mechanism.parameters
    key = world.streams.key("word_of_mouth.pass_on", world.week)
    for i in range(world.n):
        weak, strong = (
            twin.own(world, mechanism, i, name) for name in ("weak_tie_prob", "strong_tie_prob")
        )
        chances = [strong] * len(world.ties[i]) + [weak] * p.random_contacts
        for offer in range(len(o.label)):
            if c.aware[i, offer]:
                continue
            state, label = twin.stream(key, c.label[i]), int(o.label[offer])
            at = at_work(0, chances, math.log1p(-twin.uniform(state, label + 1)))
            while at < len(chances):
                n_ties = len(world.ties[i])
                other = world.ties[i][at][0] if at < n_ties else contact(world, i, at - n_ties)
                owns = other is not None and c.last_offer[other, o.category[offer]] == offer
                if owns and not c.muted[other]:
                    c.aware[i, offer] = 1
                    if not c.trigger[i, offer]:
                        c.trigger[i, offer], c.teller[i, offer] = twin.BY_FRIEND, other
                    break
                log_unit = math.log(streams.uniform(twin.stream(state, label), at))
                at = at_work(at + 1, chances, log_unit)


def test_the_kernel_is_its_equation_in_a_busy_market():
    world = talking(worlds.busy(120), weak_tie_prob=0.02, strong_tie_prob=0.05, random_contacts=5)
    world = worlds.changed(world, customers__segments__expert__behavior={
        "word_of_mouth": {"strong_tie_prob": 0.01, "weak_tie_prob": 0.06}
    })
    acted = beside.live_beside(world, "word_of_mouth", by_hand, muted=range(0, 120, 9))
    assert acted >= 5


# What it must keep -----------------------------------------------------------------------------


def test_ties_that_pass_nothing_on_are_none():
    off = worlds.lived(worlds.with_mechanism(worlds.busy(), "word_of_mouth", "none"))
    for parameters in (
        {"strong_tie_prob": 0.0, "weak_tie_prob": 0.0},
        {"strong_tie_prob": 0.0, "random_contacts": 0},
    ):
        assert worlds.differing(worlds.lived(talking(worlds.busy(), **parameters)), off) == set()


def test_threads_and_order_change_nothing(monkeypatch):
    monkeypatch.setattr("sim.market.FEWEST_CUSTOMERS_FOR_THREADS", 1)
    one, three = (worlds.lived(talking(worlds.busy(7000)), weeks=4, threads=t) for t in (1, 3))
    assert worlds.differing(one, three) == set()
    assert beside.order_changes_nothing(talking(worlds.busy()))

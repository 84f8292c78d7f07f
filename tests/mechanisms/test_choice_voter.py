"""Voter model and invasion process: who follows whom, laws, and a plain-Python twin."""

from __future__ import annotations

import math

import beside
import numpy as np
import pytest
import worlds
from reference.twin import own, poisson_quantile, stream, uniform

from sim.biography import tell
from sim.mechanisms.base import Mechanism
from sim.scenario import Scenario
from sim.streams import BLOCK
from sim.tables import Purchases, Trigger

TWO = {"a": {"quality": {"worth": 1.0}}, "b": {"quality": {"worth": 0.25}}}


def world(n=2, weeks=1, *, offers=TWO, **parameters):
    made = worlds.plain(n, weeks, offers=offers)
    return worlds.with_mechanism(made, "choice", "voter", **parameters)


def begun(pairs, uses, *, seed=1, **settings):
    """A market with these ties, in which customers use these offers and know no other."""
    n = len(uses)
    made = worlds.market(world(n, **settings), seed=seed, network=worlds.ties(n, pairs))
    customers = made.tables.customers
    customers.last_offer[:, 0] = uses
    customers.aware[:] = np.arange(2) == np.array(uses)[:, None]
    customers.trigger[:] = customers.aware * Trigger.START
    return made


def voter(world, mechanism):
    """Meetings of the week in their order, and who ends it with another offer."""
    c, o, p = world.customers, world.offers, mechanism.parameters
    start, key = (world.streams.key(f"choice.{n}", world.week) for n in ("start", "meetings"))
    n_categories = c.last_offer.shape[1]
    before, source, meetings = c.last_offer.copy(), {}, []
    c.n_occasions[:] = before < 0
    for i in range(world.n):
        state = stream(key, c.label[i])
        for k in range(n_categories):
            if before[i, k] < 0 or not world.ties[i]:
                continue
            rate = own(world, mechanism, i, "revision_rate")
            for number in range(poisson_quantile(uniform(state, k), rate, 255)):
                luck = stream(state, k, number)
                other = world.ties[i][int(uniform(luck, 1) * len(world.ties[i]))][0]
                giver, taker = (i, other) if p.direction == "persuade" else (other, i)
                c.n_occasions[taker, k] = 1
                meetings.append((uniform(luck, 0), giver, taker, k, uniform(luck, 2)))
    for i, k in zip(*np.nonzero(before < 0), strict=True):
        known = [
            x for x in range(len(o.label)) if o.category[x] == k and c.aware[i, x]
            and o.launch_week[x] <= world.week and c.avoid_until_week[i, x] < world.week
        ]
        if known:
            state = stream(start, c.label[i])
            c.last_offer[i, k] = min(known, key=lambda x: uniform(state, o.label[x]))
    for _, giver, taker, k, luck in sorted(meetings):
        x = c.last_offer[giver, k]
        if x < 0 or c.last_offer[taker, k] < 0 or c.last_offer[taker, k] == x:
            continue
        if o.launch_week[x] > world.week or c.avoid_until_week[taker, x] >= world.week:
            continue
        # Quality in another category is none of her needs' business here: offers have none there.
        if p.direction == "persuade" and luck >= float(c.needs[giver] @ o.quality[x]):
            continue
        c.last_offer[taker, k] = x
        source[taker, k] = giver
    bought = Purchases.allocate(np.array([0, int((c.n_occasions > 0).sum())])).state()
    assert world.n <= BLOCK
    for at, (i, k) in enumerate(zip(*np.nonzero(c.n_occasions), strict=True)):
        bought["customer"][at] = i
        bought["serial"][at] = np.sum(bought["customer"][:at] == i)
        x = c.last_offer[i, k]
        if x == before[i, k]:
            continue
        bought["offer"][at], bought["price_cents"][at] = x, o.price_cents[x]
        bought["expected"][at] = c.expectation[i, x]
        if not c.aware[i, x]:
            c.aware[i, x] = 1
            if not c.trigger[i, x]:
                c.trigger[i, x], c.teller[i, x] = Trigger.FRIEND, source[i, k]
        c.purchase_count[i, x] += 1
        c.last_purchase_week[i, x] = world.week
        c.spend_cents[i] += o.price_cents[x]
    world.purchases = bought


@pytest.mark.parametrize("direction", ["copy", "persuade"])
def test_meetings_leave_behind_what_their_twin_says(direction):
    busy = worlds.with_mechanism(
        worlds.busy(), "choice", "voter", direction=direction, revision_rate=0.8
    )
    busy["customers"]["segments"]["expert"]["behavior"] = {"choice": {"revision_rate": 2.0}}
    assert beside.live_beside(busy, "choice", voter) == 10


def test_threads_and_the_order_of_firms_change_nothing():
    def of(n=60):
        return worlds.with_mechanism(
            worlds.busy(n), "choice", "voter", direction="persuade", revision_rate=1.0
        )

    assert beside.threads_change_nothing(of)
    assert beside.order_changes_nothing(of())


def test_who_copies_takes_over_what_her_only_friend_uses():
    made = begun([(0, 1)], [0, 1], revision_rate=20.0)
    # One of the two follows first; from then on both use the same.
    made.step()
    customers = made.tables.customers
    x = int(customers.last_offer[0, 0])
    assert customers.last_offer[:, 0].tolist() == [x, x]
    follower = 1 if x == 0 else 0
    assert made.purchases.offer[made.purchases.customer == follower].tolist() == [x]
    assert customers.trigger[follower, x] == Trigger.FRIEND
    assert customers.teller[follower, x] == 1 - follower
    assert customers.spend_cents.tolist() == [1000 * (follower == 0), 1000 * (follower == 1)]


def test_who_has_no_ties_or_no_meetings_stays():
    alone = begun([], [0, 1, 0], revision_rate=20.0)
    shy = begun([(0, 1), (1, 2)], [0, 1, 0], revision_rate=0.0)
    for made in (alone, shy):
        made.step()
        assert made.tables.customers.last_offer[:, 0].tolist() == [0, 1, 0]
        assert made.purchases.n == 0


def test_who_persuades_does_it_as_often_as_hers_is_good():
    """Pairs in which one uses the good offer and one the poor one.

    One meeting of the first kind persuades always, of the second one time in four: the first
    change is the good offer's with odds 4 : 1.
    """
    n = 4_000
    pairs = np.arange(2 * n).reshape(n, 2)
    made = begun(pairs, [0, 1] * n, revision_rate=20.0, direction="persuade")
    made.step()
    assert (made.tables.customers.last_offer[::2] == made.tables.customers.last_offer[1::2]).all()
    won = (made.tables.customers.last_offer[::2, 0] == 0).mean()
    # Five standard errors.
    assert abs(won - 0.8) < 5 * math.sqrt(0.8 * 0.2 / n)


def test_copying_does_not_care_how_good_it_is():
    n = 4_000
    made = begun(np.arange(2 * n).reshape(n, 2), [0, 1] * n, revision_rate=20.0)
    made.step()
    won = (made.tables.customers.last_offer[::2, 0] == 0).mean()
    assert abs(won - 0.5) < 5 * math.sqrt(0.25 / n)


def test_who_uses_nothing_starts_with_what_she_knows():
    made = worlds.lived(world(900, offers={"a": {}, "b": {}, "c": {"initial_awareness": 0.0}}))
    used = np.bincount(made.tables.customers.last_offer[:, 0], minlength=3)
    assert used[2] == 0
    # Five standard errors of a fair coin.
    assert abs(used[0] - 450) < 75
    assert made.tables.customers.spend_cents.sum() == 900 * 1000


class Gone(Mechanism):
    """The first offer cannot be had, whatever else it has."""

    family = "gone"

    def weigh(self, market, options):
        options.utility[:, 0] = -np.inf
        options.utility[:, 1] = -5.0
        options.discount_cents[:] = 100


def test_what_cannot_be_had_is_not_taken():
    made = begun([(0, 1)], [0, 1], revision_rate=20.0)
    made.weighing.append(Gone())
    made.step()
    assert made.tables.customers.last_offer[:, 0].tolist() == [1, 1]
    assert made.tables.customers.spend_cents.tolist() == [900, 0]


def test_what_is_avoided_is_not_taken():
    made = begun([(0, 1)], [0, 1], revision_rate=20.0)
    made.tables.customers.avoid_until_week[0, 1] = 1
    made.step()
    assert made.tables.customers.last_offer[:, 0].tolist() == [0, 0]


@pytest.mark.parametrize(("until", "used"), [(2, [1, 1]), (3, [0, 1]), (4, [0, 1])])
def test_what_is_avoided_is_not_taken_through_the_last_week_of_it(until, used):
    made = begun([(0, 1)], [0, 1], revision_rate=20.0)
    made.set_clock(2)
    made.tables.customers.avoid_until_week[0, 1] = until
    made.tables.customers.avoid_until_week[1, 0] = 9  # so that it is she who would follow
    made.step()
    assert made.tables.customers.last_offer[:, 0].tolist() == used


def test_the_biography_tells_whom_she_followed():
    told = " ".join(tell(
        Scenario.from_dict(worlds.with_mechanism(
            worlds.busy(), "choice", "voter", revision_rate=1.0
        )), strategy=None, seed=1, customer=3,
    ).sentences())
    assert "started with" in told
    assert "from customer" in told

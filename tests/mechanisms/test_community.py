"""What happens in a forum: joining by content, vendors, topics, biased hosts, muted members."""

from __future__ import annotations

import math

import beside
import numpy as np
import pytest
import worlds
from reference.twin import own, stream, uniform

from sim.biography import tell
from sim.errors import ScenarioError
from sim.market import Market
from sim.scenario import Scenario
from sim.tables import Trigger

OUTSIDE, INSIDE, JOINING, LEAVING = range(4)


def forum(world, mechanism):
    """Join and leave, post, read: one community after the other."""
    for c, page in enumerate(world.communities):
        gather(world, mechanism, c, page)
        read(world, mechanism, c, page)


def heard(page, mechanism):
    return page.content / (page.content + mechanism.parameters.content_half)


def gather(world, mechanism, c, page):
    p, customers = mechanism.parameters, world.customers
    key = world.streams.key(f"community.gather.{page.name}", world.week)
    was, posts = customers.member[:, c].copy(), np.zeros((len(page.content), 2))
    inside = page.admits == 1
    attraction = heard(page, mechanism)[inside].mean()
    for i in range(world.n):
        state = stream(key, customers.label[i])
        if was[i] == OUTSIDE:
            friends = [was[j] == INSIDE for j, _ in world.ties[i]]
            rate = own(world, mechanism, i, "join_rate")
            rate += own(world, mechanism, i, "content_join_rate") * attraction
            rate += own(world, mechanism, i, "friend_join_rate") * np.mean(friends or [0])
            customers.member[i, c] = uniform(state, 0) < 1 - math.exp(-rate)
        elif uniform(state, 0) < own(world, mechanism, i, "leave_prob"):
            customers.member[i, c] = 0
        elif uniform(state, 1) < own(world, mechanism, i, "post_prob") and not customers.muted[i]:
            for k, o in enumerate(customers.last_offer[i]):
                if o < 0 or not inside[o]:
                    continue
                s = float(customers.satisfaction[i, o]) - float(customers.foreseen[i, o])
                s = min(max(s, 0.0), 1.0)
                bias = p.host_bias if world.offers.firm[o] == page.host else 0.0
                if s >= 0.5 or uniform(state, 2 + k) >= bias:
                    posts[o] += 1, s
    old = page.content * p.content_memory
    page.posts, page.content = posts[:, 0], old + posts[:, 0]
    for o in np.flatnonzero(page.content):
        page.rating[o] = (old[o] * page.rating[o] + posts[o, 1]) / page.content[o]


def read(world, mechanism, c, page):
    customers, on_sale = world.customers, world.offers.launch_week <= world.week
    key = world.streams.key(f"community.read.{page.name}", world.week)
    for i in np.flatnonzero(customers.member[:, c]):
        luck = uniform(stream(key, customers.label[i]), 0)
        if luck >= own(world, mechanism, i, "read_prob"):
            continue
        for o in np.flatnonzero(on_sale & (page.admits == 1)):
            talked_of = page.content[o] > 0 or page.has_stalls
            if talked_of and not customers.aware[i, o]:
                customers.aware[i, o] = 1
                customers.trigger[i, o] = customers.trigger[i, o] or Trigger.COMMUNITY
            if page.content[o] > 0:
                step = own(world, mechanism, i, "reading_weight") * heard(page, mechanism)[o]
                gap = page.rating[o] - float(customers.expectation[i, o])
                customers.expectation[i, o] += step * gap


def two_communities(n=60):
    world = worlds.changed(worlds.busy(n), communities={
        "board": {"host": "Ana"},
        "fair": {"vendors": ["Ana", "Cy"], "categories": ["ride"], "initial_share": 0.2},
    })
    return beside.on(
        world, "community", join_rate=0.1, leave_prob=0.1, post_prob=0.5, content_join_rate=0.3,
        host_bias=0.6,
    )


def test_the_forum_leaves_behind_what_its_twin_says():
    assert beside.live_beside(two_communities(), "community", forum, muted=range(0, 60, 5)) == 10


def test_threads_and_the_order_of_firms_change_nothing():
    assert beside.threads_change_nothing(two_communities)
    assert beside.order_changes_nothing(two_communities())


def gathered(n=40_000, community=None, **parameters):
    """One week of a market in which nothing else happens; two offers that half know."""
    offers = {name: {"initial_awareness": 0.5, "initial_owners": 0.5} for name in ("one", "two")}
    world = {**worlds.plain(n, offers=offers), "communities": {"board": community or {}}}
    quiet = {"join_rate": 0.0, "friend_join_rate": 0.0, "leave_prob": 0.0, "read_prob": 1.0}
    return worlds.market(
        worlds.with_mechanism(world, "community", "forum", **{**quiet, **parameters})
    )


def test_content_draws_customers_in_at_the_rate_that_the_equation_says():
    made = gathered(content_join_rate=0.4, content_half=20.0)
    made.step()
    assert not made.tables.customers.member.any()
    made.communities[0].content[:] = 20.0, 60.0
    made.step()
    chance = 1 - math.exp(-0.4 * (1 / 2 + 3 / 4) / 2)
    share = made.tables.customers.member.mean()
    # 4 standard errors: wrong once in 16,000 tries.
    assert abs(share - chance) < 4 * math.sqrt(chance * (1 - chance) / 40_000)


def test_members_see_what_admitted_vendors_sell_before_anybody_wrote():
    made = gathered(500, {"initial_share": 1.0, "vendors": ["Ftwo"]}, post_prob=0.0)
    before = made.tables.customers.aware.copy()
    made.step()
    aware = made.tables.customers.aware
    assert aware[:, 1].all()
    assert not before[:, 1].all()
    assert np.array_equal(aware[:, 0], before[:, 0])
    assert not made.communities[0].content.any()


def test_only_admitted_offers_of_the_topic_are_talked_of():
    made = gathered(500, {"initial_share": 1.0, "vendors": ["Ftwo"]}, post_prob=1.0)
    made.step()
    assert made.communities[0].content[0] == 0
    assert made.communities[0].content[1] > 100
    both = gathered(500, {"initial_share": 1.0}, post_prob=1.0)
    both.step()
    assert both.communities[0].content.sum() == 500
    busy = worlds.changed(worlds.busy(), communities={"riders": {"categories": ["ride"]}})
    made = worlds.lived(busy)
    ride = np.array([name in ("trip", "bus") for name in made.offer_names])
    assert made.communities[0].content[ride].all()
    assert not made.communities[0].content[~ride].any()


def test_a_firm_that_hosts_deletes_bad_ratings_of_its_own_and_no_other():
    ratings = []
    for host, bias in (("customers", 1.0), ("Fone", 0.0), ("Fone", 1.0), ("Fone", 0.5)):
        made = gathered(
            4000, {"initial_share": 1.0, "host": host}, post_prob=1.0, host_bias=bias
        )
        satisfaction = made.tables.customers.satisfaction
        satisfaction[:] = np.linspace(0, 1, 4000)[:, None]
        made.step()
        ratings.append((*made.communities[0].rating, *made.communities[0].content))
    assert ratings[0] == ratings[1]
    free, total, half = ratings[1], ratings[2], ratings[3]
    assert free[0] < half[0] < total[0]
    assert total[0] == pytest.approx(0.75, abs=0.02)
    assert total[2] == pytest.approx(free[2] / 2, rel=0.1)
    assert free[1::2] == half[1::2] == total[1::2]


def test_what_readers_see_beforehand_is_left_out_of_ratings():
    # Foreseen losses of 0.3 are no news: who is satisfied to 0.4 in spite of them writes 0.7.
    made = gathered(500, {"initial_share": 1.0}, post_prob=1.0)
    made.tables.customers.satisfaction[:] = 0.4
    made.tables.customers.foreseen[:] = [-0.3, -0.8]
    made.step()
    assert made.communities[0].rating == pytest.approx([0.7, 1.0], abs=1e-6)


def test_what_muted_members_write_reaches_nobody_and_they_live_on_as_they_did():
    loud, silent = (gathered(500, {"initial_share": 1.0}, post_prob=1.0) for _ in range(2))
    silent.mute(np.arange(400))
    loud.step()
    silent.step()
    assert loud.communities[0].content.sum() == 500
    assert silent.communities[0].content.sum() == 100
    assert np.array_equal(loud.tables.customers.member, silent.tables.customers.member)
    assert np.array_equal(loud.tables.customers.aware, silent.tables.customers.aware)


def test_settings_at_their_defaults_change_nothing():
    plain = worlds.changed(worlds.busy(), communities={"board": {}})
    hosted = worlds.changed(worlds.busy(), communities={"board": {"host": "Cy"}})
    every = worlds.changed(worlds.busy(), communities={
        "board": {"host": "third_party", "categories": ["drink", "ride"]}
    })
    first = worlds.lived(plain)
    assert first.tables.customers.member.any()
    assert worlds.differing(first, worlds.lived(hosted)) == set()
    assert worlds.differing(first, worlds.lived(every)) == set()


@pytest.mark.parametrize(("setting", "value", "meant"), [
    ("host", "Anna", "Ana"), ("vendors", ["Cy", "Boo"], "Bo"), ("categories", ["drinks"], "drink"),
])
def test_names_that_do_not_exist_are_refused(setting, value, meant):
    world = worlds.changed(worlds.busy(), communities={"board": {setting: value}})
    with pytest.raises(ScenarioError, match=rf"communities\.board\.{setting}.*'{meant}'\?"):
        Scenario.from_dict(world)


def test_a_checkpoint_keeps_what_a_community_keeps():
    world = beside.on(beside.on(worlds.busy(), "hosting"), "peer_support", opened_answers=3.0)
    straight, stopped = worlds.lived(world), worlds.lived(world, weeks=6)
    resumed = Market.resume(stopped.checkpoint())
    resumed.run_model()
    first, again = straight.communities[0].state(), resumed.communities[0].state()
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert first["income_cents"] > 0
    assert first["answers"].any()
    assert worlds.differing(straight, resumed) == set()


def test_her_biography_tells_of_joining_and_reading():
    scenario = Scenario.from_dict(two_communities())
    told = " ".join(
        sentence for customer in range(5)
        for sentence in tell(scenario, strategy=None, seed=1, customer=customer).sentences()
    )
    assert "joined the community fair" in told
    assert "by reading in a community" in told

"""Members solve complaints: how many, by whom, and what the firm is spared."""

from __future__ import annotations

import math

import beside
import numpy as np
import pytest
import worlds
from reference.twin import own, stream, uniform

from sim.biography import tell
from sim.scenario import Scenario
from sim.tables import Purchases, Response


def knowledge_base(world, mechanism):
    """Each community solves what it can, then its stock of answers ages and grows."""
    p, customers, offers = mechanism.parameters, world.customers, world.offers
    bought, n_offers = world.purchases, len(offers.label)
    world.firms.n_peer_solved[:] = 0
    for c, page in enumerate(world.communities):
        key = world.streams.key(f"peer_support.solve.{page.name}", world.week)
        experts = sum(
            float(customers.expertise[i]) for i in range(world.n)
            if customers.member[i, c] and not customers.muted[i]
        )
        alone = p.expert_rate * experts / world.n
        new = np.zeros(n_offers)
        for at in np.flatnonzero(bought["response"] == Response.VOICE):
            i, o = bought["customer"][at], bought["offer"][at]
            if not customers.member[i, c] or not page.admits[o]:
                continue
            stock = page.answers[o] / (page.answers[o] + p.knowledge_half)
            luck = uniform(stream(key, customers.label[i]), offers.label[o])
            if luck < 1 - math.exp(-alone - p.knowledge_rate * stock):
                bought["response"][at] = Response.PEER
                customers.complaining[i, offers.firm[o]] = 0
                s = float(customers.satisfaction[i, o])
                customers.satisfaction[i, o] = s + own(world, mechanism, i, "peer_remedy") * (1 - s)
                world.firms.n_peer_solved[offers.firm[o]] += 1
                new[o] += 1000 / world.n * (luck < 1 - math.exp(-alone))
        for o in range(n_offers):
            opened = p.opened_answers * world.levers[offers.firm[o]]["opens_knowledge"]
            page.answers[o] = p.knowledge_memory * page.answers[o] + new[o]
            page.answers[o] += opened * page.admits[o]


def helpful(n=60, **parameters):
    world = worlds.changed(worlds.busy(n), communities={
        "board": {"initial_share": 0.4},
        "fair": {"vendors": ["Bo"], "initial_share": 0.6},
    })
    return beside.on(world, "peer_support", **parameters)


def test_peer_support_leaves_behind_what_its_twin_says():
    world = helpful()
    acted = beside.live_beside(world, "peer_support", knowledge_base, muted=range(0, 60, 4))
    assert acted >= 8


def test_threads_and_the_order_of_firms_change_nothing():
    assert beside.threads_change_nothing(helpful)
    assert beside.order_changes_nothing(helpful())


def complained(n=20_000, *, expertise=0.3, members=1.0, answers=0.0, muted=(), **parameters):
    """A week in which everybody has complained of one offer and only peers can help."""
    world = {**worlds.plain(n, expertise=expertise), "communities": {
        "board": {"initial_share": members}
    }}
    made = worlds.market(beside.on(world, "peer_support", **parameters))
    counts = np.zeros(made.n_blocks + 1, dtype=np.int64)
    counts[1:] = np.bincount(np.arange(n) // 2048)
    made.purchases = Purchases.allocate(np.cumsum(counts))
    made.purchases.customer[:] = np.arange(n)
    made.purchases.offer[:] = 0
    made.purchases.response[:] = Response.VOICE
    made.tables.customers.complaining[:] = 1
    made.tables.customers.satisfaction[:] = 0.2
    made.communities[0].answers[:] = answers
    made.mute(np.array(muted, dtype=np.int64))
    made.mechanisms["peer_support"].step(made)
    return made


@pytest.mark.parametrize(("expertise", "members", "answers"), [
    (0.0, 1.0, 0.0), (0.1, 1.0, 0.0), (0.3, 0.5, 0.0), (0.0, 1.0, 50.0), (0.1, 0.5, 150.0),
])
def test_experts_and_old_answers_solve_at_the_rate_that_the_equation_says(
    expertise, members, answers
):
    made = complained(expertise=expertise, members=members, answers=answers)
    inside = made.tables.customers.member[:, 0] == 1
    by_experts = 5.0 * expertise * inside.mean()
    chance = 1 - math.exp(-by_experts - 1.0 * answers / (answers + 50))
    solved = made.purchases.response == Response.PEER
    assert not solved[~inside].any()
    # 4 standard errors: wrong once in 16,000 tries.
    spread = math.sqrt(chance * (1 - chance) / inside.sum())
    assert abs(solved[inside].mean() - chance) <= 4 * spread
    assert made.tables.firms.n_peer_solved[0] == solved.sum()
    np.testing.assert_array_equal(made.tables.customers.complaining[:, 0], ~solved)
    np.testing.assert_allclose(
        made.tables.customers.satisfaction[:, 0], np.where(solved, 0.6, 0.2), rtol=1e-6
    )


def test_only_what_experts_answer_adds_to_the_stock():
    read_only = complained(expertise=0.0, answers=100.0)
    assert (read_only.purchases.response == Response.PEER).any()
    assert read_only.communities[0].answers[0] == pytest.approx(98.0)
    answered = complained(expertise=0.3)
    n_solved = int((answered.purchases.response == Response.PEER).sum())
    assert answered.communities[0].answers[0] == pytest.approx(n_solved / 20)


def test_a_firm_that_opens_its_knowledge_fills_the_stock():
    world = worlds.plain(50)
    world["firms"]["Fone"]["levers"] = {"opens_knowledge": 0.5}
    world = {**world, "communities": {"board": {}, "other": {"categories": ["thing"]}}}
    made = worlds.lived(beside.on(world, "peer_support", opened_answers=4.0), weeks=10)
    expected = 2.0 * (1 - 0.98**10) / (1 - 0.98)
    assert [c.answers[0] for c in made.communities] == pytest.approx([expected, expected])


def test_muted_experts_do_not_answer_but_are_helped():
    everybody = range(20_000)
    assert not (complained(muted=everybody).purchases.response == Response.PEER).any()
    helped = complained(muted=everybody, answers=1e9).purchases.response == Response.PEER
    assert helped.mean() == pytest.approx(1 - math.exp(-1), abs=0.015)


def test_every_complaint_goes_to_a_desk_or_to_a_peer():
    made, n_solved = worlds.market(helpful(500)), 0
    for _ in range(12):
        waiting = sum(len(firm.complaints) for firm in made.firms)
        made.step()
        firms, response = made.tables.firms, made.purchases.response
        voiced, solved = (response == Response.VOICE).sum(), (response == Response.PEER).sum()
        assert firms.n_complaints.sum() == voiced + solved
        assert firms.n_peer_solved.sum() == solved
        gone = firms.n_handled.sum() + firms.n_expired.sum()
        assert sum(len(firm.complaints) for firm in made.firms) == waiting + voiced - gone
        n_solved += solved
    assert n_solved > 50


def test_peers_spare_the_firm_support_cost():
    costs = []
    for world in (helpful(1000), worlds.with_mechanism(helpful(1000), "peer_support", "none")):
        made, cost = worlds.market(world), 0
        for _ in range(12):
            made.step()
            cost += made.tables.firms.support_cents.sum()
        costs.append(cost)
    assert costs[0] < 0.8 * costs[1]


def opened(share, capacity):
    """Support cost and satisfaction over 40 weeks with a firm that opens its knowledge so far."""
    world = worlds.plain(
        4000, weeks=40, purchase_rate=0.1, offers={"one": {"initial_expectation": 0.7}}
    )
    for family in ("choice", "experience", "response", "dialogue"):
        world = beside.on(world, family)
    world["firms"]["Fone"]["levers"] = {"opens_knowledge": share, "support_capacity": capacity}
    world = {**world, "communities": {"board": {"initial_share": 0.4}}}
    made, cost, felt = worlds.market(beside.on(world, "peer_support")), 0, 0.0
    for _ in range(40):
        made.step()
        cost += int(made.tables.firms.support_cents[0])
        felt += float(made.tables.customers.satisfaction.mean())
    return cost, felt


def test_an_open_firm_pays_for_less_support():
    costs = [opened(share, 1000.0)[0] for share in (0.0, 0.5, 1.0)]
    assert costs == sorted(costs, reverse=True)
    assert costs[2] < 0.9 * costs[0]


def test_customers_of_an_open_firm_are_happier_where_its_desk_is_short():
    felt = [opened(share, 0.5)[1] for share in (0.0, 0.5, 1.0)]
    assert felt == sorted(felt)
    assert felt[2] > 1.005 * felt[0]


def test_peers_who_cannot_help_are_none():
    idle = beside.on(worlds.busy(), "peer_support", expert_rate=0.0, knowledge_rate=0.0)
    assert worlds.differing(worlds.lived(idle), worlds.lived(worlds.busy())) == set()


def test_her_biography_tells_that_others_helped():
    scenario = Scenario.from_dict(helpful(expert_rate=1000.0))
    told = " ".join(
        sentence for customer in range(12)
        for sentence in tell(scenario, strategy=None, seed=1, customer=customer).sentences()
    )
    assert "other customers solved her problem with" in told

"""What vendors pay hosts of communities: by hand, to the cent, and conserved."""

from __future__ import annotations

import beside
import numpy as np
import worlds

from sim.biography import tell
from sim.scenario import Scenario

MONEY = {
    "firms.community_fees_cents", "firms.hosting_cents", "firms.revenue_cents",
    "firms.profit_cents", "firms.cash_cents",
}


def advertising_and_commission(world, mechanism):
    """Fees by vendor and community; the host's firm books them as revenue."""
    p, offers, members = mechanism.parameters, world.offers, world.customers.member
    fees, revenue = world.firms.community_fees_cents, world.firms.hosting_cents
    fees[:] = revenue[:] = 0
    for c, page in enumerate(world.communities):
        for f in range(len(fees)):
            mine = [o for o in range(len(offers.label)) if offers.firm[o] == f and page.admits[o]]
            if f == page.host or not mine:
                continue
            shown = any(offers.launch_week[o] <= world.week for o in mine)
            paid = round(shown * p.advertising_price * int(members[:, c].sum()) / 1000 * 100)
            spent = 0.0
            bought = world.purchases
            for i, o, price in zip(
                bought["customer"], bought["offer"], bought["price_cents"], strict=True
            ):
                if o in mine and members[i, c]:
                    spent += price / sum(
                        int(members[i, d]) for d, other in enumerate(world.communities)
                        if other.admits[o]
                    )
            paid += round(p.commission_rate * spent)
            fees[f] += paid
            page.income_cents += paid
            if page.host >= 0:
                revenue[page.host] += paid


def hosted(n=60):
    world = worlds.changed(worlds.busy(n), communities={
        "board": {"host": "Ana", "initial_share": 0.3},
        "fair": {"host": "third_party", "vendors": ["Ana", "Cy"], "categories": ["ride"],
                 "initial_share": 0.6},
        "club": {"host": "Cy", "vendors": ["Cy"], "initial_share": 0.5},
    }, firms__Cy__offers__bus__launch_week=4)
    return beside.on(world, "hosting", advertising_price=77.7)


def test_hosting_leaves_behind_what_its_twin_says():
    assert beside.live_beside(hosted(), "hosting", advertising_and_commission) >= 8


def test_threads_and_the_order_of_firms_change_nothing():
    assert beside.threads_change_nothing(hosted)
    assert beside.order_changes_nothing(hosted())


def test_one_week_by_hand():
    # Everybody is a member of the board, which Fone hosts; Ftwo is its only vendor.
    world = worlds.plain(2000, offers={"one": {"price": 10.0}, "two": {"price": 7.77}})
    world = {**world, "communities": {"board": {"host": "Fone", "initial_share": 1.0}}}
    world = worlds.with_mechanism(world, "choice", "multinomial_logit")
    world = beside.on(world, "hosting", advertising_price=30.0, commission_rate=0.1)
    made = worlds.lived(world, weeks=1)
    sold = int((made.purchases.offer == 1).sum())
    assert sold > 500
    fee = 30 * 100 * 2 + round(sold * 777 * 0.1)
    assert made.tables.firms.community_fees_cents.tolist() == [0, fee]
    assert made.tables.firms.hosting_cents.tolist() == [fee, 0]
    assert made.communities[0].income_cents == fee
    ones = int((made.purchases.offer == 0).sum())
    assert made.tables.firms.revenue_cents.tolist() == [ones * 1000 + fee, sold * 777]


def test_what_vendors_pay_is_what_communities_earn():
    made, paid, booked = worlds.market(hosted()), 0, np.zeros(3, dtype=np.int64)
    for _ in range(12):
        made.step()
        paid += made.tables.firms.community_fees_cents.sum()
        booked += made.tables.firms.hosting_cents
    board, fair, club = made.communities
    assert board.income_cents + fair.income_cents + club.income_cents == paid
    assert booked.tolist() == [board.income_cents, 0, club.income_cents]
    assert board.income_cents > 0
    assert fair.income_cents > 0
    assert club.income_cents == 0  # its host is its only vendor


def test_communities_that_share_a_member_share_her_commission():
    world = worlds.plain(500, offers={"one": {}, "two": {}})
    world = worlds.with_mechanism(world, "choice", "multinomial_logit")
    income = []
    for names in (["a"], ["a", "b"], ["a", "b", "c"]):
        places = {name: {"host": "third_party", "initial_share": 1.0} for name in names}
        own = beside.on({**world, "communities": places}, "hosting", advertising_price=0.0)
        made = worlds.lived(own, weeks=4)
        income.append(sum(community.income_cents for community in made.communities))
    assert income[0] > 0
    # One rounding a vendor, community and week.
    assert max(income) - min(income) <= 2 * 3 * 4


def test_fees_of_zero_are_none():
    free = beside.on(worlds.busy(), "hosting", advertising_price=0.0, commission_rate=0.0)
    assert worlds.differing(worlds.lived(free), worlds.lived(worlds.busy())) == set()


def test_hosting_moves_money_and_nothing_else():
    world = worlds.changed(worlds.busy(), events=[])
    assert worlds.differing(
        worlds.lived(beside.on(world, "hosting")), worlds.lived(world)
    ) == MONEY


def test_her_biography_tells_who_earned_on_her():
    told = [
        sentence for customer in range(6) for sentence in
        tell(Scenario.from_dict(hosted()), strategy=None, seed=1, customer=customer).sentences()
    ]
    assert any("earned a commission for" in sentence for sentence in told)

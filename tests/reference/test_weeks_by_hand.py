"""Weeks worked out with pencil and paper: few customers, few purchases, whole numbers.

Each test writes who bought what into the market and lets one family do its week.
"""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.tables import Purchases, Response

ANNE, BEA = 0, 1


def week_of(world, family, variant, purchases, **parameters):
    """A market in week 1 after these purchases, and the mechanism that comes next.

    A purchase is a dictionary: offer, and what is not zero of customer, price_cents and so on.
    """
    made = worlds.market(worlds.with_mechanism(world, family, variant, **parameters))
    made.week = 1
    made.purchases = Purchases.allocate(np.array([0, len(purchases)]))
    for serial, purchase in enumerate(purchases):
        for name, value in {"serial": serial, **purchase}.items():
            getattr(made.purchases, name)[serial] = value
    return made, made.mechanisms[family]


# Tariffs: what she held when she chose costs nothing all week ------------------------------------

FILMS = {
    "reel": {"price": 10.0, "tariff": "subscription", "fee_weeks": 3},
    "tape": {"price": 8.0, "tariff": "subscription", "fee_weeks": 2},
}


def test_a_new_subscription_replaces_the_old_one_which_is_free_to_the_end_of_the_week():
    made, tariffs = week_of(
        worlds.plain(1, offers=FILMS), "tariffs", "flat_rate_bias",
        [{"offer": 1, "price_cents": 800}, {"offer": 0}, {"offer": 1, "price_cents": 800}],
    )
    customers = made.tables.customers
    customers.subscription[ANNE, 0], customers.paid_until_week[ANNE, 0] = 0, 2
    customers.spend_cents[ANNE] = 1600
    tariffs.step(made)
    # The tape begins once; the reel, held until now, does not begin again after it.
    assert made.purchases.price_cents.tolist() == [800, 0, 0]
    assert customers.spend_cents[ANNE] == 800
    assert customers.subscription[ANNE, 0] == 1
    assert customers.paid_until_week[ANNE, 0] == 2


# Disclosure: purchases count one after the other -------------------------------------------------


def test_a_purchase_after_she_left_in_the_same_week_lets_the_firm_learn_anew():
    world = worlds.plain(2, offers={"app": {"data_ask": 0.5, "data_required": True}})
    world = worlds.changed(world, firms__Fapp__levers={"data_payment": 0.25})
    made, disclosure = week_of(world, "disclosure", "privacy_calculus", [
        {"offer": 0, "response": response, "customer": customer} for customer, response in (
            (ANNE, 0), (ANNE, Response.EXIT), (ANNE, 0), (BEA, 0), (BEA, Response.EXIT),
        )
    ], learning_rate=0.4)
    disclosure.step(made)
    # 0.4 of 0.5 is 0.2; leaving takes it along; what comes after is 0.2 again. Three are paid for.
    assert made.tables.customers.known[:, 0] == pytest.approx([0.2, 0.0])
    assert made.tables.firms.disclosure_cents[0] == 75


# Rewards: coarse money, and tiers by two scores ---------------------------------------------------


@pytest.mark.parametrize(("good", "best"), [(9, 11), (11, 9)])
def test_tiers_and_perks_of_four_buyers(good, best):
    world = worlds.plain(4)
    world = worlds.changed(
        world, firms__Fone__levers={"reward_budget": 1000.0, "reward_focus": 0.5}
    )
    made, rewards = week_of(
        world, "rewards", "rfm_tiers", [], interval=1, good_score=good, best_score=best
    )
    customers, firms = made.tables.customers, made.tables.firms
    customers.purchase_count[:], customers.last_purchase_week[:] = 1, 1
    # A step between 81.92 and 163.84 is 5.12: 100 and 101 lie in one, 103 in the next.
    customers.spent_cents[:, 0] = 10_000, 10_100, 10_300, 20_000
    rewards.step(made)
    # Recency and frequency are 3 for all; money is 2, 2, 4, 5: scores 8, 8, 10, 11.
    assert customers.tier[:, 0].tolist() == [1, 1, 2, 3]
    # 4 a week for weights 1/4, 1/4, 1/2, 1.
    assert firms.perk[0].tolist() == [0, 0.5, 1, 2]
    assert firms.rewards_cents[0] == 400


# Tailoring: what a unit costs adds up before it is rounded ----------------------------------------


def test_what_costs_less_than_half_a_cent_a_unit_adds_up():
    world = worlds.plain(2, offers={"pin": {"unit_cost": 0.09, "personalization": 1.0}})
    purchases = [{"offer": 0, "customer": ANNE}] * 50 + [{"offer": 0, "customer": BEA}] * 50
    made, tailoring = week_of(
        world, "tailoring", "taste_circle", purchases, personalization_cost=0.1
    )
    made.tables.customers.known[:, 0] = 0.5, 1.0
    tailoring.step(made)
    # 9 cents x 0.1 x 0.5 = 0.45 cents each for Anne, 0.9 cents each for Bea: 67.5 cents for both.
    assert made.tables.firms.tailoring_cents[0] == 68


# Search: nothing is worse than 0 -----------------------------------------------------------------


def test_a_defect_takes_no_more_than_all_there_is():
    offer = {"defect": {"rate": 1.0, "severity": 0.9, "disclosed": True}}
    world = worlds.plain(
        1, offers={"one": {**offer, "initial_expectation": 0.6}}, information_seeking=100.0
    )
    made, search = week_of(
        world, "search", "information_seeking", [], public_information=1.0, accuracy=0.5
    )
    search.step(made)
    # 0.5 - 0.9 counts as 0: half the way from 0.6.
    assert made.tables.customers.expectation[ANNE, 0] == pytest.approx(0.3)


# Clubs: who turned may come back, who came may turn -----------------------------------------------


@pytest.mark.parametrize(("felt", "fan"), [([0.1, 1.0], 1), ([1.0, 0.1], 0)])
def test_fans_turn_and_join_purchase_by_purchase(felt, fan):
    world = worlds.changed(worlds.plain(2), firms__Fone__levers={"club_investment": 1e9})
    made, clubs = week_of(world, "clubs", "fan_club", [
        {"offer": 0, "customer": customer, "satisfaction": s}
        for customer in (ANNE, BEA) for s in felt
    ], join_rate=50.0)
    customers = made.tables.customers
    customers.loyalty[:], customers.fan[ANNE, 0] = 1.0, 1
    clubs.step(made)
    assert customers.fan[:, 0].tolist() == [fan, fan]
    # Anne was a fan before, Bea only after a good purchase.
    assert customers.telling.tolist() == ([1, 0] if fan else [1, 1])

"""Programmes for best customers: who is sorted where, what it costs, and what it does to buyers."""

from __future__ import annotations

import math

import beside
import numpy as np
import pytest
import worlds
from properties.test_symmetry import different_by_name, reordered
from reference import twin

from sim import market as market_module
from sim.biography import tell
from sim.mechanisms.rewards.rfm_tiers import N_BINS, quintiles
from sim.scenario import Scenario

WEEKS = 12
FLOAT32 = {"rtol": 4e-6, "atol": 4e-7}


def rewarding(n=60, weeks=WEEKS, **parameters):
    parameters = {"interval": 4, **parameters}
    return worlds.with_mechanism(worlds.busy(n, weeks), "rewards", "rfm_tiers", **parameters)


@pytest.mark.parametrize(("budget", "cents"), [(1.005, 100), (1.009, 100), (1.01, 101), (0.29, 29)])
def test_a_fraction_of_a_cent_is_not_spent(budget, cents):
    # A thousand customers, so that the budget is the lever; 0.29 * 100 is a little below 29.
    world = worlds.with_mechanism(worlds.plain(1000), "choice", "multinomial_logit")
    world["firms"]["Fone"]["levers"] = {"reward_budget": budget}
    made = worlds.lived(worlds.with_mechanism(world, "rewards", "rfm_tiers", interval=1), weeks=2)
    assert made.tables.firms.rewards_cents.tolist() == [cents]


# Twins -----------------------------------------------------------------------------------------


def quintile(value, all_values):
    """1 + floor(5 * (share below + half the share of equals)), at most 5."""
    below = sum(other < value for other in all_values)
    equal = sum(other == value for other in all_values)
    return min(1 + (5 * (2 * below + equal)) // (2 * len(all_values)), 5)


def money_bin(cents):
    """16 bins a doubling."""
    exponent = math.floor(math.log2(cents))
    return exponent, math.floor((cents / 2**exponent - 1) * 16)


def sorted_tiers(world, mechanism, firm):
    """The tier of every customer by her record at a firm."""
    c, p = world.customers, mechanism.parameters
    own = np.flatnonzero(world.offers.firm == firm)
    records = {}
    for i in range(world.n):
        n = sum(int(c.purchase_count[i, o]) for o in own)
        if n:
            last = max(int(c.last_purchase_week[i, o]) for o in own)
            records[i] = (last, n, money_bin(max(int(c.spent_cents[i, firm]), 1)))
    tiers = [0] * world.n
    for i, record in records.items():
        score = sum(
            quintile(record[r], [other[r] for other in records.values()]) for r in range(3)
        )
        tiers[i] = 3 if score >= p.best_score else 2 if score >= p.good_score else 1
    return tiers


def reward(world, mechanism):
    """Record, review, set aside."""
    c, f, bought = world.customers, world.firms, world.purchases
    for number, offer in enumerate(bought["offer"]):
        if offer >= 0:
            i, firm = int(bought["customer"][number]), int(world.offers.firm[offer])
            c.spent_cents[i, firm] += int(bought["price_cents"][number])
    for firm, levers in enumerate(world.levers):
        budget = levers["reward_budget"] * world.n / 1000
        if world.week % mechanism.parameters.interval == 0:
            tiers = sorted_tiers(world, mechanism, firm) if budget else [0] * world.n
            c.tier[:, firm] = tiers
            f.n_tier[firm] = [0] + [tiers.count(t) for t in (1, 2, 3)]
        weight = [0.0] + [(1 - levers["reward_focus"]) ** (3 - t) for t in (1, 2, 3)]
        claims = sum(w * int(n) for w, n in zip(weight, f.n_tier[firm], strict=True))
        f.perk[firm] = [budget * w / claims if claims else 0.0 for w in weight]
        f.rewards_cents[firm] = math.floor(budget * 100 + 1e-6) if claims else 0


def test_a_week_of_the_programme_is_what_its_twin_says():
    made, weeks = worlds.market(rewarding(), observe=False), []

    def beside(market, stage, after):
        if stage == "rewards" and not after:
            weeks.append(twin.snapshot(market))
        elif stage == "rewards":
            reward(weeks[-1], market.mechanisms["rewards"])
            for table, name in (
                ("customers", "tier"), ("customers", "spent_cents"), ("firms", "n_tier"),
                ("firms", "perk"), ("firms", "rewards_cents"),
            ):
                expected = getattr(getattr(weeks[-1], table), name)
                np.testing.assert_allclose(
                    getattr(getattr(market.tables, table), name), expected, rtol=1e-12
                )

    made.listeners.append(beside)
    made.run_model()
    assert len(weeks) == WEEKS
    assert set(np.unique(made.tables.customers.tier)) == {0, 1, 2, 3}


def weighed(made):
    """Options of the week just lived, with the terms of this family only."""
    options = beside.options_of_week(made)
    made.mechanisms["rewards"].weigh(made, options)
    return options


def test_perks_count_as_money_and_serve_better():
    world = worlds.changed(
        rewarding(service_scale=5.0), customers__segments__expert__behavior={
            "rewards": {"perk_worth": 2.5, "service_gain": 0.4},
        },
    )
    made = worlds.lived(world)
    c, o, f = made.tables
    options, bought = weighed(made), made.purchases
    bought.service[:] = 0.25
    made.mechanisms["rewards"].serve(made, made.purchases)
    assert bought.n > 20
    n_rewarded = 0
    for e in range(bought.n):
        i = int(options.customer[e])
        expert = made.segment_names[c.segment[i]] == "expert"
        for offer in range(made.n_offers):
            perk = f.perk[o.firm[offer], c.tier[i, o.firm[offer]]]
            worth = (2.5 if expert else 1.0) * float(c.price_sensitivity[i]) * perk
            if o.category[offer] == options.category[e]:
                assert options.utility[e, offer] == pytest.approx(worth, rel=1e-5)
                n_rewarded += worth > 0
            if offer == bought.offer[e]:
                gain = (0.4 if expert else 0.1) * (1 - math.exp(-perk / 5.0))
                assert bought.service[e] == pytest.approx(0.25 + gain, rel=1e-5)
        if bought.offer[e] < 0:
            assert bought.service[e] == np.float32(0.25)
    assert n_rewarded > 20
    assert not options.foreseen.any()
    assert not options.discount_cents.any()


# Stories ---------------------------------------------------------------------------------------


def test_quintiles_of_a_hand_worked_table():
    n_each = np.zeros((1, 3, N_BINS), dtype=np.int64)
    n_each[0, 0, [3, 5, 9, 12, 40]] = 1  # five customers, all different
    n_each[0, 1, 7] = 10  # ten customers, all alike: nobody is better than the middle
    n_each[0, 2, [0, 1]] = [8, 2]  # middle ranks 0.4 and 0.9
    found = quintiles(n_each)
    assert found[0, 0, [3, 5, 9, 12, 40]].tolist() == [1, 2, 3, 4, 5]
    assert found[0, 1, 7] == 3
    assert found[0, 2, [0, 1]].tolist() == [3, 5]


def test_the_frequent_buyer_is_in_the_best_tier_and_the_one_who_left_in_the_lowest():
    world = worlds.plain(40, 8)
    world["firms"]["Fone"]["levers"] = {"reward_budget": 1000, "reward_focus": 1.0}
    made = worlds.market(worlds.with_mechanism(world, "rewards", "rfm_tiers", interval=8))
    customers = made.tables.customers
    made.step()
    customers.purchase_count[:, 0] = np.repeat([1, 2, 4, 9], 10)
    customers.last_purchase_week[:, 0] = np.repeat([1, 3, 5, 8], 10)
    customers.spent_cents[:, 0] = np.repeat([1000, 2000, 4000, 9000], 10)
    made.week = 8
    made.purchases = type(made.purchases).none(1)
    made.mechanisms["rewards"].step(made)
    # Middle ranks 1/8, 3/8, 5/8, 7/8: quintiles 1, 2, 4, 5; scores 3, 6, 12, 15.
    assert customers.tier[::10, 0].tolist() == [1, 1, 3, 3]
    assert made.tables.firms.n_tier[0].tolist() == [0, 20, 0, 20]
    # 1,000 a week and 1,000 customers are 40 for 40 customers: 2 for each of the best 20.
    assert made.tables.firms.perk[0].tolist() == [0, 0, 0, 2]
    assert made.tables.firms.rewards_cents[0] == 4000


@pytest.mark.parametrize("focus", [0.0, 0.3, 1.0])
def test_rewards_never_cost_more_than_the_budget(focus):
    world = worlds.changed(
        rewarding(n=237), firms__Ana__levers__reward_focus=focus,
        firms__Ana__levers__reward_budget=77.77, firms__Cy__levers__reward_focus=focus,
    )
    made = worlds.market(world)
    most = np.array([77.77, 0.0, 300.0]) * 0.237
    paid = []
    for _ in range(WEEKS):
        made.step()
        f = made.tables.firms
        promised = (f.n_tier * f.perk).sum(axis=1)
        assert (promised <= most * (1 + 1e-12)).all()
        assert (f.rewards_cents <= most * 100 + 1e-6).all()
        assert (f.rewards_cents / 100 >= promised - 0.01).all()
        paid.append(f.rewards_cents.copy())
        if focus == 0.0:
            assert f.perk[0, 1] == f.perk[0, 2] == f.perk[0, 3]
        if focus == 1.0:
            assert f.perk[0, 1] == f.perk[0, 2] == 0.0
    assert not np.any(paid[:3])
    assert paid[-1][0] > 0
    assert paid[-1][1] == 0


def test_without_a_budget_nothing_happens_but_records():
    world = worlds.changed(
        rewarding(), firms__Ana__levers__reward_budget=0.0, firms__Cy__levers__reward_budget=0.0,
    )
    off = worlds.with_mechanism(world, "rewards", "none")
    assert worlds.differing(worlds.lived(world), worlds.lived(off)) == {"customers.spent_cents"}


# Independence ----------------------------------------------------------------------------------


def test_threads_change_nothing(monkeypatch):
    monkeypatch.setattr(market_module, "FEWEST_CUSTOMERS_FOR_THREADS", 1)
    one, two = (worlds.lived(rewarding(7000), weeks=9, threads=threads) for threads in (1, 3))
    assert worlds.differing(one, two) == set()
    assert worlds.same_records(one, two)


@pytest.mark.parametrize("order", [[2, 0, 1], [1, 2, 0]])
def test_the_order_of_firms_changes_nothing(order):
    world = rewarding()
    straight, other = worlds.lived(world), worlds.lived(reordered(world, order, False))
    assert different_by_name(straight, other) == []


def test_the_order_of_customers_changes_no_tier():
    made = worlds.lived(rewarding(500), weeks=4, observe=False)
    customers, mechanism = made.tables.customers, made.mechanisms["rewards"]
    tiers = customers.tier.copy()
    for name in ("purchase_count", "last_purchase_week", "spent_cents"):
        column = getattr(customers, name)
        column[:] = column[::-1].copy()
    made.purchases = type(made.purchases).none(made.n_blocks)
    mechanism.step(made)
    assert np.array_equal(customers.tier, tiers[::-1])


def test_a_biography_tells_of_tiers():
    story = tell(Scenario.from_dict(rewarding()), strategy=None, seed=1, customer=0)
    told = [h.text for _, stage, h in story.happenings if stage == "rewards"]
    assert any("in tier" in text and "is kept ready for her" in text for text in told)

"""What firms think of themselves, what they sell, and what members do: worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import worlds

from tests.observers.conftest import seen, sell, two_needs

# By the belief that both attributes matter alike: 0.6, 0.2 and 0.55.
QUALITIES = {
    "one": {"worth": 0.8, "looks": 0.4}, "three": {"worth": 0.2, "looks": 0.2},
    "two": {"worth": 0.5, "looks": 0.6},
}


def rivals(made, n=4):
    """A sells the best and the worst of three offers, B the one between."""
    offers = {name: {"quality": quality} for name, quality in QUALITIES.items()}
    return made(two_needs(n, offers, firms={"A": ["one", "three"], "B": ["two"]}))


def test_a_firm_holds_each_of_its_offers_against_the_best_of_others(made):
    market = rivals(made)
    found = seen(market, "perception")
    assert found["believed_superiority"] == pytest.approx([(0.05 - 0.35) / 2, -0.05])
    assert found["believes_superior"].tolist() == [0.0, 0.0]
    # Who believes that worth alone matters: 0.8 and 0.2 against 0.5.
    market.tables.firms.believed_needs[:] = [[1, 0], [0.5, 0.5]]
    found = seen(market, "perception")
    assert found["believed_superiority"] == pytest.approx([(0.3 - 0.3) / 2, -0.05], abs=1e-6)


def test_a_firm_with_several_good_offers_leads_by_their_mean(made):
    market = rivals(made)
    market.tables.offers.quality[1] = [0.9, 0.9]
    found = seen(market, "perception")
    assert found["believed_superiority"] == pytest.approx([(0.05 + 0.35) / 2, 0.55 - 0.9])
    assert found["superior_firms"] == 0.5


def test_a_firm_without_rivals_compares_nothing(made):
    found = seen(made(two_needs(2)), "perception")
    assert math.isnan(found["believed_superiority"][0])
    assert math.isnan(found["superior_firms"])


def test_half_of_its_buyers_make_a_firm_superior_and_who_sold_nothing_is_not_asked(made):
    market = rivals(made)
    customers = market.tables.customers
    customers.purchase_count[:, 0] = [1, 1, 0, 0]
    customers.last_purchase_week[:, 0] = [1, 1, 0, 0]
    customers.satisfaction[:, 0] = [0.9, 0.5, 0.9, 0.9]
    found = seen(market, "perception")
    assert found["delighted_share"][0] == 0.5
    assert math.isnan(found["delighted_share"][1])
    assert found["superior_firms_by_customers"] == 1.0
    assert found["superior_by_customers"] == 0.5
    assert found["delivery_gap"] == -0.5
    # One buyer of B, who is not delighted: one of two firms that sold.
    customers.purchase_count[3, 2] = customers.last_purchase_week[3, 2] = 1
    market.taken_of_week.clear()
    found = seen(market, "perception")
    assert found["superior_firms_by_customers"] == 0.5
    assert found["superior_by_customers"] == pytest.approx(1 / 3)
    customers.satisfaction[0, 0] = 0.7
    market.taken_of_week.clear()
    assert seen(market, "perception")["superior_firms_by_customers"] == 0.0


def test_the_image_of_a_firm_is_nothing_to_who_does_not_know_it(made):
    market = made(two_needs(4))
    market.tables.customers.expectation[:, 0] = [0.8, 0.4, 0.6, 0.6]
    market.tables.customers.aware[:, 0] = [1, 1, 0, 0]
    assert seen(market, "image")["image"] == pytest.approx([1.2 / 4])
    assert seen(market, "customers")["expectation"] == pytest.approx([0.6])


def test_quality_is_the_mean_over_offers_of_what_needs_weigh(made):
    # Needs are 1 to 3: 0.5 and 0.2 of A, 0.575 of B.
    found = seen(rivals(made), "products")
    assert found["quality"] == pytest.approx([0.35, 0.575])


def test_the_error_of_a_belief_is_half_of_what_it_has_too_much_and_too_little(made):
    market = rivals(made)
    assert seen(market, "products")["belief_error"] == pytest.approx([0.25, 0.25])
    market.tables.firms.believed_needs[:] = [[1, 0], [0.25, 0.75]]
    assert seen(market, "products")["belief_error"] == pytest.approx([0.75, 0.0], abs=1e-6)


def test_who_belongs_to_any_community_is_a_member(made):
    world = two_needs(4)
    world["communities"] = {"club": {}, "board": {}}
    market = made(world)
    market.tables.customers.member[:] = [[1, 1], [1, 0], [0, 1], [0, 0]]
    assert seen(market, "customers")["membership"] == 0.75


def test_communities_are_added_up(made):
    world = two_needs(4, {"one": {}, "two": {}})
    world["communities"] = {"club": {}, "board": {}}
    market = made(world)
    for community, (posts, content, cents) in zip(market.communities, (
        ([1, 2], [10.5, 3], 1234), ([4, 0], [8, 0.25], 66),
    ), strict=True):
        community.posts[:], community.content[:] = posts, content
        community.income_cents = cents
    found = seen(market, "communities")
    assert found["community_posts"] == 7
    assert found["community_content"] == 21.75
    assert found["community_income"] == pytest.approx(13.0)


def test_contributions_are_worth_their_hours_over_those_who_gave_them(made):
    world = two_needs(4, {"one": {}, "two": {}})
    market = made(worlds.with_mechanism(
        world, "co_creation", "lead_users", contribution_value=50.0
    ))
    market.tables.firms.n_contributed[:] = [6, 0]
    market.tables.firms.n_contributors[:] = [4, 0]
    found = seen(market, "co_creation")
    assert found["value_per_contributor"][0] == 50 * 6 / 4
    assert math.isnan(found["value_per_contributor"][1])


def test_who_seeks_as_much_as_the_mean_customer_is_a_follower(made):
    market = made(two_needs(4, segment={"price_sensitivity": 0.1}))
    # Numbers that are what they are in single precision: the mean is a quarter.
    market.tables.customers.information_seeking[:] = [0.0, 0.25, 0.0, 0.75]
    sell(market, (1, 0, 1000, 0.5, 0.6), (3, 0, 1000, 0.5, 0.8))
    found = seen(market, "informed")
    assert found["value_to_followers"] == pytest.approx(4 * 0.6 / 0.1 - 10)
    assert found["value_to_seekers"] == pytest.approx(4 * 0.8 / 0.1 - 10)


@pytest.mark.parametrize(("until", "next_best"), [(0, 0.8), (1, 0.8), (2, 1.6)])
def test_the_next_best_is_the_second_of_what_she_may_buy_next_week(made, until, next_best):
    market = made(two_needs(1, {"one": {}, "two": {}, "three": {}}))
    customers = market.tables.customers
    # Experience weighs 4. What she avoids to the end of this week she may buy in the next.
    best, second, third = np.argsort(market.tables.offers.label)
    customers.expectation[0, [best, second, third]] = 0.7, 0.5, 0.3
    customers.avoid_until_week[0, second] = until
    assert seen(market, "power")["power_exit"] == pytest.approx(math.exp(-next_best))


def test_a_firm_that_believes_nothing_of_a_category_is_all_wrong_in_it(made):
    market = made(two_needs(4))
    market.tables.customers.expectation[:, 0] = [0.5, 0.5, 0.5, 0.1]
    market.tables.firms.believed_needs[:] = 0.0
    power = seen(market, "power")
    assert power["information_asymmetry"] == pytest.approx(0.1 - 1.0)
    assert power["power_information"] == pytest.approx(1 / 1.1)


def test_where_neither_side_errs_information_is_even(made):
    market = made(two_needs(4))
    market.tables.customers.expectation[:] = 0.5
    market.tables.offers.quality[:] = 0.5
    market.tables.firms.believed_needs[:] = [0.25, 0.75]
    power = seen(market, "power")
    assert power["offer_error"] == 0.0
    assert power["power_information"] == 0.5

"""What each policy does, told week by week with observations worked out by hand."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import worlds

from sim import Market
from sim.policies.base import Decision, Observation, Page, policies
from sim.scenario.schema import Levers

LEVERS = Levers().model_dump()


def seen(week=10, **changes):
    """A firm with one offer in the category "phones", two rivals there and one elsewhere."""
    plain = Observation(
        week=week, n_customers=2000, revenue=1000.0, profit=100.0, cash=500.0, units_sold=10,
        n_complaints=0, n_waiting=0, believed_satisfaction=0.9,
        believed_needs=np.array([0.75, 0.25, 0.0], dtype=np.float32),
        attributes=("comfort", "style", "weight"), levers=dict(LEVERS),
        own_prices={"One": 300.0}, own_unit_costs={"One": 200.0}, own_advertising={"One": 40.0},
        own_quality={"comfort": 0.5, "style": 0.5},
        rival_prices={"Cheap": 150.0, "Dear": 400.0, "Case": 20.0},
        rival_quality={
            "Cheap": {"comfort": 0.2, "style": 0.9}, "Dear": {"comfort": 0.8, "style": 0.4},
            "Case": {"weight": 0.9},
        },
        category_of={"One": "phones", "Cheap": "phones", "Dear": "phones", "Case": "cases"},
        communities={},
    )
    levers = {**plain.levers, **changes.pop("levers", {})}
    return dataclasses.replace(plain, levers=levers, **changes)


def pages(*shares, ratings=()):
    """Communities with these shares of members; ratings stand on the first page."""
    return {
        f"board {number}": Page(share, dict(ratings) if number == 0 else {})
        for number, share in enumerate(shares)
    }


def made(name, **parameters):
    cls = policies()[name]
    return cls(cls.Parameters(**parameters))


def test_fixed_decides_nothing():
    assert made("fixed").decide(seen()) == Decision.nothing()


@pytest.mark.parametrize(("cheapest", "own"), [(290.0, 284.2), (204.0, 200.0), (5.0, 200.0)])
def test_a_price_fighter_undercuts_its_category_by_two_percent_but_never_its_cost(cheapest, own):
    rivals = {"Cheap": cheapest, "Dear": 400.0, "Case": 20.0}
    decision = made("price_fighter").decide(seen(rival_prices=rivals))
    assert decision == Decision(prices={"One": pytest.approx(own)})


def test_a_fee_for_weeks_is_no_price_to_undercut_or_to_take_over():
    fee = {"One": "per use", "Cheap": "every 4 weeks", "Dear": "per use", "Case": "per use"}
    decision = made("price_fighter").decide(seen(tariff_of=fee))
    assert decision == Decision(prices={"One": pytest.approx(392.0)})  # of Dear's 400
    ratings = {"Cheap": 0.9, "Dear": 0.2}
    for tariff, prices in (("every 4 weeks", {}), ("per use", {"One": 200.0})):
        follower = made("fast_follower", review_weeks=1)
        sight = seen(communities=pages(0.5, ratings=ratings), tariff_of=fee | {"Cheap": tariff})
        assert follower.decide(sight).prices == prices


def test_a_firm_sees_what_its_supplier_asks_and_how_offers_are_paid():
    bought_in = Market("direct_supplier")
    offers = bought_in.tables.offers
    assert (offers.supplier >= 0).any()
    for f, firm in enumerate(bought_in.firms):
        for name, cost in firm.observe().own_unit_costs.items():
            o = bought_in.offer_number(name)
            cents = offers.wholesale_price_cents if offers.supplier[o] >= 0 else \
                offers.unit_cost_cents
            assert offers.firm[o] == f and cost == cents[o] / 100
    paid = Market("late_fees_to_streaming", "heavy").firms[0].observe().tariff_of
    assert {"per use", "every 4 weeks"} >= set(paid.values())


def test_a_price_fighter_without_rivals_in_its_category_leaves_its_price():
    decision = made("price_fighter").decide(seen(rival_prices={"Case": 20.0}))
    assert decision == Decision.nothing()


class TestProductFirst:
    def test_closes_its_ears_but_never_opens_them(self):
        firm = made("product_first", voice_openness=0.1)
        levers = {"voice_openness": 0.3, "complaint_routing": 0.6}
        assert firm.decide(seen(levers=levers)).levers == {
            "voice_openness": 0.1, "complaint_routing": 0.0,
        }
        deaf = firm.decide(seen(levers={"voice_openness": 0.02})).levers
        assert deaf["voice_openness"] == 0.02

    def test_spends_a_share_of_revenue_and_raises_it_when_sales_decline(self):
        firm = made("product_first", review_weeks=2, lowest_share=0.05, highest_share=0.3)
        assert "development_budget" not in firm.decide(seen(1)).levers  # no week is over yet
        assert "development_budget" not in firm.decide(seen(2, units_sold=10)).levers
        # 2,000 customers: 5% of 1,000 a week are 25 a week and 1,000 customers.
        assert firm.decide(seen(3, units_sold=10)).levers["development_budget"] == 25.0
        firm.decide(seen(4, units_sold=9))
        now = firm.decide(seen(5, units_sold=8, levers={"development_budget": 100.0})).levers
        assert now["development_budget"] == 120.0  # 17 against 20
        firm.decide(seen(6, units_sold=9))
        now = firm.decide(seen(7, units_sold=8, levers={"development_budget": 120.0})).levers
        assert now["development_budget"] == 120.0  # 17 against 17

    def test_never_spends_more_than_the_highest_share_by_itself(self):
        firm = made("product_first", review_weeks=1, highest_share=0.3)
        firm.decide(seen(2, units_sold=10))
        now = firm.decide(seen(3, units_sold=1, levers={"development_budget": 140.0})).levers
        assert now["development_budget"] == 150.0
        now = firm.decide(seen(4, units_sold=0, levers={"development_budget": 400.0})).levers
        assert now["development_budget"] == 400.0

    def test_never_touches_what_would_tell_it_why(self):
        firm = made("product_first", review_weeks=1)
        firm.decide(seen(2, units_sold=10))
        decision = firm.decide(seen(3, units_sold=1))
        assert set(decision.levers) == {
            "voice_openness", "complaint_routing", "development_budget",
        }


class TestCustomerFirst:
    def test_opens_up_and_releases_often(self):
        decision = made("customer_first").decide(seen())
        assert decision == Decision(levers={
            "voice_openness": 0.9, "complaint_routing": 0.9, "release_cadence": 8,
            "support_capacity": 10.0,
        })

    def test_leaves_what_is_better_already(self):
        levers = {"voice_openness": 1.0, "complaint_routing": 0.95, "release_cadence": 2}
        decided = made("customer_first").decide(seen(levers=levers)).levers
        assert {name: decided[name] for name in levers} == levers

    def test_adds_capacity_for_who_waits(self):
        # 80 waiting of 2,000 customers: 40 a thousand, cleared in 4 weeks by 10 a week more.
        decided = made("customer_first", clearing_weeks=4).decide(seen(n_waiting=80)).levers
        assert decided["support_capacity"] == 20.0

    def test_moves_money_from_advertising_to_answers_below_its_target(self):
        firm = made("customer_first", target=0.8, shift=0.25, cost_of_answer=5.0)
        decision = firm.decide(seen(believed_satisfaction=0.79))
        assert decision.advertising == {"One": 30.0}
        assert decision.levers["support_capacity"] == 12.0  # 10 of 40 saved buy 2 answers at 5
        assert firm.decide(seen(believed_satisfaction=0.8)).advertising == {}

    @pytest.mark.parametrize("believed", [math.nan, 0.0])
    def test_takes_no_belief_for_no_belief(self, believed):
        assert made("customer_first").decide(seen(believed_satisfaction=believed)).advertising == {}


class TestSleeper:
    def test_sleeps_while_communities_are_small(self):
        firm = made("sleeper", threshold=0.2, delay=0)
        for week in range(1, 50):
            sight = seen(week, n_waiting=99, communities=pages(0.2, 0.1))
            assert firm.decide(sight) == Decision.nothing()
        assert firm.state() == {"woken_week": None}

    def test_wakes_acts_after_its_delay_and_never_sleeps_again(self):
        firm, awake = made("sleeper", threshold=0.2, delay=2, target=0.95), made(
            "customer_first", target=0.95
        )
        decided = {
            week: firm.decide(seen(week, communities=pages(0.1, share)))
            for week, share in [(1, 0.2), (2, 0.21), (3, 0.3), (4, 0.0), (5, 0.0)]
        }
        assert decided[1] == decided[2] == decided[3] == Decision.nothing()
        assert decided[4] == decided[5] == awake.decide(seen())
        assert decided[4].advertising == {"One": 38.0}
        assert firm.state() == {"woken_week": 2}


class TestFastFollower:
    def test_copies_the_price_of_the_best_rated_rival(self):
        communities = pages(0.1, 0.1, ratings={"Cheap": 0.7, "Dear": 0.6, "Case": 1.0, "One": 0.9})
        decision = made("fast_follower").decide(seen(8, communities=communities))
        assert decision.prices == {"One": 200.0}  # 150, but not below its cost
        communities = pages(0.1, ratings={"Cheap": 0.5, "Dear": 0.6})
        decision = made("fast_follower").decide(seen(8, communities=communities))
        assert decision.prices == {"One": 400.0}

    def test_means_of_several_pages_count(self):
        communities = {
            "a": Page(0.1, {"Cheap": 0.9, "Dear": 0.8}), "b": Page(0.5, {"Cheap": 0.5}),
        }
        decision = made("fast_follower").decide(seen(8, communities=communities))
        assert decision.prices == {"One": 400.0}

    def test_where_nobody_wrote_it_goes_by_its_own_beliefs(self):
        # Dear: 0.75 * 0.8 + 0.25 * 0.4 = 0.7; Cheap: 0.75 * 0.2 + 0.25 * 0.9 = 0.375.
        decision = made("fast_follower").decide(seen(8))
        assert decision.prices == {"One": 400.0}
        assert decision.development_focus == {"comfort": pytest.approx(0.3)}
        style = np.array([0.0, 1.0, 0.0], dtype=np.float32)
        decision = made("fast_follower").decide(seen(8, believed_needs=style))
        assert decision.prices == {"One": 200.0}
        assert decision.development_focus == {"style": pytest.approx(0.4)}

    def test_looks_at_prices_only_at_a_review_but_works_every_week(self):
        firm = made("fast_follower", review_weeks=4)
        assert [week for week in range(1, 13) if firm.decide(seen(week)).prices] == [4, 8, 12]
        assert all(firm.decide(seen(week)).development_focus for week in range(1, 13))

    def test_ahead_of_everybody_it_follows_its_beliefs(self):
        decision = made("fast_follower").decide(seen(own_quality={"comfort": 0.9, "style": 0.9}))
        assert decision.development_focus == {}

    def test_its_development_goes_where_the_rival_is_ahead(self):
        offers = {
            "one": {"quality": {"worth": 0.5, "looks": 0.5}},
            "two": {"quality": {"worth": 0.2, "looks": 0.9}},
        }
        world = worlds.plain(10, weeks=3, offers=offers)
        world["categories"]["thing"]["attributes"]["looks"] = {}
        world["firms"]["Fone"]["levers"] = {"development_budget": 100.0, "release_cadence": 1}
        world["firms"]["Fone"]["beliefs"] = {"worth": 1.0}
        world = worlds.with_mechanism(
            world, "development", "diminishing_returns", productivity=0.001
        )
        for name, gain in (("fixed", [True, False]), ("fast_follower", [False, True])):
            lived = worlds.lived(worlds.changed(world, firms__Fone__policy=name))
            assert (lived.tables.offers.quality[0] > 0.5).tolist() == gain


class TestCommunityBuilder:
    def test_builds_while_communities_grow_and_stops_when_they_stop(self):
        firm = made("community_builder", review_weeks=4, step=0.5, shift=0.25)
        nothing = Decision.nothing()
        assert firm.decide(seen(4, communities=pages(0.1, 0.1))) == nothing  # nothing to compare
        assert firm.decide(seen(5, communities=pages(0.2, 0.1))) == nothing  # no review
        grown = firm.decide(seen(8, communities=pages(0.2, 0.1), levers={"voice_openness": 0.4}))
        assert grown.advertising == {"One": 30.0}
        assert grown.levers == pytest.approx({
            "voice_openness": 0.7, "openness_to_contributions": 0.5, "opens_knowledge": 0.5,
            "club_investment": 10.0,
        })
        assert firm.decide(seen(12, communities=pages(0.2, 0.1))) == nothing
        assert firm.decide(seen(16, communities=pages(0.1, 0.1))) == nothing
        assert firm.decide(seen(20, communities=pages(0.1, 0.2))) != nothing

    def test_its_savings_are_added_to_what_the_club_has(self):
        firm = made("community_builder", review_weeks=1, shift=0.25)
        levers = {"club_investment": 7.0, "openness_to_contributions": 0.5}
        firm.decide(seen(1, communities=pages(0.1), levers=levers))
        decided = firm.decide(seen(2, communities=pages(0.2), levers=levers)).levers
        assert decided["club_investment"] == 17.0
        assert decided["openness_to_contributions"] == pytest.approx(0.55)


def test_what_a_firm_sees_of_rivals_and_communities_is_what_stands_there():
    made_market = worlds.lived(worlds.busy(), weeks=6)
    sight = made_market.firms[0].observe()
    assert sight.communities == {}  # fixed does not look
    made_market.firms[0].follow("sleeper")
    sight = made_market.firms[0].observe()
    board, member = made_market.communities[0], made_market.tables.customers.member[:, 0]
    page = sight.communities["board"]
    assert page.member_share == member.sum() / 60 > 0
    assert page.ratings == {
        name: board.rating[o] for o, name in enumerate(made_market.offer_names)
        if board.content[o] > 0
    }
    assert page.ratings
    offers = made_market.tables.offers
    cola = made_market.offer_number("cola")
    assert sight.rival_quality["cola"] == dict(
        zip(["taste", "safety"], offers.quality[cola, :2].tolist(), strict=True)
    )
    assert sight.rival_prices["cola"] == offers.price_cents[cola] / 100
    assert list(sight.own_quality) == ["taste", "safety", "speed", "charm"]
    tea = offers.quality[made_market.offer_number("tea"), 0]
    assert sight.own_quality["taste"] == pytest.approx(tea)  # the trip has no taste
    assert sight.category_of == {"tea": "drink", "trip": "ride", "cola": "drink", "bus": "ride"}


def test_development_in_progress_does_not_show_to_rivals():
    made_market = worlds.lived(worlds.busy(), weeks=6)
    before = made_market.firms[1].observe().rival_quality
    made_market.tables.offers.development_quality[:] = 1.0
    assert made_market.firms[1].observe().rival_quality == before

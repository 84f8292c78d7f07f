"""Customer power, component by component, worked by hand on tiny markets."""

from __future__ import annotations

import math

import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.mechanisms.choice.account import own_terms
from sim.observers import panel as panels
from sim.observers.panel import Panel
from sim.observers.power import COMPONENTS, add_up
from tests.observers.conftest import charge, seen, sell, two_needs

TWO = {"one": {}, "two": {}}


def test_information_weighs_errors_of_both_sides(made):
    market = made(two_needs(4))
    customers = market.tables.customers
    customers.aware[:, 0] = [1, 1, 0, 1]
    customers.expectation[:, 0] = [0.7, 0.5, 0.5, 0.1]
    # True worth 0.25 * 0.8 + 0.75 * 0.4 = 0.5; errors 0.2, 0, 1 (unknown), 0.4. The firm believes
    # 1/2, 1/2 where 1/4, 3/4 is true: half of |1/4| + |1/4|.
    power = seen(market, "power")
    assert power["offer_error"] == pytest.approx(0.4)
    assert power["power_information"] == pytest.approx(0.25 / 0.65)
    assert power["information_asymmetry"] == pytest.approx(0.15)


def test_a_hidden_defect_is_part_of_what_an_offer_is_worth(made):
    market = made(two_needs(1, {"one": {"defect": {"rate": 0.5, "severity": 0.2}}}))
    market.tables.customers.expectation[:] = 0.5
    assert seen(market, "power")["offer_error"] == pytest.approx(0.1)


@pytest.mark.parametrize("disclosed", [False, True])
def test_who_is_warned_of_a_defect_expects_to_avoid_part_of_it(made, disclosed):
    defect = {"rate": 0.5, "severity": 0.2, "disclosed": disclosed}
    world = two_needs(2, {"one": {"defect": defect}})
    world["mechanisms"]["experience"] = {"warned_relief": 0.8}
    market = made(world)
    customers = market.tables.customers
    customers.expectation[:] = 0.48  # 0.5 less a fifth of 0.5 * 0.2
    customers.knows_defect[0] = 2
    # Who is not warned loses all of it; who buys is told of what is disclosed.
    error = 0.0 if disclosed else 0.04
    assert seen(market, "power")["offer_error"] == pytest.approx(error, abs=1e-6)


@pytest.mark.parametrize("visible", [0.0, 0.25, 1.0])
def test_misfit_that_is_lived_and_not_foreseen_is_part_of_what_an_offer_is_worth(made, visible):
    world = two_needs(3, {"one": {"position": 0.0}})
    world["customers"]["segments"]["all"]["taste"] = {"center": 0.25, "spread": 0.0}
    world["mechanisms"]["tailoring"] = {
        "variant": "taste_circle", "visible_share": visible, "mismatch_weight": 0.4,
    }
    market = made(world)
    # Half the circle's farthest: 0.5 * 0.4 of the experience of 0.5 is lost, `visible` of it seen.
    market.tables.customers.expectation[:] = 0.5 - 0.2 * (1 - visible)
    assert seen(market, "power")["offer_error"] == pytest.approx(0.0, abs=1e-6)
    market.tables.customers.expectation[:] = 0.5
    assert seen(market, "power")["offer_error"] == pytest.approx(0.2 * (1 - visible), abs=1e-6)


def test_advertising_in_use_is_foreseen_and_a_penalty_is_not(made):
    world = two_needs(3, {"one": {"ad_load": 1.0, "penalty_fee": 2.0, "penalty_prob": 0.25}})
    world["mechanisms"]["tariffs"] = {
        "variant": "flat_rate_bias", "ad_annoyance": 0.3, "penalty_pain": 0.2,
    }
    market = made(world)
    market.tables.customers.expectation[:] = 0.5 - 0.25 * 0.2
    assert seen(market, "power")["offer_error"] == pytest.approx(0.0, abs=1e-6)


def test_what_families_add_on_average_is_the_mean_of_what_they_add():
    market = worlds.lived(worlds.full(), weeks=8, observe=False)
    uses = Panel(market)._every_use(market)
    added = []
    for _ in range(400):
        market.week += 1  # other luck, the same market
        uses.service[:] = 0
        for family in market.serving:
            family.serve(market, uses)
        added.append(uses.service.copy())
    uses.service[:] = 0
    for family in market.serving:
        family.serve_on_average(market, uses)
    spread = np.std(added, axis=0)
    assert (spread > 0).any()
    error = np.mean(added, axis=0) - uses.service
    assert (np.abs(error) <= 5 * spread / 20 + 1e-5).all()


def test_customers_who_learned_all_by_use_know_what_offers_are_worth():
    world = two_needs(100, {"one": {"ad_load": 0.5}, "two": {"position": 0.5}})
    world["weeks"] = 60
    world["customers"]["segments"]["all"].update(
        taste={"center": 0.5, "spread": 0.2}, purchase_rate=1.0, price_sensitivity=0.0
    )
    world["mechanisms"].update(
        tailoring={"variant": "taste_circle"}, tariffs={"variant": "flat_rate_bias"},
        experience={"noise_sd": 0.0, "expectation_rate": 1.0},
        choice={"variant": "multinomial_logit", "loyalty_weight": 0.0}, response="none",
    )
    market = worlds.lived(world)
    assert (market.tables.customers.purchase_count > 0).all()
    assert market.outcome("offer_error") == pytest.approx(0.0, abs=1e-6)


def test_a_firm_is_judged_only_where_it_sells():
    world = worlds.busy()
    world["firms"]["Cy"]["beliefs"] = {"speed": 1, "taste": 5}
    alike = worlds.changed(world, firms__Cy__beliefs={"speed": 1})
    first, other = (seen(worlds.lived(w, weeks=1), "power") for w in (world, alike))
    assert first["information_asymmetry"] == other["information_asymmetry"]


def test_exit_is_what_the_next_best_known_offer_loses(made):
    market = made(two_needs(4, TWO))
    customers = market.tables.customers
    customers.expectation[:] = [[0.7, 0.5], [0.5, 0.5], [0.9, 0.1], [0.7, 0.5]]
    customers.aware[2] = [1, 0]
    customers.avoid_until_week[3, 0] = 9
    # Experience weighs 4: losses 0.8, none, all (she knows one), all (she avoids the other).
    power = seen(market, "power")
    assert power["power_exit"] == pytest.approx((math.exp(-0.8) + 1 + 0 + 0) / 4)


def test_switching_cost_and_loyalty_bind(made):
    market = made(two_needs(1, TWO, segment={"switching_cost": 0.5}))
    customers = market.tables.customers
    customers.last_offer[:] = 0
    customers.loyalty[:, 0] = 0.2
    assert seen(market, "power")["power_exit"] == pytest.approx(math.exp(-0.5 - 3.5 * 0.2))


def test_pressure_is_no_worth(made):
    market = made(two_needs(1, TWO))
    before = seen(market, "power")
    market.tables.customers.sales_push[:, 0] = 1.0
    assert seen(market, "power")["consumer_surplus"] == before["consumer_surplus"]


@pytest.mark.parametrize("n", [5, 10_000])
def test_surplus_is_the_logsum_in_money(made, n):
    offers = {"one": {"price": 10.0}, "two": {"price": 15.0}}
    market = made(two_needs(n, offers, segment={"outside_utility": 0.25, "purchase_rate": 0.5}))
    market.tables.customers.expectation[:] = 0.5
    values = [4 * 0.5 - 0.1 * 10, 4 * 0.5 - 0.1 * 15]
    logsum = math.log(sum(map(math.exp, [*values, 0.25])))
    surplus = n * 0.5 * (logsum - 0.25) / 0.1
    sell(market, (0, 0, 1000), (1, 0, 1000), (1, 1, 1500))
    power = seen(market, "power")
    assert power["consumer_surplus"] == pytest.approx(surplus, rel=1e-6)
    kept = [6.0 * 2, 11.0]
    assert power["power_surplus"] == pytest.approx(surplus / (surplus + sum(kept)), rel=1e-6)
    chosen = np.exp(values) / sum(map(math.exp, values)) * surplus
    assert power["surplus_share"] == pytest.approx(chosen / (chosen + kept), rel=1e-6)


def test_a_large_market_is_seen_through_a_panel_of_even_labels(made):
    market = made(two_needs(10_000))
    panel = Panel(market)
    assert panel.customer.tolist() == list(range(0, 10_000, 5))
    assert panel.scale == 10_000 / 2000
    assert len(Panel(made(two_needs(panels.LARGEST))).customer) == panels.LARGEST


def test_price_is_one_minus_lerner_between_its_bounds(made):
    market = made(two_needs(4, TWO))
    sell(market, (0, 0, 1000), (1, 1, 800))
    assert seen(market, "power")["power_price"] == pytest.approx(8 / 18)
    sell(market, (0, 0, 300))
    assert seen(market, "power")["power_price"] == 1.0
    sell(market)
    assert math.isnan(seen(market, "power")["power_price"])


@pytest.mark.parametrize("above", [-30.0, 0.0, 499.0, 501.0, 5000.0])
def test_surplus_is_the_logsum_however_far_an_offer_is_from_nothing(above):
    utility = np.array([[above - 1.0, -np.inf, above, above]])
    surplus, odds = np.zeros(4), np.zeros(2)
    add_up(
        utility, np.arange(4), np.zeros(1), np.array([2.0]), np.array([0.5]), surplus, odds
    )
    expected = 2.0 * np.logaddexp.reduce([*utility[0], 0.0]) / 0.5
    assert surplus.sum() == pytest.approx(expected, rel=1e-12)
    assert surplus / surplus.sum() == pytest.approx(
        np.exp(utility[0] - np.logaddexp.reduce(utility[0])), rel=1e-12
    )
    assert odds.tolist() == [2.0, 2.0]  # of two that are worth most, one is as good as the other


def test_charges_pass_from_consumer_to_producer_surplus(made):
    market = made(two_needs(4, TWO))
    bought = (0, 0, 1000), (1, 1, 800)
    sell(market, *bought)
    surplus = seen(market, "power")["consumer_surplus"]
    sell(market, *bought)
    charge(market, (0, 0, 200), (2, 1, 100), (3, 1, 100))
    power = seen(market, "power")
    assert power["power_price"] == pytest.approx(8 / 22)
    assert power["consumer_surplus"] == pytest.approx(surplus - 4)
    assert power["power_surplus"] == pytest.approx((surplus - 4) / (surplus - 4 + 14))
    assert power["surplus_share"] == pytest.approx([
        (surplus / 2 - 2) / (surplus / 2 - 2 + 8), (surplus / 2 - 2) / (surplus / 2 - 2 + 6)
    ])
    sell(market, *bought)
    charge(market, (0, 0, 10**6))
    power = seen(market, "power")
    assert power["consumer_surplus"] < power["power_surplus"] == power["surplus_share"][0] == 0


def test_voice_is_the_part_of_improvement_that_customers_caused(made):
    market = made(two_needs(4, TWO))
    assert seen(market, "power")["power_voice"] == 0.0
    firms = market.tables.firms
    firms.released_improvement[:], firms.released_by_customers[:] = [0.3, 0.1], [0.1, 0.0]
    assert seen(market, "power")["power_voice"] == pytest.approx(0.25)


def test_the_mean_is_over_components_that_have_a_value(made):
    market = made(two_needs(4, TWO))
    sell(market)
    power = seen(market, "power")
    known = [power[f"power_{name}"] for name in COMPONENTS]
    known = [value for value in known if not math.isnan(value)]
    assert len(known) == 4
    assert power["customer_power"] == pytest.approx(np.mean(known))


def test_without_choice_by_utility_only_information_and_voice_are_known(made):
    world = two_needs(4)
    power = seen(made(worlds.changed(world, mechanisms__choice="none")), "power")
    assert math.isnan(power["power_exit"])
    assert math.isnan(power["consumer_surplus"])
    assert power["customer_power"] == pytest.approx(power["power_information"] / 2)


@pytest.mark.parametrize("world", [worlds.busy, worlds.full], ids=["busy", "full"])
def test_utilities_are_those_that_choice_tells(world):
    market = worlds.lived(world(), weeks=7, observe=False)
    panel, choice = Panel(market), market.mechanisms["choice"]
    terms = panel.terms_of_families(market)
    utility = panel.utility(market, terms)
    told = 0
    for e, (i, k) in enumerate(zip(panel.customer, panel.category, strict=True)):
        weight = choice.by_segment(market, "experience_weight")
        weight = weight[market.tables.customers.segment[i]]
        sensitivity = market.tables.customers.price_sensitivity[i]
        for o in np.flatnonzero(np.isfinite(utility[e])):
            loyalty = float(market.tables.customers.loyalty[i, o])
            last = int(market.tables.customers.last_offer[i, k])
            own = own_terms(choice, market, int(i), int(o), loyalty, last)
            own.pop("push", None)
            others = 0.0
            if market.weighing:
                others += terms.utility[e, o] + weight * terms.foreseen[e, o]
                others += sensitivity * terms.discount_cents[e, o] / 100
            assert utility[e, o] == pytest.approx(sum(own.values()) + others, abs=1e-4)
            told += 1
    assert told > 100


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_every_component_lies_between_0_and_1(seed):
    market = worlds.lived(worlds.busy(40), weeks=1, observe=False)
    random = np.random.default_rng(seed)
    customers, offers, firms = market.tables
    for name in ("expectation", "loyalty", "trust", "reactance"):
        column = getattr(customers, name)
        column[:] = random.random(column.shape)
    customers.aware[:] = random.random(customers.aware.shape) < random.random()
    offers.price_cents[:] = random.integers(0, 3000, offers.n)
    offers.unit_cost_cents[:] = random.integers(0, 3000, offers.n)
    firms.believed_needs[:] = random.random(firms.believed_needs.shape) * random.integers(0, 2)
    firms.released_improvement[:] = random.random(firms.n)
    firms.released_by_customers[:] = firms.released_improvement * random.random(firms.n)
    bought = [
        (i, random.integers(market.n_offers), random.integers(3000)) for i in range(0, 40, 3)
    ]
    sell(market, *bought)
    power = seen(market, "power")
    for name in (*(f"power_{c}" for c in COMPONENTS), "customer_power", "offer_error"):
        assert 0 <= power[name] <= 1 or math.isnan(power[name]), name
    share = power["surplus_share"]
    assert ((share >= 0) & (share <= 1) | np.isnan(share)).all()
    assert -1 <= power["information_asymmetry"] <= 1


def test_every_component_lies_between_0_and_1_in_a_full_market():
    lived = worlds.lived(worlds.full()).recorder.recorded()
    for name in (*(f"power_{c}" for c in COMPONENTS), "customer_power"):
        known = lived[name][np.isfinite(lived[name])]
        assert len(known) > 5, name
        assert ((known >= 0) & (known <= 1)).all(), name


def test_surplus_counts_no_occasion_that_cannot_be():
    choice = {"variant": "multinomial_logit", "max_occasions": 3}
    markets = [
        worlds.market(worlds.changed(
            worlds.plain(40, purchase_rate=rate), mechanisms__choice=choice
        )) for rate in (0.01, 1.0, 90.0)
    ]
    rates = [float(Panel(market).rate[0]) for market in markets]
    # E[min(N, 3)] of a Poisson number N at rate 1: 3 - 3/e - 2/e - 1/(2e)
    assert rates == pytest.approx([0.01, 3 - 5.5 / math.e, 3.0], rel=1e-6)


def test_who_buys_at_even_intervals_comes_as_often_as_her_rate_says(made):
    """Rate 1 and at most one occasion a week: by Poisson she would come 0.63 times."""
    world = two_needs(4)
    world["customers"]["segments"]["all"]["purchase_rate"] = 1.0
    world["mechanisms"]["choice"] = {"variant": "multinomial_logit", "max_occasions": 1}
    assert Panel(made(world)).rate == pytest.approx(1 - math.exp(-1))
    world["customers"]["segments"]["all"]["regular_purchases"] = True
    assert Panel(made(world)).rate == pytest.approx(1.0)


def test_the_first_fee_of_a_subscription_is_taken_off_the_surplus(made):
    world = two_needs(40, {"one": {"tariff": "subscription", "fee_weeks": 4, "price": 3.0}})
    world["mechanisms"]["choice"] = "multinomial_logit"
    world["mechanisms"]["tariffs"] = "flat_rate_bias"
    market = made(world)
    market.step()
    bought = market.purchases
    paid = bought.price_cents.sum() / 100
    assert paid > 0 and len(bought.charged_cents) == 0
    with_fees = seen(market, "power")["consumer_surplus"]
    bought.price_cents[:] = 0
    market.taken_of_week.clear()
    assert seen(market, "power")["consumer_surplus"] == pytest.approx(with_fees + paid)

"""What a firm knows of a customer sells her more, its own and its partners'."""

from __future__ import annotations

import math

import numpy as np
import pytest
import worlds

from sim.biography import tell
from sim.scenario import Scenario
from sim.scenario.faults import FaultyScenarioError
from sim.tables import Trigger


def selling(world, **parameters):
    return worlds.with_mechanism(world, "cross_selling", "recommendation", **parameters)


def shop(n=2000, weeks=1, **levers):
    """One: food, and drinks that nobody knows. Two: drinks nobody knows, a partner of One."""
    world = worlds.plain(n, weeks, regular_purchases=True)
    world["categories"]["drink"] = {"attributes": {"fizz": {}}}
    world["customers"]["segments"]["all"]["needs"] = {"worth": 1, "fizz": 1}
    drink = {"category": "drink", "quality": {"fizz": 0.5}, "price": 10.0, "unit_cost": 4.0}
    world["firms"]["Fone"]["offers"]["juice"] = {**drink}
    world["firms"]["Fone"]["levers"] = {"recommendation_rate": 0.5, **levers}
    world["firms"]["Two"] = {"offers": {"water": {**drink}}, "levers": {"partner_commission": 0.1}}
    return selling(worlds.with_mechanism(world, "choice", "multinomial_logit"))


def bare(world):
    """A market whose customers have bought nothing and are known to nobody."""
    return worlds.market(worlds.changed(world, customers__segments__all__purchase_rate=0.0))


# Stories ---------------------------------------------------------------------------------------


def test_a_firm_recommends_at_its_rate_to_whom_it_knows():
    n = 20_000
    made = bare(shop(n))
    customers = made.tables.customers
    customers.known[: n // 2, 0] = 0.8
    made.step()
    assert not customers.aware[n // 2 :, 1:].any()
    expected = 1 - math.exp(-0.5 * 0.8)
    error = math.sqrt(expected * (1 - expected) / (n / 2))
    assert customers.aware[: n // 2, 1].mean() == pytest.approx(expected, abs=4 * error)
    assert (customers.trigger[:, 1] == Trigger.CROSS_SELLING * customers.aware[:, 1]).all()
    assert not customers.aware[:, 2].any()  # Two is nobody's partner yet
    sent = int(customers.aware[:, 1].sum())
    assert made.tables.firms.cross_selling_cents.tolist() == [2 * sent, 0]


def test_an_account_is_an_acquaintance():
    n = 20_000
    made = bare(shop(n))
    made.tables.customers.last_offer[: n // 2, 0] = 0
    made.step()
    aware = made.tables.customers.aware[:, 1]
    expected = 1 - math.exp(-0.5 * 0.3)
    error = math.sqrt(expected * (1 - expected) / (n / 2))
    assert aware[: n // 2].mean() == pytest.approx(expected, abs=4 * error)
    assert not aware[n // 2 :].any()


def test_offers_of_partners_are_recommended_as_often_as_own_ones():
    world = shop(20_000)
    world["firms"]["Fone"]["partners"] = ["Two"]
    made = bare(world)
    made.tables.customers.known[:, 0] = 1.0
    made.step()
    customers = made.tables.customers
    own, partners = customers.aware[:, 1].sum(dtype=int), customers.aware[:, 2].sum(dtype=int)
    assert not (customers.aware[:, 1] & customers.aware[:, 2]).any()  # one a week
    assert abs(own - partners) < 4 * math.sqrt(own + partners)
    label = made.tables.firms.label[0]
    assert np.array_equal(customers.referrer[:, 2], label * customers.aware[:, 2])
    assert not customers.referrer[:, :2].any()


def test_nobody_is_recommended_what_she_buys_or_what_is_not_sold_yet():
    world = shop(3000, recommendation_rate=10.0)
    world["firms"]["Fone"]["offers"]["juice"]["launch_week"] = 5
    made = bare(world)
    made.tables.customers.known[:, 0] = 1.0
    made.step()
    assert not made.tables.customers.aware[:, 1].any()
    made = bare(shop(3000, recommendation_rate=10.0))
    made.tables.customers.known[:, 0] = 1.0
    made.tables.customers.last_offer[:1500, 1] = 1
    made.step()
    assert not made.tables.customers.aware[:1500, 1].any()
    assert made.tables.customers.aware[1500:, 1].all()


@pytest.mark.parametrize(("partners", "bought_food", "advantage"), [
    ([], False, 0.8), (["Two"], False, 0.8 * 0.75), ([], True, 0.8 + 0.5),
])
def test_knowledge_and_scope_count_in_the_choice(partners, bought_food, advantage):
    n = 20_000
    world = selling(
        shop(n, recommendation_rate=0.0), knowledge_weight=0.8, partner_share=0.25,
        scope_weight=0.5,
    )
    for firm, offer in (("Fone", "juice"), ("Two", "water")):
        world["firms"][firm]["offers"][offer]["initial_awareness"] = 1.0
    world["firms"]["Fone"]["partners"] = partners
    world["customers"]["segments"]["all"]["purchase_rate"] = {"drink": 1.0}
    made = worlds.market(world)
    made.tables.customers.known[:, 0] = 1.0
    if bought_food:
        made.tables.customers.purchase_count[:, 0] = 1
    made.step()
    expected = 1 / (1 + math.exp(-advantage))
    error = math.sqrt(expected * (1 - expected) / n)
    share = made.tables.customers.purchase_count[:, 1].mean()
    assert share == pytest.approx(expected, abs=4 * error)


def test_knowledge_of_a_customer_raises_the_firms_share_of_her_spending():
    # C03, C22: the firm that uses what it knows against the same firm that does not.
    def share(rate):
        world = shop(4000, 20, recommendation_rate=rate)
        world["firms"]["Two"]["offers"]["water"]["initial_awareness"] = 0.5
        world["customers"]["segments"]["all"]["outside_utility"] = 1.0
        count = worlds.lived(world).tables.customers.purchase_count.sum(axis=0)
        return count[1] / count[1:].sum()

    assert share(0.0) == 0.0
    assert share(0.3) > 0.3


# Commissions -----------------------------------------------------------------------------------


def test_a_referred_first_purchase_pays_a_commission_once():
    world = shop(1, 4, recommendation_rate=0.0)
    world["firms"]["Fone"]["partners"] = ["Two"]
    made = worlds.market(world)
    customers, firms = made.tables.customers, made.tables.firms
    customers.aware[0, 2], customers.referrer[0, 2] = 1, firms.label[0]
    booked = []
    for _ in range(4):
        made.step()
        booked.append(firms.commission_cents.tolist())
    assert customers.purchase_count[0, 2] == 4
    assert booked == [[0, 0], [-100, 100], [0, 0], [0, 0]]


def test_commissions_move_money_between_firms_and_make_none():
    made = worlds.market(selling(worlds.busy(150)))
    revenue = paid = cash = 0
    for _ in range(worlds.WEEKS):
        made.step()
        firms = made.tables.firms
        costs = sum(
            getattr(firms, name) for name, c in type(firms).columns.items() if c.books == "cost"
        )
        assert firms.commission_cents.sum() == 0
        profit = firms.revenue_cents - firms.production_cents - costs
        assert np.array_equal(firms.profit_cents, profit)
        revenue, cash = revenue + firms.revenue_cents.sum(), cash + firms.profit_cents
        paid += np.abs(firms.commission_cents).sum()
    assert made.tables.customers.spend_cents.sum() == revenue
    assert np.array_equal(made.tables.firms.cash_cents, cash)
    assert paid > 0


# The kernels are their equations ---------------------------------------------------------------


def test_the_terms_of_utility_are_the_equation_in_a_busy_market():
    world = worlds.with_mechanism(worlds.busy(100), "disclosure", "privacy_calculus")
    world = selling(world, partner_share=0.4)
    made = worlds.market(worlds.changed(
        world, customers__segments__expert__behavior={"cross_selling": {"scope_weight": 0.9}}
    ))
    mechanism, refers = made.mechanisms["cross_selling"], {1: [2], 2: [1, 0], 0: []}
    seen, weigh = [], mechanism.weigh

    def weighed(market, options):
        before = options.utility.copy()
        weigh(market, options)
        customers, offers = market.tables.customers, market.tables.offers
        for e in range(len(options.customer)):
            i, k = int(options.customer[e]), int(options.category[e])
            had = {
                (int(offers.firm[o]), int(offers.category[o])) for o in range(market.n_offers)
                if customers.purchase_count[i, o]
                or customers.last_offer[i, offers.category[o]] == o
            }
            known = [
                float(v) + (1 - float(v)) * 0.3 * any(g == f for g, _ in had)
                for f, v in enumerate(customers.known[i])
            ]
            for o in np.flatnonzero(offers.category == k):
                g = int(offers.firm[o])
                scope = 0.9 if customers.segment[i] == 1 else 0.2
                value = scope * sum(f == g and c != k for f, c in had)
                if (g, k) not in had:
                    through = [
                        0.4 * known[f] for f in refers if g in refers[f] and (f, k) not in had
                    ]
                    value += max([known[g], *through])
                added = options.utility[e, o] - before[e, o]
                assert added == pytest.approx(value, abs=2e-6)
                seen.append(value)

    mechanism.weigh = weighed
    made.run_model()
    assert len({round(value, 3) for value in seen}) > 20


# What it must keep -----------------------------------------------------------------------------


def test_without_recommendations_and_weights_it_is_none():
    world = worlds.busy()
    for firm in world["firms"].values():
        firm["levers"]["recommendation_rate"] = 0.0
    off = selling(world, knowledge_weight=0.0, scope_weight=0.0)
    without = worlds.lived(worlds.with_mechanism(world, "cross_selling", "none"))
    assert worlds.differing(worlds.lived(off), without) == set()


def test_the_number_of_threads_changes_nothing(monkeypatch):
    monkeypatch.setattr("sim.market.FEWEST_CUSTOMERS_FOR_THREADS", 1)
    one, three = (worlds.lived(selling(worlds.busy(7000)), weeks=4, threads=t) for t in (1, 3))
    assert worlds.differing(one, three) == set()
    assert one.tables.customers.referrer.any()


def test_the_order_of_firms_and_offers_changes_nothing():
    world = selling(worlds.busy())
    turned = worlds.changed(world, firms=dict(reversed(world["firms"].items())))
    turned["firms"]["Ana"]["offers"] = dict(reversed(world["firms"]["Ana"]["offers"].items()))
    straight, other = worlds.lived(world), worlds.lived(turned)
    order = [other.offer_names.index(name) for name in straight.offer_names]
    for name in ("aware", "trigger", "referrer", "purchase_count"):
        own = getattr(straight.tables.customers, name)
        assert own.tobytes() == getattr(other.tables.customers, name)[:, order].tobytes()
    for name in ("cross_selling_cents", "commission_cents", "cash_cents"):
        own = getattr(straight.tables.firms, name)
        assert own.tolist() == getattr(other.tables.firms, name)[::-1].tolist()


def test_who_of_two_firms_refers_a_customer_first_does_not_hang_on_their_order():
    world = shop(200, recommendation_rate=10.0)
    world["firms"]["Fone"]["offers"].pop("juice")
    world["firms"]["Fone"]["partners"] = ["Two"]
    food = {**world["firms"]["Fone"]["offers"]["one"], "initial_awareness": 1.0}
    world["firms"]["Zed"] = {**world["firms"]["Fone"], "offers": {"bread": food}}
    referrers = []
    for firms in (world["firms"], dict(reversed(world["firms"].items()))):
        made = bare(worlds.changed(world, firms=firms))
        made.tables.customers.known[:] = 1.0
        made.step()
        referrers.append(made.tables.customers.referrer[:, made.offer_number("water")].tolist())
    assert referrers[0] == referrers[1]
    assert any(referrers[0])


def test_stopping_on_the_way_changes_nothing():
    straight = worlds.lived(selling(worlds.busy()))
    resumed = type(straight).resume(worlds.lived(selling(worlds.busy()), weeks=3).checkpoint())
    resumed.run_model()
    assert worlds.differing(straight, resumed) == set()


@pytest.mark.parametrize(("partners", "told"), [
    (["Ann"], "no other firm is called 'Ann'; did you mean 'Ana'?"),
    (["Cy", "Bo"], "a firm cannot be a partner of itself"),
    (["Cy", "Cy"], "'Cy' stands there twice"),
])
def test_partners_are_other_firms(partners, told):
    world = worlds.busy()
    world["firms"]["Bo"]["partners"] = partners
    with pytest.raises(FaultyScenarioError, match="partners") as caught:
        Scenario.from_dict(world)
    assert [fault.path[:3] for fault in caught.value.faults] == [("firms", "Bo", "partners")]
    assert told in caught.value.faults[0].message


def test_the_story_tells_who_recommended_what():
    scenario = Scenario.from_dict(selling(worlds.busy()))
    told = " ".join(
        " ".join(tell(scenario, strategy=None, seed=1, customer=c).sentences()) for c in range(30)
    )
    assert "was recommended bus by Bo" in told
    assert "was recommended tea by Ana" in told
    assert "cross selling +" in told

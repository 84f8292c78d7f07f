"""Tariffs: who pays what and when, to the cent, and what fees and advertising do to choices."""

from __future__ import annotations

import numpy as np
import worlds

import sim.market as market_module
from sim.market import Market
from sim.streams import BLOCK
from sim.tables import Tariff

PER_USE, SUBSCRIPTION, FREE = Tariff.PER_USE, Tariff.SUBSCRIPTION, Tariff.FREE
MONEY = ("tariff_cents", "third_party_cents")


def world(n=1, weeks=8, *, offers=None, on=True, parameters=None, **segment):
    """Customers who buy at even intervals, choose, use, and pay by tariff."""
    made = worlds.plain(n, weeks, offers=offers, **{"regular_purchases": True, **segment})
    for family, variant in (
        ("choice", "multinomial_logit"), ("experience", "expectancy_disconfirmation"),
        ("pricing", "fixed"), ("response", "exit_voice_loyalty"),
    ):
        made["mechanisms"][family] = {"variant": variant}
    made["mechanisms"]["experience"]["noise_sd"] = 0.0
    return worlds.with_mechanism(made, "tariffs", "flat_rate_bias", **(parameters or {})) if on \
        else made


def by_week(made, *, weeks):
    """What a market's customers spent and its firms got in each week, in currency."""
    spent, revenue, before = [], [], 0
    for _ in range(weeks):
        made.step()
        total = int(made.tables.customers.spend_cents.sum())
        spent.append((total - before) / 100)
        revenue.append(made.tables.firms.revenue_cents.sum() / 100)
        before = total
    return spent, revenue


# Stories -----------------------------------------------------------------------------------------


def test_a_subscriber_pays_one_fee_a_period_and_nothing_in_use():
    made = worlds.market(world(offers={
        "film": {"price": 8.0, "tariff": "subscription", "fee_weeks": 2},
    }))
    spent, revenue = by_week(made, weeks=6)
    # The fee at the first use, then in the last week of each period for the next one.
    assert spent == [8, 8, 0, 8, 0, 8]
    assert revenue == spent
    assert made.tables.customers.subscription.tolist() == [[0]]
    assert made.tables.customers.paid_until_week.tolist() == [[8]]
    assert made.tables.customers.purchase_count.tolist() == [[6]]


def test_further_uses_in_the_first_week_cost_nothing_either():
    made = worlds.market(world(purchase_rate=3.0, offers={
        "film": {"price": 8.0, "tariff": "subscription", "fee_weeks": 4},
    }))
    spent, revenue = by_week(made, weeks=5)
    assert spent == revenue == [8, 0, 0, 8, 0]
    assert made.tables.customers.purchase_count.tolist() == [[15]]


def test_who_does_not_use_it_in_a_period_is_not_charged_again():
    made = worlds.market(world(purchase_rate=0.2, offers={
        "film": {"price": 8.0, "tariff": "subscription", "fee_weeks": 2},
    }))
    spent, _ = by_week(made, weeks=11)
    uses = int(made.tables.customers.purchase_count[0, 0])
    assert 2 <= uses <= 3
    # Each use begins a subscription; used in its last week but one, it is renewed once.
    assert sum(spent) == 16 * uses
    assert made.tables.customers.subscription.tolist() in ([[-1]], [[0]])


def test_a_new_subscription_replaces_one_of_a_rival():
    offers = {
        "old": {"price": 8.0, "tariff": "subscription", "fee_weeks": 50},
        "new": {"price": 2.0, "tariff": "subscription", "fee_weeks": 50, "launch_week": 4,
                "initial_expectation": 1.0},
    }
    world_ = world(offers=offers, parameters={}, price_sensitivity=0.0)
    world_["mechanisms"]["choice"].update(experience_weight=100.0, loyalty_weight=0.0)
    made = worlds.market(world_)
    spent, _ = by_week(made, weeks=6)
    assert spent == [8, 0, 0, 2, 0, 0]
    assert made.tables.customers.subscription.tolist() == [[1]]
    assert made.tables.customers.paid_until_week.tolist() == [[53]]


def test_a_free_offer_earns_from_third_parties_only():
    made = worlds.market(world(100, offers={"mail": {
        "price": 5.0, "tariff": "free", "income_per_use": 0.013, "ad_load": 0.5, "ad_income": 0.2,
    }}))
    spent, revenue = by_week(made, weeks=3)
    assert spent == [0, 0, 0]
    assert revenue == [11.3, 11.3, 11.3]  # 100 uses at 0.013 + 0.5 * 0.2
    assert made.outcome("price_paid", "Fmail") == 0  # of customers; others pay 0.113 a use


def test_a_penalty_costs_its_fee_and_experience_and_comes_as_often_as_it_should():
    n = 4000
    made = worlds.market(world(n, parameters={"penalty_pain": 0.3}, offers={"tape": {
        "price": 4.0, "penalty_fee": 2.5, "penalty_prob": 0.2, "initial_expectation": 0.5,
    }}))
    made.step()
    lived = made.purchases.experienced
    hit = lived < 0.4
    assert np.allclose(lived[hit], 0.2)
    assert np.allclose(lived[~hit], 0.5)
    # Beyond five standard deviations fewer than once in a million runs.
    assert abs(hit.mean() - 0.2) < 5 * np.sqrt(0.2 * 0.8 / n)
    assert made.tables.firms.tariff_cents.tolist() == [250 * hit.sum()]
    assert np.array_equal(made.tables.customers.spend_cents, np.where(hit, 650, 400))


def test_advertising_in_use_is_foreseen_but_felt():
    made = worlds.market(world(50, parameters={"ad_annoyance": 0.5}, offers={
        "clip": {"ad_load": 0.4, "initial_expectation": 0.5},
    }))
    made.step()
    customers = made.tables.customers
    assert np.allclose(made.purchases.experienced, 0.3)
    assert np.allclose(customers.satisfaction, 0.3)  # no surprise beside it
    assert np.allclose(customers.expectation, 0.5)
    assert not made.purchases.response.any()


def test_advertising_sends_customers_to_a_rival_without_it():
    offers = {"loud": {"ad_load": 1.0}, "calm": {}}
    shares = [
        worlds.lived(world(4000, weeks=1, offers=offers, parameters={"ad_annoyance": annoyance}))
        .outcome("market_share", "Floud") for annoyance in (0.0, 0.5)
    ]
    # Two units of utility between equal offers: 1 / (1 + e^2) = 0.119.
    assert abs(shares[0] - 0.5) < 5 * np.sqrt(0.25 / 4000)
    assert abs(shares[1] - 1 / (1 + np.exp(2.0))) < 5 * np.sqrt(0.119 * 0.881 / 4000)


def fee_against_price(n, **parameters):
    """Heavy and light users between paying 2 a use and a fee of 8 in four weeks."""
    made = world(n, weeks=1, parameters=parameters, price_sensitivity=1.0, offers={
        "flat": {"price": 8.0, "tariff": "subscription"}, "metered": {"price": 2.0},
    })
    kind = made["customers"]["segments"]["all"]
    made["customers"]["segments"] = {
        "heavy": {**kind, "purchase_rate": 2.0}, "light": {**kind, "purchase_rate": 0.5},
    }
    return worlds.lived(made)


def flat_share(made, s):
    customers, bought = made.tables.customers, made.purchases
    mine = bought.offer[(customers.segment[bought.customer] == s) & (bought.offer >= 0)]
    return float((mine == 0).mean()), len(mine)


def test_heavy_users_take_the_flat_rate_as_their_bill_says():
    made = fee_against_price(6000, flat_rate_bias=0.0)
    for s, uses in ((0, 8), (1, 2)):
        share, n = flat_share(made, s)
        expected = 1 / (1 + np.exp(8.0 / uses - 2.0))
        assert abs(share - expected) < 5 * np.sqrt(expected * (1 - expected) / n)


def test_with_the_bias_a_flat_rate_may_cost_more_than_paying_per_use():
    plain, biased = (fee_against_price(6000, flat_rate_bias=b) for b in (0.0, 0.5))
    share, n = flat_share(biased, 1)
    expected = 1 / (1 + np.exp(8.0 / 2 / 1.5 - 2.0))
    assert abs(share - expected) < 5 * np.sqrt(expected * (1 - expected) / n)
    assert flat_share(plain, 1)[0] < share


def test_levers_change_the_model_in_the_middle_of_a_run():
    film = {"price": 8.0, "penalty_fee": 2.0, "penalty_prob": 1.0, "ad_load": 0.5, "ad_income": 1.0}
    written = world(offers={"film": film}, weeks=10)
    path = "firms.Ffilm.offers.film."
    written["events"] = [
        {"name": "no late fees", "week": 3, "set": {path + "penalty_fee": 0.0}},
        {"name": "streaming", "week": 4, "set": {path + "tariff": "subscription"}},
        {"name": "no advertising", "week": 6, "set": {path + "ad_load": 0.0}},
        {"name": "for nothing", "week": 9, "set": {path + "tariff": "free"}},
    ]
    made = worlds.market(written)
    spent, revenue = by_week(made, weeks=10)
    assert spent == [10, 10, 8, 8, 0, 0, 8, 0, 0, 0]
    assert [r - s for r, s in zip(revenue, spent, strict=True)] == [0.5] * 5 + [0.0] * 5
    assert made.tables.customers.subscription.tolist() == [[0]]
    made.step()  # paid up to week 11: then there is nothing to renew
    assert made.tables.customers.subscription.tolist() == [[-1]]


# Laws --------------------------------------------------------------------------------------------


def busy(n=60, weeks=worlds.WEEKS):
    made = worlds.changed(worlds.busy(n, weeks), firms__Bo__offers__cola__tariff="free")
    return worlds.with_mechanism(made, "tariffs", "flat_rate_bias")


def test_money_is_conserved_to_the_cent():
    made = worlds.market(busy(500))
    received = from_third_parties = penalties = 0
    for _ in range(made.world.weeks):
        made.step()
        _, offers, firms = made.tables
        bought = made.purchases
        paid = np.zeros(made.n_firms, dtype=np.int64)
        sold = bought.offer >= 0
        np.add.at(paid, offers.firm[bought.offer[sold]], bought.price_cents[sold])
        assert np.array_equal(
            firms.revenue_cents, paid + firms.tariff_cents + firms.third_party_cents
        )
        assert (bought.price_cents >= 0).all()
        received += int(firms.revenue_cents.sum())
        from_third_parties += int(firms.third_party_cents.sum())
        penalties += int(firms.tariff_cents[made.firm_names.index("Ana")])
        assert made.tables.customers.spend_cents.sum() == received - from_third_parties
    assert min(from_third_parties, penalties) > 0


def test_charges_by_customer_and_offer_are_the_money_of_the_books():
    made = worlds.market(busy(500))
    before, both = np.zeros(500, dtype=np.int64), np.zeros(2, dtype=np.int64)
    for _ in range(made.world.weeks):
        made.step()
        (customers, offers, firms), bought = made.tables, made.purchases
        by_customer, by_firm = np.zeros(500, np.int64), np.zeros(made.n_firms, np.int64)
        np.add.at(by_firm, offers.firm[bought.charged_offer], bought.charged_cents)
        assert np.array_equal(by_firm, firms.tariff_cents)
        who, _, cents = bought.payments()
        np.add.at(by_customer, who, cents)
        assert np.array_equal(customers.spend_cents - before, by_customer)
        before = customers.spend_cents.copy()
        fees = offers.tariff[bought.charged_offer] == SUBSCRIPTION
        both += bought.charged_cents[fees].sum(), bought.charged_cents[~fees].sum()
    assert both.min() > 0  # renewals and penalties


def test_what_was_charged_stays_in_a_checkpoint_and_ends_with_tariffs():
    film = {"price": 8.0, "tariff": "subscription", "fee_weeks": 1}
    stopped = worlds.lived(world(offers={"film": film}), weeks=2)
    resumed = Market.resume(stopped.checkpoint())
    assert resumed.purchases.payments()[2].tolist() == [0, 800]
    fork = Market.fork(stopped.checkpoint(), overrides={"mechanisms.tariffs": "none"})
    fork.step()
    assert fork.purchases.payments()[2].tolist() == [800]


def test_per_use_without_advertising_and_penalties_is_none():
    offers = {"a": {}, "b": {"price": 7.0}}
    on, off = (worlds.lived(world(200, offers=offers, on=on)) for on in (True, False))
    assert worlds.differing(on, off) == set()
    assert worlds.same_records(on, off)


def test_the_settings_alone_do_nothing_while_tariffs_are_none():
    plain = worlds.busy()
    for firm in plain["firms"].values():
        for offer in firm["offers"].values():
            for name in ("tariff", "fee_weeks", "penalty_fee", "penalty_prob", "ad_load",
                         "ad_income", "income_per_use"):
                offer.pop(name, None)
    differing = worlds.differing(worlds.lived(worlds.busy()), worlds.lived(plain))
    settings = {"tariff", "fee_weeks", "penalty_cents", "penalty_prob", "ad_load", "ad_income",
                "income_per_use"}
    assert differing == {f"offers.{name}" for name in settings}


def test_the_number_of_threads_changes_nothing(monkeypatch):
    monkeypatch.setattr(market_module, "FEWEST_CUSTOMERS_FOR_THREADS", 1)
    one, three = (worlds.lived(busy(3 * BLOCK), threads=t, weeks=6) for t in (1, 3))
    assert worlds.differing(one, three) == set()
    assert worlds.same_records(one, three)
    assert (one.tables.customers.subscription >= 0).any()


def test_the_order_of_firms_changes_nothing():
    straight = worlds.lived(busy())
    turned = busy()
    turned["firms"] = dict(reversed(turned["firms"].items()))
    other = worlds.lived(turned)
    place = np.array([other.offer_number(name) for name in straight.offer_names] + [-1])
    assert np.array_equal(
        place[straight.tables.customers.subscription], other.tables.customers.subscription
    )
    for name in ("spend_cents", "paid_until_week"):
        own, others = (getattr(made.tables.customers, name) for made in (straight, other))
        assert np.array_equal(own, others)
    for name in (*MONEY, "cash_cents"):
        own, others = (getattr(made.tables.firms, name) for made in (straight, other))
        assert np.array_equal(own, others[::-1])


def test_a_checkpoint_keeps_subscriptions():
    straight, stopped = worlds.lived(busy()), worlds.lived(busy(), weeks=5)
    resumed = Market.resume(stopped.checkpoint())
    resumed.run_model()
    assert worlds.differing(straight, resumed) == set()


def test_a_fork_can_change_the_tariff():
    written = world(offers={"film": {"price": 8.0}}, weeks=8)
    written["strategies"] = {
        "metered": {}, "flat": {"set": {"firms.Ffilm.offers.film.tariff": "subscription"}},
    }
    stopped = worlds.lived(written, "metered", weeks=2)
    spent, _ = by_week(Market.fork(stopped.checkpoint(), "flat"), weeks=5)
    assert [spent[0] - 16, *spent[1:]] == [8, 0, 0, 8, 0]


# What is told ------------------------------------------------------------------------------------


def told(made, weeks):
    """Sentences about customer 0, week by week."""
    sentences = {}

    def listen(market, stage, after):
        if stage == "tariffs" and not after:
            columns = type(market.tables.customers).columns
            listen.before = {
                name: getattr(market.tables.customers, name)[0].copy() for name in columns
            }
        elif stage == "tariffs":
            mechanism = market.mechanisms["tariffs"]
            happened = mechanism.explain(market, 0, listen.before)
            sentences[market.week] = [h.text for h in happened]

    made.listeners.append(listen)
    for _ in range(weeks):
        made.step()
    return sentences


def test_a_biography_tells_of_fees_and_penalties():
    written = world(offers={"film": {
        "price": 8.0, "tariff": "subscription", "fee_weeks": 3, "penalty_fee": 1.5,
        "penalty_prob": 1.0,
    }})
    written["events"] = [
        {"name": "pay per use", "week": 5, "set": {
            "firms.Ffilm.offers.film.tariff": "per_use",
            "firms.Ffilm.offers.film.penalty_fee": 0.0,
        }},
    ]
    penalty = "paid a penalty of 1.50 for film"
    assert told(worlds.market(written), 7) == {
        1: [penalty, "subscribed to film, paid until week 3"], 2: [penalty],
        3: [penalty, "renewed the subscription of film, paid until week 6"], 4: [penalty],
        5: [], 6: ["ended the subscription of film"], 7: [],
    }

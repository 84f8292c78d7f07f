"""Tariffs: who pays what and when, to the cent, and what fees and advertising do to choices."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

import sim.market as market_module
from sim.market import Market
from sim.mechanisms.tariffs import flat_rate_bias as tariffs
from sim.streams import BLOCK, Streams, address, uniform
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


# Kernels against the docstring -------------------------------------------------------------------

N, OFFERS, KINDS = BLOCK + 300, 5, 2


@pytest.fixture(scope="module")
def drawn():
    """Random occasions, offers and customers for the kernels."""
    rng = np.random.default_rng(7)
    counts = rng.poisson(0.6, (N, KINDS))
    customer = np.repeat(np.repeat(np.arange(N), KINDS), counts.ravel()).astype(np.int32)
    kind = np.repeat(np.tile(np.arange(KINDS), N), counts.ravel()).astype(np.int32)
    own = counts.sum(axis=1)
    serial = np.concatenate([np.arange(c) for c in own]).astype(np.uint8)
    starts = np.array([0, own[:BLOCK].sum(), own.sum()])
    category = np.array([0, 0, 0, 1, 1], dtype=np.int16)
    of_kind = [np.array([-1, 0, 1, 2]), np.array([-1, 3, 4])]
    return {
        "starts": starts, "customer": customer, "kind": kind, "serial": serial,
        "offer": np.array([rng.choice(of_kind[k]) for k in kind], dtype=np.int16),
        "label": np.arange(N, dtype=np.int32), "segment": rng.integers(0, 2, N, dtype=np.uint8),
        "effects": np.array([[0.2, 0.1, 0.2], [0.0, 0.5, 0.3]], dtype=np.float32),
        "sensitivity": rng.uniform(0.05, 0.5, N).astype(np.float32),
        "rate": rng.uniform(0.0, 2.0, (N, KINDS)).astype(np.float32),
        "subscription": np.stack(
            [rng.choice(of_kind[k], N) for k in range(KINDS)], axis=1
        ).astype(np.int16),
        "until": rng.integers(8, 13, (N, KINDS)).astype(np.int16),
        "category": category, "firm": np.array([0, 1, 1, 0, 2], dtype=np.int16),
        "offer_label": np.array([911, 4, 77, 12, 5], dtype=np.int32),
        "tariff": np.array([SUBSCRIPTION, PER_USE, SUBSCRIPTION, FREE, SUBSCRIPTION], np.uint8),
        "weeks": np.array([4, 4, 2, 4, 1], dtype=np.int16),
        "price": np.array([801, 250, 1999, 500, 333], dtype=np.int64),
        "ad_load": np.array([0.0, 0.3, 0.0, 1.0, 0.2], dtype=np.float32),
        "penalty": np.array([0, 120, 60, 0, 10], dtype=np.int64),
        "chance": np.array([0.0, 0.3, 0.9, 0.0, 0.5]),
        "last_offer": np.stack(
            [rng.choice(of_kind[k], N) for k in range(KINDS)], axis=1
        ).astype(np.int16),
        "last_week": rng.integers(0, 11, (N, OFFERS)).astype(np.int16),
        "avoid": rng.choice([0, 9, 10, 30], (N, OFFERS)).astype(np.int16),
    }


WEEK = 10


def test_see_equals_its_twin(drawn):
    d, n = drawn, len(drawn["customer"])
    utility, foreseen = (np.zeros((n, OFFERS), dtype=np.float32) for _ in range(2))
    # What members of a community need not pay of a fee, they need not pay in any use.
    off = np.where(d["category"] == d["kind"][:, None], np.array([101, 0, 999, 0, 33]), 0)
    discount = off.astype(np.int32)
    marked = np.flatnonzero((d["tariff"] != PER_USE) | (d["ad_load"] > 0))
    tariffs.see(
        0, N, WEEK, marked, d["starts"], d["customer"], d["kind"], d["segment"], d["effects"],
        d["sensitivity"], d["rate"], d["subscription"], d["until"], d["category"], d["tariff"],
        d["weeks"], d["price"], d["ad_load"], utility, foreseen, discount,
    )
    for e in range(n):
        i, k = d["customer"][e], d["kind"][e]
        bias, annoyance, _ = d["effects"][d["segment"][i]]
        for o in np.flatnonzero(d["category"] == k):
            holds = d["subscription"][i, k] == o and d["until"][i, k] >= WEEK
            nothing = holds or d["tariff"][o] == FREE
            assert discount[e, o] == (d["price"][o] if nothing else off[e, o])
            assert foreseen[e, o] == pytest.approx(-annoyance * d["ad_load"][o])
            gain = 0.0
            if not nothing and d["tariff"][o] == SUBSCRIPTION:
                price = (d["price"][o] - off[e, o]) / 100
                perceived = price / (max(d["rate"][i, k] * d["weeks"][o], 1.0) * (1 + bias))
                gain = d["sensitivity"][i] * (price - perceived)
            assert utility[e, o] == pytest.approx(gain, rel=1e-5, abs=1e-6)
    other = d["category"] != d["kind"][:, None]
    assert not utility[other].any()
    assert not discount[other].any()


def penalized(key, d, p):
    i, o = d["customer"][p], d["offer"][p]
    own = np.uint64(address(key, int(d["label"][i])))
    state = address(own, int(d["offer_label"][o]) * 256 + int(d["serial"][p]))
    return uniform(np.uint64(state), 0) < d["chance"][o]


def test_spoil_equals_its_twin(drawn):
    d, key = drawn, Streams(5).key("tariffs.penalty", WEEK)
    service = np.zeros(len(d["customer"]), dtype=np.float32)
    tariffs.spoil(
        0, N, key, d["starts"], d["label"], d["segment"], d["effects"], d["offer_label"],
        d["ad_load"], d["chance"], d["customer"], d["offer"], d["serial"], service,
    )
    for p, o in enumerate(d["offer"]):
        _, annoyance, pain = d["effects"][d["segment"][d["customer"][p]]]
        lost = 0.0 if o < 0 else annoyance * d["ad_load"][o] + pain * penalized(key, d, p)
        assert service[p] == pytest.approx(-lost, abs=1e-6)


def test_charge_equals_its_twin(drawn):
    d, key = drawn, Streams(5).key("tariffs.penalty", WEEK)
    n = len(d["customer"])
    held_at_start = np.where(d["until"] >= WEEK, d["subscription"], -1).astype(np.int16)
    subscription, until = held_at_start.copy(), d["until"].copy()
    price = np.where(d["offer"] >= 0, d["price"][d["offer"]], 0)
    spend, penalties = np.full(N, 10_000, dtype=np.int64), np.zeros(n, dtype=np.int64)
    due = price.copy()
    tariffs.charge(
        0, N, key, WEEK, d["starts"], d["label"], d["offer_label"], d["category"], d["tariff"],
        d["weeks"], d["penalty"], d["chance"], d["customer"], d["offer"], d["serial"], due,
        subscription, until, spend, penalties,
    )
    own, own_until = held_at_start.copy(), d["until"].copy()
    expected_spend = np.full(N, 10_000)
    seen = {"begun": 0, "waived": 0, "replaced": 0}
    for p in range(n):
        o, i, k = d["offer"][p], d["customer"][p], d["kind"][p]
        if o < 0:
            continue
        meets = penalized(key, d, p)
        expected_spend[i] += d["penalty"][o] * meets
        assert penalties[p] == d["penalty"][o] * meets
        cost = price[p]
        if d["tariff"][o] == FREE or held_at_start[i, k] == o or own[i, k] == o:
            expected_spend[i] -= cost
            cost = 0
            seen["waived"] += 1
        elif d["tariff"][o] == SUBSCRIPTION:
            seen["begun"] += 1
            seen["replaced"] += own[i, k] >= 0
            own[i, k], own_until[i, k] = o, WEEK + d["weeks"][o] - 1
        assert due[p] == cost
    assert min(seen.values()) > 30
    assert np.array_equal(subscription, own)
    assert np.array_equal(until, own_until)
    assert np.array_equal(spend, expected_spend)
    assert (penalties > 0).sum() > 30


def test_renew_equals_its_twin(drawn):
    d = drawn
    subscription, until = d["subscription"].copy(), d["until"].copy()
    spend, starts = np.zeros(N, dtype=np.int64), np.zeros(3, dtype=np.int64)
    tariffs.count_due(0, N, WEEK, subscription, until, starts)
    starts.cumsum(out=starts)
    customer, offer = np.full((2, starts[-1]), -9, dtype=np.int32)
    tariffs.renew(
        0, N, WEEK, starts, d["tariff"], d["weeks"], d["price"], d["last_offer"], d["last_week"],
        d["avoid"], subscription, until, spend, customer, offer,
    )
    expected = []
    for i in range(N):
        fees = 0
        for k in range(KINDS):
            o, paid_until = d["subscription"][i, k], d["until"][i, k]
            if o < 0 or paid_until > WEEK:
                assert subscription[i, k] == o
                assert until[i, k] == paid_until
                continue
            in_period = WEEK - d["weeks"][o] + 1 <= d["last_week"][i, o] <= WEEK
            keeps = d["last_offer"][i, k] == o and in_period and d["avoid"][i, o] < WEEK + 1
            if keeps and d["tariff"][o] == SUBSCRIPTION:
                fees += d["price"][o]
                expected.append((i, o))
                assert until[i, k] == WEEK + d["weeks"][o]
                assert subscription[i, k] == o
            else:
                assert subscription[i, k] == -1
                expected.append((i, -1))
        assert spend[i] == fees
    assert [*zip(customer.tolist(), offer.tolist(), strict=True)] == expected
    assert 30 < (offer >= 0).sum() < len(offer) - 30


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

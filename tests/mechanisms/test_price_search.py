"""Seeing prices: all, some, or until one is good enough."""

from __future__ import annotations

import beside
import numpy as np
import pytest
import worlds
from reference.twin import own, stream, uniform

from sim.biography import tell
from sim.scenario import Scenario
from sim.tables import Options, Trigger

PRICES = {"a": 10.0, "b": 14.0, "c": 20.0, "d": 32.0}


def world(n=4_000, weeks=1, *, awareness=1.0, prices=PRICES, **parameters):
    """Everybody buys once a week, the cheapest offer that she sees."""
    made = worlds.plain(
        n, weeks, price_sensitivity=1000.0, purchase_rate=1.0, regular_purchases=True,
        offers={o: {"price": p, "initial_awareness": awareness} for o, p in prices.items()},
    )
    made = worlds.with_mechanism(made, "choice", "multinomial_logit")
    return worlds.with_mechanism(made, "search", "price_search", **parameters)


def bought(made):
    return np.bincount(made.purchases.offer + 1, minlength=5)[1:] / made.purchases.n


def sees(world, mechanism, options):
    """Utility after what customers have not seen is out of reach, and who knows what."""
    p, c, o = mechanism.parameters, world.customers, world.offers
    who, key = world.streams.key("search.informed"), world.streams.key("search.quotes", world.week)
    utility = np.zeros(options.utility.shape)
    for e, i in enumerate(options.customer):
        k = options.category[e]
        if uniform(stream(who, c.label[i]), k) < own(world, mechanism, i, "informed_share"):
            continue
        state = stream(key, c.label[i], options.serial[e])
        known = [
            x for x in range(len(o.label))
            if o.category[x] == k and o.launch_week[x] <= world.week and c.aware[i, x]
        ]
        known.sort(key=lambda x: uniform(state, o.label[x]))
        n, limit = p.quotes, p.reservation_price * 100
        while n < len(known) and min(o.price_cents[x] for x in known[:n]) > limit:
            n += 1
        utility[e, known[n:]] = -np.inf
    return utility


@pytest.mark.parametrize("reservation_price", [8.2, 9.5])
def test_weighing_does_what_its_twin_says(reservation_price):
    busy = worlds.with_mechanism(
        worlds.busy(), "search", "price_search", informed_share=0.3,
        reservation_price=reservation_price,
    )
    busy["customers"]["segments"]["expert"]["behavior"] = {"search": {"informed_share": 0.6}}
    made, checked = worlds.market(busy), []

    def listener(market, stage, after):
        if stage == "choice" and after and market.purchases.n:
            from reference.twin import snapshot

            options = Options.allocate(market.purchases, market.n_offers)
            serials = market.purchases.serial
            options.category[:] = np.concatenate([
                np.repeat(np.arange(2), row) for row in market.tables.customers.n_occasions
            ])
            options.serial[:] = serials
            assert (options.customer == market.purchases.customer).all()
            mechanism = market.mechanisms["search"]
            mechanism.weigh(market, options)
            np.testing.assert_array_equal(
                options.utility, sees(snapshot(market), mechanism, options)
            )
            checked.append(np.isinf(options.utility).sum())

    made.listeners.append(listener)
    made.run_model()
    assert len(checked) == worlds.WEEKS
    assert min(checked) > 0


def compare(world, mechanism):
    """Informed customers know every offer on sale."""
    c, o = world.customers, world.offers
    who = world.streams.key("search.informed")
    for i in range(world.n):
        for x, k in enumerate(o.category):
            share = own(world, mechanism, i, "informed_share")
            if uniform(stream(who, c.label[i]), k) >= share or o.launch_week[x] > world.week:
                continue
            if not c.aware[i, x]:
                c.aware[i, x] = 1
                c.trigger[i, x] = c.trigger[i, x] or Trigger.SEARCH


def test_comparing_leaves_behind_what_its_twin_says():
    busy = worlds.changed(worlds.busy(), firms__Cy__offers__bus__launch_week=4)
    busy = worlds.with_mechanism(busy, "search", "price_search")
    assert beside.live_beside(busy, "search", compare) >= 2


def test_threads_and_the_order_of_firms_change_nothing():
    def of(n=60):
        return worlds.with_mechanism(worlds.busy(n), "search", "price_search", search_cost=0.2)

    assert beside.threads_change_nothing(of)
    assert beside.order_changes_nothing(of())


def test_who_is_informed_finds_the_cheapest_even_where_she_knew_nothing():
    made = worlds.lived(world(200, awareness=0.0, informed_share=1.0))
    assert bought(made).tolist() == [1, 0, 0, 0]
    assert (made.tables.customers.trigger == Trigger.SEARCH).all()


@pytest.mark.parametrize(("quotes", "shares"), [
    (1, [1 / 4, 1 / 4, 1 / 4, 1 / 4]), (2, [1 / 2, 1 / 3, 1 / 6, 0]), (4, [1, 0, 0, 0]),
])
def test_others_take_the_cheapest_of_their_quotes(quotes, shares):
    # 4,000 customers: five standard errors are at most 0.04.
    made = worlds.lived(world(informed_share=0.0, quotes=quotes))
    np.testing.assert_allclose(bought(made), shares, atol=0.04)


def test_who_looks_on_stops_at_the_first_price_below_her_limit():
    made = worlds.lived(world(informed_share=0.0, reservation_price=14.0))
    np.testing.assert_allclose(bought(made), [0.5, 0.5, 0, 0], atol=0.04)
    none_is_good_enough = worlds.lived(world(200, informed_share=0.0, reservation_price=9.0))
    assert bought(none_is_good_enough).tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize(("cost", "limit"), [
    (0.0, 10.0), (0.5, 12.0), (1.0, 14.0), (2.0, 16.0), (8.0, 76 / 3), (13.0, 32.0), (20.0, 39.0),
])
def test_the_reservation_price_makes_one_more_look_just_worth_it(cost, limit):
    made = worlds.lived(world(10, search_cost=cost))
    found = made.mechanisms["search"].reservation_cents(made, 0) / 100
    gain = np.mean([max(found - price, 0.0) for price in PRICES.values()])
    assert gain == pytest.approx(cost)
    assert found == pytest.approx(limit)


def two_categories(**parameters):
    """Things as before, and tools that cost a hundred times as much."""
    made = world(4_000, informed_share=0.0, **parameters)
    tools = {f"t{o}": {
        "category": "tool", "quality": {"force": 0.5}, "price": 100 * p, "unit_cost": 1.0,
        "initial_awareness": 1.0,
    } for o, p in PRICES.items()}
    return worlds.changed(
        made, categories__tool={"attributes": {"force": {}}}, firms__Ftool={"offers": tools}
    )


def test_every_category_has_a_reservation_price_of_its_own():
    made = worlds.lived(two_categories(search_cost=1.0))
    search = made.mechanisms["search"]
    # One more look for 1 gains less among things than among tools a hundred times as dear.
    assert [search.reservation_cents(made, k) for k in (0, 1)] == [1400.0, 100 * (1000 + 4)]


def test_who_looks_on_does_so_by_the_prices_of_the_category():
    # At 300 a look every thing is good enough, and of tools those below (4 * 300 + 2400) / 2.
    made = worlds.lived(two_categories(search_cost=300.0))
    offer = made.purchases.offer
    things, tools = (np.bincount(offer[(offer >= a) & (offer < a + 4)] - a, minlength=4) / 4_000
                     for a in (0, 4))
    np.testing.assert_allclose(things, [0.25] * 4, atol=0.04)
    np.testing.assert_allclose(tools, [0.5, 0.5, 0, 0], atol=0.04)


def test_what_is_not_on_sale_yet_is_no_reason_to_look_on():
    made = world(10, search_cost=1.0)
    made["firms"]["Fa"]["offers"]["a"]["launch_week"] = 2
    market = worlds.market(made)
    limits = []
    for _ in range(2):
        market.set_clock(market.week + 1)
        limits.append(market.mechanisms["search"].reservation_cents(market, 0))
    # Of 14, 20 and 32 alone, one more look for 1 is worth it above 17.
    assert limits == [1700.0, 1400.0]


def test_without_a_cost_she_does_not_look_on_and_a_given_limit_comes_first():
    made = worlds.lived(world(10))
    assert made.mechanisms["search"].reservation_cents(made, 0) == np.inf
    made = worlds.lived(world(10, search_cost=1.0, reservation_price=30.0))
    assert made.mechanisms["search"].reservation_cents(made, 0) == 3000.0


def test_an_unaware_customer_sees_no_quote():
    made = worlds.lived(world(100, awareness=0.0, informed_share=0.0))
    assert (made.purchases.offer == -1).all()


def test_who_is_informed_stays_so():
    made = worlds.market(world(400, weeks=6, informed_share=0.5))
    always = np.ones(400, dtype=bool)
    for _ in range(6):
        made.step()
        always &= made.purchases.offer == 0
    # Half, and of the others one in 4,096; five standard errors of a fair coin.
    assert abs(always.sum() - 200) < 50


def test_her_biography_tells_what_she_found_and_what_she_did_not_see():
    found = tell(Scenario.from_dict(world(5, awareness=0.0, informed_share=1.0)),
                 strategy=None, seed=1, customer=2).sentences()
    assert "week 1: found a and b and c and d when she compared all prices" in found
    unseen = " ".join(tell(Scenario.from_dict(world(5, informed_share=0.0)),
                           strategy=None, seed=1, customer=2).sentences())
    assert unseen.count("could not be had (search)") == 3

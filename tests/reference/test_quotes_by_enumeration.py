"""Which prices customers see, against all orders in which they may ask for them."""

from __future__ import annotations

import math
from itertools import permutations
from statistics import NormalDist

import pytest
import worlds

FAR = NormalDist().inv_cdf(1 - 0.5e-4)
PRICES = (1.0, 2.0, 3.0, 3.0, 8.0)
N = 3000


def shares_seen(known, quotes, limit):
    """How often each offer is seen, over all orders of those that she knows."""
    seen, orders = dict.fromkeys(known, 0), list(permutations(known))
    for order in orders:
        n = min(quotes, len(order))
        while n < len(order) and min(PRICES[o] for o in order[:n]) > limit:
            n += 1
        for o in order[:n]:
            seen[o] += 1
    return {o: count / len(orders) for o, count in seen.items()}


def test_shares_by_hand():
    # Of 1, 2 and 8 one is asked for; who meets 2 or 8 above a limit of 1 goes on to the 1.
    assert shares_seen((0, 1, 4), 1, 1.0) == {0: 1, 1: 1 / 2, 4: 1 / 2}
    assert shares_seen((0, 1, 4), 1, 2.0) == {0: 1 / 2, 1: 1 / 2, 4: 1 / 3}
    assert shares_seen((0, 1, 4), 2, math.inf) == {0: 2 / 3, 1: 2 / 3, 4: 2 / 3}


@pytest.mark.parametrize("quotes", [1, 2, 120])
@pytest.mark.parametrize(("given", "limit"), [
    ({}, math.inf), ({"reservation_price": 2.0}, 2.0), ({"reservation_price": 0.0}, 0.0),
    # One more look costs 0.6: of five prices only 1 and 2 are below R, (2 R - 3) / 5 = 0.6.
    ({"search_cost": 0.6}, 3.0),
    # All five are below R: (5 R - 17) / 5 = 6.
    ({"search_cost": 6.0}, 9.4),
    ({"search_cost": 0.0}, 1.0),
])
@pytest.mark.parametrize("informed", [0.0, 0.4, 1.0])
def test_every_price_is_seen_as_often_as_in_all_orders(informed, given, limit, quotes):
    world = worlds.plain(N, 1, regular_purchases=True, offers={
        f"offer{o}": {"price": price, "initial_awareness": 0.5 if o == 3 else 1.0}
        for o, price in enumerate(PRICES)
    })
    world = worlds.with_mechanism(world, "choice", "multinomial_logit")
    made = worlds.market(worlds.with_mechanism(
        world, "search", "price_search", informed_share=informed, quotes=quotes, **given
    ), observe=False)
    knew, seen = made.tables.customers.aware.copy(), []
    mechanism, weigh = made.mechanisms["search"], made.mechanisms["search"].weigh

    def beside(market, options):
        knows = market.tables.customers.aware
        weigh(market, options)
        expected = {
            found: shares_seen([o for o in range(5) if o != 3 or found], quotes, limit)
            for found in (0, 1)
        }
        for e, i in enumerate(options.customer):
            others = expected[int(knew[i, 3])]
            for o in range(5):
                chance = informed + (1 - informed) * others.get(o, 0.0)
                found = knows[i, o] == 1 and options.utility[e, o] > -math.inf
                seen.append((o, found, chance))

    mechanism.weigh = beside
    made.step()
    assert len(seen) == 5 * N
    for o in range(5):
        happened = sum(found for which, found, _ in seen if which == o)
        chances = [chance for which, _, chance in seen if which == o]
        spread = math.sqrt(sum(p * (1 - p) for p in chances))
        assert abs(happened - sum(chances)) <= FAR * spread + 1e-6, o

"""Whoever buys its goods from a supplier prices by what it pays, not by what making them costs."""

from __future__ import annotations

import pytest
import worlds

MADE, BOUGHT_IN = 2.0, 5.0


def lived(variant, weeks=4, supply=True, price=7.0, **parameters):
    """Two shops; the second buys its soap from the first."""
    world = worlds.plain(200, weeks, offers={
        "soap": {"price": price, "unit_cost": MADE},
        "bar": {
            "price": price, "unit_cost": MADE,
            "supply": {"supplier": "Fsoap", "wholesale_price": BOUGHT_IN},
        },
    }, price_sensitivity=2.0)
    world["mechanisms"]["choice"] = "multinomial_logit"
    world["mechanisms"]["supply"] = "order_up_to" if supply else "none"
    for firm in world["firms"].values():
        firm["levers"] = {"markup": 0.5}
    return worlds.lived(worlds.with_mechanism(world, "pricing", variant, **parameters))


def test_a_markup_is_on_what_the_seller_pays():
    assert lived("cost_plus").tables.offers.price_cents.tolist() == [300, 750]
    assert lived("cost_plus", supply=False).tables.offers.price_cents.tolist() == [300, 300]


def test_prices_drawn_by_chance_are_never_below_it():
    made = lived("mixed_strategy", weeks=30, valuation=8.0, informed_share=0.8)
    assert made.tables.offers.price_cents[1] >= 100 * BOUGHT_IN
    assert lived("mixed_strategy", weeks=1, valuation=4.0).tables.offers.price_cents[1] == 500


def test_a_price_for_margin_is_above_it():
    known = {"weeks": 1, "price": 3.0, "interval": 1}
    dear, cheap = (lived("logit_bertrand", supply=supply, **known) for supply in (True, False))
    assert dear.cost_to_seller().tolist() == [200, 500]
    assert cheap.cost_to_seller().tolist() == [200, 200]
    assert dear.tables.offers.price_cents[1] == 500
    assert cheap.tables.offers.price_cents[1] < 500


@pytest.mark.parametrize(("supply", "bid"), [(True, [550, 0]), (False, [0, 450])])
def test_a_bid_is_never_below_it(supply, bid):
    world = worlds.plain(50, 2, offers={
        "soap": {"price": 9.0, "unit_cost": MADE},
        "bar": {
            "price": 7.0, "unit_cost": MADE,
            "supply": {"supplier": "Fsoap", "wholesale_price": BOUGHT_IN},
        },
    })
    world["mechanisms"]["supply"] = "order_up_to" if supply else "none"
    world["mechanisms"]["community"] = "forum"
    world["communities"] = {"fair": {"initial_share": 1.0, "vendors": ["Fsoap", "Fbar"]}}
    made = worlds.lived(worlds.with_mechanism(world, "group_buying", "reverse_auction"), weeks=1)
    # (9 - 2) / 2 above 2 against (7 - 5) / 2 above 5, or (7 - 2) / 2 above 2
    assert made.tables.offers.group_price_cents[:, 0].tolist() == bid

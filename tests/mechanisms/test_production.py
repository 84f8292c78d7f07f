"""The experience curve: what was made makes the next unit cheaper."""

from __future__ import annotations

import math

import numpy as np
import pytest
import worlds


def curve(offers=None, n=1000, weeks=12, **parameters):
    world = worlds.plain(n, weeks, offers=offers)
    world = worlds.with_mechanism(world, "choice", "multinomial_logit")
    return worlds.with_mechanism(world, "production", "experience_curve", **parameters)


def costs_after(made_so_far, **parameters):
    """Unit cost of an offer that started at 100.00, with no sale this week."""
    made = worlds.market(curve({"one": {"unit_cost": 100.0}}, **parameters))
    made.tables.offers.n_made[:] = made_so_far
    made.mechanisms["production"].step(made)
    return int(made.tables.offers.unit_cost_cents[0])


def test_each_doubling_of_all_units_takes_a_fifth_off_the_cost():
    # 1,000 customers start with 1,000 units of experience: 1,000 more double it, 3,000 twice.
    assert [costs_after(n) for n in (0, 1000, 3000, 7000)] == [10000, 8000, 6400, 5120]


def test_a_curve_of_thirty_percent_halves_the_cost_in_two_doublings():
    assert costs_after(3000, learning_rate=0.3) == 4900


def test_no_cost_falls_below_its_floor():
    assert costs_after(10**9) == 2000
    assert costs_after(10**9, floor_share=0.35) == 3500
    assert costs_after(10**9, floor_share=0.0) < 200


def test_a_firm_that_starts_with_more_experience_learns_less():
    assert costs_after(1000, reference_units=100.0) < costs_after(1000) < 10000
    assert costs_after(1000, reference_units=1e6) == 9997


def twin(initial, n_made, n, learning_rate, reference_units, floor_share):
    b = -math.log(1 - learning_rate) / math.log(2)
    reference = reference_units * n / 1000
    share = ((reference + n_made) / reference) ** -b
    return round(initial * max(share, floor_share))


def test_a_lived_market_follows_the_equation_week_by_week():
    offers = {"one": {"unit_cost": 4.0}, "two": {"unit_cost": 7.77, "price": 9.0}}
    made = worlds.market(curve(offers, 300, reference_units=500.0, floor_share=0.6))
    so_far = np.zeros(2, dtype=int)
    for _ in range(12):
        made.step()
        so_far += np.bincount(made.purchases.offer, minlength=2)
        assert made.tables.offers.n_made.tolist() == so_far.tolist()
        assert made.tables.offers.unit_cost_cents.tolist() == [
            twin(cents, n, 300, 0.2, 500.0, 0.6)
            for cents, n in zip([400, 777], so_far, strict=True)
        ]
    assert so_far.min() > 300


def test_prices_that_follow_costs_fall_with_experience():
    world = worlds.with_mechanism(curve(), "pricing", "cost_plus")
    made = worlds.lived(world)
    assert made.tables.offers.price_cents[0] < 0.6 * 520
    assert made.tables.offers.price_cents[0] == round(
        made.tables.offers.unit_cost_cents[0] * 1.3
    )


def test_a_curve_without_learning_is_none_but_for_the_count():
    flat = worlds.lived(curve(learning_rate=0.0))
    off = worlds.lived(worlds.with_mechanism(curve(), "production", "none"))
    assert worlds.differing(flat, off) == {"offers.n_made"}


def test_a_resumed_market_goes_on_with_the_same_curve():
    straight, stopped = worlds.lived(curve()), worlds.lived(curve(), weeks=5)
    resumed = type(stopped).resume(stopped.checkpoint())
    resumed.run_model()
    assert worlds.differing(straight, resumed) == set()


@pytest.mark.parametrize("order", [["one", "two"], ["two", "one"]])
def test_the_order_of_firms_changes_no_cost(order):
    offers = {"one": {"unit_cost": 4.0}, "two": {"unit_cost": 7.0}}
    made = worlds.lived(curve({name: offers[name] for name in order}))
    found = dict(zip(made.offer_names, made.tables.offers.unit_cost_cents.tolist(), strict=True))
    other = worlds.lived(curve(offers)).tables.offers.unit_cost_cents.tolist()
    assert [found["one"], found["two"]] == other

"""Advertising that reminds who knows an offer: how much, how long, and what habit makes of it."""

from __future__ import annotations

import math

import beside
import numpy as np
import pytest
import worlds

from sim.laws.probes.nudges import STEP, elasticity

SPENT = {"one": {"advertising": 100}, "two": {"advertising": 300}, "three": {}}


def reminded(n=60, weeks=8, offers=None, choice=None, **parameters):
    """Offers alike but for what is spent on them, and nothing else at work."""
    world = worlds.plain(n, weeks, offers=SPENT if offers is None else offers)
    world = worlds.with_mechanism(
        world, "choice", "multinomial_logit", **{"loyalty_weight": 0.0, **(choice or {})}
    )
    parameters = {"reach_rate": 0.0, "forget_prob": 0.0, **parameters}
    return worlds.with_mechanism(world, "advertising", "adstock", **parameters)


def terms(made):
    """What advertising adds to the options of the last week, and whose they are."""
    options = beside.options_of_week(made)
    made.mechanisms["advertising"].weigh(made, options)
    return options


def units(world, seed=1):
    """Units a week of every offer, (n_weeks, n_offers)."""
    made, found = worlds.market(world, seed=seed), []
    for _ in range(made.world.weeks):
        made.step()
        found.append(np.bincount(made.purchases.offer + 1, minlength=made.n_offers + 1)[1:])
    return np.array(found)


def test_a_reminder_is_worth_its_weight_times_the_response_to_this_weeks_spending():
    # g(100) = 1/2, g(300) = 3/4 and g(0) = 0 at a half saturation of 100.
    made = worlds.lived(reminded(reminder=0.8), weeks=3)
    found = terms(made).utility
    assert len(found) > 20
    np.testing.assert_allclose(found, np.tile([0.4, 0.6, 0.0], (len(found), 1)), rtol=1e-6)


def test_segments_are_reminded_each_in_their_own_measure():
    world = reminded(curvature=2.0, half_saturation=100.0)
    alike = world["customers"]["segments"]["all"]
    world["customers"]["segments"] = {
        "deaf": {**alike, "share": 0.5},
        "keen": {**alike, "share": 0.5, "behavior": {"advertising": {"reminder": 2.0}}},
    }
    made = worlds.lived(world, weeks=2)
    options = terms(made)
    keen = made.tables.customers.segment[options.customer] == 1
    assert keen.any() and not keen.all()
    assert not options.utility[~keen].any()
    expected = np.tile([1.0, 2.0 * 9 / 10, 0.0], (keen.sum(), 1))
    np.testing.assert_allclose(options.utility[keen], expected, rtol=1e-6)


def test_nobody_is_reminded_of_what_is_not_yet_on_sale():
    made = worlds.lived(reminded(
        reminder=1.0, offers={"one": {"advertising": 100}, "new": {
            "advertising": 100, "launch_week": 4, "initial_awareness": 0.0,
        }},
    ), weeks=3)
    assert not terms(made).utility[:, 1].any()
    made.step()
    assert terms(made).utility[:, 1] == pytest.approx(0.5)


def test_choice_weighs_advertising_only_where_it_reminds():
    silent, speaking = worlds.market(reminded()), worlds.market(reminded(reminder=0.1))
    assert silent.mechanisms["advertising"] not in silent.weighing
    assert speaking.mechanisms["advertising"] in speaking.weighing


def test_odds_of_two_offers_are_those_of_the_logit():
    n, reminder = 20_000, 0.8
    sold = units(reminded(n, 4, reminder=reminder)).sum(axis=0)
    for o, g in ((0, 0.5), (1, 0.75)):
        share = 1.0 / (1.0 + math.exp(-reminder * g))
        both = sold[o] + sold[2]
        z = (sold[o] - both * share) / math.sqrt(both * share * (1 - share))
        assert abs(z) < 4.5  # seven in a million


def test_a_reminder_ends_with_the_spending_and_habit_remembers_it():
    def after(loyalty):
        world = reminded(
            20_000, 12, {"one": {"advertising": 300}, "two": {}},
            {"loyalty_weight": loyalty}, reminder=2.0,
        )
        world["events"] = [
            {"name": "silence", "week": 7, "set": {"firms.Fone.offers.one.advertising": 0}},
        ]
        sold = units(world)
        return sold[6:, 0].sum() / sold[6:].sum()

    n = 20_000 * 6
    assert abs(after(0.0) - 0.5) < 4.5 * 0.5 / math.sqrt(n)
    assert after(3.5) > 0.55


def test_the_elasticity_is_the_one_that_the_declaration_states():
    # reminder * g * (1 - g) * (1 - share) = 0.9 * 0.25 * 0.5 of two offers alike, both advertised.
    offers = {"one": {"advertising": 100}, "two": {"advertising": 100}}
    more = {**offers, "one": {"advertising": 100 * (1 + STEP)}}

    def sold(offers):
        world = reminded(20_000, 10, offers, reminder=0.9)
        return np.sum([units(world, seed)[:, 0] for seed in range(6)], axis=0)

    plain, nudged = sold(offers), sold(more)
    # Shared luck: what differs between twins is what the nudge did, and the step is not small.
    assert elasticity(nudged, plain, 1 + STEP) == pytest.approx(0.9 * 0.25 * 0.5, abs=0.02)

"""What customers pass on, blame and leave for, and what a desk can answer: rules of meaning.

Each was broken once: small markets in which the right answer needs no counting.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.mechanisms.word_of_mouth.message import DEFECT, SILENCE, STEPS
from sim.tables import Response
from tests import worlds
from tests.worlds import changed, lived, market, plain, ties, with_mechanism

WEEKS_TO_LEAVE = 12
TALK = {"base_propensity": 1.0, "recency_half_life": None, "contact_prob": 0.5}


def talking(world, **parameters):
    world = with_mechanism(world, "word_of_mouth", "cascade", **{**TALK, **parameters})
    network = {"kind": "watts_strogatz", "neighbors": 8, "rewiring_prob": 0.1}
    return changed(world, customers__network=network)


def choosing(world):
    world = with_mechanism(world, "choice", "multinomial_logit")
    return with_mechanism(world, "experience", "expectancy_disconfirmation", noise_sd=0.0)


# What is passed on -----------------------------------------------------------------------------


def test_a_category_that_nobody_buys_in_silences_nobody():
    world = talking(choosing(plain(400)))
    other = changed(
        world, categories={**world["categories"], "air": {"attributes": {"breath": {}}}},
        customers__segments__all__purchase_rate={"thing": 1.0, "air": 1.0},
        customers__segments__all__needs={"worth": 1, "breath": 1},
    )
    one, two = (lived(w).recorder.recorded() for w in (world, other))
    told = [sum(r[name].sum() for name in ("good_news", "bad_news")) for r in (one, two)]
    assert told[0] == told[1] > 1000


def test_who_bought_in_two_of_three_categories_speaks_of_both_alike():
    made = market(talking(choosing(worlds.busy(4000)), recency_half_life=None))
    last_offer, customers = made.tables.customers.last_offer, made.tables.customers
    assert last_offer.shape[1] == 2
    first, second = (int(np.flatnonzero(made.tables.offers.category == k)[0]) for k in (0, 1))
    last_offer[:, 0], last_offer[:, 1] = first, second
    last_offer[:1000, 0] = -1
    customers.satisfaction[:] = 0.9
    customers.last_purchase_week[:] = 0
    customers.telling[:] = 0
    customers.talkativeness[:] = 1.0
    made.week = 1
    made.mechanisms["word_of_mouth"].step(made)
    spoken = customers.message & 127
    assert (customers.message >= 0).all()
    assert (spoken[:1000] == second).all()
    # 3,000 fair coins: five standard errors
    assert (spoken[1000:] == first).mean() == pytest.approx(0.5, abs=0.046)


@pytest.mark.parametrize("told_by", ["nobody", "friends", "a forum"])
def test_what_everybody_foresees_is_not_told_again(told_by):
    # Advertising in use takes 0.2 of 0.8; the rival gives 0.6 plainly: both are lived alike.
    world = choosing(plain(
        1000, 60, price_sensitivity=0.3, purchase_rate=0.5, outside_utility=1.0,
        offers={
            "noisy": {"quality": {"worth": 0.8}, "initial_expectation": 0.8, "ad_load": 1.0},
            "plain": {"quality": {"worth": 0.6}, "initial_expectation": 0.6},
        },
    ))
    world = with_mechanism(world, "tariffs", "flat_rate_bias", ad_annoyance=0.2)
    if told_by == "friends":
        world = talking(world)
    if told_by == "a forum":
        world = with_mechanism(world, "community", "forum", leave_prob=0.0)
        world = {**world, "communities": {"board": {"initial_share": 1.0}}}
    made = lived(world)
    customers, found = made.tables.customers, made.recorder.recorded()
    np.testing.assert_allclose(customers.expectation, [[0.8, 0.6]] * 1000, atol=2e-6)
    bought = customers.purchase_count > 0
    np.testing.assert_allclose(customers.satisfaction[bought], 0.6, atol=2e-6)
    # 15,000 purchases: more than seven standard errors
    assert found["market_share"][20:, 0].mean() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(("variant", "told"), [("cascade", 0.8), ("opinion_averaging", 0.6)])
def test_an_opinion_is_told_as_it_is_and_a_satisfaction_without_what_all_foresee(variant, told):
    world = with_mechanism(choosing(plain(400)), "tariffs", "flat_rate_bias")
    made = market(with_mechanism(world, "word_of_mouth", variant, **TALK))
    customers = made.tables.customers
    customers.last_offer[:] = 0
    customers.expectation[:], customers.satisfaction[:], customers.foreseen[:] = 0.6, 0.5, -0.3
    customers.telling[:] = 1  # all have something to tell
    made.week = 1
    made.mechanisms["word_of_mouth"].step(made)
    assert (customers.message >= 0).all()
    np.testing.assert_allclose((customers.message >> 8) / STEPS, told, atol=1 / STEPS)


@pytest.mark.parametrize(("goodness", "defect", "tone"), [
    (0.9, False, "well"), (0.4, False, "badly"), (0.9, True, "badly"),
])
def test_who_tells_of_a_defect_speaks_badly_however_satisfied_she_is(goodness, defect, tone):
    made = market(with_mechanism(plain(2), "word_of_mouth", "cascade", contact_prob=1.0),
                  network=ties(2, [(0, 1)]))
    said = int(goodness * STEPS) << 8 | (DEFECT if defect else 0)
    made.tables.customers.message[:] = [SILENCE, said]
    made.set_clock(1)
    before = {name: values[0] for name, values in made.tables.customers.state().items()}
    (told,) = made.mechanisms["word_of_mouth"].explain(made, 0, before)
    assert f"speak {tone} of one ({goodness:.2f})" in told.text
    assert told.text.endswith("and of its defect") == defect


# Leaving ---------------------------------------------------------------------------------------


def leaving(weeks=WEEKS_TO_LEAVE, **rival):
    world = choosing(plain(1500, weeks, offers={
        "poor": {"quality": {"worth": 0.2}, "initial_expectation": 0.9},
        "rival": {"quality": {"worth": 0.9}, "initial_expectation": 0.9, **rival},
    }))
    return with_mechanism(world, "response", "exit_voice_loyalty")


def exits(made):
    return made.recorder.recorded()["exits"][:, 0].sum()


def test_nobody_leaves_for_an_offer_that_is_not_on_sale():
    later = leaving(launch_week=WEEKS_TO_LEAVE + 1)
    assert exits(lived(later)) == 0
    assert exits(lived(leaving())) > 100


def test_nobody_leaves_for_an_empty_shelf():
    made = market(leaving())
    for _ in range(WEEKS_TO_LEAVE):
        made.tables.offers.availability[1] = 0.0
        made.step()
    assert made.recorder.recorded()["units"][:, 0].sum() > 1000
    assert exits(made) == 0


def test_nobody_leaves_for_an_offer_that_she_left_herself():
    made = market(leaving())
    made.tables.customers.avoid_until_week[:, 1] = 500
    for _ in range(WEEKS_TO_LEAVE):
        made.step()
    assert made.recorder.recorded()["units"][:, 0].sum() > 1000
    assert exits(made) == 0


@pytest.mark.parametrize(("until", "leaves"), [(0, True), (1, False), (2, False)])
def test_a_rival_that_she_avoids_this_very_week_is_none_to_leave_for(until, leaves):
    made = market(leaving())
    made.tables.customers.avoid_until_week[:, 1] = until
    made.step()
    assert (exits(made) > 0) == leaves


def test_who_has_left_does_not_leave_again_in_the_same_week():
    made = market(changed(leaving(), customers__segments__all__purchase_rate=4.0))
    some_bought_again = False
    for _ in range(3):
        made.step()
        bought = made.purchases
        gone = bought.customer[(bought.response == Response.EXIT) & (bought.offer == 0)]
        assert len(gone) == len(np.unique(gone))
        own = bought.customer[bought.offer == 0]
        some_bought_again |= bool((np.bincount(own, minlength=1500)[gone] > 1).any())
    assert some_bought_again


def test_what_is_lacking_is_something_that_the_category_can_have():
    made, blamed = market(worlds.busy(300)), []
    attribute_category = made.attribute_category
    for _ in range(6):
        made.step()
        bought = made.purchases
        at = np.flatnonzero(bought.lacking >= 0)
        kind = made.tables.offers.category[bought.offer[at]]
        assert (attribute_category[bought.lacking[at]] == kind).all()
        blamed += bought.lacking[at].tolist()
    assert set(blamed) == {0, 1, 2, 3}


# Answering -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "capacity"), [(49, 10.0), (51, 10.0), (149, 10.0), (30, 40.0)])
def test_a_desk_answers_over_the_weeks_as_much_as_its_lever_says(n, capacity):
    world = with_mechanism(leaving(40), "response", "exit_voice_loyalty", voice_base=50.0)
    world = with_mechanism(world, "dialogue", "complaint_queue", patience=100)
    world = changed(world, customers__n=n, firms__Fpoor__levers={"support_capacity": capacity})
    made = market(world)
    queue = np.zeros((10_000, 5), dtype=np.int32)
    queue[:, 2] = -1
    made.firms[0].complaints = queue  # never empty
    for _ in range(40):
        made.step()
    answered = made.recorder.recorded()["complaints_answered"][:, 0].sum()
    assert answered == int(capacity * n / 1000 * 40)


def test_a_desk_whose_lever_moves_answers_what_the_levers_say_together():
    world = with_mechanism(leaving(40), "response", "exit_voice_loyalty", voice_base=50.0)
    world = with_mechanism(world, "dialogue", "complaint_queue", patience=100)
    made = market(changed(world, customers__n=1000))
    queue = np.zeros((10_000, 5), dtype=np.int32)
    queue[:, 2] = -1
    made.firms[0].complaints = queue  # never empty
    said = np.linspace(0.9, 0.1, 40)
    for capacity in said:
        made.firms[0].levers["support_capacity"] = capacity
        made.step()
    answered = made.recorder.recorded()["complaints_answered"][:, 0].sum()
    assert answered == int(said.sum() + 1e-9)

"""Tastes and designs lie on a circle; tailoring closes the distance."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.biography import tell
from sim.mechanisms.tailoring.taste_circle import tailor
from sim.scenario import Scenario

EFFECTS = np.array([[0.5, 0.4, 0.3, 4.0]])  # mismatch weight, visible share, confusion, worth


def tailored(world, **parameters):
    return worlds.with_mechanism(world, "tailoring", "taste_circle", **parameters)


def fitted(taste, position, *, known=0.0, personalization=0.0, customization=0.0, effort=0.0,
           expertise=0.0):
    """Mismatch, fit and effort of one offer for one customer."""
    def one(value):
        return np.array([value], dtype=np.float32)

    first = np.zeros(1, dtype=np.int16)
    return tailor(
        0, 0, np.zeros(1, dtype=np.uint8), EFFECTS, one([taste]), one([known]), one(effort),
        one(expertise), first, first, one(position), one(personalization), one(customization),
    )


def by_hand(market, i, o, effects):
    """The equation of the docstring: (mismatch, fit, effort or None)."""
    customers, offers = market.tables.customers, market.tables.offers
    weight, _, confusion, value = effects[customers.segment[i]]
    taste, position = customers.taste[i, offers.category[o]], offers.position[o]
    gap = abs(float(taste) - float(position))
    m = 2 * min(gap, 1 - gap)
    learned = float(offers.personalization[o] * customers.known[i, offers.firm[o]])
    own = float(offers.customization[o])
    specified = own * (1 - confusion * (1 - float(customers.expertise[i])))
    effort = float(customers.effort_cost[i]) * own
    if own > 0 and value * weight * m * (specified - learned) > effort:
        return m, specified, effort
    return m, learned, None


def shop(n=4000, weeks=1, *, offers=None, taste=None, **segment):
    """Customers who buy each week, and live exactly what an offer is for them."""
    segment = {"regular_purchases": True, **segment}
    if taste is not None:
        segment["taste"] = taste
    world = worlds.plain(n, weeks, offers=offers, **segment)
    world = worlds.with_mechanism(world, "choice", "multinomial_logit")
    world = worlds.with_mechanism(world, "experience", "expectancy_disconfirmation", noise_sd=0.0)
    return tailored(world)


# Stories ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("taste", "position", "mismatch"), [
    (0.2, 0.2, 0.0), (0.0, 0.5, 1.0), (0.9, 0.1, 0.4), (0.1, 0.9, 0.4), (0.0, 1.0, 0.0),
])
def test_the_shorter_way_round_the_circle_counts(taste, position, mismatch):
    assert fitted(taste, position)[0] == pytest.approx(mismatch, abs=1e-6)


def test_personalization_fits_as_far_as_she_is_known():
    assert fitted(0.0, 0.5, personalization=0.8)[1:] == (0.0, -1.0)
    assert fitted(0.0, 0.5, personalization=0.8, known=0.5)[1] == pytest.approx(0.4)


def test_she_specifies_only_what_is_worth_the_effort():
    # Worth 4 * 0.5 * mismatch 1 * fit 0.7 = 1.4 against the effort.
    cheap = fitted(0.0, 0.5, customization=1.0, effort=1.39)
    dear = fitted(0.0, 0.5, customization=1.0, effort=1.41)
    assert cheap == pytest.approx((1.0, 0.7, 1.39))
    assert dear == pytest.approx((1.0, 0.0, -1.0))


def test_expertise_makes_a_specification_fit():
    assert fitted(0.0, 0.5, customization=1.0, expertise=1.0)[1] == pytest.approx(1.0)
    assert fitted(0.0, 0.5, customization=1.0, expertise=0.5)[1] == pytest.approx(0.85)


def test_she_leaves_it_to_a_firm_that_knows_her_well_enough():
    both = {"personalization": 1.0, "customization": 1.0}
    assert fitted(0.0, 0.5, known=0.6, **both)[1:] == pytest.approx((0.7, 0.0))
    assert fitted(0.0, 0.5, known=0.8, **both)[1:] == pytest.approx((0.8, -1.0))


def test_experience_loses_what_does_not_fit_and_she_foresees_a_part():
    made = worlds.lived(shop(
        20, offers={"one": {"position": 0.5}}, taste={"center": 0.25, "spread": 0.0}
    ))
    # Quality 0.5, mismatch 0.5 of weight 0.4; half of the loss of 0.2 is foreseen.
    assert made.purchases.experienced == pytest.approx([0.3] * 20)
    assert made.purchases.foreseen == pytest.approx([-0.1] * 20)
    assert made.purchases.expected == pytest.approx([0.4] * 20)


def test_specifying_lifts_experience_and_costs_the_firm():
    made = worlds.lived(shop(
        20, offers={"one": {"position": 0.5, "customization": 0.5}}, expertise=1.0,
        effort_cost=0.1, taste={"center": 0.0, "spread": 0.0},
    ))
    assert made.purchases.experienced == pytest.approx([0.5 - 0.4 * 0.5] * 20)
    # A share of 0.2 * 0.5 of a unit cost of 4 for each of 20 units.
    assert made.tables.firms.tailoring_cents.tolist() == [800]
    careless = worlds.lived(shop(
        20, offers={"one": {"position": 0.5, "customization": 0.5}}, effort_cost=2.0,
        taste={"center": 0.0, "spread": 0.0},
    ))
    assert careless.purchases.experienced == pytest.approx([0.1] * 20)
    assert careless.tables.firms.tailoring_cents.tolist() == [0]


def test_a_personalized_unit_costs_as_far_as_it_fits():
    made = worlds.market(shop(20, offers={"one": {"personalization": 0.5}}))
    made.tables.customers.known[:] = 0.8
    made.step()
    assert made.tables.firms.tailoring_cents.tolist() == [20 * 8]


def test_customers_buy_the_design_near_their_taste():
    # Half of the loss of 0.4 * mismatch is foreseen; a unit of experience weighs 4.
    made = worlds.lived(shop(
        20_000, offers={"near": {"position": 0.0}, "far": {"position": 0.5}},
        taste={"center": 0.0, "spread": 0.0},
    ))
    expected = 1 / (1 + np.exp(-4 * 0.5 * 0.4))
    error = np.sqrt(expected * (1 - expected) / 20_000)
    share = made.tables.customers.purchase_count[:, 0].mean()
    assert share == pytest.approx(expected, abs=4 * error)


def test_effort_counts_against_the_fit_that_it_brings():
    # Foreseen fit of half of 0.4 * 0.5 weighs 4; half an effort of 0.6 is taken from it.
    made = worlds.lived(shop(
        20_000, offers={
            "own": {"position": 0.5, "customization": 0.5}, "plain": {"position": 0.5},
        }, taste={"center": 0.0, "spread": 0.0}, expertise=1.0, effort_cost=0.6,
    ))
    expected = 1 / (1 + np.exp(-(4 * 0.5 * 0.4 * 0.5 - 0.3)))
    error = np.sqrt(expected * (1 - expected) / 20_000)
    share = made.tables.customers.purchase_count[:, 0].mean()
    assert share == pytest.approx(expected, abs=4 * error)


def test_tastes_spread_round_the_circle():
    made = worlds.market(shop(40_000))
    taste = made.tables.customers.taste[:, 0]
    counts = np.bincount((taste * 20).astype(int), minlength=20)
    chi2 = ((counts - 2000) ** 2 / 2000).sum()
    assert chi2 < 43.8  # 19 degrees of freedom: above it once in 1,000
    mismatch = 2 * np.minimum(taste, 1 - taste)
    assert mismatch.mean() == pytest.approx(0.5, abs=4 * np.sqrt(1 / 12 / 40_000))


def designers(spread, effort):
    """How many standard errors more the customized offer sells than the personalized (C09)."""
    offers = {"own": {"customization": 0.9}, "known": {"personalization": 0.9}}
    world = shop(
        8000, 26, offers=offers, taste={"center": 0.0, "spread": spread}, effort_cost=effort,
    )
    made = worlds.market(world)
    made.tables.customers.known[:] = 0.5
    made.run_model()
    count = made.tables.customers.purchase_count.astype(np.float64)
    more = count[:, 0] - count[:, 1]
    return more.mean() / (more.std() / np.sqrt(len(more)))


def test_customization_wins_where_tastes_differ_and_personalization_where_effort_is_dear():
    assert designers(spread=0.5, effort=0.05) > 4  # by chance below 1 in 10,000
    assert designers(spread=0.5, effort=1.2) < -4


# The kernels are their equations ---------------------------------------------------------------


def test_options_experience_and_costs_are_the_equation_in_a_busy_market():
    world = tailored(worlds.with_mechanism(
        worlds.busy(150), "disclosure", "privacy_calculus", learning_rate=0.6
    ))
    made = worlds.market(world)
    mechanism = made.mechanisms["tailoring"]
    effects = mechanism.by_segment(
        made, "mismatch_weight", "visible_share", "confusion", "fit_worth"
    )
    seen = {"specified": 0, "learned": 0}

    def check_purchases(market, stage, after):
        if stage != "tailoring" or not after:
            return
        bought, firm_of = market.purchases, market.tables.offers.firm
        made_up, mills = bought.service.copy(), np.zeros(3, dtype=np.int64)
        bought.service[:] = 0
        mechanism.serve(market, market.purchases)
        for p in np.flatnonzero(bought.offer >= 0):
            i, o = int(bought.customer[p]), int(bought.offer[p])
            m, fit, effort = by_hand(market, i, o, effects)
            weight, visible, *_ = effects[market.tables.customers.segment[i]]
            assert bought.service[p] == pytest.approx(-weight * m * (1 - fit), abs=1e-6)
            assert bought.foreseen[p] == pytest.approx(-visible * weight * m * (1 - fit), abs=1e-6)
            share = 0.05 * fit
            if effort is not None:
                share = 0.2 * float(market.tables.offers.customization[o])
            seen["specified" if effort is not None else "learned"] += fit > 0
            unit_cost = int(market.tables.offers.unit_cost_cents[o])
            mills[firm_of[o]] += round(1000 * share * unit_cost)
        assert market.tables.firms.tailoring_cents.tolist() == np.rint(mills / 1000).tolist()
        bought.service[:] = made_up

    made.listeners.append(check_purchases)
    made.run_model()
    assert min(seen.values()) > 20


# What it must keep -----------------------------------------------------------------------------


def test_designs_that_nobody_minds_are_none():
    off = tailored(worlds.busy(), mismatch_weight=0.0)
    without = worlds.lived(worlds.with_mechanism(worlds.busy(), "tailoring", "none"))
    assert worlds.differing(worlds.lived(off), without) == set()


def test_the_number_of_threads_changes_nothing(monkeypatch):
    monkeypatch.setattr("sim.market.FEWEST_CUSTOMERS_FOR_THREADS", 1)
    one, three = (worlds.lived(tailored(worlds.busy(7000)), weeks=4, threads=t) for t in (1, 3))
    assert worlds.differing(one, three) == set()
    assert one.tables.firms.tailoring_cents.any()


def test_the_order_of_firms_changes_nothing():
    world = tailored(worlds.busy())
    turned = worlds.changed(world, firms=dict(reversed(world["firms"].items())))
    straight, other = worlds.lived(world), worlds.lived(turned)
    for name in ("tailoring_cents", "cash_cents"):
        own = getattr(straight.tables.firms, name)
        assert own.tolist() == getattr(other.tables.firms, name)[::-1].tolist()


def test_a_taste_that_is_written_is_drawn_even_where_nobody_minds_it_yet():
    world = worlds.plain(50, taste={"center": 0.25, "spread": 0.0})
    world["mechanisms"].pop("tailoring")
    assert (worlds.market(world).tables.customers.taste == 0.25).all()
    silent = worlds.plain(50)
    silent["mechanisms"].pop("tailoring")
    assert not worlds.market(silent).tables.customers.taste.any()


def test_the_story_tells_of_fit():
    world = worlds.with_mechanism(
        tailored(worlds.busy()), "disclosure", "privacy_calculus", learning_rate=0.6
    )
    scenario = Scenario.from_dict(world)
    told = " ".join(
        " ".join(tell(scenario, strategy=None, seed=1, customer=c).sentences()) for c in range(8)
    )
    assert "from her taste, and she specified it herself" in told
    assert "what the firm knew of her made it fit" in told
    assert "tailoring -" in told

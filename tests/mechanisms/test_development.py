"""Development: effort that customers give, and the credit that they get for a release."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

RATE = 0.01


def workshop(budget=0.0, cadence=1, beliefs=None, quality=None):
    """One firm, one offer with two attributes; nothing but development works."""
    world = worlds.plain(100)
    world["categories"] = {"thing": {"attributes": {"worth": {}, "ease": {}}}}
    world["firms"]["Fone"]["offers"]["one"]["quality"] = quality or {"worth": 0.5, "ease": 0.2}
    world["firms"]["Fone"]["beliefs"] = beliefs or {"worth": 1.0}
    world["firms"]["Fone"]["levers"] = {"development_budget": budget, "release_cadence": cadence}
    return worlds.market(
        worlds.with_mechanism(world, "development", "diminishing_returns", productivity=RATE)
    )


def gain(effort, quality):
    return (1 - np.exp(-RATE * effort)) * (1 - quality)


def test_contributions_improve_a_product_that_nobody_pays_for():
    made = workshop()
    made.tables.offers.contributed_effort[0] = [0.0, 30.0]
    made.step()
    assert made.tables.offers.quality[0] == pytest.approx([0.5, 0.2 + gain(30, 0.2)], rel=1e-6)
    assert made.tables.firms.development_cents[0] == 0


def test_contributed_effort_adds_to_the_effort_of_the_firm():
    made = workshop(budget=20)
    made.tables.offers.contributed_effort[0] = [30.0, 0.0]
    made.step()
    assert made.tables.offers.quality[0] == pytest.approx([0.5 + gain(50, 0.5), 0.2], rel=1e-6)
    firms = made.tables.firms
    assert firms.released_improvement[0] == pytest.approx(gain(50, 0.5), rel=1e-6)
    assert firms.released_by_customers[0] == pytest.approx(0.6 * gain(50, 0.5), rel=1e-6)


def test_a_firm_alone_gets_all_the_credit():
    made = workshop(budget=20)
    made.step()
    assert made.tables.firms.released_improvement[0] > 0.05
    assert made.tables.firms.released_by_customers[0] == 0.0


def test_improvement_that_complaints_asked_for_is_credited_to_customers():
    # One complaint in mind is complaint_half: half of the budget follows it, to ease.
    made = workshop(budget=20)
    made.tables.firms.routed_signal[0] = [0.0, 1.0]
    made.step()
    worth, ease = gain(10, 0.5), gain(10, 0.2)
    firms = made.tables.firms
    assert firms.released_improvement[0] == pytest.approx(worth + ease, rel=1e-6)
    assert firms.released_by_customers[0] == pytest.approx(ease, rel=1e-6)


def test_credit_waits_for_the_release():
    made = workshop(cadence=3)
    offers, firms = made.tables.offers, made.tables.firms
    offers.contributed_effort[0] = [4.0, 9.0]
    for _ in range(2):
        made.step()
        assert firms.released_improvement[0] == firms.released_by_customers[0] == 0.0
        assert offers.customer_part[0].sum() > 0
    made.step()
    assert offers.customer_part[0].sum() == 0.0
    expected = gain(12, 0.5) + gain(27, 0.2)  # three weeks of effort
    assert firms.released_improvement[0] == pytest.approx(expected, rel=1e-6)


def test_what_only_customers_caused_is_the_whole_release_and_releases_add_up():
    made = workshop(cadence=2)
    start = made.tables.offers.quality.astype(np.float64).sum()
    made.tables.offers.contributed_effort[0] = [0.7, 1.3]
    made.run_model()
    firms, quality = made.tables.firms, made.tables.offers.quality.astype(np.float64)
    assert firms.released_by_customers[0] == pytest.approx(firms.released_improvement[0], abs=1e-14)
    assert firms.released_improvement[0] == pytest.approx(quality.sum() - start, abs=1e-14)


def test_in_a_busy_market_customers_caused_a_part_and_never_more_than_all():
    world = worlds.with_mechanism(
        worlds.busy(400), "co_creation", "lead_users", contribution_rate=0.3
    )
    made = worlds.lived(world)
    firms = made.tables.firms
    ana = made.firm_names.index("Ana")
    assert 0 < firms.released_by_customers[ana] < firms.released_improvement[ana]
    assert (firms.released_by_customers <= firms.released_improvement).all()
    start = np.zeros_like(made.tables.offers.quality)
    for o, (_, offer) in enumerate(
        pair for firm in made.world.firms.values() for pair in firm.offers.items()
    ):
        start[o] = [offer.quality.get(a, 0.0) for a in made.attribute_names]
    improved = made.sells @ (made.tables.offers.quality.astype(np.float64) - start).sum(axis=1)
    assert firms.released_improvement == pytest.approx(improved, abs=1e-12)


def test_without_contributions_quality_follows_the_same_floats_as_ever():
    # The rule before customers could contribute, written out with its own order of operations.
    made = workshop(budget=17.3, beliefs={"worth": 2.0, "ease": 1.0})
    version = made.tables.offers.quality[0].astype(np.float64)
    believed = made.tables.firms.believed_needs[0].copy()
    for _ in range(5):
        share = believed * (1.0 - version)
        share /= max(share.sum(), 1e-12)
        raised = -np.expm1(-RATE * share * 17.3)
        version = (version + raised * (1.0 - version)).astype(np.float32).astype(np.float64)
        made.step()
        assert made.tables.offers.quality[0].astype(np.float64).tolist() == version.tolist()


def two_products(budget):
    """A firm with a product in each of two categories, of two attributes each."""
    world = worlds.plain(100)
    world["categories"] = {
        "thing": {"attributes": {"worth": {}, "ease": {}}},
        "tool": {"attributes": {"force": {}, "grip": {}}},
    }
    offers = world["firms"]["Fone"]["offers"]
    offers["two"] = {**offers["one"], "category": "tool", "quality": {"force": 0.5, "grip": 0.5}}
    offers["one"]["quality"] = {"worth": 0.5, "ease": 0.5}
    world["firms"]["Fone"]["beliefs"] = {"worth": 3.0, "ease": 1.0, "force": 1.0, "grip": 1.0}
    world["firms"]["Fone"]["levers"] = {"development_budget": budget, "release_cadence": 1}
    return worlds.market(
        worlds.with_mechanism(world, "development", "diminishing_returns", productivity=RATE)
    )


def test_the_budget_is_parted_evenly_among_the_offers_of_a_firm():
    made = two_products(budget=40)
    made.step()
    one, two = 0.5 + gain(15, 0.5), 0.5 + gain(5, 0.5)
    half = 0.5 + gain(10, 0.5)
    expected = [[one, two, 0, 0], [0, 0, half, half]]
    assert made.tables.offers.quality == pytest.approx(np.array(expected), rel=1e-6)


def test_a_focus_on_one_product_leaves_the_other_to_what_the_firm_believes():
    made = two_products(budget=40)
    made.firms[0].development_focus[:] = [0.0, 1.0, 0.0, 0.0]
    made.step()
    half = 0.5 + gain(10, 0.5)
    expected = [[0.5, 0.5 + gain(20, 0.5), 0, 0], [0, 0, half, half]]
    assert made.tables.offers.quality == pytest.approx(np.array(expected), rel=1e-6)

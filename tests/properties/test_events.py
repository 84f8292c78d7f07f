"""Events: when they happen, in which order, and that they do so once."""

from __future__ import annotations

import pytest
import worlds

from sim.market import Market

PRICE = "firms.Fone.offers.one.price"


def world(*events, weeks=6):
    """Ten customers who each buy one unit every week, until events change its price."""
    made = worlds.plain(10, weeks, regular_purchases=True)
    named = [{"name": f"event {n}", **event} for n, event in enumerate(events)]
    return worlds.with_mechanism({**made, "events": named}, "choice", "multinomial_logit")


def prices(market, weeks):
    found = []
    for _ in range(weeks):
        market.step()
        found.append(int(market.purchases.price_cents[0]))
    return found


@pytest.mark.parametrize(("condition", "holds"), [
    ("units.Fone < 10", False), ("units.Fone <= 10", True), ("units.Fone > 10", False),
    ("units.Fone >= 10", True), ("units.Fone < 10.5", True), ("units.Fone > 9.5", True),
    ("units.Fone <= 9.5", False), ("units.Fone >= 10.5", False), ("concentration >= 1", True),
])
def test_a_condition_is_looked_at_after_the_week_and_answered_in_the_next(condition, holds):
    market = worlds.market(world({"when": condition, "set": {PRICE: 7.0}}))
    market.run_model()
    assert list(market.calendar.happened.values()) == ([2] if holds else [])


def test_what_a_week_brings_comes_before_what_a_condition_brings():
    timed, due = {"week": 2, "set": {PRICE: 7.0}}, {"when": "units.Fone > 0", "set": {PRICE: 8.0}}
    for events in ((timed, due), (due, timed)):
        market = worlds.lived(world(*events))
        assert market.tables.offers.list_price_cents.tolist() == [800]
        assert set(market.calendar.happened.values()) == {2}


def test_an_event_happens_once_however_long_its_condition_holds():
    market = worlds.lived(world({"when": "units.Fone > 0", "set": {PRICE: 7.0}}), weeks=3)
    market.tables.offers.list_price_cents[:] = 900
    prices(market, 3)
    assert market.tables.offers.list_price_cents.tolist() == [900]
    assert list(market.calendar.happened.values()) == [2]


def test_what_is_due_when_a_checkpoint_is_taken_happens_after_it():
    made = world({"when": "units.Fone > 0", "set": {PRICE: 7.0}})
    straight = worlds.lived(made, weeks=1)
    resumed = Market.resume(straight.checkpoint())
    assert resumed.calendar.due == [repr(straight.world.events[0])]
    assert prices(resumed, 3) == prices(straight, 3)
    assert list(resumed.calendar.happened.values()) == [2]
    assert resumed.tables.offers.list_price_cents.tolist() == [700]


def test_an_event_sets_levers_of_the_firm_and_of_its_offers_and_its_policy():
    market = worlds.lived(world({"week": 3, "set": {
        PRICE: 7.5, "firms.Fone.levers.voice_openness": 0.25, "firms.Fone.policy": "price_fighter",
        "firms.Fone.offers.one.advertising": 12.0,
    }}), weeks=2)
    firm, offers = market.firms[0], market.tables.offers
    assert (firm.levers["voice_openness"], firm.policy_name) != (0.25, "price_fighter")
    market.step()
    assert firm.levers["voice_openness"] == 0.25
    assert firm.policy_name == "price_fighter"
    assert offers.advertising.tolist() == [12.0]

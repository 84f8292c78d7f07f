"""What lies on a bound is allowed, and what lies just beyond it is not."""

from __future__ import annotations

import pytest
import worlds

from sim.errors import ScenarioError
from sim.scenario import Scenario
from sim.scenario.check import MOST_CHANNELS, MOST_OFFERS, MOST_SEGMENTS

PRICE = "firms.Fone.offers.one.price"


def is_valid(world):
    try:
        Scenario.from_dict(world)
    except ScenarioError:
        return False
    return True


def names(n):
    return [f"o{chr(97 + k // 26)}{chr(97 + k % 26)}" for k in range(n)]


def with_segments(n):
    world = worlds.plain(10)
    (segment,) = world["customers"]["segments"].values()
    world["customers"]["segments"] = dict.fromkeys(names(n), segment)
    return world


def with_offers(n):
    return worlds.plain(10, offers={name: {} for name in names(n)})


def with_channels(n):
    return {**worlds.plain(10), "channels": names(n)}


@pytest.mark.parametrize(("make", "most"), [
    (with_segments, MOST_SEGMENTS), (with_offers, MOST_OFFERS), (with_channels, MOST_CHANNELS),
])
def test_as_many_as_are_possible_are_possible_and_not_one_more(make, most):
    assert is_valid(make(most))
    assert not is_valid(make(most + 1))


@pytest.mark.parametrize(("owners", "valid"), [((0.4, 0.6), True), ((0.4, 0.601), False)])
def test_all_customers_may_own_something_and_not_more(owners, valid):
    offers = {name: {"initial_owners": own} for name, own in zip("ab", owners, strict=True)}
    assert is_valid(worlds.plain(10, offers=offers)) == valid


@pytest.mark.parametrize(("week", "valid"), [(1, True), (12, True), (13, False)])
def test_an_event_may_happen_in_the_last_week(week, valid):
    event = {"name": "sale", "week": week, "set": {PRICE: 9.0}}
    assert is_valid({**worlds.plain(10), "events": [event]}) == valid


@pytest.mark.parametrize(("price", "valid"), [(0.0, True), (0.0049, False), (0.005, True)])
def test_money_begins_at_half_a_hundredth(price, valid):
    assert is_valid(worlds.plain(10, offers={"one": {"price": price}})) == valid


@pytest.mark.parametrize(("changes", "valid"), [
    ({"weeks": [3, 3]}, True), ({"weeks": [1, 12]}, True), ({"weeks": [4, 3]}, False),
    ({"weeks": [1, 13]}, False), ({"weeks": [0, 3]}, False),
    ({"at_least": 5.0, "at_most": 5.0}, True), ({"at_least": 5.1, "at_most": 5.0}, False),
    # The last strategy is the one that a claim is about unless it says another.
    ({"by": "ratio", "against": "as_is"}, True), ({"by": "ratio", "against": "cheap"}, False),
    ({"by": "ratio", "against": "as_is", "strategy": "as_is"}, False),
])
def test_a_claim_may_be_of_one_week_and_of_one_value(changes, valid):
    claim = {"id": "c", "text": "t", "outcome": "units", "firm": "Fone", "at_least": 1.0}
    strategies = {"as_is": {}, "cheap": {"set": {PRICE: 9.0}}}
    world = {**worlds.plain(10), "strategies": strategies, "claims": [{**claim, **changes}]}
    assert is_valid(world) == valid


@pytest.mark.parametrize(("low", "high", "valid"), [
    (4.0, 5.0, True), (5.0, 5.0, False), (6.0, 5.0, False),
])
def test_a_range_has_two_ends(low, high, valid):
    world = {**worlds.plain(10), "uncertain": {PRICE: {"low": low, "high": high}}}
    assert is_valid(world) == valid

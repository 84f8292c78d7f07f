"""What customers tell each other and the firm, worked by hand."""

from __future__ import annotations

import pytest
import worlds

from sim.tables import Response
from tests.observers.conftest import seen, sell, two_needs


def test_every_voice_is_told_under_its_own_name(made):
    offers = {"one": {}, "two": {}, "three": {}}
    market = made(two_needs(8, offers, firms={"A": ["one", "three"], "B": ["two"]}))
    one, three, two = (market.offer_number(name) for name in ("one", "three", "two"))
    market.tables.offers.n_told_good[[one, three, two]] = [5, 2, 1]
    market.tables.offers.n_told_bad[[one, three, two]] = [0, 4, 3]
    firms = market.tables.firms
    firms.n_complaints[:], firms.n_handled[:] = [6, 1], [4, 0]
    firms.n_expired[:], firms.n_waiting[:] = [2, 3], [9, 7]
    sell(market, *((i, o, 1000) for i, o in enumerate([one, three, two, two, one, three])))
    market.purchases.response[:] = [
        Response.EXIT, Response.EXIT, Response.EXIT, Response.VOICE, Response.TELL,
        Response.SILENCE,
    ]
    found = seen(market, "voices")
    assert {name: values.tolist() for name, values in found.items()} == {
        "good_news": [7, 1], "bad_news": [4, 3], "complaints": [6, 1],
        "complaints_answered": [4, 0], "complaints_given_up": [2, 3],
        "complaints_waiting": [9, 7], "exits": [2, 1],
    }


@pytest.mark.parametrize("capacity", [0.0, 20.0, 1000.0])
def test_complaints_are_answered_given_up_or_waiting(capacity):
    world = worlds.changed(worlds.busy(200), mechanisms__dialogue={"patience": 2})
    for firm in world["firms"].values():
        firm["levers"]["support_capacity"] = capacity
    recorded = worlds.lived(world).recorder.recorded()
    voiced, answered, given_up = (
        recorded[name].sum(axis=0)
        for name in ("complaints", "complaints_answered", "complaints_given_up")
    )
    assert (voiced == answered + given_up + recorded["complaints_waiting"][-1]).all()
    assert voiced.sum() > 50

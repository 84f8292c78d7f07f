"""What sales records show a firm, and what they cannot show."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.market import Market
from sim.scenario import Scenario


def lived(latent):
    raw = worlds.busy()
    raw["categories"]["ride"]["attributes"]["charm"] = {"latent": latent}
    raw["mechanisms"] = {**raw.get("mechanisms", {}), "sensing": {
        "variant": "crm", "interval": 1, "learning": 1.0,
    }}
    market = Market(Scenario.from_dict(raw), seed=3)
    for _ in range(3):
        market.step()
    return market


def test_records_show_no_attribute_that_nobody_knows_to_ask_for():
    charm = lived(True).attribute_names.index("charm")
    blind, seeing = (lived(latent).tables.firms.believed_needs for latent in (True, False))
    sold = lived(False).tables.offers.quality[:, charm] > 0
    firms = np.unique(lived(False).tables.offers.firm[sold])
    assert np.all(seeing[firms, charm] > 0)
    assert np.all(blind[firms, charm] == 0)
    assert np.allclose(blind.sum(axis=1), 1)


def records(week, purchases, latest, *, interval=4, window=8, beliefs=None, **parameters):
    """What a firm of two offers believes after a week with these purchases on record."""
    world = worlds.plain(len(purchases), offers={"one": {}, "two": {}})
    world["categories"] = {"thing": {"attributes": {"worth": {}, "looks": {}}}}
    offers = {name: world["firms"][f"F{name}"]["offers"][name] for name in ("one", "two")}
    offers["one"]["quality"] = {"worth": 0.9, "looks": 0.1}
    offers["two"]["quality"] = {"worth": 0.2, "looks": 0.8}
    world["firms"] = {"F": {"offers": offers, "beliefs": beliefs or {"worth": 1, "looks": 1}}}
    market = worlds.market(worlds.with_mechanism(
        world, "sensing", "crm", interval=interval, window=window, **parameters
    ))
    market.tables.customers.purchase_count[:] = purchases
    market.tables.customers.last_purchase_week[:] = latest
    market.set_clock(week - 1)
    market.step()
    return market.tables.firms


FOUR = ([[2, 0], [1, 1], [1, 0], [5, 0]], [[9, 0], [12, 6], [12, 0], [4, 0]])


def test_who_bought_again_of_recent_buyers_counts_as_satisfied():
    # In week 12 the window of 8 begins after week 4: the last of four is no recent buyer any more.
    assert records(12, *FOUR).believed_satisfaction[0] == pytest.approx(2 / 3)
    assert records(12, *FOUR, window=9).believed_satisfaction[0] == pytest.approx(3 / 4)


def test_what_recent_buyers_bought_is_taken_for_what_matters():
    # Three buyers of one and one of two: worth 3 * 0.9 + 0.2, looks 3 * 0.1 + 0.8.
    found = records(12, *FOUR, learning=0.5).believed_needs[0]
    assert found == pytest.approx([0.5 * (0.5 + 2.9 / 4), 0.5 * (0.5 + 1.1 / 4)])


def test_who_never_bought_is_not_on_record():
    nobody = ([[0, 0]] * 4, [[0, 0]] * 4)
    firms = records(4, *nobody)
    assert np.isnan(firms.believed_satisfaction[0])
    assert firms.believed_needs[0].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(("week", "reads"), [(11, False), (12, True), (13, False)])
def test_records_are_read_in_weeks_that_the_interval_divides(week, reads):
    latest = [[10, 0]] * 4
    found = records(week, FOUR[0], latest).believed_satisfaction[0]
    assert np.isfinite(found) == reads

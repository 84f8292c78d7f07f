"""Replays: bit by bit the market as it was, or exactly one thing changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import worlds
from lessons import setting

from sim.errors import CounterpoiseError, RunError
from sim.export.clv_truth import OtherLuck
from sim.export.replay import Levers, Notes, RowCount, evenly, setting_of, weeks_of
from sim.results.jobs import replication_seed
from sim.streams import Streams


@pytest.mark.parametrize("pricing", ["fixed", "cost_plus", "logit_bertrand", "none"])
def test_a_market_with_its_own_levers_imposed_is_the_same_to_the_bit(pricing):
    made = setting(worlds.with_mechanism(worlds.full(60), "pricing", pricing))
    market = made.market()
    notes = Notes(made.weeks, market.n_offers, market.n_firms)
    market.listeners.append(notes)
    again = made.market()
    for one, other in zip(
        weeks_of(market, made.weeks), weeks_of(again, made.weeks), strict=True
    ):
        assert worlds.differing(worlds.state(one), worlds.state(other)) == set()
    imposed = made.market()
    for _ in weeks_of(imposed, made.weeks, notes.levers):
        pass
    assert worlds.differing(worlds.state(market), worlds.state(imposed)) == set()
    notes.check(made)


def test_what_is_imposed_works_and_is_no_decision_of_the_firm():
    made = setting(worlds.full(60))
    market = made.market()
    before = market.tables.offers.advertising.copy()
    prices = np.full((made.weeks, market.n_offers), 12345, dtype=np.int64)
    spending = np.zeros((made.weeks, market.n_offers))
    seen = []

    def look(lived, stage, after):
        if stage == "choice" and not after:
            seen.append(lived.tables.offers.price_cents.copy())

    market.listeners.append(look)
    for lived in weeks_of(market, 1, Levers(prices, spending)):
        assert (lived.tables.firms.advertising_cents == 0).all()
        assert (lived.tables.offers.advertising == before).all()
        assert not (lived.tables.offers.price_cents == 12345).any()
    assert (seen[0] == 12345).all()


def test_dearer_and_advertised_change_one_thing():
    levers = Levers(np.array([[600, 7, 0], [500, 7, 0]]), np.array([[1.0, 2, 3], [4, 5, 6]]))
    assert levers.dearer(0, 0.01).price_cents.tolist() == [[606, 7, 0], [505, 7, 0]]
    assert levers.dearer(1, 0.01).price_cents.tolist() == [[600, 8, 0], [500, 8, 0]]
    assert levers.dearer(2, 0.01).price_cents.tolist() == levers.price_cents.tolist()
    off = levers.advertised(np.array([0, 2]), 0.0, 2, 2)
    assert off.advertising.tolist() == [[1, 2, 3], [0, 5, 0]]
    assert levers.advertised(np.array([1]), 2.0).advertising.tolist() == [[1, 4, 3], [4, 10, 6]]


def test_a_setting_is_one_market_of_the_run(lesson):
    made = setting_of(lesson, "listen", 1)
    assert made.seed == replication_seed(7, 1)
    assert setting_of(lesson, None, 0).strategy == "shout"
    with pytest.raises(CounterpoiseError, match=r"no strategy 'lisen'.*listen"):
        setting_of(lesson, "lisen", 0)
    with pytest.raises(RunError, match="replications 0 to 1, so no 2"):
        setting_of(lesson, None, 2)


def test_a_market_that_lives_otherwise_than_the_run_is_not_exported(lesson_setting):
    from sim.export.mmm import export_mmm

    units = lesson_setting.units.copy()
    units[3, 1] += 1
    with pytest.raises(RunError, match=r"as the run did \(week 4\)"):
        export_mmm(replace(lesson_setting, units=units), pulses=0)


def test_other_luck_is_another_week_of_the_same_people():
    luck, other, own = OtherLuck(9, 0), OtherLuck(9, 1), Streams(9)
    assert luck.key("choice.demand") == own.key("choice.demand")
    assert len({int(one.key("choice.luck", 3)) for one in (luck, other, own)}) == 3


def test_samples_are_evenly_spaced():
    assert evenly(10, 4).tolist() == [0, 2, 5, 7]
    assert evenly(3, 5).tolist() == evenly(3, None).tolist() == [0, 1, 2]
    assert len(set(evenly(1000, 999).tolist())) == 999


def test_too_many_rows_are_refused_at_once():
    count = RowCount("transactions")
    count.add(2_000_000)
    with pytest.raises(RunError, match="more than 2,000,000 rows; take a sample by --customers"):
        count.add(1)

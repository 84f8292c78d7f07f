"""Value by customers: hand-made ties on which muting one removes or delays exactly whom it must."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.errors import RunError, ScenarioError
from sim.market import Market
from sim.results import value_by as by
from sim.results.jobs import replication_seed
from sim.results.value_by import compare, customers, segment, talkers, value_by
from sim.scenario import Scenario

WEEKS = 10
LINE = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]
RING = [*LINE, (5, 0)]
SIX_WEEKS = Scenario.from_dict(worlds.changed(worlds.busy(60, 6), events=[]))


def certain_talk(n=6, weeks=WEEKS):
    """Everybody who knows the offer buys it every week and tells all friends the week after."""
    world = worlds.plain(
        n, weeks, offers={"one": {"initial_awareness": 0.2}}, regular_purchases=True,
        behavior={},
    )
    world["mechanisms"] |= {
        "choice": {"variant": "multinomial_logit"},
        "word_of_mouth": {"variant": "cascade", "contact_prob": 1.0, "base_propensity": 1.0,
                          "recency_half_life": None},
        "experience": {"variant": "expectancy_disconfirmation", "noise_sd": 0.0},
    }
    return Scenario.from_dict(world)


@pytest.fixture(scope="module")
def first_knows():
    """A scenario and a seed under which only customer 0 knows the offer before week 1."""
    scenario = certain_talk()
    for seed in range(1000):
        market = Market(scenario, seed=replication_seed(seed, 0), observe=False)
        if market.tables.customers.aware[:, 0].tolist() == [1, 0, 0, 0, 0, 0]:
            return scenario, seed
    raise AssertionError("no such seed")


def lived(first_knows, ties, choose, **options):
    scenario, seed = first_knows
    found = value_by(
        scenario, choose, seed=seed, replications=1, discount=options.pop("discount", 0.0),
        network=worlds.ties(6, ties), **options,
    )
    return {name: float(values[0, 0]) for name, values in found.series.items()}


def test_muting_the_only_bridge_removes_everybody_behind_it(first_knows):
    # Customer i buys from week i + 1 on; 3, 4 and 5 hear of it through 2 alone.
    found = lived(first_knows, LINE, customers([2]))
    assert found["units"] == found["units_expansion"] == 7 + 6 + 5
    assert found["units_acceleration"] == found["units_repeat"] == 0
    assert (found["gained"], found["lost"], found["earlier"], found["later"]) == (3, 0, 0, 0)
    assert found["revenue"] == found["revenue_expansion"] == pytest.approx(18 * 10)
    assert found["profit"] == pytest.approx(18 * 6)
    assert found["value_of"] == pytest.approx(8 * 6)  # her own purchases from week 3 to 10
    # Experience 0.5 at 4 / 0.1 a unit, minus a price of 10.
    assert found["value_for"] == pytest.approx(8 * (0.5 * 4 / 0.1 - 10))


def test_where_word_comes_round_the_other_way_it_only_comes_later(first_knows):
    # On a ring 2 hears in week 3 through 1; without her in week 5, through 0, 5, 4 and 3.
    found = lived(first_knows, RING, customers([1]))
    assert found["units"] == found["units_acceleration"] == 2
    assert found["units_expansion"] == found["units_repeat"] == 0
    assert (found["gained"], found["lost"], found["earlier"], found["later"]) == (0, 0, 1, 0)


def test_muting_later_finds_out_only_what_was_said_later(first_knows):
    # 2 buys first in week 3 and speaks of it in week 4, when 3 hears it and buys.
    assert lived(first_knows, LINE, customers([2]), since=4)["units"] == 7 + 6 + 5
    assert lived(first_knows, LINE, customers([2]), since=5)["units"] == 0
    assert lived(first_knows, LINE, customers([3]), since=4)["units"] == 6 + 5


def test_discounting_counts_from_the_first_week_asked_for(first_knows):
    found = lived(first_knows, LINE, customers([4]), discount=0.5)
    weeks = np.arange(6, 11)
    assert found["revenue"] == pytest.approx(10 * (1.5 ** (-(weeks - 1) / 52)).sum())
    # Her own purchases, from week 5 on, each a margin of 6 and worth 20 for a price of 10.
    own = (1.5 ** (-(np.arange(5, 11) - 1) / 52)).sum()
    assert found["value_of"] == pytest.approx(6 * own)
    assert found["value_for"] == pytest.approx(10 * own)


def test_value_counts_renewals_and_penalties_and_what_goods_cost_the_seller():
    scenario = Scenario.from_dict(worlds.bought_in_subscription())
    found = value_by(scenario, customers([2, 4]), discount=0.0, replications=1).series
    assert found["value_of"][0].tolist() == [2 * (35 - 3 * 5), 0]
    # Without experience each use is worth nothing.
    assert found["value_for"][0].tolist() == [2 * -35, 0]


def test_revenue_through_others_has_their_renewals(first_knows):
    # As on the line above, but 3, 4 and 5 pay a fee of 10 for two weeks in week 4, 5 and 6, then
    # a renewal in the next week and in every other week after it up to week 10.
    scenario, seed = first_knows
    flat = worlds.changed(
        scenario.raw, firms__Fone__offers__one__tariff="subscription",
        firms__Fone__offers__one__fee_weeks=2,
    )
    flat = worlds.with_mechanism(flat, "tariffs", "flat_rate_bias")
    found = lived((Scenario.from_dict(flat), seed), LINE, customers([2]))
    assert found["units_expansion"] == 7 + 6 + 5
    assert found["revenue"] == found["revenue_expansion"] == 10 * (4 + 4 + 3)


def test_who_says_nothing_that_is_heard_brings_nothing(first_knows):
    found = lived(first_knows, LINE, customers([5]))
    assert all(found[name] == 0 for name in found if not name.startswith("value"))
    assert found["value_of"] == 5 * 6


def test_nobody_muted_is_no_difference(first_knows):
    found = lived(first_knows, RING, customers([]))
    assert set(found.values()) == {0.0}


def test_parts_make_the_whole_whatever_happens():
    random = np.random.default_rng(4)
    made = []
    for _ in range(2):
        units = random.integers(0, 4, (500, 3)).astype(float)
        first = np.where(units > 0, random.integers(1, 5, (500, 3)), 0)
        made.append(by.Lived(first, units, units * 2.5, *np.zeros((3, 3))))
    others = np.arange(500) >= 40
    found = compare(*made, others)
    made = [one.of(others) for one in made]
    for name in ("units", "revenue"):
        parts = [found[f"{name}_{part}"] for part in ("expansion", "acceleration", "repeat")]
        assert all(np.abs(part).max() > 0 for part in parts)
        assert sum(parts) == pytest.approx(found[name])
        whole = getattr(made[0], name) - getattr(made[1], name)
        assert found[name] == pytest.approx(whole.sum(axis=0))
    moved = (made[0].first > 0) & (made[1].first > 0) & (made[0].first != made[1].first)
    assert (found["earlier"] + found["later"]).sum() == moved.sum()


def test_segments_and_talkers_are_chosen_in_each_market():
    market = worlds.market(worlds.busy(80))
    rows = segment("expert")(market)
    assert np.array_equal(rows, np.flatnonzero(market.tables.customers.segment == 1))
    few = talkers(5)(market)
    reach = market.tables.customers.talkativeness * np.diff(market.network.indptr)
    assert len(few) == 5
    assert reach[few].min() >= np.delete(reach, few).max()
    assert len(talkers(80)(market)) == 80


def test_an_interval_over_replications():
    found = value_by(SIX_WEEKS, talkers(6), replications=3, strategy="base")
    assert found.n_chosen.tolist() == [6, 6, 6]
    table = found.table()
    assert len(table) == 3 * len(by.QUANTITIES)
    row = table[(table.firm == "Ana") & (table.quantity == "units")].iloc[0]
    assert (row["mean"], row.low, row.high) == (
        (e := found.estimate("units", "Ana")).value, e.low, e.high
    )
    assert found.series["units"].any()
    one = value_by(SIX_WEEKS, talkers(6), replications=[2])
    assert np.array_equal(one.series["revenue"][0], found.series["revenue"][2])


@pytest.mark.parametrize(("choose", "options", "said"), [
    (customers([60]), {}, "no customer 60"),
    (talkers(61), {}, "there are 60 customers, not 61"),
    (segment("experts"), {}, "no segment 'experts'"),
    (customers([1]), {"since": 7}, "week 7 must be from 1 to 6"),
    (customers([1]), {"strategy": "bass"}, "no strategy 'bass'"),
    (customers([1]), {"discount": -0.1}, "discount"),
    (customers([1]), {"replications": 0}, "replications"),
])
def test_what_is_not_there_is_refused(choose, options, said):
    with pytest.raises((RunError, ScenarioError), match=said):
        value_by(SIX_WEEKS, choose, **options)


def test_what_the_chosen_buy_themselves_is_not_through_others(first_knows):
    everybody = lived(first_knows, LINE, customers(range(6)))
    for name in ("units", "revenue", "gained", "earlier", "revenue_repeat"):
        assert everybody[name] == 0, name
    assert everybody["value_of"] > 0
    # Of 1 and 2, who are chosen, 2 hears of it through 1; only 3, 4 and 5 are others.
    assert lived(first_knows, LINE, customers([1, 2]))["units"] == 7 + 6 + 5

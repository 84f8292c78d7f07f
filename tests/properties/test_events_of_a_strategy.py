"""Events may happen under some strategies only: that is how a strategy has a date."""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from typer.testing import CliRunner

from sim import Market, Scenario, run
from sim.cli import app

PRICE = "firms.Ana.offers.tea.price"


def dated(**event):
    """Two strategies, of which one changes a price in week 4."""
    late = {"name": "a late price", "strategies": ["late"], "set": {PRICE: 3.0}}
    return worlds.changed(
        worlds.busy(), strategies={"base": {}, "late": {}, "other": {}},
        events=[late | (event or {"week": 4})],
    )


def prices(world, strategy):
    """The price of tea by week."""
    made = worlds.market(world, strategy)
    tea, found = made.offer_number("tea"), []
    for _ in range(worlds.WEEKS):
        made.step()
        found.append(int(made.tables.offers.list_price_cents[tea]))
    return found


def test_an_event_of_a_strategy_happens_under_it_only():
    before = [800] * 3
    assert prices(dated(), "late") == before + [300] * (worlds.WEEKS - 3)
    for strategy in ("base", "other", None):
        assert set(prices(dated(), strategy)) == {800}


def test_it_waits_for_its_condition_too():
    world = dated(when="units.Ana > 0")
    assert set(prices(world, "base")) == {800}
    assert prices(world, "late")[-1] == 300


def test_strategies_are_the_same_until_it_happens():
    result = run(Scenario.from_dict(dated()), replications=3, seed=2, workers=1)
    base, late = (
        result.firms[result.firms.strategy == name].drop(columns="strategy")
        for name in ("base", "late")
    )
    for weeks, alike in ((base.week < 4, True), (base.week >= 4, False)):
        one, other = base[weeks.to_numpy()], late[weeks.to_numpy()]
        same = one.reset_index(drop=True).equals(other.reset_index(drop=True))
        assert same == alike


def test_a_world_is_a_scenario_by_itself():
    scenario = Scenario.from_dict(dated())
    assert scenario.resolved("base")["events"] == []
    (event,) = scenario.resolved("late")["events"]
    assert event["strategies"] is None
    alone = Scenario.from_dict(scenario.resolved("late"))
    one, other = Market(alone, seed=3), Market(scenario, "late", seed=3)
    one.run_model()
    other.run_model()
    assert worlds.same_records(one, other)
    assert scenario.digest("late") == alone.digest() != scenario.digest("base")
    assert scenario.digest("base") == scenario.digest("other")


@pytest.mark.parametrize(("from_week", "at_the_end"), [(2, 300), (6, 800)])
def test_a_fork_has_the_events_of_its_strategy_from_then_on(from_week, at_the_end):
    base = worlds.lived(dated(), "base", weeks=from_week)
    twin = Market.fork(base.checkpoint(), "late")
    twin.run_model()
    tea = twin.offer_number("tea")
    assert twin.tables.offers.list_price_cents[tea] == at_the_end


def test_what_has_happened_is_known_after_a_fork():
    # The condition held in week 1: it fires once, before and after the fork.
    both = worlds.changed(
        dated(when="units.Ana > 0"), events=[
            {"name": "first", "week": 9, "strategies": ["base"], "set": {PRICE: 5.0}},
            {"name": "a late price", "when": "units.Ana > 0", "set": {PRICE: 3.0}},
        ],
    )
    late = worlds.lived(both, "late", weeks=4)
    twin = Market.fork(late.checkpoint(), overrides={PRICE: 6.0})
    twin.run_model()
    assert twin.tables.offers.list_price_cents[twin.offer_number("tea")] == 600
    assert list(twin.calendar.happened.values()) == [2]
    base = Market.fork(late.checkpoint(), "base")
    base.run_model()
    assert base.tables.offers.list_price_cents[base.offer_number("tea")] == 500
    assert sorted(base.calendar.happened.values()) == [2, 9]


def test_the_commands_say_under_which_strategy_it_happens():
    shown = CliRunner().invoke(app, ["show", "forced_banking"])
    assert shown.exit_code == 0
    assert "week 53, under force only: Wells closes its branches" in " ".join(shown.output.split())


def test_luck_is_shared_with_who_has_no_such_event():
    late, base = (worlds.lived(dated(), name, weeks=3) for name in ("late", "base"))
    assert worlds.differing(late, base) == set()
    assert np.array_equal(late.purchases.customer, base.purchases.customer)

"""One seed, one market: whoever watches, however many threads and workers, stopped or not."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.agents.customer import Customer
from sim.market import FEWEST_CUSTOMERS_FOR_THREADS, Market
from sim.results.run import run
from sim.scenario import Scenario
from sim.streams import BLOCK, Streams


def same(one, other):
    """Whether two markets stand at the same point with the same past."""
    firms = [
        [(f.levers, f.policy_name, f.complaints.tolist()) for f in made.firms]
        for made in (one, other)
    ]
    return (
        worlds.differing(one, other) == set() and worlds.same_records(one, other)
        and one.week == other.week and one.steps == other.steps and one.running == other.running
        and firms[0] == firms[1] and one.calendar.state() == other.calendar.state()
    )


# Observers -------------------------------------------------------------------------------------


def test_observers_change_nothing():
    watched, unwatched, one = (
        worlds.lived(worlds.busy(), observe=observe) for observe in (True, False, ("units",))
    )
    assert worlds.differing(watched, unwatched) == worlds.differing(watched, one) == set()
    assert watched.calendar.state() == unwatched.calendar.state() == one.calendar.state()
    assert len(watched.calendar.happened) == 6
    assert unwatched.recorder.recorded() == {}
    assert set(one.recorder.recorded()) == {"units"}
    assert np.array_equal(one.recorder.recorded()["units"], watched.recorder.recorded()["units"])


# Threads and workers ---------------------------------------------------------------------------


def test_the_number_of_threads_changes_nothing():
    n = 45_000
    assert n > FEWEST_CUSTOMERS_FOR_THREADS
    assert n > 5 * BLOCK
    markets = [
        worlds.lived(worlds.busy(n), threads=threads, weeks=4) for threads in (1, 2, 3)
    ]
    assert [market._team is None for market in markets] == [True, False, False]
    assert all(same(markets[0], other) for other in markets[1:])
    assert markets[0].tables.customers.purchase_count.any()


def test_the_number_of_workers_changes_nothing():
    scenario = Scenario.from_dict(worlds.busy())
    one, two = (run(scenario, replications=2, seed=3, workers=w, weeks=5) for w in (1, 2))
    assert one.series.keys() == two.series.keys()
    assert all(one.series[name].tobytes() == two.series[name].tobytes() for name in one.series)
    assert one.series["units"].shape == (3, 2, 5, 3)


# Stopping and going on -------------------------------------------------------------------------


@settings(max_examples=8)
@given(week=st.integers(0, worlds.WEEKS), seed=st.sampled_from([0, 1, 2**63 - 1]))
def test_a_market_resumed_at_any_week_lives_on_as_if_it_had_not_stopped(week, seed):
    straight = worlds.lived(worlds.busy(), seed=seed)
    stopped = worlds.lived(worlds.busy(), seed=seed, weeks=week)
    checkpoint = pickle.loads(pickle.dumps(stopped.checkpoint()))
    resumed = Market.resume(checkpoint)
    assert same(stopped, resumed) or week == 0
    resumed.run_model()
    assert same(straight, resumed)


def test_a_resumed_market_tells_the_latest_week_and_not_the_one_it_was_resumed_at():
    straight = worlds.lived(worlds.busy(), weeks=4)
    resumed = Market.resume(straight.checkpoint())
    assert resumed.outcome("cash", "Ana") == straight.outcome("cash", "Ana")
    for _ in range(2):
        before = resumed.outcome("cash", "Ana")
        straight.step()
        resumed.step()
        assert resumed.outcome("cash", "Ana") == straight.outcome("cash", "Ana") != before


def test_a_checkpoint_stays_as_it_was_while_the_market_goes_on():
    stopped = worlds.lived(worlds.busy(), weeks=5)
    checkpoint, before = stopped.checkpoint(), worlds.state(stopped)
    stopped.run_model()
    first, again = Market.resume(checkpoint), Market.resume(checkpoint)
    assert worlds.differing(before, first) == set()
    first.run_model()
    assert worlds.differing(before, again) == set()


@pytest.mark.parametrize("duplicate", [lambda m: pickle.loads(pickle.dumps(m)), copy.deepcopy])
def test_a_copy_of_a_market_lives_the_same_life(duplicate):
    original = worlds.lived(worlds.busy(), "loud", weeks=5)
    twin = duplicate(original)
    assert same(original, twin)
    assert twin.strategy == "loud"
    original.run_model()
    twin.run_model()
    assert same(original, twin)


def test_a_checkpoint_goes_on_on_several_threads():
    stopped = worlds.lived(worlds.busy(31_000), weeks=2)
    alone, together = (Market.resume(stopped.checkpoint(), threads=t) for t in (1, 2))
    alone.step()
    together.step()
    assert worlds.differing(alone, together) == set()


def test_weeks_can_be_added_after_the_last():
    straight = worlds.lived(worlds.busy())
    straight.step()
    resumed = Market.resume(straight.checkpoint())
    straight.step()
    resumed.step()
    assert same(straight, resumed)
    assert len(straight.recorder.recorded()["units"]) == worlds.WEEKS + 2


# Forks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", ["base", "dear", "loud"])
def test_a_fork_into_the_same_strategy_is_the_straight_run(strategy):
    straight = worlds.lived(worlds.busy(), strategy)
    stopped = worlds.lived(worlds.busy(), strategy, weeks=6)
    twin = Market.fork(stopped.checkpoint(), strategy)
    twin.run_model()
    assert same(straight, twin)


def test_a_fork_into_another_strategy_differs_only_afterwards():
    straight = worlds.lived(worlds.busy(), "base")
    stopped = worlds.lived(worlds.busy(), "base", weeks=6)
    twin = Market.fork(stopped.checkpoint(), "loud")
    assert worlds.differing(stopped, twin) == {"offers.advertising"}
    twin.run_model()
    first, other = (made.recorder.recorded() for made in (straight, twin))
    for name in first:
        assert first[name][:6].tobytes() == other[name][:6].tobytes(), name
    assert first["complaints"][6:].tobytes() != other["complaints"][6:].tobytes()


@pytest.mark.parametrize("overrides", [
    {"firms.Ana.levers.voice_openness": 0.05},
    {"firms.Ana.policy": "price_fighter"},
    {"firms.Cy.offers.bus.advertising": 400.0},
    {"firms.Ana.offers.tea.defect.disclosed": True},
    {"mechanisms.word_of_mouth": "none"},
    {"mechanisms.word_of_mouth": "complex_contagion"},
    {"mechanisms.choice": {"loyalty_weight": 0.0}},
])
def test_a_fork_before_week_one_is_the_straight_run_of_the_other_strategy(overrides):
    start = worlds.market(worlds.busy(), "base")
    twin = Market.fork(start.checkpoint(), "base", overrides=overrides)
    straight = worlds.lived(worlds.busy(), "base", overrides=overrides)
    twin.run_model()
    assert same(straight, twin)
    assert worlds.differing(straight, worlds.lived(worlds.busy(), "base"))


@pytest.mark.parametrize("overrides", [
    {"mechanisms.word_of_mouth.influence": 0.0, "firms.Ana.offers.tea.price": 3.0},
    {"customers.n": 150},
])
def test_a_fork_keeps_the_settings_of_its_market(overrides):
    stopped = worlds.lived(worlds.busy(), "base", weeks=6, overrides=overrides)
    twin = Market.fork(stopped.checkpoint(), "base")
    twin.run_model()
    assert same(worlds.lived(worlds.busy(), "base", overrides=overrides), twin)
    Market.fork(stopped.checkpoint(), "loud").step()
    more = {"firms.Ana.levers.voice_openness": 0.05}
    both = Market.fork(stopped.checkpoint(), "base", overrides=more)
    assert both.overrides == {**overrides, **more}


def test_a_fork_that_drops_a_family_drops_its_costs():
    stopped = worlds.lived(worlds.full(), weeks=6)
    money = {
        name: column.owner for name, column in stopped.tables.firms.columns.items()
        if column.books == "cost" and getattr(stopped.tables.firms, name).any()
    }
    assert {"selling", "dialogue", "development", "hosting"} <= set(money.values())
    for name, family in money.items():
        twin = Market.fork(stopped.checkpoint(), overrides={f"mechanisms.{family}": "none"})
        twin.step()
        assert not getattr(twin.tables.firms, name).any(), name


def test_a_price_of_a_fork_is_in_force_a_week_later():
    stopped = worlds.lived(worlds.changed(worlds.busy(), events=[]), "base", weeks=6)
    twin = Market.fork(stopped.checkpoint(), "dear")
    prices = []
    for _ in range(2):
        twin.step()
        paid = twin.purchases.price_cents[twin.purchases.offer == twin.offer_number("tea")]
        prices.append(set(paid.tolist()))
    assert prices == [{800}, {950}]


def test_two_forks_of_one_checkpoint_do_not_touch_each_other():
    checkpoint = worlds.lived(worlds.busy(), "base", weeks=4).checkpoint()
    alone = Market.fork(checkpoint, "base")
    alone.run_model()
    first, second = Market.fork(checkpoint, "base"), Market.fork(checkpoint, "loud")
    for _ in range(8):
        second.step()
        first.step()
    assert same(alone, first)


# Luck ------------------------------------------------------------------------------------------


def test_strategies_share_all_luck():
    base, dear = (worlds.market(worlds.busy(), strategy) for strategy in ("base", "dear"))
    assert worlds.differing(base, dear) == {
        "offers.price_cents", "offers.list_price_cents", "offers.advertising",
    }
    assert base.network.indices.tobytes() == dear.network.indices.tobytes()
    assert base.network.strong.tobytes() == dear.network.strong.tobytes()
    for _ in range(worlds.WEEKS):
        base.step()
        dear.step()
        assert worlds.differing(base, dear).isdisjoint({
            "customers.n_occasions", "customers.needs", "customers.sales_push",
        })
        assert np.array_equal(base.purchases.customer, dear.purchases.customer)
    assert "customers.purchase_count" in worlds.differing(base, dear)


def test_seed_zero_is_a_seed():
    zero, default, one = (
        worlds.lived(worlds.busy(), seed=0), Market(Scenario.from_dict(worlds.busy())),
        worlds.lived(worlds.busy(), seed=1),
    )
    default.run_model()
    assert same(zero, default)
    assert "customers.needs" in worlds.differing(zero, one)
    assert zero.seed == default.seed == 0


def test_seed_and_rng_are_two_names_for_one_thing():
    assert same(worlds.lived(worlds.busy(), seed=5), worlds.lived(worlds.busy(), seed=None, rng=5))
    with pytest.raises(ValueError, match="not both"):
        Market(Scenario.from_dict(worlds.busy()), seed=1, rng=1)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_number_that_cannot_be_a_seed_is_refused(seed):
    with pytest.raises(ValueError, match="seed must be an integer from 0 to"):
        Streams(seed)
    with pytest.raises(ValueError):
        worlds.market(worlds.busy(), seed=seed)


def test_replications_differ_and_are_paired_over_strategies():
    result = run(Scenario.from_dict(worlds.busy()), replications=4, seed=0, weeks=6, workers=1)
    units = result.series["units"]
    assert len({units[0, r].tobytes() for r in range(4)}) == 4
    # Before prices can differ, the strategies of a replication buy on the same occasions.
    made = worlds.busy()
    made["strategies"] = {"base": {}, "again": {}}
    twins = run(Scenario.from_dict(made), replications=3, seed=0, weeks=6, workers=1)
    assert twins.series["units"][0].tobytes() == twins.series["units"][1].tobytes()


def test_another_seed_of_a_run_shares_no_replication():
    first, other = (
        run(Scenario.from_dict(worlds.busy()), replications=3, seed=s, weeks=4, workers=1,
            strategies=["base"])
        for s in (0, 1)
    )
    lives = [r.series["units"][0, k].tobytes() for r in (first, other) for k in range(3)]
    assert len(set(lives)) == 6


def test_more_replications_keep_the_first_ones():
    few, many = (
        run(Scenario.from_dict(worlds.busy()), replications=k, seed=2, weeks=4, workers=1,
            strategies=["base"])
        for k in (2, 4)
    )
    assert few.series["cash"].tobytes() == many.series["cash"][:, :2].tobytes()


def test_a_fork_goes_on_with_its_strategy_unless_told_otherwise():
    stopped = worlds.lived(worlds.busy(), "loud", weeks=3)
    twin = Market.fork(stopped.checkpoint(), overrides={"firms.Ana.levers.voice_openness": 0.05})
    assert twin.strategy == "loud"
    assert worlds.differing(stopped, twin) == set()


def test_a_fork_keeps_the_policy_that_an_event_has_set():
    turned = {"name": "a turn", "week": 2, "set": {"firms.Ana.policy": "price_fighter"}}
    taken = worlds.lived(worlds.changed(worlds.busy(), events=[turned]), weeks=3).checkpoint()
    twin = Market.fork(taken, overrides={"firms.Cy.levers.support_capacity": 5.0})
    assert twin.firms[0].policy_name == "price_fighter"
    assert twin.firms[2].levers["support_capacity"] == 5.0
    other = Market.fork(taken, overrides={"firms.Bo.policy": "fixed"})
    assert [firm.policy_name for firm in other.firms[:2]] == ["price_fighter", "fixed"]


@pytest.mark.parametrize(("path", "value"), [
    ("firms.Ana.offers.tea.quality.taste", 0.99), ("firms.Ana.offers.tea.launch_week", 9),
    ("customers.segments.expert.talkativeness", 9.0), ("firms.Ana.beliefs.taste", 9.0),
    ("firms.Ana.offers.tea.defect.rate", 0.9),
    # Everyday customers had no setting of their own for that channel.
    ("customers.segments.everyday.channel_affinity.web", 0.9),
])
def test_a_fork_says_what_it_cannot_change(path, value):
    taken = worlds.lived(worlds.busy(), "base", weeks=3).checkpoint()
    *_, last = path.removesuffix(".taste").removesuffix(".rate").removesuffix(".web").split(".")
    with pytest.warns(UserWarning, match=rf"stay as they came about: .*{last}"):
        twin = Market.fork(taken, overrides={path: value})
    assert worlds.differing(twin, Market.resume(taken)) == set()


class Restless(Customer):
    """Likes at random, by the generators that Mesa gives to models."""

    def step(self):
        """Feel like it."""
        self.satisfaction[:] = self.random.random()
        self.talkativeness = self.model.rng.random()


def test_own_steps_draw_on_where_they_were():
    made = worlds.market(worlds.busy())
    made.customers.assign([3, 5], Restless)
    for _ in range(4):
        made.step()
    taken = made.checkpoint()
    others = [Market.resume(taken), Market.fork(taken), pickle.loads(pickle.dumps(made))]
    for each in (made, *others):
        each.run_model()
    assert all(same(made, other) for other in others)

"""What every registered observer must keep, found by discovery."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.errors import ScenarioError
from sim.observers.base import REGISTRY, Observer, Outcome, observer, observers, outcomes


def frozen(market):
    """Everything that an observer might change."""
    bought = [values.tobytes() for values in market.purchases.state().values()]
    firms = [(f.levers, f.policy_name, f.complaints.tobytes()) for f in market.firms]
    return bought, repr(firms), market.random.getstate(), repr(market.rng.bit_generator.state)


def test_no_outcome_is_declared_twice():
    declared = [name for cls in observers().values() for name in cls.outcomes]
    assert sorted(declared) == sorted(outcomes())
    assert len(declared) >= 30


@pytest.mark.parametrize("name", observers())
def test_an_outcome_says_what_it_is(name):
    for outcome in observers()[name].outcomes.values():
        assert outcome.unit
        assert outcome.doc.endswith(".")
        assert outcome.over_weeks in ("sum", "mean", "last")
        assert outcome.per in ("firm", "offer", "market")


@pytest.mark.parametrize("name", observers())
def test_an_observer_gives_exactly_what_it_declares(name):
    made = worlds.lived(worlds.busy(), weeks=6)
    seen = observers()[name]().observe(made)
    assert seen.keys() == observers()[name].outcomes.keys()
    for outcome, value in seen.items():
        width = {"firm": (made.n_firms,), "offer": (made.n_offers,), "market": ()}[
            outcomes()[outcome].per
        ]
        assert np.shape(value) == width, outcome
        assert np.array_equal(value, made.recorder.recorded()[outcome][5], equal_nan=True), outcome


@pytest.mark.parametrize("name", observers())
def test_a_part_of_a_whole_lies_between_0_and_1(name):
    made = worlds.lived(worlds.busy(), weeks=12, observe=tuple(observers()[name].outcomes))
    for outcome, values in made.recorder.recorded().items():
        least, most = outcomes()[outcome].bounds
        known = values[np.isfinite(values)]
        assert np.all((known >= least - 1e-9) & (known <= most + 1e-9)), outcome


def test_bounds_are_of_parts_and_of_nothing_else():
    of = {name: outcome.bounds for name, outcome in outcomes().items()}
    assert of["market_share"] == of["satisfaction"] == of["awareness"] == (0.0, 1.0)
    for name in ("units", "profit", "lerner", "perception_gap", "delivery_gap", "quality_gain"):
        assert of[name] == (-np.inf, np.inf), name


@pytest.mark.parametrize("name", observers())
def test_weeks_derived_together_are_the_weeks_derived_one_by_one(name):
    made = worlds.market(worlds.busy(), observe=tuple(observers()[name].outcomes))
    watching, week_by_week = observers()[name](), []
    for _ in range(6):
        made.step()
        week_by_week.append(watching.observe(made))
    for outcome, values in made.recorder.recorded().items():
        alone = np.array([week[outcome] for week in week_by_week])
        assert np.array_equal(values, alone, equal_nan=True), outcome


@pytest.mark.parametrize("name", observers())
def test_an_observer_changes_nothing_and_draws_nothing(name):
    made = worlds.lived(worlds.busy(), weeks=6, observe=False)
    before, rest = worlds.state(made), frozen(made)
    first, again = (observers()[name]().observe(made) for _ in range(2))
    assert worlds.differing(before, made) == set()
    assert frozen(made) == rest
    assert all(np.array_equal(first[k], again[k], equal_nan=True) for k in first)


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("name", observers())
def test_an_observer_works_with_hardly_anybody(name, n):
    world = worlds.changed(worlds.busy(n), events=[])
    made = worlds.lived(world, observe=tuple(observers()[name].outcomes))
    assert made.recorder.weeks == worlds.WEEKS


@pytest.mark.parametrize("name", observers())
def test_an_observer_works_where_nothing_happens(name):
    made = worlds.lived(worlds.plain(20, purchase_rate=0.0), weeks=2)
    assert set(observers()[name].outcomes) <= set(made.recorder.recorded())
    assert made.outcome("market_units") == 0


def test_unknown_outcomes_are_refused():
    for kind in (ScenarioError, ValueError):
        with pytest.raises(kind, match="there is no outcome 'unit'; did you mean 'units'"):
            worlds.market(worlds.busy(), observe=("unit",))


def test_observers_of_ones_own_stand_beside_those_there_are():
    def made(module, called="Own", **outcome):
        content = {"outcomes": outcome, "measure": lambda self, market: {}}
        kind = type(called, (Observer,), content)
        kind.__module__ = module
        return kind

    known = dict(observers())
    love = {"love": Outcome("1", "sum", "Love.")}
    with pytest.raises(ValueError, match="has the outcome 'units' already"):
        observer(made("my.love", units=Outcome("1", "sum", "Love.")))
    try:
        first = observer(made("my.sales", "First", **love))
        second = observer(made("my.sales", "Second", hate=Outcome("1", "sum", "Hate.")))
        assert {first, second} <= set(observers().values())  # none takes the other's place
        again = observer(made("my.sales", "First", **love))
        assert first not in observers().values() and again in observers().values()
        with pytest.raises(ValueError, match="has the outcome 'love' already"):
            observer(made("my.love", **love))
    finally:
        for name in set(observers()) - set(known):
            del REGISTRY[name]
    for wrong in ({"over_weeks": "median"}, {"over_weeks": "sum", "per": "customer"}):
        with pytest.raises(ValueError, match="must be one of"):
            Outcome(unit="1", doc="Love.", **wrong)
    assert observers() == known

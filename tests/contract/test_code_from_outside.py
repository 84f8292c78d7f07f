"""Mistakes in mechanisms, observers and agents of one's own are told in one line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import mesa
import numpy as np
import pytest
import worlds

from sim.contract import broken_rules
from sim.errors import RequestError, RunError
from sim.mechanisms.base import Mechanism, families, mechanism
from sim.observers.base import Observer, Outcome, observer, observers
from sim.parameters import param
from sim.scenario import Scenario

ROOT = Path(__file__).parents[2]
DRAWN = np.random.default_rng()


@pytest.fixture(autouse=True)
def registries_of_ones_own(monkeypatch):
    """What a test registers is gone after it."""
    own = {family: dict(variants) for family, variants in families().items()}
    monkeypatch.setattr("sim.mechanisms.base.REGISTRY", own)
    monkeypatch.setattr("sim.observers.base.REGISTRY", dict(observers()))


# What a market holds ---------------------------------------------------------------------------


def test_a_column_is_written_into_and_never_replaced():
    offers = worlds.market(worlds.busy()).tables.offers
    prices = offers.price_cents
    for wrong in ([1, 2, 3, 4], prices * 0.98, prices.copy()):
        with pytest.raises(AttributeError, match=r"offers\.price_cents\[:\] = \.\.\.; its values"):
            offers.price_cents = wrong
    offers.price_cents += 1
    offers.price_cents = prices
    assert offers.price_cents is prices
    with pytest.raises(AttributeError, match="no column 'price_cent'; did you mean 'price_cents'"):
        offers.price_cent = 5
    with pytest.raises(AttributeError, match=r"no column 'x'; they are listed in sim/ODD\.md"):
        offers.x = 5


def test_an_exception_in_a_week_says_where_it_happened():
    @mechanism(family="pricing", variant="broken")
    class Broken(Mechanism):
        """Breaks in week 3."""

        def step(self, market):
            if market.week == 3:
                raise ZeroDivisionError

    made = worlds.market(worlds.with_mechanism(worlds.busy(), "pricing", "broken"))
    with pytest.raises(ZeroDivisionError) as caught:
        made.run_model()
    assert caught.value.__notes__ == ["(in the stage 'pricing' of week 3)"]


def test_an_agent_that_is_no_customer_is_refused():
    made = worlds.market(worlds.busy())
    with pytest.raises(TypeError, match=r"derive it from sim\.agents\.customer\.Customer"):
        made.customers.assign(range(3), mesa.Agent)
    assert not made.customers.assigned


def test_a_default_outside_of_its_bounds_is_no_declaration():
    with pytest.raises(ValueError, match=r"default 9 is outside of its bounds \(0, 1\)"):
        param(9, unit="1", bounds=(0, 1), doc="A share.")
    with pytest.raises(ValueError, match=r"the lowest, then the highest value. Got \(1, 0\)"):
        param(1, unit="1", bounds=(1, 0), doc="A share.")


# Observers -------------------------------------------------------------------------------------


def observing(measure, per="firm"):
    """Live three weeks with an observer of a notebook."""

    class Own(Observer):
        """Notes what a test gives."""

        outcomes: ClassVar = {"mine": Outcome("1", "mean", "Mine.", per=per)}

    Own.measure = measure
    observer(Own)
    return worlds.lived(worlds.busy(), weeks=3, observe=("mine",)).recorder.recorded()["mine"]


@pytest.mark.parametrize(("noted", "per", "fault"), [
    ({"mine": np.ones(5)}, "firm", r"\(3,\), one a firm \(per='firm'\)\. Got shape \(5,\)"),
    ({"mine": 1.0}, "offer", r"of shape \(4,\), one an offer \(per='offer'\)\. Got 1\.0"),
    ({"mine": np.ones(3)}, "market", r"must be a number \(per='market'\). Got shape \(3,\)"),
    ({"mine": "a"}, "market", r"must be a number \(per='market'\). Got a instead"),
    ({"mine": None}, "market", r"must be a number \(per='market'\). Got None instead"),
    ({"min": 1.0}, "market", "declares the outcome 'mine' and notes 'min'"),
    ({}, "market", "declares the outcome 'mine' and notes nothing"),
    (np.ones(3), "firm", r"by name, {'mine': value}. Got ndarray instead"),
    (None, "firm", r"Got NoneType instead"),
])
def test_an_observer_that_notes_something_else_is_told_in_its_first_week(noted, per, fault):
    with pytest.raises(RequestError, match=fault) as caught:
        observing(lambda self, market: noted, per)
    assert "Own of test_code_from_outside" in str(caught.value)


def test_an_observer_notes_the_same_in_every_week():
    with pytest.raises(RequestError, match=r"the same in every week. Got .*\(4,\).* in week 2"):
        observing(lambda self, market: {"mine": np.ones(2 + market.week)})


def test_what_an_observer_of_ones_own_noted_stays_as_it_was():
    def measure(self, market):
        market.tables.firms.n_waiting[:] = market.week
        return {"mine": market.tables.firms.n_waiting}  # the column itself

    assert observing(measure).tolist() == [[1, 1, 1], [2, 2, 2], [3, 3, 3]]


@pytest.mark.parametrize(("bases", "content", "fault"), [
    ((), {}, "derive Own from"),
    ((Observer,), {"measure": None}, "has no 'measure"),
    ((Observer,), {"outcomes": {}}, "declares no outcome"),
    ((Observer,), {"outcomes": ["mine"]}, "declares no outcome"),
    ((Observer,), {"outcomes": {"mine": "euro"}}, "must be an Outcome. Got 'euro'"),
    ((Observer,), {"outcomes": {"my own": Outcome("1", "sum", "O.")}}, "be called 'my own'"),
    ((Observer,), {"outcomes": {"week": Outcome("1", "sum", "O.")}}, "cannot be called 'week'"),
])
def test_a_class_that_is_no_observer_is_told_what_it_lacks(bases, content, fault):
    content = {
        "outcomes": {"mine": Outcome("1", "sum", "O.")}, "measure": lambda self, market: {},
        "__module__": "my.notebook", **content,
    }
    if content["measure"] is None:
        del content["measure"]
    before = dict(observers())
    with pytest.raises(ValueError, match=fault) as caught:
        observer(type("Own", bases, content))
    assert str(caught.value).startswith("my.notebook: ")
    assert observers() == before


# The contract, from outside --------------------------------------------------------------------


def remembers(self, market):
    self.n = getattr(self, "n", 0) + 1
    market.tables.offers.price_cents[:] = 300 + self.n


def price(value):
    def step(self, market):
        market.tables.offers.price_cents[:] = value(market)

    return step


RULES = {
    "kept": (price(lambda market: 300 + market.week), None),
    "another's column": (
        lambda self, market: market.tables.customers.satisfaction.fill(0),
        "pricing/own changes 'customers.satisfaction' without naming it in its writes",
    ),
    "a generator of its own": (
        price(lambda market: DRAWN.integers(100, 900, market.n_offers)),
        "the same seed gives another .*'customers.expectation'.*: draw from market.streams",
    ),
    "the generator of NumPy": (
        price(lambda market: np.random.randint(100, 900, market.n_offers)),
        "pricing/own draws from numpy.random, market.rng or market.random",
    ),
    "the generator of the model": (
        price(lambda market: market.rng.integers(100, 900, market.n_offers)),
        "pricing/own draws from numpy.random, market.rng or market.random",
    ),
    "memory": (remembers, "from a checkpoint of week 4 on .*goes another way: a checkpoint keeps"),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_mechanism_of_ones_own_is_held_to_the_contract(rule):
    step, fault = RULES[rule]
    own = type("Own", (Mechanism,), {
        "__module__": "__main__", "step": step, "writes": ("offers.price_cents",),
    })
    mechanism(family="pricing", variant="own")(own)
    scenario = Scenario.from_dict(worlds.with_mechanism(worlds.busy(), "pricing", "own"))
    found = broken_rules(scenario, weeks=8)
    if fault is None:
        assert found == []
    else:
        assert any(re.search(fault, each) for each in found), found


def test_an_observer_that_changes_something_is_found():
    class Own(Observer):
        """Spoils what it looks at."""

        outcomes: ClassVar = {"mine": Outcome("1", "mean", "Mine.", per="market")}

        def measure(self, market):
            market.tables.customers.loyalty[:] = 0
            return {"mine": 1.0}

    observer(Own)
    (found,) = broken_rules(Scenario.from_dict(worlds.busy()), weeks=4)
    assert found.startswith("an observer changes 'customers.")
    with pytest.raises(RunError, match="weeks must be at least 2"):
        broken_rules(Scenario.from_dict(worlds.busy()), weeks=1)


# The command line ------------------------------------------------------------------------------

SCRIPT = """
from sim.cli import main
from sim.mechanisms.base import Mechanism, mechanism


@mechanism(family="pricing", variant="own")
class Own(Mechanism):
    def step(self, market):
        market.tables.offers.price_cents[:] = 300


main()
"""


def test_a_script_that_registers_and_calls_main_is_the_command(tmp_path):
    (tmp_path / "mine.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "a_test.yaml").write_text(json.dumps(worlds.busy()), encoding="utf-8")

    def call(*words):
        return subprocess.run(
            [sys.executable, *words], capture_output=True, text=True, cwd=tmp_path, check=False,
            encoding="utf-8", env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        )

    done = call("mine.py", "run", "a_test.yaml", "--set", "mechanisms.pricing=own",
                "--workers", "1", "--replications", "2", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert call("mine.py", "report", "out").returncode == 0
    refused = call("-m", "sim", "report", "out")
    assert refused.returncode == 2
    assert "code of your own must be registered first" in refused.stderr
    assert "use version" not in refused.stderr
